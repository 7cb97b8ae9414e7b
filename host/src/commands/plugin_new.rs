//! `hark plugin new`: the folder of a new connector that builds and reads at once.

use std::fs;
use std::path::Path;

use hark_model::ConnectorId;

use crate::cli::{Cli, Lang};
use crate::exit::{Done, Exit, Failure};
use crate::print;

include!(concat!(env!("OUT_DIR"), "/sdk_files.rs"));

/// Files of a new connector in every language; each `{{...}}` is filled in.
const COMMON: &[(&str, &str)] = &[
    ("hark.toml", include_str!("../../templates/common/hark.toml.in")),
    ("double/posts.json", include_str!("../../templates/common/posts.json")),
];

const RUST: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../../templates/rust/Cargo.toml.in")),
    ("src/lib.rs", include_str!("../../templates/rust/lib.rs.in")),
    ("README.md", include_str!("../../templates/rust/README.md.in")),
    (".gitignore", "/target\n/*.wasm\n/*.key\n/hark.db*\n/.hark-cache\n/.hark-components\n"),
];

const PYTHON: &[(&str, &str)] = &[
    ("pyproject.toml", include_str!("../../templates/python/pyproject.toml.in")),
    ("requirements.lock", include_str!("../../templates/python/requirements.lock")),
    ("src/connector.py", include_str!("../../templates/python/src/connector.py.in")),
    ("tests/test_connector.py", include_str!("../../templates/python/tests/test_connector.py.in")),
    ("README.md", include_str!("../../templates/python/README.md.in")),
    (
        ".gitignore",
        "/.venv\n/.hark\n__pycache__/\n/*.wasm\n/*.key\n/hark.db*\n/.hark-cache\n/.hark-components\n",
    ),
];

const JS: &[(&str, &str)] = &[
    ("package.json", include_str!("../../templates/js/package.json.in")),
    ("package-lock.json", include_str!("../../templates/js/package-lock.json.in")),
    (".npmrc", include_str!("../../templates/js/npmrc")),
    ("src/index.js", include_str!("../../templates/js/src/index.js.in")),
    ("tests/connector.test.js", include_str!("../../templates/js/tests/connector.test.js.in")),
    ("README.md", include_str!("../../templates/js/README.md.in")),
    (".gitignore", "/node_modules\n/.hark\n/*.wasm\n/*.key\n/hark.db*\n/.hark-cache\n/.hark-components\n"),
];

/// Where the SDK and the contract go within the folder.
const VENDOR: &str = "vendor/hark";

/// Runs the command.
pub fn run(cli: &Cli, lang: Lang, name: &str, parent: &Path) -> Done {
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
    let (own, sdk) = match lang {
        Lang::Rust => (RUST, "sdk/rust/"),
        Lang::Python => (PYTHON, "sdk/python/"),
        Lang::Js => (JS, "sdk/js/"),
    };
    for (file, text) in COMMON.iter().chain(own) {
        write(&folder.join(file), &fill(text, id.as_str()))?;
    }
    for (file, text) in FILES.iter().filter(|(file, _)| file.starts_with("wit/") || file.starts_with(sdk)) {
        write(&folder.join(VENDOR).join(file), text)?;
    }
    print::made(&folder, lang != Lang::Rust, cli.json);
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
        for wanted in [
            "sdk/js/build.mjs",
            "sdk/js/src/index.js",
            "sdk/js/types/index.d.ts",
            "sdk/python/hark_sdk/edge.py",
            "sdk/python/hark_sdk/py.typed",
            "sdk/rust/Cargo.toml",
            "sdk/rust/src/lib.rs",
            "wit/0.1.0/connector.wit",
        ] {
            assert!(FILES.iter().any(|(name, _)| *name == wanted), "{wanted}");
        }
        assert!(!FILES.iter().any(|(name, _)| name.contains("__pycache__") || name.contains("node_modules")));
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        for (file, text) in COMMON.iter().chain(RUST).chain(PYTHON).chain(JS) {
            assert!(!fill(text, "my-forum").contains("{{"), "{file}");
        }
    }
}
