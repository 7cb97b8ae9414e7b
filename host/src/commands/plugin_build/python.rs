//! A connector in Python: `componentize-py` from the connector's own `.venv`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{SCRATCH, failed, place, read, tools};
use crate::exit::{Done, Failure};

const LOCK: &str = "requirements.lock";
const TOOL: &str = "componentize-py";
const WORLD: &str = "listening-connector";
/// What `componentize-py` is given: it exports the class that the connector's own module has exported.
const ENTRY: &str = "hark_component";

/// What `pyproject.toml` says of the connector.
#[derive(serde::Deserialize)]
struct Project {
    project: Named,
    tool: Tools,
}

#[derive(serde::Deserialize)]
struct Named {
    name: String,
}

#[derive(serde::Deserialize)]
struct Tools {
    hark: Sources,
}

#[derive(serde::Deserialize)]
struct Sources {
    /// The module that exports the connector.
    module: String,
    /// The folder of the SDK, from here.
    sdk: PathBuf,
    /// The folder of the connector's own modules.
    #[serde(default = "src")]
    source: PathBuf,
}

fn src() -> PathBuf {
    PathBuf::from("src")
}

/// Builds and returns the component's file.
pub fn build(folder: &Path, install: bool) -> Result<PathBuf, Failure> {
    let file = folder.join("pyproject.toml");
    let project: Project = toml::from_str(&read(&file)?).map_err(|error| {
        let words = error.message().to_owned();
        failed(format!("{} does not say what to build: {words}", file.display())).hint(
            "[tool.hark] needs `module`, the one that exports the connector, and `sdk`, where hark_sdk is",
        )
    })?;
    let venv = folder.join(".venv");
    look_for_tools(folder, &venv, install)?;
    componentize(folder, &venv, &project)
}

/// Makes sure that the tools are those of the lock file.
fn look_for_tools(folder: &Path, venv: &Path, install: bool) -> Done {
    let lock = folder.join(LOCK);
    let wanted = pinned(&read(&lock)?).ok_or_else(|| failed(format!("{} pins no {TOOL}", lock.display())))?;
    let installed = || installed(venv);
    if installed().as_deref() == Some(&wanted) {
        return Ok(());
    }
    let by_hand = format!(
        "python3 -m venv {venv} && {venv}/bin/pip install --require-hashes -r {}",
        lock.display(),
        venv = venv.display()
    );
    if !install {
        look_for_python()?;
        return Err(tools::missing(TOOL, &wanted, installed().as_deref(), folder, &by_hand));
    }
    look_for_python()?;
    tools::step(&format!("installing the tools that {} pins in {}", lock.display(), venv.display()));
    tools::run(
        Command::new("python3").args(["-m", "venv"]).arg(venv),
        "the folder for the tools cannot be made; Python's words stand above",
    )?;
    tools::run(
        Command::new(venv.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"])
            .arg(&lock),
        "the tools cannot be installed; pip's words stand above",
    )
}

fn look_for_python() -> Done {
    let hint = "install Python 3.11 or later (Debian, Ubuntu: apt install python3 python3-venv)";
    tools::at_least("python3", "Python", (3, 11), hint)?;
    match tools::ask(Command::new("python3").args(["-c", "import ensurepip, venv"])) {
        Some(_) => Ok(()),
        None => Err(failed("this Python cannot make a folder for tools (no module venv or ensurepip)")
            .hint("Debian, Ubuntu: apt install python3-venv")),
    }
}

/// The version of the tool that a lock file names.
fn pinned(lock: &str) -> Option<String> {
    let line = lock.lines().find_map(|line| line.strip_prefix(TOOL)?.strip_prefix("=="))?;
    line.split_whitespace().next().map(str::to_owned)
}

/// The version that is installed.
fn installed(venv: &Path) -> Option<String> {
    let said = tools::ask(Command::new(venv.join("bin").join(TOOL)).arg("--version"))?;
    said.split_whitespace().last().map(str::to_owned)
}

fn componentize(folder: &Path, venv: &Path, project: &Project) -> Result<PathBuf, Failure> {
    let Sources { module, sdk, source } = &project.tool.hark;
    let (scratch, sdk) = (folder.join(SCRATCH), folder.join(sdk));
    let built = scratch.join(format!("{}.wasm", project.project.name));
    let entry = format!("import {module}  # noqa: F401\nfrom hark_sdk.edge import Connector  # noqa: F401\n");
    fs::create_dir_all(&scratch)
        .and_then(|()| fs::write(scratch.join(format!("{ENTRY}.py")), entry))
        .map_err(|error| failed(format!("{} cannot be written: {error}", scratch.display())))?;
    tools::step("making the component; this takes about ten seconds");
    tools::run(
        Command::new(venv.join("bin").join(TOOL))
            // Packages of the connector's own are found where pip has put them.
            .env("VIRTUAL_ENV", venv)
            .env_remove("PYTHONPATH")
            .args(["--quiet", "--world", WORLD, "--wit-path"])
            .arg(sdk.join("../../wit/0.1.0"))
            .args(["componentize", ENTRY])
            .args(
                [&scratch, &folder.join(source), &sdk]
                    .map(|path| format!("--python-path={}", path.display())),
            )
            .arg("--output")
            .arg(&built),
        "the connector does not build; the words of componentize-py stand above",
    )?;
    place(&built, folder, &project.project.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_of_a_new_connector_pins_the_tool() {
        let lock = include_str!("../../../templates/python/requirements.lock");
        assert_eq!(pinned(lock).as_deref(), Some("0.25.0"));
        assert_eq!(pinned("componentize-python==1\npytest==2"), None);
    }
}
