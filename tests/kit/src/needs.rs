//! Tests that need a program which a user's machine may not have.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};

/// Runs `trials`, unless a program is `missing`: then they are ignored and say so, or fail with `CI=true`.
pub fn run(missing: Option<String>, trials: impl IntoIterator<Item = (&'static str, fn())>) -> ExitCode {
    run_each([(missing, trials.into_iter().collect())])
}

/// Runs several groups of trials, each with what is missing for it, as [`run`] does.
pub fn run_each(groups: impl IntoIterator<Item = (Option<String>, Vec<(&'static str, fn())>)>) -> ExitCode {
    let arguments = Arguments::from_args();
    let must_run = std::env::var("CI").is_ok_and(|value| value == "true");
    let mut all = Vec::new();
    for (missing, trials) in groups {
        if let Some(why) = &missing {
            eprintln!("{} tests of this file do not run: {why}", trials.len());
        }
        all.extend(trials.into_iter().map(|(name, test)| trial(name, test, missing.clone(), must_run)));
    }
    libtest_mimic::run(&arguments, all).exit_code()
}

fn trial(name: &str, test: fn(), missing: Option<String>, must_run: bool) -> Trial {
    let ignored = missing.is_some() && !must_run;
    let body = move || match missing {
        Some(why) => Err(Failed::from(why)),
        None => {
            test();
            Ok(())
        }
    };
    Trial::test(name, body).with_ignored_flag(ignored)
}
