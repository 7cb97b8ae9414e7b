//! `hark plugin build`: build a connector and check it against the contract.
//!
//! Holds: what is built has been loaded and asked what it is before it is said to be built; tools are
//! installed only when the user says so, in the connector's own folder. Not here: how a language builds.

mod javascript;
mod python;
mod rust;
mod tools;

use std::path::{Path, PathBuf};

use crate::cli::Cli;
use crate::exit::{Done, Exit, Failure};
use crate::{print, wiring};

/// Folder of what a build leaves behind.
const SCRATCH: &str = ".hark";

/// Runs the command.
pub async fn run(cli: &Cli, folder: &Path, install: bool) -> Done {
    let file = build(folder, install)?;
    // With the cache of the folder's own configuration, `plugin try` need not compile it again.
    let config = wiring::config(&folder.join("hark.toml")).ok();
    // What was built just now is neither pinned nor signed yet.
    let (_, connector) = wiring::Assembler::new(config.as_ref())?.component(&file).await?;
    print::built(&file, &connector, cli.json);
    Ok(())
}

/// Builds by what the folder holds, and returns the component's file in it.
fn build(folder: &Path, install: bool) -> Result<PathBuf, Failure> {
    if folder.join("Cargo.toml").is_file() {
        return rust::build(folder);
    }
    if folder.join("pyproject.toml").is_file() {
        return python::build(folder, install);
    }
    if folder.join("package.json").is_file() {
        return javascript::build(folder, install);
    }
    let message = format!(
        "{} holds no connector: there is no Cargo.toml, pyproject.toml or package.json",
        folder.display()
    );
    Err(failed(message).hint("make one: hark plugin new NAME"))
}

fn failed(message: impl Into<String>) -> Failure {
    Failure::new(Exit::Connector, message)
}

/// Puts the component that was built where people look for it.
fn place(built: &Path, folder: &Path, name: &str) -> Result<PathBuf, Failure> {
    let file = folder.join(format!("{name}.wasm"));
    let placed = std::fs::rename(built, &file);
    placed.map_err(|error| failed(format!("{} cannot be written: {error}", file.display())))?;
    Ok(file)
}

/// Reads a file of the connector's folder.
fn read(file: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(file)
        .map_err(|error| failed(format!("{} cannot be read: {error}", file.display())))
}
