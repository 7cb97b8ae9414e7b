//! Commands as a user gives them, and folders to give them in.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// What a test cannot do without.
#[derive(Clone, Copy)]
pub enum Tool {
    Python,
    Node,
}

/// Ends well on a Node.js that is new enough.
const FITS: &str = "const [major, minor] = process.versions.node.split('.').map(Number); \
                    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)";

impl Tool {
    /// Why it is of no use here.
    pub fn missing(self) -> Option<&'static str> {
        let (program, arguments, why): (_, &[&str], _) = match self {
            Self::Python => (
                "python3",
                &["-c", "import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 11))"],
                "there is no Python 3.11 or later with venv: install python3 and python3-venv",
            ),
            Self::Node => (
                "sh",
                &["-c", "npm --version && node -e \"$0\"", FITS],
                "there is no Node.js 20.19 or later with npm: install nodejs and npm",
            ),
        };
        let tried =
            Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
        (!tried.is_ok_and(|status| status.success())).then_some(why)
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

/// Copies a folder, but for what a build leaves behind.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name();
        let left_behind = ["node_modules", "__pycache__", ".venv", ".hark", ".hark-cache"];
        if left_behind.iter().any(|it| *it == name) {
            continue;
        }
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(name)),
            false => drop(fs::copy(entry.path(), to.join(name)).unwrap()),
        }
    }
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
