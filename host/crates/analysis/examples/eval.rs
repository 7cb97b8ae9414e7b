//! `hark eval` without the rest of Hark: quick to build where only the analysis is worked on.
//!
//! `cargo run -p hark-analysis --example eval -- FOLDER [OWN.model]`

use std::path::PathBuf;
use std::process::ExitCode;

use hark_analysis::eval::report;
use hark_analysis::{Analyser, Model};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let Some(folder) = arguments.next() else {
        eprintln!("usage: eval FOLDER [OWN.model]");
        return ExitCode::from(2);
    };
    let analyser = arguments.try_fold(Analyser::new(), |analyser, path| {
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let model = Model::parse(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok::<_, String>(analyser.with_model(model))
    });
    let found = analyser.and_then(|analyser| report(&analyser, &folder).map_err(|error| told(&error)));
    match found.and_then(|found| found.write(&mut std::io::stdout()).map_err(|error| error.to_string())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Returns what went wrong, with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
