//! `hark experts`: who likely knows what an item asks, with what they wrote of it.

use hark_analysis::experts::{Availability, Presence};
use hark_config::Config;
use hark_pipeline::{ExpertFinder, ExpertPerson, ExpertQuestion, FoundExpert, now};
use hark_store::{FeedRow, Store};

use crate::cli::{Cli, ExpertsArgs};
use crate::commands::reply::find_item;
use crate::exit::{Done, Exit, Failure};
use crate::masks::Masks;
use crate::{print, wiring};

/// After how many days an item counts half: to find who knows this, and who is on this now.
const KNOWS_DAYS: f32 = 1_000.0;
const ON_IT_DAYS: f32 = 60.0;

/// Runs the command.
pub async fn run(cli: &Cli, args: &ExpertsArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    if config.experts.is_empty() {
        let message = format!("{} names nobody who agreed to be asked", config.path.display());
        return Err(Failure::new(Exit::Config, message)
            .hint("name them: [experts.ada] accounts = [\"@ada\", \"ada@example.org\"]"));
    }
    let masks = Masks::of(&config).await?;
    let store = wiring::existing_store(&config)?;
    let found = find(args, &config, &masks, &store).await;
    // Nothing was written, so nothing can be lost.
    if let Err(error) = store.close() {
        tracing::debug!("the database was not closed in form: {error}");
    }
    print::experts(&found?, cli.json);
    Ok(())
}

/// Returns who was found, each item of theirs as it may leave the host.
async fn find(
    args: &ExpertsArgs,
    config: &Config,
    masks: &Masks,
    store: &Store,
) -> Result<Vec<(FoundExpert, Vec<FeedRow>)>, Failure> {
    let failed = |error| wiring::store_failure(&error);
    let about = find_item(store, &args.item).await?.uid;
    let gone = || Failure::new(Exit::Usage, format!("item {about} is gone: its text is not shown"));
    let item = store.item(about).await.map_err(failed)?.ok_or_else(gone)?.row;
    if item.removed_at.is_some() {
        return Err(gone());
    }
    let text = format!("{}\n{}", item.title.as_deref().unwrap_or_default(), item.text);
    let at = now();
    let mut finder = ExpertFinder::read(store, &people(config, masks), at).await.map_err(failed)?;
    tracing::debug!(items = finder.items(), "read what experts wrote");
    let half_life_days = if args.active { ON_IT_DAYS } else { KNOWS_DAYS };
    let question = ExpertQuestion { text: &text, about, half_life_days, load_max: u32::MAX, at };
    // Settings without people who have hours and desks know of nobody that they are away.
    let here = |_: &str| Availability { presence: Presence::Here, open_items: 0 };
    let mut told = Vec::new();
    for expert in finder.ask(&question, here) {
        let mut rows = Vec::new();
        for piece in &expert.items {
            let row = store.item(piece.uid).await.map_err(failed)?.map(|detail| detail.row);
            rows.extend(row.map(|mut row| {
                masks.cover_row(&mut row);
                row
            }));
        }
        told.push((expert, rows));
    }
    Ok(told)
}

/// Who was masked before it was stored is known by the name that stands for them.
fn people(config: &Config, masks: &Masks) -> Vec<ExpertPerson> {
    let with_names = |account: &String| {
        let masked = masks.cover_any(account);
        let other = (masked != *account).then_some(masked);
        std::iter::once(account.clone()).chain(other)
    };
    let person = |expert: &hark_config::ExpertConfig| ExpertPerson {
        name: expert.name.clone(),
        accounts: expert.accounts.iter().flat_map(with_names).collect(),
    };
    config.experts.iter().map(person).collect()
}
