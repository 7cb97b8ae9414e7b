//! Puts the sources of the SDKs and of the contract into the binary, so that `hark plugin new` needs
//! nothing but the binary.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Folders that go into the binary with everything below them.
const FOLDERS: [&str; 8] = [
    "sdk/js/examples",
    "sdk/js/src",
    "sdk/js/types",
    "sdk/python/examples",
    "sdk/python/hark_sdk",
    "sdk/rust/examples",
    "sdk/rust/src",
    "wit",
];

/// Files of folders that hold other things, too.
const LONE: [&str; 7] = [
    "sdk/js/README.md",
    "sdk/js/build.mjs",
    "sdk/js/package.json",
    "sdk/python/README.md",
    "sdk/python/pyproject.toml",
    "sdk/rust/Cargo.toml",
    "sdk/rust/README.md",
];

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let root = manifest.parent().expect("the package lies in the workspace");
    let mut files = Vec::new();
    for folder in FOLDERS {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        collect(&root.join(folder), &mut files)?;
    }
    for file in LONE {
        println!("cargo::rerun-if-changed={}", root.join(file).display());
        files.push(root.join(file));
    }
    files.sort();
    let mut code = String::from(
        "/// Path within the vendored folder, and content.\npub const FILES: &[(&str, &str)] = &[\n",
    );
    for file in files {
        let name = file.strip_prefix(root).expect("it was found below the root");
        let name = name.to_str().expect("our own file names are UTF-8");
        writeln!(code, "    ({name:?}, include_str!({file:?})),").expect("a string can be written to");
    }
    code.push_str("];\n");
    let dependencies = sdk_dependencies(root);
    writeln!(code, "/// The lines of `[workspace.dependencies]` that the SDK needs.")
        .expect("a string can be written to");
    writeln!(code, "pub const DEPENDENCIES: &str = {dependencies:?};").expect("a string can be written to");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("sdk_files.rs"), code)
}

/// Returns the entries of our workspace table that the SDK's manifest refers to.
fn sdk_dependencies(root: &Path) -> String {
    let read = |path: &str| -> toml::Table {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
        let text = fs::read_to_string(root.join(path)).expect("our own manifests can be read");
        text.parse().expect("cargo has read it, too")
    };
    let (workspace, sdk) = (read("Cargo.toml"), read("sdk/rust/Cargo.toml"));
    let known = workspace["workspace"]["dependencies"].as_table().expect("it is a table");
    // Cargo looks for those of its tests, too, though they are never built there.
    let tables =
        ["dependencies", "dev-dependencies"].into_iter().filter_map(|name| sdk.get(name)?.as_table());
    let needed = tables.flat_map(toml::Table::keys);
    needed.map(|name| format!("{name} = {}\n", known[name])).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_some_and(|name| name == "__pycache__") {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
