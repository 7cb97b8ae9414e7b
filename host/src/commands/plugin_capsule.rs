//! `hark plugin try --capsule`: a call that crashed is made again, with what it heard played to it.

use std::path::Path;
use std::sync::Arc;

use hark_cassette::{Ask, Call, Capsule, Player};
use hark_certify::{Bench, Told};
use hark_config::Config;
use hark_model::SourceLimits;
use hark_runtime::Connector;

use crate::cli::Cli;
use crate::commands::plugin_inspect::reference;
use crate::exit::{Done, Exit, Failure, chain};
use crate::{print, wiring};

/// Runs the command. The configuration is needed only where `name` is a source of it.
pub async fn run(cli: &Cli, name: &str, file: &Path) -> Done {
    let failed = |why: String| Failure::new(Exit::Usage, format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    let capsule = Capsule::parse(&text).map_err(|error| failed(chain(&error)))?;
    let config = if cli.config.exists() { Some(wiring::config(&cli.config)?) } else { None };
    let connector = connector(config.as_ref(), name).await?;
    let bench = Bench::new(connector.clone(), capsule.cassette.clone(), name)
        .map_err(|error| failed(chain(&error)))?;
    let call = capsule.cassette.calls.first().ok_or_else(|| failed("it holds no call".to_owned()))?;
    let (told, misses) = again(&bench, call, limits_of(&capsule)).await;
    let is_same = hex::encode(connector.digest()) == capsule.component_sha256;
    print::capsule(&capsule, &told, &misses, is_same, cli.json);
    match told.crash() {
        Some(error) => Err(Failure::new(Exit::Connector, format!("it crashes again: {error}"))),
        None => Ok(()),
    }
}

async fn connector(config: Option<&Config>, name: &str) -> Result<Connector, Failure> {
    let mut assembler = wiring::Assembler::new(config)?;
    let source = config.and_then(|config| config.sources.iter().find(|source| source.name.as_str() == name));
    match source {
        Some(source) => assembler.connector(&source.connector).await,
        None => assembler.connector(&reference(name)?).await,
    }
}

fn limits_of(capsule: &Capsule) -> SourceLimits {
    let mut limits = SourceLimits::STRICT;
    for (key, value) in &capsule.limits {
        // A limit that this Hark does not know bounded nothing that it has.
        let _ = limits.set(key, *value);
    }
    limits
}

async fn again(bench: &Bench, call: &Call, limits: SourceLimits) -> (Told, Vec<String>) {
    let player = Arc::new(Player::new(call.exchanges.clone(), call.at));
    let told = match &call.ask {
        Ask::Read(read) => bench.read(&player, read, limits).await,
        other => bench.ask(&player, other).await,
    };
    (told, player.heard().misses)
}
