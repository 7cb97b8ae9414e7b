//! `hark reanalyse`: the analyser of now over the archive, with its progress, and a clean stop.

use std::time::{Duration, Instant};

use hark_lifecycle::Tasks;
use hark_pipeline::{Reanalysis, ReanalysisEnd};
use hark_store::{ReanalysisStatus, Store};

use crate::cli::{Cli, ReanalyseArgs};
use crate::exit::{Done, Exit, Failure};
use crate::signals::Signals;
use crate::{print, wiring};

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// Runs the command.
pub async fn run(cli: &Cli, args: &ReanalyseArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    let analyser = wiring::analyser_of(&config)?;
    let store = wiring::existing_store(&config)?;
    let ended = async {
        let reanalysis = if args.dry_run {
            Reanalysis::look(store.clone(), analyser, args.since).await
        } else {
            Reanalysis::order(store.clone(), analyser, args.since).await
        };
        read(cli, args, reanalysis.map_err(|error| wiring::store_failure(&error))?).await
    }
    .await;
    close(&store)?;
    ended
}

fn close(store: &Store) -> Done {
    store.close().map_err(|error| wiring::store_failure(&error))
}

/// Reads until the end, or the first signal: a piece under way is finished.
async fn read(cli: &Cli, args: &ReanalyseArgs, mut reanalysis: Reanalysis) -> Done {
    let (_tasks, shutdown) = Tasks::new();
    let mut signals = Signals::listen()?;
    let (json, dry_run) = (cli.json, args.dry_run);
    print::reanalysis_line(reanalysis.status(), dry_run, json);
    let mut told_at = Instant::now();
    let end = {
        let tell = |status: &ReanalysisStatus| {
            if told_at.elapsed() >= TELL_EVERY {
                told_at = Instant::now();
                print::reanalysis_line(status, dry_run, json);
            }
        };
        let reading = reanalysis.run(&shutdown, tell);
        tokio::pin!(reading);
        loop {
            tokio::select! {
                end = &mut reading => break end,
                () = signals.next() => shutdown.order(),
            }
        }
    };
    let end = end.map_err(|error| wiring::store_failure(&error))?;
    print::reanalysis_end(reanalysis.status(), end, dry_run, json);
    if end == ReanalysisEnd::NotOurs {
        return Err(Failure::new(Exit::Store, "another process reads the archive again")
            .hint("let it go on; when it has stopped, the same command goes on from there"));
    }
    Ok(())
}
