//! `hark spikes`: the hours in which something was unusual.

use hark_model::Ms;

use crate::cli::{Cli, SpikesArgs};
use crate::exit::Done;
use crate::{print, wiring};

/// Runs the command.
pub async fn run(cli: &Cli, args: &SpikesArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    let store = wiring::existing_store(&config)?;
    let alarms = store.alarms(args.since.unwrap_or(Ms::MIN), args.limit).await;
    let closed = store.close();
    let mut alarms = alarms.map_err(|error| wiring::store_failure(&error))?;
    closed.map_err(|error| wiring::store_failure(&error))?;
    alarms.reverse();
    print::spikes(&alarms, cli.json);
    Ok(())
}
