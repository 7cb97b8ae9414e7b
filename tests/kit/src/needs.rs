//! Tests that need a program which a user's machine may not have.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

/// Runs `trials`, unless a program is `missing`: then they are ignored and say so, or fail with `CI=true`.
pub fn run(missing: Option<String>, trials: impl IntoIterator<Item = (&'static str, fn())>) -> ExitCode {
    let arguments = Arguments::from_args();
    let must_run = std::env::var("CI").is_ok_and(|value| value == "true");
    if let Some(why) = &missing {
        eprintln!("no test of this file runs: {why}");
    }
    let trials = trials.into_iter().map(|(name, test)| {
        let missing = missing.clone();
        let ignored = missing.is_some() && !must_run;
        let body = move || match missing {
            Some(why) => Err(Failed::from(why)),
            None => {
                test();
                Ok(())
            }
        };
        Trial::test(name, body).with_ignored_flag(ignored)
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}
