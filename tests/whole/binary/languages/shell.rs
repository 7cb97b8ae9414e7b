//! Commands as a user gives them, and folders to give them in.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use hark_kit::connectors::Language;
pub use hark_kit::connectors::copy;

/// What a test cannot do without.
#[derive(Clone, Copy)]
pub enum Tool {
    Python,
    Node,
}

impl Tool {
    /// Why it is of no use here.
    pub fn missing(self) -> Option<&'static str> {
        match self {
            Self::Python => Language::Python.missing(),
            Self::Node => Language::JavaScript.missing(),
        }
    }
}

/// The checkout.
pub fn root() -> PathBuf {
    std::env::current_dir().unwrap().parent().unwrap().to_owned()
}

/// A folder that outlives the test, so that tools are installed once.
pub fn kept(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("languages").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs `program` and returns what it says; it must succeed.
#[track_caller]
pub fn run(folder: &Path, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> String {
    let output = output(folder, program, arguments);
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}\n{complained}{said}");
    said.into_owned()
}

pub fn output(folder: &Path, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .current_dir(folder)
        // Nothing of the machine's own comes in between.
        .env_remove("PYTHONPATH")
        .env_remove("NODE_PATH")
        .output()
        .unwrap()
}

/// Runs `hark`; it must succeed.
#[track_caller]
pub fn hark(folder: &Path, arguments: &[&str]) -> String {
    run(folder, env!("CARGO_BIN_EXE_hark"), arguments)
}

/// Returns a copy of the parts of the checkout that a connector of it is built from.
pub fn tree(name: &str, connector: &str, sdk: &str) -> PathBuf {
    let tree = kept(name);
    for part in ["wit", sdk, connector] {
        copy(&root().join(part), &tree.join(part));
    }
    tree.join(connector)
}

/// `hark plugin double`, until it is dropped.
pub struct Double {
    child: Child,
    /// Where it is served.
    pub url: String,
}

impl Double {
    pub fn serve(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hark"))
            .args(["plugin", "double", "--listen", "127.0.0.1:0"])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let url = said.trim().rsplit(' ').next().unwrap().to_owned();
        assert!(url.starts_with("http://127.0.0.1:"), "{said}");
        Self { child, url }
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
