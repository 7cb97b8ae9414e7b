//! `hark eval`: how good and how fast language and sentiment are on a folder of labelled texts.

use hark_analysis::eval::report;

use crate::cli::{Cli, EvalArgs};
use crate::exit::{Done, Exit, Failure};
use crate::{print, wiring};

/// Runs the command.
pub fn run(cli: &Cli, args: &EvalArgs) -> Done {
    let analyser = wiring::analyser(&args.model)?;
    let found = report(&analyser, &args.folder).map_err(|error| {
        Failure::of(Exit::Usage, &error).hint("hark eval --help says which files are read")
    })?;
    print::evaluated(&found, cli.json);
    Ok(())
}
