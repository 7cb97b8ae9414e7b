//! `hark eval`: how good and how fast language and sentiment are on a folder of labelled texts.

use hark_analysis::eval::evaluate;

use crate::cli::{Cli, EvalArgs};
use crate::exit::{Done, Exit, Failure};
use crate::{print, wiring};

/// Runs the command.
pub fn run(cli: &Cli, args: &EvalArgs) -> Done {
    let analyser = wiring::analyser(&args.model)?;
    let found = evaluate(&analyser, &args.folder).map_err(|error| Failure::of(Exit::Usage, &error))?;
    if found.figures.is_empty() {
        let message = format!("there are no labelled texts in {}", args.folder.display());
        return Err(Failure::new(Exit::Usage, message).hint("hark eval --help says which files are read"));
    }
    print::evaluated(&found, cli.json);
    Ok(())
}
