//! `hark plugin pull`: fetches connectors, checks their signatures, and pins them.

use hark_config::{Config, ConnectorRef};
use hark_supply::Pull;

use crate::cli::{Cli, PullArgs};
use crate::commands::plugin_inspect::reference;
use crate::exit::{Done, Exit, Failure};
use crate::{print, wiring};

/// Runs the command. What was pinned before one failed stays pinned.
pub async fn run(cli: &Cli, args: &PullArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    let mut supply = wiring::supply(&config)?;
    let pull = match (args.update, args.allow_older) {
        (false, _) => Pull::Missing,
        (true, false) => Pull::Update,
        (true, true) => Pull::UpdateToAny,
    };
    for from in wanted(&config, &args.connectors)? {
        let mut progress = print::Progress::of(&from, cli.json);
        let pulled = match &from {
            ConnectorRef::Remote(reference) => {
                supply.pull(reference, pull, &mut |done, all| progress.show(done, all)).await
            }
            ConnectorRef::File(path) => supply.pin_file(path, pull),
            ConnectorRef::Bundled(id) => return Err(bundled(id.as_str())),
        };
        progress.clear();
        let pulled = pulled.map_err(|error| wiring::supply_failure(&error))?;
        print::pulled(&from, &pulled, cli.json);
    }
    Ok(())
}

/// Returns the named connectors, or every one of the configuration that lies elsewhere, each once.
fn wanted(config: &Config, names: &[String]) -> Result<Vec<ConnectorRef>, Failure> {
    if !names.is_empty() {
        return names.iter().map(|name| reference(name)).collect();
    }
    let mut found: Vec<ConnectorRef> = Vec::new();
    for source in &config.sources {
        if matches!(source.connector, ConnectorRef::Remote(_)) && !found.contains(&source.connector) {
            found.push(source.connector.clone());
        }
    }
    Ok(found)
}

fn bundled(id: &str) -> Failure {
    Failure::new(Exit::Usage, format!("connector {id} ships with Hark and needs no pin"))
        .hint("name a reference that starts with https:// or oci://, or a .wasm file")
}
