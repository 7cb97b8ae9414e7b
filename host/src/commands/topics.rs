//! `hark topics`: what the last hours are about, beside the hours before them.

use hark_analysis::Analyser;
use hark_analysis::topics::Topics;
use hark_model::Ms;
use hark_pipeline::now;
use hark_store::{FeedKey, Store, StoreError};

use crate::cli::{Cli, TopicsArgs};
use crate::exit::Done;
use crate::masks::Masks;
use crate::{print, wiring};

/// Windows before the one that is told of, which say what is usual.
const WINDOWS_BEFORE: Ms = 10;
/// Most texts of one window, the newest: more change little.
const TEXTS_MAX: usize = 50_000;

/// Runs the command.
pub async fn run(cli: &Cli, args: &TopicsArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    let analyser = wiring::analyser_of(&config)?;
    let masks = Masks::of(&config).await?;
    let store = wiring::existing_store(&config)?;
    let topics = read(&store, &analyser, args).await;
    let closed = store.close();
    let topics = topics.map_err(|error| wiring::store_failure(&error))?;
    closed.map_err(|error| wiring::store_failure(&error))?;
    let most = args.limit as usize;
    let (mut keywords, mut trends) = (topics.keywords(most), topics.trending(most));
    keywords.iter_mut().for_each(|keyword| keyword.text = masks.cover_any(&keyword.text));
    trends.iter_mut().for_each(|trend| trend.text = masks.cover_any(&trend.text));
    print::topics(topics.texts(), &keywords, &trends, cli.json);
    Ok(())
}

/// Reads window after window, the oldest first; the last one is left open.
async fn read(store: &Store, analyser: &Analyser, args: &TopicsArgs) -> Result<Topics, StoreError> {
    let window = Ms::try_from(args.window.as_millis()).unwrap_or(Ms::MAX).max(1);
    let (mut topics, end) = (Topics::default(), now());
    for before in (0..=WINDOWS_BEFORE).rev() {
        let until = end.saturating_sub(window.saturating_mul(before));
        // What platforms date into the future is of the last window.
        let until = if before == 0 { Ms::MAX } else { until };
        let since = end.saturating_sub(window.saturating_mul(before + 1));
        let mut after = Some(FeedKey { at: until, row_id: i64::MIN });
        let mut texts = 0;
        while texts < TEXTS_MAX {
            let items = store.recent(since, after).await?;
            let Some(last) = items.last() else { break };
            (after, texts) = (Some(last.key), texts + items.len());
            // A copy says nothing new: one campaign is not a topic of the people.
            let is_wanted = |zone| args.zone.is_empty() || args.zone.contains(&zone);
            for item in items.iter().filter(|item| !item.is_copy && is_wanted(item.zone)) {
                let title = item.title.as_deref();
                let reading = analyser.read(&item.text, title, item.claimed_language.as_deref(), None);
                topics.note(&reading.terms());
            }
        }
        if before > 0 {
            topics.turn();
        }
    }
    Ok(topics)
}
