//! Connectors in Python and JavaScript, from the first command to events: made, built, tested, sandboxed, read.
//!
//! Tools are installed once for each project, below the target folder. Where Python or Node.js is missing the tests
//! are ignored and say so; with `CI=true` they fail.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod certificate;
mod connectors;
mod mastodon;
mod new;
mod sandbox;
mod shell;
mod slack;
mod stage;
mod tutorial;

use libtest_mimic::{Arguments, Failed, Trial};

use shell::Tool;

fn main() -> std::process::ExitCode {
    let mut arguments = Arguments::from_args();
    // Each builds a component, which takes a processor for itself.
    arguments.test_threads = Some(1);
    let must_run = std::env::var("CI").is_ok_and(|value| value == "true");
    let trials: [(&str, Tool, fn()); 8] = [
        ("what_is_made_from_the_contract_is_not_stale", Tool::Python, new::contract),
        ("the_python_sdk_passes_its_tests_and_types", Tool::Python, new::python_sdk),
        ("the_javascript_sdk_passes_its_tests_and_types", Tool::Node, new::javascript_sdk),
        ("a_new_connector_in_javascript_builds_and_reads_at_once", Tool::Node, new::javascript),
        ("the_tutorial_says_what_happens", Tool::Python, tutorial::run),
        ("mastodon_listens_to_its_double", Tool::Python, connectors::mastodon),
        ("slack_listens_to_its_double", Tool::Node, connectors::slack),
        ("nothing_gets_out_of_a_python_component", Tool::Python, sandbox::run),
    ];
    let trials = trials.map(|(name, tool, test)| {
        let missing = tool.missing();
        if let Some(why) = missing {
            eprintln!("{name} does not run: {why}");
        }
        let body = move || match missing {
            Some(why) => Err(Failed::from(why)),
            None => {
                test();
                Ok(())
            }
        };
        Trial::test(name, body).with_ignored_flag(missing.is_some() && !must_run)
    });
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}
