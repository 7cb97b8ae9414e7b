//! `hark sources discover`: what a source could listen to.

use crate::cli::Cli;
use crate::exit::{Done, Exit, Failure, chain};
use crate::{print, wiring};

/// Runs the command.
pub async fn run(cli: &Cli, source: &str) -> Done {
    let config = wiring::config(&cli.config)?;
    let found = wiring::find(&config, source)?;
    let setup = wiring::Assembler::new(Some(&config))?.source(found).await?;
    let call = setup.connector.discover(setup.context(), &setup.settings).await;
    let targets = call.result.map_err(|error| {
        Failure::new(Exit::Source, format!("{source}: {}", setup.gate.scrub(&chain(&error))))
    })?;
    let is_read = |stream: &str, id: &str| setup.targets(stream).iter().any(|target| target == id);
    print::targets(&targets, is_read, cli.json);
    Ok(())
}
