//! What the program says while it works: to standard error, so that standard output stays for facts.

use std::io::{IsTerminal, Write};
use std::sync::OnceLock;

use hark_analysis::personal::{PersonalKind, Policy, Pseudonyms, mask};
use tracing_subscriber::EnvFilter;

/// How much is said unless somebody asks for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    /// What a source does.
    Usual,
    /// What is wrong with Hark: a connector that is tried is made to fail, and says so a thousand times.
    Little,
}

/// Starts the log. `HARK_LOG` takes precedence over `-v`; with `json`, each line is a JSON value.
pub fn start(verbose: u8, json: bool, talk: Talk) {
    let default = match verbose {
        0 if talk == Talk::Little => "error,connector=off",
        0 => "warn,hark=info,hark_pipeline=info,hark_runtime=info,connector=info",
        1 => "info,hark=debug,hark_pipeline=debug,hark_runtime=debug,hark_egress=debug,connector=debug",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_env("HARK_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(|| Log);
    let started = if json {
        builder.json().try_init()
    } else {
        builder.with_target(false).with_ansi(std::io::stderr().is_terminal()).try_init()
    };
    if let Err(error) = started {
        eprintln!("the log could not be started: {error}");
    }
}

/// The names by which personal data is masked in the log, once there are some.
static NAMES: OnceLock<Pseudonyms> = OnceLock::new();
/// Addresses of hosts are what an operator looks for, and no person's.
const MASKED: Policy = Policy::ALL.without(PersonalKind::Internet);

/// Masks personal data in all that is logged from now on. A later key changes nothing: the names of one run are one.
pub fn mask_by(names: Pseudonyms) {
    let _ = NAMES.set(names);
}

/// Standard error, where every entry comes as one piece.
struct Log;

impl Write for Log {
    fn write(&mut self, entry: &[u8]) -> std::io::Result<usize> {
        match (NAMES.get(), std::str::from_utf8(entry)) {
            (Some(names), Ok(text)) => {
                std::io::stderr().write_all(mask(text, MASKED, names).text.as_bytes())?;
            }
            _ => std::io::stderr().write_all(entry)?,
        }
        Ok(entry.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}
