//! `hark plugin add`: makes connectors ready, so that `hark run` only loads.

use std::borrow::Cow;
use std::time::Duration;

use hark_config::{Config, ConnectorRef};
use hark_runtime::Precompiler;
use hark_supply::{Pull, Supply};

use crate::cli::Cli;
use crate::commands::plugin_inspect::reference;
use crate::exit::{Done, Exit, Failure, OrExit};
use crate::{print, wiring};

/// Runs the command. What was made ready before one failed stays so.
pub async fn run(cli: &Cli, names: &[String]) -> Done {
    let config = match names {
        [] => wiring::config(&cli.config)?,
        _ => wiring::config_or_none(&cli.config)?,
    };
    let mut supply = wiring::supply(&config)?;
    let precompiler = precompiler(&config)?;
    for from in wanted(&config, names)? {
        let fetched = fetch(&mut supply, &from, cli.json).await?;
        let took = prepare(&precompiler, &supply, &from)?;
        print::added(&from, fetched, took, cli.json);
    }
    Ok(())
}

/// Compiles what is not compiled yet of the connectors that `config` listens with, and says so: it takes time that
/// the start would not have taken. What fails is told, and its source is left out later. No thread is left behind.
pub fn ready(config: &Config) -> Done {
    let supply = wiring::supply(config)?;
    let precompiler = precompiler(config)?;
    for from in of_sources(config) {
        match prepare(&precompiler, &supply, &from) {
            Ok(None) => {}
            Ok(Some(took)) => {
                tracing::info!("connector {from}: compiled first, in {:.1} s", took.as_secs_f64())
            }
            Err(failure) => tracing::error!("{failure}"),
        }
    }
    Ok(())
}

fn precompiler(config: &Config) -> Result<Precompiler, Failure> {
    Precompiler::new(&wiring::runtime_options(Some(config), wiring::apart(config.compile)?))
        .or_exit(Exit::Internal)
}

async fn fetch(supply: &mut Supply, from: &ConnectorRef, json: bool) -> Result<bool, Failure> {
    let ConnectorRef::Remote(reference) = from else { return Ok(false) };
    let mut progress = print::Progress::of(from, json);
    let pulled = supply.pull(reference, Pull::Missing, &mut |done, all| progress.show(done, all)).await;
    progress.clear();
    Ok(pulled.map_err(|error| wiring::supply_failure(&error))?.fetched)
}

fn prepare(
    precompiler: &Precompiler,
    supply: &Supply,
    from: &ConnectorRef,
) -> Result<Option<Duration>, Failure> {
    let component: Cow<'_, [u8]> = match from {
        ConnectorRef::Bundled(id) => wiring::bundled(id.as_str())?.into(),
        ConnectorRef::File(path) => {
            supply.file(path).map_err(|error| wiring::supply_failure(&error))?.bytes.into()
        }
        ConnectorRef::Remote(reference) => {
            supply.component(reference).map_err(|error| wiring::supply_failure(&error))?.bytes.into()
        }
    };
    precompiler.prepare(&component).map_err(|error| wiring::load_failure(&from.to_string(), &error))
}

fn wanted(config: &Config, names: &[String]) -> Result<Vec<ConnectorRef>, Failure> {
    match names {
        [] => Ok(of_sources(config)),
        _ => names.iter().map(|name| reference(name)).collect(),
    }
}

/// Returns the connectors of all sources that are listened to, each once.
fn of_sources(config: &Config) -> Vec<ConnectorRef> {
    let mut found: Vec<ConnectorRef> = Vec::new();
    for source in config.sources.iter().filter(|source| source.enabled) {
        if !found.contains(&source.connector) {
            found.push(source.connector.clone());
        }
    }
    found
}
