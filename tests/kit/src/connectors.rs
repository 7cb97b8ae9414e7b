//! The connectors of this repository that are not in Rust, built into components by `hark plugin build`.
//!
//! Holds: tools are installed once, below the target folder; a component is built anew only when something that it is
//! made of is newer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

use crate::guests::{target_folder, workspace};

/// A language that connectors are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// With `sdk/python`.
    Python,
    /// With `sdk/js`.
    JavaScript,
}

/// Ends well on a Node.js that is new enough.
const FITS: &str = "const [major, minor] = process.versions.node.split('.').map(Number); \
                    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)";

impl Language {
    /// Returns why connectors in this language cannot be built here; none if they can.
    pub fn missing(self) -> Option<&'static str> {
        let (program, arguments, why): (_, &[&str], _) = match self {
            Self::Python => (
                "python3",
                &["-c", "import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 11))"],
                "there is no Python 3.11 or later with venv: install python3 and python3-venv",
            ),
            Self::JavaScript => (
                "sh",
                &["-c", "npm --version && node -e \"$0\"", FITS],
                "there is no Node.js 20.19 or later with npm: install nodejs and npm",
            ),
        };
        let tried =
            Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
        (!tried.is_ok_and(|status| status.success())).then_some(why)
    }

    fn sdk(self) -> &'static str {
        match self {
            Self::Python => "sdk/python",
            Self::JavaScript => "sdk/js",
        }
    }
}

/// Returns the component of `plugins/NAME`, built with the program `hark` if need be.
pub fn component(hark: &Path, name: &str, language: Language) -> PathBuf {
    let tree = target_folder().join("tmp/languages").join(name);
    let parts = ["wit".to_owned(), language.sdk().to_owned(), format!("plugins/{name}")];
    let changed_at = parts.iter().map(|part| copy(&workspace().join(part), &tree.join(part))).max();
    let folder = tree.join("plugins").join(name);
    let file = folder.join(format!("{name}.wasm"));
    let built_at = fs::metadata(&file).and_then(|metadata| metadata.modified()).ok();
    if built_at.is_none() || built_at < changed_at {
        let output = Command::new(hark)
            .args(["plugin", "build", "--install"])
            .current_dir(&folder)
            // Nothing of the machine's own comes in between.
            .env_remove("PYTHONPATH")
            .env_remove("NODE_PATH")
            .output()
            .expect("hark starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the connector {name} is not built:\n{said}");
    }
    file
}

/// Copies a folder, but for what a build leaves behind; returns when the newest of its files was changed.
pub fn copy(from: &Path, to: &Path) -> SystemTime {
    fs::create_dir_all(to).expect("the target folder is ours");
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(from).expect("the checkout can be read") {
        let entry = entry.expect("the checkout can be read");
        let name = entry.file_name();
        let left_behind = ["node_modules", "__pycache__", ".venv", ".hark", ".hark-cache"];
        if left_behind.iter().any(|it| *it == name) {
            continue;
        }
        let metadata = entry.metadata().expect("the checkout can be read");
        if metadata.is_dir() {
            newest = newest.max(copy(&entry.path(), &to.join(name)));
        } else {
            newest = newest.max(metadata.modified().expect("files have times"));
            fs::copy(entry.path(), to.join(name)).expect("the target folder is ours");
        }
    }
    newest
}
