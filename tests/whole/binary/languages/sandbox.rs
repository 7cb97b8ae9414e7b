//! A component that brings a whole Python still reaches nothing: WASI is linked, and nothing is granted.

use std::fs;

use crate::shell::{hark, output, tree};

pub fn run() {
    let folder = tree("pries", "tests/whole/connectors/pries", "sdk/python");
    // The connector names its SDK as one of `plugins/` does.
    let project = fs::read_to_string(folder.join("pyproject.toml")).unwrap();
    fs::write(folder.join("pyproject.toml"), project.replace("../../sdk", "../../../../sdk")).unwrap();
    hark(&folder, &["plugin", "build", "--install"]);
    fs::write(folder.join("hark.toml"), "[source.pries]\nconnector = \"pries.wasm\"\nzone = \"social\"\n")
        .unwrap();
    let inspected = hark(&folder, &["plugin", "inspect", "pries.wasm"]);
    assert!(inspected.contains("wasi:sockets/tcp"), "it asks for what it does not get: {inspected}");
    let tried = output(&folder, env!("CARGO_BIN_EXE_hark"), &["-v", "plugin", "try", "pries"]);
    let said = String::from_utf8_lossy(&tried.stderr).into_owned();
    assert!(tried.status.success(), "{said}");
    let found: Vec<&str> = said.lines().filter(|line| line.contains("found: ")).collect();
    assert_eq!(found, [""; 0]);
    assert!(said.contains("looked at 14"), "{said}");
}
