//! `hark grant`: says yes to a build of a connector that asks for more than the one before.

use hark_config::SourceConfig;
use hark_runtime::Connector;
use hark_store::Store;

use crate::cli::{Cli, GrantArgs};
use crate::exit::{Done, Exit, Failure};
use crate::grants::{self, Standing};
use crate::{ask, print, wiring};

/// Runs the command.
pub async fn run(cli: &Cli, args: &GrantArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    let source = wiring::find(&config, &args.source)?;
    let connector = wiring::Assembler::new(Some(&config))?.connector(&source.connector).await?;
    let store = wiring::existing_store(&config)?;
    let done = grant(cli, args, &store, source, &connector).await;
    store.close().map_err(|error| wiring::store_failure(&error))?;
    done
}

async fn grant(
    cli: &Cli,
    args: &GrantArgs,
    store: &Store,
    source: &SourceConfig,
    connector: &Connector,
) -> Done {
    let standing = Standing::of(store, source, connector).await?;
    let beyond = standing.beyond();
    print::to_be_granted(source.name.as_str(), connector, &standing, &beyond, cli.json);
    if !beyond.is_empty() && !args.yes && !ask::yes("Grant it?", "nothing was granted")? {
        return Err(Failure::new(Exit::Usage, "nothing was granted"));
    }
    grants::keep(store, source, connector, &standing.powers).await
}
