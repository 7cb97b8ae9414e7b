//! `hark sources`: every source with its state; what crashed, and who is let out of quarantine.

use std::path::Path;

use hark_config::Config;
use hark_store::{SourceId, Store};

use crate::cli::Cli;
use crate::exit::{Done, Exit, Failure};
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

/// Lets a source out of quarantine.
pub async fn release(cli: &Cli, source: &str) -> Done {
    let config = wiring::config(&cli.config)?;
    let (store, id) = known(&config, source).await?;
    let released = store.release_source(id).await;
    store.close().map_err(|error| wiring::store_failure(&error))?;
    let released = released.map_err(|error| wiring::store_failure(&error))?;
    print::released(source, released, cli.json);
    Ok(())
}

/// Writes a capsule of a source.
pub async fn capsule(cli: &Cli, source: &str, number: Option<i64>, output: Option<&Path>) -> Done {
    let config = wiring::config(&cli.config)?;
    let (store, id) = known(&config, source).await?;
    let found = store.capsule(id, number).await;
    store.close().map_err(|error| wiring::store_failure(&error))?;
    let Some(text) = found.map_err(|error| wiring::store_failure(&error))? else {
        let message = match number {
            Some(number) => format!("source {source} has no capsule {number}"),
            None => format!("source {source} has no capsule: no call of it crashed lately"),
        };
        return Err(Failure::new(Exit::Usage, message).hint("hark sources --json lists them"));
    };
    match output {
        None => say!("{}", text.trim_end()),
        Some(file) => std::fs::write(file, text).map_err(|error| {
            Failure::new(Exit::Usage, format!("{} cannot be written: {error}", file.display()))
        })?,
    }
    Ok(())
}

/// Opens the database and finds a source in it; one that is no longer in the configuration, too.
async fn known(config: &Config, source: &str) -> Result<(Store, SourceId), Failure> {
    let store = wiring::existing_store(config)?;
    let found = store.source_id(source).await.map_err(|error| wiring::store_failure(&error))?;
    match found {
        Some(id) => Ok((store, id)),
        None => {
            let names =
                config.sources.iter().map(|source| source.name.as_str()).collect::<Vec<_>>().join(", ");
            let message = format!("source {source} was never listened to");
            Err(Failure::new(Exit::Usage, message).hint(format!("the configuration has: {names}")))
        }
    }
}
