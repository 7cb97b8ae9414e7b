//! A connector in JavaScript or TypeScript: `componentize-js` from the connector's own `node_modules`.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{SCRATCH, failed, place, read, tools};
use crate::exit::{Done, Failure};

const TOOL: &str = "@bytecodealliance/componentize-js";
const HINT: &str = "install Node.js 20.19 or later with npm (Debian, Ubuntu: apt install nodejs npm)";

/// Builds and returns the component's file.
pub fn build(folder: &Path, install: bool) -> Result<PathBuf, Failure> {
    let package = json(&folder.join("package.json"))?;
    let sdk = package["dependencies"]["hark-sdk"].as_str().and_then(|from| from.strip_prefix("file:"));
    let (Some(name), Some(sdk)) = (package["name"].as_str(), sdk) else {
        let message = format!("{} does not say what to build", folder.join("package.json").display());
        return Err(
            failed(message).hint("it needs a `name`, and `hark-sdk` as \"file:...\" in `dependencies`")
        );
    };
    tools::at_least("node", "Node.js", (20, 19), HINT)?;
    look_for_tools(folder, install)?;
    tools::step("making the component; this takes about half a minute");
    let built = folder.join(SCRATCH).join(format!("{name}.wasm"));
    tools::run(
        Command::new("node")
            .arg(folder.join(sdk).join("build.mjs"))
            .arg("--project")
            .arg(folder)
            .arg("--main")
            .arg(package["main"].as_str().unwrap_or("src/index.js"))
            .arg("--out")
            .arg(&built),
        "the connector does not build; the words of its tools stand above",
    )?;
    place(&built, folder, name)
}

/// Makes sure that the tools are those of the lock file.
fn look_for_tools(folder: &Path, install: bool) -> Done {
    let lock = folder.join("package-lock.json");
    let place = format!("node_modules/{TOOL}");
    let wanted = json(&lock)?["packages"][&place]["version"].as_str().map(str::to_owned);
    let wanted = wanted.ok_or_else(|| failed(format!("{} pins no {TOOL}", lock.display())))?;
    let installed = json(&folder.join(place).join("package.json")).ok();
    let installed = installed.as_ref().and_then(|package| package["version"].as_str());
    if installed == Some(&wanted) {
        return Ok(());
    }
    tools::at_least("npm", "npm", (9, 0), HINT)?;
    if !install {
        let by_hand = format!("npm ci --prefix {}", folder.display());
        return Err(tools::missing(TOOL, &wanted, installed, folder, &by_hand));
    }
    tools::step(&format!("installing the tools that {} pins in node_modules", lock.display()));
    tools::run(
        Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder),
        "the tools cannot be installed; npm's words stand above",
    )
}

fn json(file: &Path) -> Result<Value, Failure> {
    serde_json::from_str(&read(file)?)
        .map_err(|error| failed(format!("{} cannot be read: {error}", file.display())))
}
