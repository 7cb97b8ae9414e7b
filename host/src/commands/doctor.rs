//! `hark doctor`: what this machine allows the process to give up, tried on itself.

use crate::cli::Cli;
use crate::exit::Done;
use crate::{confinement, print, wiring};

/// Runs the command. Without a configuration it tells what the machine allows.
pub fn run(cli: &Cli) -> Done {
    let needs = match cli.config.exists() {
        true => confinement::needs(&wiring::config(&cli.config)?),
        false => hark_confine::Needs::default(),
    };
    // A thread of its own: what it gives up, this one still needs.
    let measures = std::thread::scope(|scope| scope.spawn(|| hark_confine::confine(&needs)).join());
    let measures =
        measures.map_err(|_| crate::exit::Failure::new(crate::exit::Exit::Internal, "the trial crashed"))?;
    print::measures(&measures, cli.json);
    Ok(())
}
