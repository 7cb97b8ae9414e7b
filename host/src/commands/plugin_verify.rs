//! `hark plugin verify`: would `hark run` take these connectors? Pins, bytes and signatures; no network.

use hark_config::{Config, ConnectorRef};
use hark_supply::{Component, Supply, SupplyError};

use crate::cli::Cli;
use crate::commands::plugin_inspect::reference;
use crate::exit::{Done, Exit, Failure};
use crate::{print, wiring};

/// Runs the command. Every connector is told about, also behind one that is refused.
pub fn run(cli: &Cli, names: &[String]) -> Done {
    let config = match names {
        [] => wiring::config(&cli.config)?,
        _ => wiring::config_or_none(&cli.config)?,
    };
    let supply = wiring::supply(&config)?;
    let mut refused = 0;
    for from in wanted(&config, names)? {
        let Some(component) = looked_at(&supply, &from) else { continue };
        refused += usize::from(component.is_err());
        print::verified(&from, &component, cli.json);
    }
    match refused {
        0 => Ok(()),
        _ => Err(Failure::new(Exit::Connector, format!("{refused} of the connectors would not be run"))),
    }
}

fn looked_at(supply: &Supply, from: &ConnectorRef) -> Option<Result<Component, SupplyError>> {
    match from {
        ConnectorRef::Bundled(_) => None,
        ConnectorRef::File(path) => Some(supply.file(path)),
        ConnectorRef::Remote(reference) => Some(supply.component(reference)),
    }
}

fn wanted(config: &Config, names: &[String]) -> Result<Vec<ConnectorRef>, Failure> {
    if !names.is_empty() {
        return names.iter().map(|name| reference(name)).collect();
    }
    let mut found: Vec<ConnectorRef> = Vec::new();
    for source in &config.sources {
        if !found.contains(&source.connector) {
            found.push(source.connector.clone());
        }
    }
    Ok(found)
}
