//! `hark sources`: every source with its state.

use crate::cli::Cli;
use crate::exit::Done;
use crate::{print, wiring};

/// Runs the command.
pub async fn run(cli: &Cli) -> Done {
    let config = wiring::config(&cli.config)?;
    let known = if config.data.exists() {
        let store = wiring::existing_store(&config)?;
        let sources = store.sources().await;
        store.close().map_err(|error| wiring::store_failure(&error))?;
        sources.map_err(|error| wiring::store_failure(&error))?
    } else {
        Vec::new()
    };
    print::sources(&config, &known, cli.json);
    Ok(())
}
