//! A connector in Rust: cargo, with the target that components are built for.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::failed;
use crate::exit::{Done, Failure};

const TARGET: &str = "wasm32-wasip2";

/// Builds and returns the component's file, next to the manifest.
pub fn build(folder: &Path) -> Result<PathBuf, Failure> {
    look_for_target()?;
    let built = cargo_build(&folder.join("Cargo.toml"))?;
    let name = built.file_stem().and_then(|stem| stem.to_str()).unwrap_or("connector").replace('_', "-");
    let file = folder.join(format!("{name}.wasm"));
    std::fs::copy(&built, &file)
        .map_err(|error| failed(format!("{} cannot be written: {error}", file.display())))?;
    Ok(file)
}

/// Says the exact command for what is missing.
fn look_for_target() -> Done {
    let output = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output();
    let Ok(output) = output else {
        return Err(failed("there is no Rust compiler (rustc) on the path")
            .hint("install it from https://rustup.rs, then: rustup target add wasm32-wasip2"));
    };
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && Path::new(&folder).is_dir() {
        return Ok(());
    }
    Err(failed(format!("the Rust compiler cannot build for {TARGET} yet"))
        .hint(format!("rustup target add {TARGET}")))
}

/// Builds and returns the component's file, as cargo names it.
fn cargo_build(manifest: &Path) -> Result<PathBuf, Failure> {
    let output = Command::new("cargo")
        .args([
            "build",
            "--release",
            "--target",
            TARGET,
            "--message-format",
            "json-render-diagnostics",
            "--manifest-path",
        ])
        .arg(manifest)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| failed(format!("cargo cannot be started: {error}")))?;
    if !output.status.success() {
        return Err(failed("the connector does not build; the compiler's words stand above"));
    }
    component_of(&output.stdout).ok_or_else(|| {
        failed("the build gave no component").hint("a connector is a library with crate-type = [\"cdylib\"]")
    })
}

/// The root package is built last; its component is the last one named.
fn component_of(messages: &[u8]) -> Option<PathBuf> {
    let text = String::from_utf8_lossy(messages);
    let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let artifacts = messages.filter(|message| message["reason"] == "compiler-artifact");
    let files = artifacts.flat_map(|artifact| artifact["filenames"].as_array().cloned().unwrap_or_default());
    files
        .filter_map(|file| file.as_str().map(PathBuf::from))
        .rfind(|file| file.extension().is_some_and(|e| e == "wasm"))
}
