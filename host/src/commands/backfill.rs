//! `hark backfill`: read what was said before, with its progress, and stop cleanly.

use std::time::Duration;

use hark_lifecycle::{Shutdown, Tasks};
use hark_model::Ms;
use hark_pipeline::{BackfillEnd, BackfillError, Backfiller, now};
use hark_store::{BackfillKey, BackfillState, Store};

use crate::cli::{BackfillArgs, Cli};
use crate::exit::{Done, Exit, Failure};
use crate::notices::{Asking, questions};
use crate::signals::Signals;
use crate::{print, wiring};

/// How often progress is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// Days that are read if nobody says how many.
const DAYS_DEFAULT: u32 = 30;
const DAY_MS: Ms = 24 * 3_600_000;

/// Runs the command.
pub async fn run(cli: &Cli, args: &BackfillArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    let source = wiring::find(&config, &args.source)?;
    let setup = wiring::Assembler::new(Some(&config))?.source(source).await?;
    let asking = Asking::default();
    let setup = setup.with_answers(Some(asking.answers()));
    let days = source.backfill_days.unwrap_or(DAYS_DEFAULT);
    let enricher = wiring::enricher(&config).await?;
    let store = wiring::store(&config)?;
    let done = async {
        asking.set(questions(&config, &store).await?, &config);
        let backfiller = Backfiller::new(setup, store.clone(), enricher).await;
        let backfiller = backfiller.map_err(|error| wiring::store_failure(&error))?;
        let since_default = now() - Ms::from(days) * DAY_MS;
        let keys = backfiller.order(args.stream.as_deref(), args.since, args.until, since_default).await;
        read_all(cli, &backfiller, &keys.map_err(failure)?, &args.source).await
    }
    .await;
    close(&store)?;
    done
}

fn close(store: &Store) -> Done {
    store.close().map_err(|error| wiring::store_failure(&error))
}

fn failure(error: BackfillError) -> Failure {
    match &error {
        BackfillError::UnknownStream { .. } => Failure::of(Exit::Usage, &error),
        BackfillError::NotOffered { .. } => Failure::of(Exit::Source, &error)
            .hint("`hark plugin inspect` shows in which modes each stream can be read"),
        BackfillError::Store(error) => wiring::store_failure(error),
    }
}

async fn read_all(cli: &Cli, backfiller: &Backfiller, keys: &[BackfillKey], source: &str) -> Done {
    let (_tasks, shutdown) = Tasks::new();
    let mut watch = Watch { cli, backfiller, source, signals: Signals::listen()?, shown: None };
    let mut failed = Vec::new();
    for key in keys {
        match watch.read(key, &shutdown).await? {
            Ended::Well => {}
            Ended::Badly(why) => failed.push(format!("{}: {why}", key.stream)),
            Ended::Stopped => return Ok(()),
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(Failure::new(Exit::Source, failed.join("; "))) }
}

enum Ended {
    Well,
    Badly(String),
    Stopped,
}

/// Reads, or watches somebody else read, and says how far it is.
struct Watch<'a> {
    cli: &'a Cli,
    backfiller: &'a Backfiller,
    source: &'a str,
    signals: Signals,
    /// What was said last: stream, target, batches.
    shown: Option<(String, String, u64)>,
}

impl Watch<'_> {
    async fn read(&mut self, key: &BackfillKey, shutdown: &Shutdown) -> Result<Ended, Failure> {
        loop {
            let end = self.read_once(key, shutdown).await?;
            self.show(key).await?;
            match end {
                BackfillEnd::Done => return Ok(Ended::Well),
                BackfillEnd::Failed(why) => return Ok(Ended::Badly(why)),
                BackfillEnd::Stopped => return self.stopped(key).await,
                BackfillEnd::Waits(at) => {
                    let wait = Duration::from_millis(u64::try_from(at - now()).unwrap_or(0));
                    print::backfill_note("the platform asks to wait; Ctrl-C stops here", self.cli.json);
                    if self.pause(wait).await {
                        return self.stopped(key).await;
                    }
                }
                BackfillEnd::NotOurs => {
                    if let Some(ended) = self.follow(key).await? {
                        return Ok(ended);
                    }
                }
            }
        }
    }

    /// Reads until the end, or the first signal: a batch under way is finished.
    async fn read_once(&mut self, key: &BackfillKey, shutdown: &Shutdown) -> Result<BackfillEnd, Failure> {
        let backfiller = self.backfiller;
        let reading = backfiller.read(key, shutdown);
        tokio::pin!(reading);
        let mut look = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                end = &mut reading => return end.map_err(|error| wiring::store_failure(&error)),
                () = self.signals.next() => shutdown.order(),
                _ = look.tick() => self.show(key).await?,
            }
        }
    }

    async fn stopped(&self, key: &BackfillKey) -> Result<Ended, Failure> {
        self.backfiller.pause(key).await.map_err(|error| wiring::store_failure(&error))?;
        let words = format!("stopped; `hark backfill {}` goes on from here", self.source);
        print::backfill_note(&words, self.cli.json);
        Ok(Ended::Stopped)
    }

    /// Watches another process read; `None` when it has let go of it.
    async fn follow(&mut self, key: &BackfillKey) -> Result<Option<Ended>, Failure> {
        print::backfill_note("another process reads it; this is how far it is", self.cli.json);
        loop {
            self.show(key).await?;
            let status = self.backfiller.status(key).await.map_err(|error| wiring::store_failure(&error))?;
            let Some(status) = status else { return Ok(Some(Ended::Well)) };
            match status.state {
                BackfillState::Done => return Ok(Some(Ended::Well)),
                BackfillState::Paused => return Ok(Some(Ended::Stopped)),
                BackfillState::Failed => return Ok(Some(Ended::Badly(status.fault.unwrap_or_default()))),
                BackfillState::Waiting if status.leased_until.is_none_or(|at| at <= now()) => {
                    return Ok(None);
                }
                BackfillState::Waiting => {}
            }
            if self.pause(LOOK).await {
                // It is not ours to stop.
                return Ok(Some(Ended::Stopped));
            }
        }
    }

    /// Waits; returns whether a signal came.
    async fn pause(&mut self, wait: Duration) -> bool {
        tokio::select! {
            () = self.signals.next() => true,
            () = tokio::time::sleep(wait) => false,
        }
    }

    async fn show(&mut self, key: &BackfillKey) -> Done {
        let status = self.backfiller.status(key).await.map_err(|error| wiring::store_failure(&error))?;
        let Some(status) = status else { return Ok(()) };
        let now = (status.stream.clone(), status.target.clone(), status.batches);
        if self.shown.as_ref() != Some(&now) || status.state == BackfillState::Done {
            print::backfill_line(self.source, &status, self.cli.json);
            self.shown = Some(now);
        }
        Ok(())
    }
}
