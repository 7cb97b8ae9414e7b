//! The SDKs' own tests, and a connector as `hark plugin new` makes it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::shell::{Double, hark, kept, output, root, run, tree};

/// Returns a folder with the tools that the Python SDK is tested with.
fn python_tools() -> PathBuf {
    let venv = kept("python-tools");
    let lock = root().join("sdk/python/requirements.lock");
    let stamp = venv.join("installed.lock");
    let wanted = fs::read_to_string(&lock).unwrap();
    if fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
        run(&venv, "python3", &["-m", "venv", "."]);
        run(
            &venv,
            venv.join("bin/pip"),
            &["install", "--quiet", "--require-hashes", "-r", lock.to_str().unwrap()],
        );
        fs::write(stamp, wanted).unwrap();
    }
    venv.join("bin")
}

pub fn contract() {
    run(&root(), "python3", &["-B", "sdk/contract/generate.py", "--check"]);
    let pytest = python_tools().join("pytest");
    run(&root().join("sdk/contract"), pytest, &["-q", "-p", "no:cacheprovider", "."]);
}

pub fn python_sdk() {
    let tools = python_tools();
    let sdk = tree("python-sdk", "sdk/cases", "sdk/python").parent().unwrap().join("python");
    run(&sdk, tools.join("pytest"), &["-q", "-p", "no:cacheprovider"]);
    run(&sdk, tools.join("mypy"), &["--cache-dir", "mypy"]);
    run(&sdk, tools.join("mypy"), &["--strict", "--cache-dir", "mypy", "tests", "examples"]);
}

pub fn javascript_sdk() {
    let sdk = tree("js-sdk", "sdk/cases", "sdk/js").parent().unwrap().join("js");
    for folder in [&sdk, &sdk.join("dev")] {
        if !folder.join("node_modules").is_dir() {
            run(folder, "npm", &["ci", "--loglevel=error"]);
        }
    }
    run(&sdk, "npm", &["test"]);
    run(&sdk, "dev/node_modules/.bin/tsc", &["-p", ".", "--outDir", "made"]);
    for entry in fs::read_dir(sdk.join("made")).unwrap().map(Result::unwrap) {
        let (made, name) = (fs::read_to_string(entry.path()).unwrap(), entry.file_name());
        let kept = fs::read_to_string(sdk.join("types").join(&name)).unwrap_or_default();
        assert_eq!(kept, made, "types/{name:?} is stale: npm run types, in sdk/js");
    }
}

pub fn javascript() {
    let parent = kept("new");
    let folder = made(&parent, "js", "my-shop");
    let unbuilt = output(&parent, env!("CARGO_BIN_EXE_hark"), &["plugin", "build", "my-shop"]);
    let said = String::from_utf8_lossy(&unbuilt.stderr).into_owned();
    let installed = folder.join("node_modules").is_dir();
    assert!(installed || said.contains("hark plugin build --install my-shop"), "{said}");
    reads(&parent, &folder, "my-shop");
    run(&folder, "npm", &["test"]);
}

/// Makes a connector, or makes it anew around the tools that an earlier run has installed.
fn made(parent: &Path, lang: &str, name: &str) -> PathBuf {
    let (folder, aside) = (parent.join(name), parent.join(format!("{name}-tools")));
    let tools = ["node_modules", ".venv"].into_iter().find(|tools| folder.join(tools).is_dir());
    if let Some(tools) = tools {
        fs::rename(folder.join(tools), &aside).unwrap();
    }
    if folder.is_dir() {
        fs::remove_dir_all(&folder).unwrap();
    }
    hark(parent, &["plugin", "new", "--lang", lang, name]);
    if let Some(tools) = tools {
        fs::rename(&aside, folder.join(tools)).unwrap();
    }
    folder
}

/// Builds the connector and reads from its double.
fn reads(parent: &Path, folder: &Path, name: &str) {
    let built: Value =
        serde_json::from_str(&hark(parent, &["--json", "plugin", "build", "--install", name])).unwrap();
    assert_eq!((&built["id"], built["sha256"].as_str().map(str::len)), (&json!(name), Some(64)));
    let double = Double::serve(&folder.join("double"));
    let config = fs::read_to_string(folder.join("hark.toml")).unwrap();
    fs::write(folder.join("hark.toml"), config.replace("http://127.0.0.1:7071", &double.url)).unwrap();
    let tried = hark(folder, &["--json", "plugin", "try", name]);
    let events: Vec<Value> = tried.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&events[0]["event"], &events[0]["id"]), (&json!("item"), &json!("p1")));
    assert!(!folder.join("hark.db").exists(), "nothing was stored");
}
