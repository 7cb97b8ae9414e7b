//! `hark silence`: notices kept quiet for a while, by hand.

use hark_config::{Config, did_you_mean};
use hark_model::Ms;
use hark_pipeline::now;
use hark_query::{Ambient, Filter, NoLists};
use hark_routing::Tree;
use hark_store::{SilenceRow, Store};

use crate::cli::{Cli, SilenceArgs, SilenceCommand};
use crate::exit::{Done, Exit, Failure};
use crate::{print, wiring};

/// Longest name.
const NAME_BYTES_MAX: usize = 64;
/// Longest reason.
const REASON_BYTES_MAX: usize = 1_000;

/// Runs the command.
pub async fn run(cli: &Cli, command: &SilenceCommand) -> Done {
    let config = wiring::config(&cli.config)?;
    let tree = wiring::rules(&config)?;
    match command {
        SilenceCommand::Add(args) => add(cli, &config, &tree, args).await,
        SilenceCommand::List => list(cli, &config, &tree).await,
        SilenceCommand::End { name } => end(cli, &config, &tree, name).await,
    }
}

async fn add(cli: &Cli, config: &Config, tree: &Tree, args: &SilenceArgs) -> Done {
    let row = row(tree, args)?;
    if of_file(tree, &row.name) {
        return Err(taken(&row.name, "in the file of rules"));
    }
    let store = wiring::store(config)?;
    let added = store.add_silence(row.clone()).await;
    close(&store)?;
    if !added.map_err(|error| wiring::store_failure(&error))? {
        return Err(taken(&row.name, "already, perhaps one that has ended"));
    }
    print::silence_changed(&row.name, "made", cli.json);
    Ok(())
}

fn taken(name: &str, place: &str) -> Failure {
    Failure::new(Exit::Usage, format!("there is a silence {name:?} {place}"))
        .hint("take another name; `hark silence list` shows them")
}

fn row(tree: &Tree, args: &SilenceArgs) -> Result<SilenceRow, Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !(1..=NAME_BYTES_MAX).contains(&args.name.len()) || !args.name.bytes().all(legal) {
        let why =
            format!("{:?} is no name; write 1 to {NAME_BYTES_MAX} letters, digits, `-`, `_`, `.`", args.name);
        return Err(usage(why));
    }
    for (flag, text) in [("--author", &args.author), ("--reason", &args.reason)] {
        if text.trim().is_empty() || text.len() > REASON_BYTES_MAX || text.chars().any(char::is_control) {
            return Err(usage(format!("{flag} is empty, too long or holds control characters")));
        }
    }
    let filter = Filter::parse(&args.when, &NoLists)
        .map_err(|error| usage(format!("the filter cannot be read:\n{}", error.show(&args.when))))?;
    filter.check(Ambient { now: 0, me: None }).map_err(|error| usage(error.to_string()))?;
    if filter.root().is_none() {
        return Err(usage("the filter is empty".to_owned())
            .hint("for all items write --when zone:intranet,extranet,social"));
    }
    for rule in &args.rule {
        if !tree.rule_names().any(|own| own == rule) {
            let hint = did_you_mean(rule, tree.rule_names(), '"');
            return Err(usage(format!("there is no rule {rule:?}{hint}")));
        }
    }
    let from = now();
    let lasts = Ms::try_from(args.lasts.as_millis()).unwrap_or(Ms::MAX);
    Ok(SilenceRow {
        name: args.name.clone(),
        filter: filter.to_string(),
        rules: args.rule.clone(),
        from,
        until: from.saturating_add(lasts),
        author: args.author.clone(),
        reason: args.reason.clone(),
        ended_at: None,
    })
}

async fn list(cli: &Cli, config: &Config, tree: &Tree) -> Done {
    let made = if config.data.exists() {
        let store = wiring::existing_store(config)?;
        let made = store.silences().await;
        close(&store)?;
        made.map_err(|error| wiring::store_failure(&error))?
    } else {
        Vec::new()
    };
    print::silences(tree.silences().list(), &made, now(), cli.json);
    Ok(())
}

async fn end(cli: &Cli, config: &Config, tree: &Tree, name: &str) -> Done {
    if of_file(tree, name) {
        let message = format!("silence {name:?} stands in the file of rules");
        return Err(Failure::new(Exit::Usage, message).hint("end it there: set its `until`"));
    }
    let store = wiring::existing_store(config)?;
    let ended = store.end_silence(name.to_owned(), now()).await;
    close(&store)?;
    if !ended.map_err(|error| wiring::store_failure(&error))? {
        return Err(Failure::new(Exit::Usage, format!("there is no silence {name:?} that has not ended"))
            .hint("`hark silence list` shows them"));
    }
    print::silence_changed(name, "ended", cli.json);
    Ok(())
}

fn of_file(tree: &Tree, name: &str) -> bool {
    tree.silences().list().iter().any(|own| &*own.name == name)
}

fn close(store: &Store) -> Done {
    store.close().map_err(|error| wiring::store_failure(&error))
}
