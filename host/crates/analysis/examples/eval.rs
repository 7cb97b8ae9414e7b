//! `hark eval` without the rest of Hark: quick to build where only the analysis is worked on.
//!
//! `cargo run -p hark-analysis --example eval -- FOLDER [OWN.model]`

use std::path::PathBuf;
use std::process::ExitCode;

use hark_analysis::eval::evaluate;
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
    let found = analyser.and_then(|analyser| evaluate(&analyser, &folder).map_err(|error| error.to_string()));
    match found {
        Ok(found) => {
            for figure in found.figures {
                println!("{:<34} {:<42} {:>12.4} {:>7}", figure.set, figure.name, figure.value, figure.texts);
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
