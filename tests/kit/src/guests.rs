//! Guests as components: all of them built once for each test process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Target of connectors.
const TARGET: &str = "wasm32-wasip2";

/// Returns the component of the guest `name`, as in `tests/guests/examples/`, built if need be.
pub fn guest(name: &str) -> PathBuf {
    let path = built().join(format!("{name}.wasm"));
    assert!(path.is_file(), "there is no guest {name:?}: {} does not exist", path.display());
    path
}

/// Returns the bytes of the guest `name`.
pub fn guest_bytes(name: &str) -> Vec<u8> {
    std::fs::read(guest(name)).expect("a guest that was just built can be read")
}

/// Returns the names of all guests, sorted.
pub fn guest_names() -> Vec<String> {
    let folder = workspace().join("tests/guests/examples");
    let entries = std::fs::read_dir(folder).expect("the folder of guests can be read");
    let stem = |path: PathBuf| Some(path.file_stem()?.to_str()?.to_owned());
    let mut names: Vec<String> = entries.filter_map(|entry| stem(entry.ok()?.path())).collect();
    names.sort();
    names
}

/// Returns `component` as if it were built for version `version` of the contract, which is of the same length
/// as the real one: every name of the contract carries the other version.
pub fn newer_contract(component: &[u8], version: &str) -> Vec<u8> {
    const NAME: &[u8] = b"hark:connector/";
    const LONGEST_INTERFACE: usize = 16;
    let mut changed = component.to_vec();
    for start in 0..changed.len().saturating_sub(NAME.len()) {
        if !changed[start..].starts_with(NAME) {
            continue;
        }
        let rest = start + NAME.len();
        let end = changed.len().min(rest + LONGEST_INTERFACE);
        if let Some(at) = changed[rest..end].iter().position(|byte| *byte == b'@') {
            let version_at = rest + at + 1;
            changed[version_at..version_at + version.len()].copy_from_slice(version.as_bytes());
        }
    }
    changed
}

fn built() -> &'static Path {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    match FOLDER.get_or_init(build) {
        Ok(folder) => folder,
        Err(why) => panic!("{why}"),
    }
}

fn build() -> Result<PathBuf, String> {
    let target = target_folder().join("connectors");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .current_dir(workspace())
        .args(["build", "--quiet", "--release", "--target", TARGET, "--package", "hark-guests"])
        .args(["--examples", "--target-dir"])
        .arg(&target);
    match command.status() {
        Ok(status) if status.success() => Ok(target.join(TARGET).join("release/examples")),
        Ok(status) => Err(format!("the guests do not build for {TARGET}: {status}")),
        Err(error) => Err(format!("cargo does not start: {error}")),
    }
}

/// The checkout that the running test belongs to: cargo runs a test in the folder of its package. What was compiled
/// in does not tell, because a target folder may have been filled from a checkout elsewhere.
pub(crate) fn workspace() -> PathBuf {
    let here = std::env::current_dir().expect("a test has a folder");
    let root = here.ancestors().find(|folder| folder.join("Cargo.lock").exists());
    root.expect("tests run within a checkout").to_owned()
}

/// Where this test itself was built.
pub(crate) fn target_folder() -> PathBuf {
    if let Some(folder) = std::env::var_os("CARGO_TARGET_DIR") {
        return folder.into();
    }
    let test = std::env::current_exe().expect("a running test has a file");
    // <target>/debug/deps/<test>
    let folder = test.ancestors().nth(3).expect("a test is built three folders deep");
    folder.to_owned()
}
