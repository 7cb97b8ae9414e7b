//! `hark route`: the rules checked, asked why, and tried against others.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hark_config::Config;
use hark_routing::Tree;
use hark_store::Store;

use crate::cli::{Cli, DryRunArgs, RouteCommand};
use crate::commands::reply::{find_item, no_item};
use crate::exit::{Done, Exit, Failure};
use crate::{print, wiring};

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_millis(500);

/// Runs the command.
pub async fn run(cli: &Cli, command: &RouteCommand) -> Done {
    let config = wiring::config(&cli.config)?;
    match command {
        RouteCommand::Check { file } => check(cli, &config, file.as_deref()),
        RouteCommand::Explain { item, rules } => {
            let tree = asked(&config, rules.as_deref())?;
            with_store(&config, async |store| explain(cli, store, &tree, item).await).await
        }
        RouteCommand::DryRun(args) => dry_run(cli, &config, args).await,
    }
}

fn check(cli: &Cli, config: &Config, file: Option<&Path>) -> Done {
    let Some(path) = file.or(config.rules.as_deref()) else {
        let message = format!("{} names no file of rules", config.path.display());
        return Err(Failure::new(Exit::Config, message).hint(
            "name one: hark route check FILE; or in the configuration: [routing] rules = \"rules.toml\"",
        ));
    };
    let tree = wiring::rules_of(path, config)?;
    print::rules_are_good(path, &tree, cli.json);
    Ok(())
}

/// Reads the rules that are asked.
fn asked(config: &Config, named: Option<&Path>) -> Result<Tree, Failure> {
    named.map_or_else(|| wiring::rules(config), |path| wiring::rules_of(path, config))
}

async fn with_store(config: &Config, doing: impl AsyncFnOnce(&Store) -> Done) -> Done {
    let store = wiring::existing_store(config)?;
    let done = doing(&store).await;
    store.close().map_err(|error| wiring::store_failure(&error))?;
    done
}

async fn explain(cli: &Cli, store: &Store, tree: &Tree, name: &str) -> Done {
    let item = find_item(store, name).await?;
    let detail = store.item(item.uid).await.map_err(|error| wiring::store_failure(&error))?;
    let detail = detail.ok_or_else(|| no_item(name))?;
    if detail.row.removed_at.is_some() {
        return Err(Failure::new(Exit::Usage, "the item is gone; its words cannot be asked any more"));
    }
    let explained = hark_pipeline::explain(store, tree, &detail).await;
    print::explanation(&detail, &explained.map_err(|error| wiring::store_failure(&error))?, cli.json);
    Ok(())
}

async fn dry_run(cli: &Cli, config: &Config, args: &DryRunArgs) -> Done {
    let now = Arc::new(wiring::rules(config)?);
    let (old, new) = match &args.rules {
        Some(path) => (now, Arc::new(wiring::rules_of(path, config)?)),
        None => (Arc::new(Tree::bare()), now),
    };
    with_store(config, async |store| {
        let mut told_at = Instant::now();
        let told = |read: usize| {
            if told_at.elapsed() >= TELL_EVERY {
                told_at = Instant::now();
                print::tried(read, cli.json);
            }
        };
        let run = hark_pipeline::dry_run(store, old, new, args.since, told).await;
        print::dry_run(&run.map_err(|error| wiring::store_failure(&error))?, cli.json);
        Ok(())
    })
    .await
}
