//! `hark plugin new`: the folder of a new connector that builds and reads at once.

use std::fs;
use std::path::Path;

use hark_model::ConnectorId;

use crate::cli::Cli;
use crate::exit::{Done, Exit, Failure};
use crate::print;

include!(concat!(env!("OUT_DIR"), "/sdk_files.rs"));

/// Files of a new connector; each `{{...}}` is filled in.
const TEMPLATE: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../../templates/rust/Cargo.toml.in")),
    ("src/lib.rs", include_str!("../../templates/rust/lib.rs.in")),
    ("hark.toml", include_str!("../../templates/rust/hark.toml.in")),
    ("README.md", include_str!("../../templates/rust/README.md.in")),
    (".gitignore", "/target\n/*.wasm\n/hark.db*\n/.hark-cache\n"),
];

/// Where the SDK and the contract go within the folder.
const VENDOR: &str = "vendor/hark";

/// Runs the command.
pub fn run(cli: &Cli, name: &str, parent: &Path) -> Done {
    let id = ConnectorId::parse(name).map_err(|error| Failure::of(Exit::Usage, &error))?;
    if !id.as_str().starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(Failure::new(
            Exit::Usage,
            format!("{name:?} is not a package name: start with a letter"),
        ));
    }
    let folder = parent.join(id.as_str());
    if folder.exists() {
        return Err(Failure::new(
            Exit::Usage,
            format!("{} is there already; nothing was changed", folder.display()),
        ));
    }
    for (file, text) in TEMPLATE {
        write(&folder.join(file), &fill(text, id.as_str()))?;
    }
    for (file, text) in FILES {
        write(&folder.join(VENDOR).join(file), text)?;
    }
    print::made(&folder, cli.json);
    Ok(())
}

fn fill(text: &str, name: &str) -> String {
    text.replace("{{name}}", name)
        .replace("{{type}}", &type_name(name))
        .replace("{{dependencies}}", DEPENDENCIES)
        .replace("{{version}}", env!("CARGO_PKG_VERSION"))
}

fn write(file: &Path, text: &str) -> Done {
    let made = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(file, text));
    made.map_err(|error| {
        Failure::new(Exit::Internal, format!("{} cannot be written: {error}", file.display()))
    })
}

/// "my-forum" becomes "MyForum".
fn type_name(name: &str) -> String {
    let capital = |part: &str| {
        let mut chars = part.chars();
        chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
    };
    name.split('-').map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_names_are_camel_case() {
        assert_eq!(type_name("my-forum2"), "MyForum2");
    }

    #[test]
    fn the_sdk_and_the_contract_are_inside() {
        for wanted in ["sdk/rust/Cargo.toml", "sdk/rust/src/lib.rs", "wit/0.1.0/connector.wit"] {
            assert!(FILES.iter().any(|(name, _)| *name == wanted), "{wanted}");
        }
    }
}
