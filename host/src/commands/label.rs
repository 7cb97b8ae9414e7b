//! `hark label`: what somebody says of how an item feels.

use hark_model::Sentiment;
use hark_pipeline::now;
use hark_store::{NewLabel, Store};
use serde_json::json;

use crate::cli::{Cli, Label, LabelArgs};
use crate::commands::reply::find_item;
use crate::exit::{Done, Exit, Failure};
use crate::wiring;

/// Longest name of who labels.
const NAME_CHARS_MAX: usize = 100;

/// Runs the command.
pub async fn run(cli: &Cli, args: &LabelArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    let store = wiring::existing_store(&config)?;
    let done = label(cli, args, &store).await;
    store.close().map_err(|error| wiring::store_failure(&error))?;
    done
}

async fn label(cli: &Cli, args: &LabelArgs, store: &Store) -> Done {
    let who = args.by.trim();
    if who.is_empty() || who.chars().count() > NAME_CHARS_MAX || who.chars().any(char::is_control) {
        let message = format!("--by must be a name of 1 to {NAME_CHARS_MAX} letters");
        return Err(Failure::new(Exit::Usage, message).hint("hark label UID negative --by ada"));
    }
    let label = match args.label {
        Label::Positive => Sentiment::Positive,
        Label::Neutral => Sentiment::Neutral,
        Label::Negative => Sentiment::Negative,
    };
    let item = find_item(store, &args.item).await?;
    let new = NewLabel { uid: item.uid, label, who: who.to_owned(), at: now() };
    let kept = store.keep_label(new).await.map_err(|error| wiring::store_failure(&error))?;
    let Some(kept) = kept else {
        return Err(Failure::new(Exit::Usage, format!("item {} is gone: its text is not shown", item.uid)));
    };
    let machine = kept.machine.map(Sentiment::as_str);
    if cli.json {
        let value = json!({
            "uid": item.uid.to_string(), "revision": kept.revision, "label": label.as_str(), "machine": machine,
            "who": who,
        });
        say!("{value}");
    } else {
        say!("{}: {label}, where the machine says {}", item.uid, machine.unwrap_or("nothing"));
    }
    Ok(())
}
