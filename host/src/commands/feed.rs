//! `hark feed`: print the feed, and go on printing what comes.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hark_pipeline::now;
use hark_query::{Ambient, FIELDS, Filter};
use hark_store::{Asked, FeedFilter, FeedRow, Store};

use crate::cli::{Cli, FeedArgs};
use crate::exit::{Done, Exit, Failure};
use crate::lists::ListsBeside;
use crate::masks::Masks;
use crate::signals::Signals;
use crate::{print, wiring};

/// How often `--follow` asks whether another process has written.
const FOLLOW_EVERY: Duration = Duration::from_millis(300);

/// Runs the command.
pub async fn run(cli: &Cli, args: &FeedArgs) -> Done {
    if args.fields {
        for info in FIELDS {
            say!(
                "{:<12} {}\n{:13}{}; for example {}",
                format!("{}:", info.name),
                info.meaning,
                "",
                info.takes(),
                info.example
            );
        }
        return Ok(());
    }
    let asked = filter(&args.filter.join(" "), &cli.config)?;
    if args.explain {
        say!("{}", asked.explain());
        return Ok(());
    }
    let config = wiring::config(&cli.config)?;
    know_sources(&config, &args.source)?;
    let masks = Masks::of(&config).await?;
    let store = wiring::existing_store(&config)?;
    let shown = show(cli, args, asked.into(), &Masked { store: store.clone(), masks }).await;
    // Nothing was written, so nothing can be lost: a full disk is no reason not to have shown the feed.
    if let Err(error) = store.close() {
        tracing::debug!("the database was not closed in form: {error}");
    }
    shown
}

/// Reads the filter; what is wrong with it is shown below it.
fn filter(text: &str, config: &Path) -> Result<Filter, Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let filter = Filter::parse(text, &ListsBeside::new(config))
        .map_err(|error| usage(format!("the filter cannot be read:\n{}", error.show(text))))?;
    filter.check(Ambient { now: now(), me: None }).map_err(|error| usage(error.to_string()))?;
    Ok(filter)
}

async fn show(cli: &Cli, args: &FeedArgs, asked: Arc<Filter>, masked: &Masked) -> Done {
    let filter = of_flags(args, asked);
    if args.count {
        let count = masked.store.count(filter).await.map_err(|error| wiring::store_failure(&error))?;
        if cli.json {
            say!("{}", serde_json::json!({ "count": count }));
        } else {
            say!("{count}");
        }
        return Ok(());
    }
    let mut rows = masked.read(filter.clone()).await?;
    rows.reverse();
    print::feed(&rows, cli.json)?;
    if !args.follow {
        if rows.is_empty() && !cli.json {
            eprintln!("nothing in the feed fits");
        }
        return Ok(());
    }
    follow(cli, masked, filter, rows.iter().map(|row| row.row_id).max().unwrap_or(0)).await
}

/// Prints what comes, oldest first, until a signal.
async fn follow(cli: &Cli, masked: &Masked, filter: FeedFilter, mut newest: i64) -> Done {
    let mut signals = Signals::listen()?;
    let mut seen = None;
    loop {
        let version = masked.store.data_version().await.map_err(|error| wiring::store_failure(&error))?;
        if seen != Some(version) {
            seen = Some(version);
            let mut filter = FeedFilter { newer_than: Some(newest), ..filter.clone() };
            // Ages count from when they are looked at.
            filter.asked.iter_mut().for_each(|asked| asked.now = now());
            let mut rows = masked.read(filter).await?;
            rows.sort_by_key(|row| row.row_id);
            newest = rows.last().map_or(newest, |row| row.row_id);
            print::feed(&rows, cli.json)?;
        }
        tokio::select! {
            () = signals.next() => return Ok(()),
            () = tokio::time::sleep(FOLLOW_EVERY) => {}
        }
    }
}

/// The store, of which nothing is read but what may leave the host.
struct Masked {
    store: Store,
    masks: Masks,
}

impl Masked {
    async fn read(&self, filter: FeedFilter) -> Result<Vec<FeedRow>, Failure> {
        let mut rows = self.store.feed(filter).await.map_err(|error| wiring::store_failure(&error))?;
        rows.iter_mut().for_each(|row| self.masks.cover_row(row));
        Ok(rows)
    }
}

fn of_flags(args: &FeedArgs, filter: Arc<Filter>) -> FeedFilter {
    let since =
        args.since.map(|age| now().saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX)));
    FeedFilter {
        zones: args.zone.clone(),
        sources: args.source.clone(),
        sentiments: args.sentiment.clone(),
        teams: args.team.clone(),
        language: args.language.clone(),
        asked: Some(Asked { filter, now: now(), me: None }),
        since,
        limit: args.limit,
        ..FeedFilter::default()
    }
}

/// A source that is not in the configuration is a slip of the pen, not an empty feed.
fn know_sources(config: &hark_config::Config, names: &[String]) -> Done {
    let known: Vec<&str> = config.sources.iter().map(|source| source.name.as_str()).collect();
    match names.iter().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => {
            let message = format!("there is no source `{name}` in {}", config.path.display());
            Err(Failure::new(Exit::Usage, message).hint(format!("there are: {}", known.join(", "))))
        }
    }
}
