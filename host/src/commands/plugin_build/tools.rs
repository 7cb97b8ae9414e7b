//! Programs that a build needs: are they there, are they new enough, and running them.
//!
//! Holds: what a program says on its standard output goes to ours for errors, so that `--json` stays JSON;
//! what is missing is said with the command that helps.

use std::path::Path;
use std::process::{Command, Stdio};

use super::failed;
use crate::exit::{Done, Failure};

/// Says on standard error what is done now, since it may take a while.
pub fn step(what: &str) {
    anstream::eprintln!("{what} ...");
}

/// Runs `command`; what it says is seen at once, and its failure is `otherwise`.
pub fn run(command: &mut Command, otherwise: &str) -> Done {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command
        .stdin(Stdio::null())
        .stdout(std::io::stderr())
        .status()
        .map_err(|error| failed(format!("{name} cannot be started: {error}")))?;
    match status.success() {
        true => Ok(()),
        false => Err(failed(otherwise)),
    }
}

/// Returns what `command` says, if it ends well.
pub fn ask(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Makes sure that a program is there and at least of `least`, a major and a minor number.
pub fn at_least(program: &str, title: &str, least: (u32, u32), hint: &str) -> Done {
    let Some(said) = ask(Command::new(program).arg("--version")) else {
        return Err(failed(format!("there is no {title} ({program}) on the path")).hint(hint));
    };
    if version(&said).is_some_and(|found| found >= least) {
        return Ok(());
    }
    let (major, minor) = least;
    Err(failed(format!("{title} {major}.{minor} or later is needed, {program} is {said:?}")).hint(hint))
}

/// Reads "v20.20.2" or "Python 3.11.7".
fn version(said: &str) -> Option<(u32, u32)> {
    let digits = said.trim_start_matches(|c: char| !c.is_ascii_digit());
    let mut parts = digits.split('.').map(str::parse);
    Some((parts.next()?.ok()?, parts.next()?.ok()?))
}

/// Why the tools are not as the lock file wants them, with the commands that install them.
pub fn missing(tool: &str, wanted: &str, found: Option<&str>, folder: &Path, by_hand: &str) -> Failure {
    let message = match found {
        Some(found) => format!("the lock file of the connector wants {tool} {wanted}, {found} is installed"),
        None => format!("{tool} {wanted}, which the lock file of the connector names, is not installed yet"),
    };
    failed(message).hint(format!("hark plugin build --install {}\n        or: {by_hand}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_programs_say_them() {
        for (said, want) in [
            ("v20.20.2", Some((20, 20))),
            ("Python 3.11.7", Some((3, 11))),
            ("Python 3.14.0rc1", Some((3, 14))),
            ("11.19.1", Some((11, 19))),
            ("", None),
            ("unknown", None),
        ] {
            assert_eq!(version(said), want, "{said:?}");
        }
    }

    #[test]
    fn a_program_that_is_not_there_is_said() {
        let failure = at_least("hark-no-such-program", "Nonesuch", (1, 0), "install it").unwrap_err();
        assert_eq!(failure.to_string(), "there is no Nonesuch (hark-no-such-program) on the path");
    }
}
