//! Builds the connectors of `plugins/` as components and hands them to the library.
//!
//! Holds: they are built by the cargo that builds this, from the same lock file, with the profile `release`
//! and nothing of the flags and wrappers of the outer build, into `<target>/connectors`, where they stay for
//! the next time.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs};

const TARGET: &str = "wasm32-wasip2";
const CONNECTORS: [&str; 5] = ["email", "facebook", "forum", "rss", "x"];

/// What of the outer build must not reach the inner one, beside all `CARGO_PROFILE_*`, `CARGO_BUILD_*`,
/// `CARGO_TARGET_*`, `CARGO_ENCODED_*`, `CARGO_CFG_*` and `CARGO_FEATURE_*`.
const FOREIGN: [&str; 12] = [
    "RUSTFLAGS",
    "RUSTDOCFLAGS",
    "RUSTC",
    "RUSTDOC",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_LINKER",
    "CLIPPY_ARGS",
    "TARGET",
    "HOST",
    "PROFILE",
    "OPT_LEVEL",
];

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("\nthe bundled connectors were not built: {why}\n");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    let root = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../../..");
    let out = PathBuf::from(variable("OUT_DIR")?);
    watch(&root);
    require_target()?;
    let connectors = target_folder(&out)?.join("connectors");
    let mut cargo = inner_cargo(&root)?;
    cargo
        .args(["build", "--release", "--locked", "--lib", "--target", TARGET, "--target-dir"])
        .arg(&connectors);
    for connector in CONNECTORS {
        cargo.args(["-p", &format!("hark-plugin-{connector}")]);
    }
    // Standard output is read by the outer cargo, so the inner one may write to standard error only.
    let status =
        cargo.stdout(Stdio::null()).status().map_err(|error| format!("cargo did not start: {error}"))?;
    if !status.success() {
        return Err(format!("cargo ended with {status}; its words stand above"));
    }
    for connector in CONNECTORS {
        let built = connectors.join(TARGET).join("release").join(format!("hark_plugin_{connector}.wasm"));
        fs::copy(&built, out.join(format!("{connector}.wasm")))
            .map_err(|error| format!("{} cannot be copied: {error}", built.display()))?;
    }
    Ok(())
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|error| format!("{name}: {error}"))
}

fn watch(root: &Path) {
    for path in
        ["sdk/rust/src", "sdk/rust/Cargo.toml", "wit", "Cargo.lock", "Cargo.toml", "rust-toolchain.toml"]
    {
        println!("cargo::rerun-if-changed={}", root.join(path).display());
    }
    for connector in CONNECTORS {
        for path in ["src", "Cargo.toml"] {
            println!("cargo::rerun-if-changed={}", root.join("plugins").join(connector).join(path).display());
        }
    }
}

/// `OUT_DIR` is `<target>/<profile>/build/<package>/out`.
fn target_folder(out: &Path) -> Result<&Path, String> {
    out.ancestors().nth(4).ok_or_else(|| format!("{} is not as deep as cargo makes it", out.display()))
}

/// Cargo's own words for a missing target do not say what to do.
fn require_target() -> Result<(), String> {
    let answer = Command::new(variable("RUSTC")?)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .map_err(|error| format!("rustc did not start: {error}"))?;
    let folder = String::from_utf8_lossy(&answer.stdout).trim().to_owned();
    match answer.status.success() && Path::new(&folder).is_dir() {
        true => Ok(()),
        false => Err(format!("the target {TARGET} is not installed; run: rustup target add {TARGET}")),
    }
}

fn inner_cargo(root: &Path) -> Result<Command, String> {
    let mut cargo = Command::new(variable("CARGO")?);
    cargo.current_dir(root);
    let prefixes =
        ["CARGO_PROFILE_", "CARGO_BUILD_", "CARGO_TARGET_", "CARGO_ENCODED_", "CARGO_CFG_", "CARGO_FEATURE_"];
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if FOREIGN.contains(&&*text) || prefixes.iter().any(|prefix| text.starts_with(prefix)) {
            cargo.env_remove(&name);
        }
    }
    Ok(cargo)
}
