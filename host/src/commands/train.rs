//! `hark train`: a model of sentiment from labelled texts of the operator's own.

use hark_analysis::train::{Progress, TrainOptions, read_files, train};

use crate::cli::{Cli, TrainArgs};
use crate::exit::{Done, Exit, Failure};
use crate::print;

/// Runs the command.
pub fn run(cli: &Cli, args: &TrainArgs) -> Done {
    let refused = |error: &dyn std::error::Error| Failure::of(Exit::Usage, error);
    let texts = read_files(&args.files, args.language.as_deref()).map_err(|error| refused(&error))?;
    let TrainArgs { seed, epochs, dropout, .. } = *args;
    let options = TrainOptions { seed, epochs, dropout, ..TrainOptions::default() };
    let mut progress = |step: Progress| print::progress(step, cli.json);
    let trained = train(&texts, &options, &mut progress).map_err(|error| refused(&error))?;
    std::fs::write(&args.out, trained.model.to_bytes()).map_err(|error| {
        Failure::new(Exit::Usage, format!("{}: {error}", args.out.display()))
            .hint("name a file that can be written")
    })?;
    print::trained(&trained, &args.out, cli.json);
    Ok(())
}
