//! Platforms' own clients, as their authors ship them, against the doubles: what they believe, a connector may.
//!
//! Each script beside this file has functions `case_…`; each is a test with a double of its own. The clients are
//! installed by pip, pinned, into a folder of the target. Where there is no Python the tests are ignored and say
//! so; with `CI=true` they fail.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use hark_doubles::{Double, Options};
use libtest_mimic::{Arguments, Failed, Trial};

/// A platform and the script that plays its client.
const CLIENTS: &[(&str, &str, &str)] = &[
    ("discourse", "discourse_client.py", include_str!("discourse_client.py")),
    ("facebook", "facebook_client.py", include_str!("facebook_client.py")),
    ("mastodon", "mastodon_client.py", include_str!("mastodon_client.py")),
    ("slack", "slack_client.py", include_str!("slack_client.py")),
    ("x", "x_client.py", include_str!("x_client.py")),
];

fn main() -> std::process::ExitCode {
    let arguments = Arguments::from_args();
    let python = if arguments.list { Err("only listed".to_owned()) } else { python() };
    if let Some(why) = python.as_ref().err().filter(|_| !arguments.list) {
        eprintln!("no test of this file runs: {why}");
    }
    let must_run = std::env::var("CI").is_ok_and(|value| value == "true");
    let trials = CLIENTS.iter().flat_map(|(platform, script, text)| {
        let python = python.clone();
        cases(text).map(move |case| {
            let (python, ignored) = (python.clone(), python.is_err() && !must_run);
            let body = move || run(&python?, platform, script, case);
            Trial::test(format!("{platform}::{case}"), body).with_ignored_flag(ignored)
        })
    });
    let trials = trials.collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Names of the cases of a script, without `case_`.
fn cases(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter_map(|line| line.strip_prefix("def case_")?.split('(').next())
}

fn run(python: &Path, platform: &str, script: &str, case: &str) -> Result<(), Failed> {
    let double = Double::start(platform, Options::default()).unwrap();
    let mut command = Command::new(python);
    // Without the byte code of modules, and without what the machine adds.
    command.arg("-B").arg(folder().join(script)).arg(case).arg(double.base_url());
    command.env("PYTHONNOUSERSITE", "1").env("NO_PROXY", "*").env("no_proxy", "*");
    told(command.output(), "python").map(|_| ()).map_err(Failed::from)
}

/// Returns the Python that has all clients, installed when the list of them has changed.
fn python() -> Result<PathBuf, String> {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clients");
    let (python, mark) = (home.join("bin/python"), home.join("installed"));
    let wanted = folder().join("requirements.txt");
    let list = std::fs::read_to_string(&wanted).unwrap();
    if std::fs::read_to_string(&mark).is_ok_and(|installed| installed == list) && python.exists() {
        return Ok(python);
    }
    told(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home).output(), "python3 -m venv")?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r"])
        .arg(&wanted);
    told(pip.output(), "pip install")?;
    std::fs::write(&mark, list).unwrap();
    Ok(python)
}

fn told(output: std::io::Result<Output>, what: &str) -> Result<Output, String> {
    let output = output.map_err(|error| format!("{what} does not start: {error}"))?;
    match output.status.success() {
        true => Ok(output),
        false => Err(format!("{what} fails: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

fn folder() -> PathBuf {
    std::env::current_dir().expect("a test runs in the folder of its package").join("tests/clients")
}
