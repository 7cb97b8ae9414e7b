//! `hark reply`: answer an item on its platform, once.

use std::sync::Arc;

use hark_config::{Config, SourceConfig};
use hark_model::{ActionInfo, Direction, ItemUid};
use hark_pipeline::{ActError, Acted, Deed, SourceSetup, act, new_key};
use hark_store::{ItemDetail, Store, Whereabouts};
use serde_json::json;

use crate::cli::{Cli, ReplyArgs};
use crate::exit::{Done, Exit, Failure};
use crate::{ask, print, wiring};

/// The action that answers an item.
const REPLY: &str = "reply";

/// Runs the command.
pub async fn run(cli: &Cli, args: &ReplyArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    let store = wiring::existing_store(&config)?;
    let done = reply(cli, args, &config, &store).await;
    store.close().map_err(|error| wiring::store_failure(&error))?;
    done
}

async fn reply(cli: &Cli, args: &ReplyArgs, config: &Config, store: &Store) -> Done {
    let item = find_item(store, &args.item).await?;
    let detail = store.item(item.uid).await.map_err(|error| wiring::store_failure(&error))?;
    let detail = detail.ok_or_else(|| no_item(&args.item))?;
    let source = choose(config, &item, args.source.as_deref())?;
    let setup = wiring::Assembler::new(Some(config))?.source(source).await?;
    let action = setup.connector.manifest().actions.iter().find(|action| action.name == REPLY);
    let action = action.ok_or_else(|| {
        Failure::new(Exit::Source, format!("the connector of source {} cannot reply", setup.name))
    })?;
    let arguments = arguments(action, &args.text)?;
    may_reply(action, &detail)?;
    print::to_be_said(&setup, &detail, &args.text, cli.json);
    confirm(args.yes)?;
    let deed = Deed {
        name: REPLY.to_owned(),
        on: Some(detail.native_id.clone()),
        arguments,
        key: args.key.clone().unwrap_or_else(new_key),
    };
    tell(cli, setup, store, wiring::enricher(config).await?, deed).await
}

async fn tell(
    cli: &Cli,
    setup: SourceSetup,
    store: &Store,
    enricher: hark_pipeline::Enricher,
    deed: Deed,
) -> Done {
    let acted = act(Arc::new(setup), store.clone(), enricher, deed).await.map_err(|error| match &error {
        ActError::Store(_) | ActError::Unnoted(_) => Failure::of(Exit::Store, &error),
        ActError::UnknownAction { .. } | ActError::NotDone(_) => Failure::of(Exit::Source, &error),
    })?;
    print::acted(&acted, cli.json);
    match acted {
        Acted::Done(_) | Acted::AlreadyDone(_) => Ok(()),
        Acted::Uncertain { why, key } => {
            let message = format!("it may have been said, or not: {why}");
            let hint = format!("the same command again is safe: it uses the same key ({key})");
            Err(Failure::new(Exit::Source, message).hint(hint))
        }
    }
}

/// Finds an item by its uid or its row.
pub async fn find_item(store: &Store, name: &str) -> Result<Whereabouts, Failure> {
    let found = match (hex::decode(name).ok().and_then(|bytes| bytes.try_into().ok()), name.parse()) {
        (Some(uid), _) => store.whereabouts(ItemUid::from_bytes(uid)).await,
        (None, Ok(row)) => store.whereabouts_of_row(row).await,
        (None, Err(_)) => return Err(no_item(name)),
    };
    found.map_err(|error| wiring::store_failure(&error))?.ok_or_else(|| no_item(name))
}

/// Says that there is no such item.
pub fn no_item(name: &str) -> Failure {
    Failure::new(Exit::Usage, format!("there is no item {name:?}"))
        .hint("name it by its `uid` or `id` in `hark feed --json`")
}

/// Chooses the source to answer through: one that saw the item and is listened to.
fn choose<'a>(
    config: &'a Config,
    item: &Whereabouts,
    wanted: Option<&str>,
) -> Result<&'a SourceConfig, Failure> {
    let saw = |name: &str| item.sources.iter().any(|source| source.as_str() == name);
    if let Some(wanted) = wanted {
        let source = wiring::find(config, wanted)?;
        let unseen = || Failure::new(Exit::Usage, format!("source {wanted} has not seen this item"));
        return if saw(wanted) { Ok(source) } else { Err(unseen()) };
    }
    let source = config.sources.iter().find(|source| source.enabled && saw(source.name.as_str()));
    source.ok_or_else(|| {
        Failure::new(Exit::Source, "no enabled source of the configuration has seen this item")
    })
}

fn arguments(action: &ActionInfo, text: &str) -> Result<String, Failure> {
    let chars = text.chars().count();
    if let Some(max) = action.max_chars.filter(|max| chars > *max as usize) {
        return Err(Failure::new(Exit::Usage, format!("the text has {chars} characters, {max} are taken")));
    }
    if text.trim().is_empty() {
        return Err(Failure::new(Exit::Usage, "the text is empty"));
    }
    let arguments = json!({ "text": text });
    let schema = serde_json::from_str(&action.schema).unwrap_or(json!({}));
    let fits = jsonschema::validator_for(&schema).map(|validator| match validator.validate(&arguments) {
        Ok(()) => None,
        Err(error) => Some(error.to_string()),
    });
    match fits {
        Ok(None) => Ok(arguments.to_string()),
        Ok(Some(why)) => {
            Err(Failure::new(Exit::Source, format!("the connector's reply takes more than a text: {why}")))
        }
        Err(error) => {
            Err(Failure::new(Exit::Connector, format!("the schema of the reply is wrong: {error}")))
        }
    }
}

fn may_reply(action: &ActionInfo, item: &ItemDetail) -> Done {
    if item.row.removed_at.is_some() {
        return Err(Failure::new(Exit::Usage, "the item is gone; there is nothing to answer"));
    }
    if action.needs_summon && item.row.direction != Direction::Inbound {
        let message =
            "the platform takes an answer only where we were addressed, and this item does not address us";
        return Err(Failure::new(Exit::Usage, message));
    }
    Ok(())
}

fn confirm(yes: bool) -> Done {
    if yes || ask::yes("Say it?", "nothing was said")? {
        return Ok(());
    }
    Err(Failure::new(Exit::Usage, "nothing was said"))
}
