//! `hark replay`: read kept payloads again and show what would be another.

use hark_config::ConnectorRef;
use hark_lifecycle::Tasks;
use hark_model::Ms;
use hark_pipeline::{Difference, Replay, ReplayError, ReplayReport};

use crate::cli::{Cli, ReplayArgs};
use crate::exit::{Done, Exit, Failure};
use crate::signals::Signals;
use crate::{print, wiring};

/// Runs the command.
pub async fn run(cli: &Cli, args: &ReplayArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    let mut source = wiring::find(&config, &args.source)?.clone();
    if let Some(file) = &args.connector {
        source.connector = ConnectorRef::File(file.clone());
    }
    let setup = wiring::Assembler::ungranted(&config)?.source(&source).await?;
    let enricher = wiring::enricher(&config).await?;
    let store = wiring::existing_store(&config)?;
    let (_tasks, shutdown) = Tasks::new();
    let mut signals = Signals::listen()?;
    let done = async {
        let since = args.since.unwrap_or(Ms::MIN);
        let replay =
            Replay::new(setup, store.clone(), enricher, since, args.accept).await.map_err(failure)?;
        let json = cli.json;
        let reading =
            replay.run(&shutdown, move |difference: &Difference| print::difference(difference, json));
        tokio::pin!(reading);
        loop {
            tokio::select! {
                report = &mut reading => return report.map_err(failure),
                () = signals.next() => shutdown.order(),
            }
        }
    }
    .await;
    store.close().map_err(|error| wiring::store_failure(&error))?;
    let report = done?;
    print::replayed(&report, args.accept, cli.json);
    judge(&report)
}

/// A build that cannot read what the last one could is no success.
fn judge(report: &ReplayReport) -> Done {
    match &report.first_failure {
        None => Ok(()),
        Some(why) => {
            let message =
                format!("{} of {} payloads could not be read: {why}", report.failed, report.payloads);
            Err(Failure::new(Exit::Connector, message))
        }
    }
}

fn failure(error: ReplayError) -> Failure {
    match &error {
        ReplayError::Unknown(_) => Failure::of(Exit::Source, &error),
        ReplayError::Unsupported(_) => Failure::of(Exit::Connector, &error),
        ReplayError::Store(error) => wiring::store_failure(error),
    }
}
