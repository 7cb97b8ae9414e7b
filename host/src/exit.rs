//! How the program ends: one table of exit codes, one way to say what went wrong.

use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;

/// Whose trouble ended the program; its number is the exit code. The README shows this table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// A fault of Hark itself.
    Internal = 1,
    /// The command line is wrong (clap's own code).
    Usage = 2,
    /// The configuration is missing or wrong.
    Config = 3,
    /// A source cannot be set up or read.
    Source = 4,
    /// The database cannot be opened, read or written.
    Store = 5,
    /// A connector cannot be built or loaded, or breaks a law.
    Connector = 6,
    /// An address cannot be listened on, or a target of notices does not take anything.
    Network = 7,
}

/// Why a command failed, in words for people.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
    hint: Option<String>,
    /// Said as it is: another process reads it.
    is_bare: bool,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// What a command gives.
pub type Done = Result<(), Failure>;

impl Failure {
    /// Says `message`, and ends with `exit`.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hint: None, is_bare: false }
    }

    /// Says `error` with its causes, and ends with `exit`.
    pub fn of(exit: Exit, error: &dyn Error) -> Self {
        Self::new(exit, chain(error))
    }

    /// Adds what to do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says it without anything around it, for a process that reads it.
    pub fn bare(self) -> Self {
        Self { is_bare: true, ..self }
    }

    /// Prints the failure and returns the exit code.
    pub fn report(&self, json: bool) -> ExitCode {
        if self.is_bare {
            eprintln!("{}", self.message);
        } else if json {
            let value = serde_json::json!({
                "error": self.message, "hint": self.hint, "kind": format!("{:?}", self.exit).to_lowercase(),
                "exit_code": self.exit as u8,
            });
            say!("{value}");
        } else {
            let red = anstyle::AnsiColor::Red.on_default().bold();
            anstream::eprintln!("{red}error{red:#}: {}", self.message);
            if let Some(hint) = &self.hint {
                anstream::eprintln!("  help: {hint}");
            }
        }
        ExitCode::from(self.exit as u8)
    }
}

/// Returns `error` and its causes on one line.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(text, ": {error}").expect("a string can be written to");
        cause = error.source();
    }
    text
}

/// Attaches an exit code to an error.
pub trait OrExit<T> {
    /// Turns an error into a failure that ends with `exit`.
    fn or_exit(self, exit: Exit) -> Result<T, Failure>;
}

impl<T, E: Error> OrExit<T> for Result<T, E> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure> {
        self.map_err(|error| Failure::of(exit, &error))
    }
}
