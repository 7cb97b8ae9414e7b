//! Python with the packages that tests need: the environment that `.ci/run` makes, or the one on the path.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Returns a Python that can import `module`, or why there is none; `package` is its name and version for pip.
pub fn python_with(module: &str, package: &str) -> Result<PathBuf, String> {
    let made = crate::guests::target_folder().join("python/bin/python3");
    let imports = |python: &PathBuf| {
        let status = Command::new(python)
            .args(["-c", &format!("import {module}")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    };
    [made, PathBuf::from("python3")]
        .into_iter()
        .find(imports)
        .ok_or_else(|| format!("no Python has {module} (pip install {package})"))
}
