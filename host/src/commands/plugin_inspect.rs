//! `hark plugin inspect`: what a connector is and asks for, and what the configuration grants.

use std::path::Path;

use hark_config::{Config, ConnectorRef, RemoteRef, SourceConfig};
use hark_model::ConnectorId;
use hark_pipeline::permissions;
use hark_runtime::Connector;

use crate::cli::Cli;
use crate::exit::{Done, Exit, Failure};
use crate::{print, wiring};

/// Runs the command. The configuration is not needed, but told about where it is there.
pub async fn run(cli: &Cli, name: &str) -> Done {
    let config = if cli.config.exists() { Some(wiring::config(&cli.config)?) } else { None };
    let from = reference(name)?;
    let connector = wiring::Assembler::new(config.as_ref())?.connector(&from).await?;
    let uses = config.as_ref().map_or_else(Vec::new, |config| uses(config, &from, &connector));
    print::inspection(&connector, &uses, cli.json);
    Ok(())
}

/// Compares what two builds of a connector ask for.
pub async fn difference(cli: &Cli, old: &str, new: &str) -> Done {
    let config = if cli.config.exists() { Some(wiring::config(&cli.config)?) } else { None };
    let mut assembler = wiring::Assembler::new(config.as_ref())?;
    let old = assembler.connector(&reference(old)?).await?;
    let new = assembler.connector(&reference(new)?).await?;
    print::build_difference(&old, &new, cli.json);
    Ok(())
}

/// A name is a bundled connector's, a path one of a file, an address one that was fetched.
pub fn reference(name: &str) -> Result<ConnectorRef, Failure> {
    if RemoteRef::is_meant(name) {
        let parsed = RemoteRef::parse(name);
        return parsed.map(ConnectorRef::Remote).map_err(|error| Failure::of(Exit::Usage, &error));
    }
    if name.ends_with(".wasm") || name.contains('/') {
        return Ok(ConnectorRef::File(Path::new(name).to_owned()));
    }
    ConnectorId::parse(name).map(ConnectorRef::Bundled).map_err(|error| Failure::of(Exit::Usage, &error))
}

/// One source that uses the connector.
#[derive(Debug)]
pub struct Use {
    /// The source.
    pub source: String,
    /// What it is granted, or why that cannot be told.
    pub permissions: Result<Vec<hark_pipeline::Permission>, String>,
    /// Names of the credentials with whether they are set.
    pub credentials: Vec<(String, bool)>,
}

fn uses(config: &Config, from: &ConnectorRef, connector: &Connector) -> Vec<Use> {
    let sources = config.sources.iter().filter(|source| same(&source.connector, from));
    sources.map(|source| use_of(source, connector)).collect()
}

fn same(a: &ConnectorRef, b: &ConnectorRef) -> bool {
    match (a, b) {
        (ConnectorRef::File(a), ConnectorRef::File(b)) => a.canonicalize().ok() == b.canonicalize().ok(),
        _ => a == b,
    }
}

fn use_of(source: &SourceConfig, connector: &Connector) -> Use {
    let manifest = connector.manifest();
    let credentials = manifest
        .credentials
        .iter()
        .map(|info| (info.name.clone(), source.credentials.contains_key(&info.name)));
    Use {
        source: source.name.to_string(),
        permissions: permissions(source, manifest).map_err(|error| error.to_string()),
        credentials: credentials.collect(),
    }
}
