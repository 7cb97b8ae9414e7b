//! What was said in the last day, across all sources of a process: to tell that something is said again.
//!
//! Holds: a bounded number of texts; what is known of them is made anew from the store at each start; an item that
//! was published before the last day is neither looked up nor kept. A copy is an item like any other, with an
//! opinion beside it. Not here: what becomes of copies.

use std::sync::{Mutex, PoisonError};

use hark_analysis::Analyser;
use hark_analysis::duplicates::{Duplicates, LANES, Signature};
use hark_model::{ItemUid, Ms};
use hark_store::{CopyOf, RecentItem, Store, StoreError};

use crate::clock::now;
use crate::limits;

/// How long an item is new: as long as its text is remembered.
const WINDOW_MS: Ms = 24 * 60 * 60 * 1_000;

/// The texts of the last day, each with what it is like. One serves all sources.
#[derive(Debug)]
pub(crate) struct Recent(Mutex<Duplicates<(ItemUid, Signature)>>);

/// One text that was said just now.
pub(crate) struct Said {
    pub uid: ItemUid,
    pub published_at: Ms,
    pub signature: Signature,
}

impl Recent {
    pub fn new() -> Self {
        Self(Mutex::new(Duplicates::with_room_for(limits::RECENT_TEXTS_MAX)))
    }

    /// Reads what the store knows of the last day.
    pub async fn of(store: &Store, analyser: &Analyser) -> Result<Self, StoreError> {
        let since = now().saturating_sub(WINDOW_MS);
        let (mut firsts, mut after) = (Vec::new(), None);
        while firsts.len() < limits::RECENT_TEXTS_MAX {
            let items = store.recent(since, after).await?;
            let Some(last) = items.last() else { break };
            after = Some(last.key);
            firsts.extend(items.iter().filter_map(|item| first(analyser, item)));
            // Reading texts is computing: let others have a turn.
            tokio::task::yield_now().await;
        }
        let recent = Self::new();
        firsts.sort_by_key(|(_, at, _)| *at);
        {
            let mut texts = recent.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (uid, at, signature) in &firsts {
                texts.sight((*uid, *signature), *at, signature);
            }
        }
        Ok(recent)
    }

    /// Returns for each of `said`, read at `observed_at`, the earlier item that it is nearly the same as.
    pub fn look_up(&self, said: &[Option<Said>], observed_at: Ms) -> Vec<Option<CopyOf>> {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.iter()
            .map(|said| {
                let said = said.as_ref()?;
                if observed_at.saturating_sub(said.published_at) >= WINDOW_MS {
                    return None;
                }
                let Said { uid, signature, .. } = said;
                let (first, its) = texts.sight((*uid, *signature), observed_at, signature).first;
                let similarity = f64::from(its.same(signature)) / LANES as f64;
                (first != *uid).then_some(CopyOf { uid: first, similarity })
            })
            .collect()
    }
}

fn first(analyser: &Analyser, item: &RecentItem) -> Option<(ItemUid, Ms, Signature)> {
    if item.is_copy {
        return None;
    }
    let reading = analyser.read(&item.text, item.title.as_deref(), item.claimed_language.as_deref(), None);
    Some((item.uid, item.observed_at, reading.signature()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "The checkout took my money twice this morning and nobody at support answers my mails";

    fn said(id: &str, text: &str, published_at: Ms) -> Option<Said> {
        let signature = Analyser::plain().read(text, None, Some("en"), None).signature()?;
        Some(Said { uid: ItemUid::derive("x", id), published_at, signature })
    }

    #[test]
    fn a_copy_names_the_first_and_no_item_is_its_own() {
        let recent = Recent::new();
        let other = "We are glad to say that our new shop opens its doors on Saturday, come and see us";
        let batch =
            [said("1", TEXT, 5), said("2", other, 5), said("3", &TEXT.to_uppercase(), 5), said("4", "no", 5)];
        let first = ItemUid::derive("x", "1");
        let firsts = |found: Vec<Option<CopyOf>>| -> Vec<Option<ItemUid>> {
            found.into_iter().map(|found| found.map(|found| found.uid)).collect()
        };
        assert_eq!(firsts(recent.look_up(&batch, 10)), [None, None, Some(first), None]);
        assert_eq!(firsts(recent.look_up(&batch, 20)), [None, None, Some(first), None], "read again");
        let changed = recent.look_up(&[said("5", &TEXT.replace("morning", "weekend"), 5)], 30);
        let found = changed[0].clone().unwrap();
        assert!(found.uid == first && (0.3..1.0).contains(&found.similarity), "{found:?}");
    }

    #[test]
    fn what_is_of_the_past_is_no_copy_and_has_none() {
        let recent = Recent::new();
        let at = 10 * WINDOW_MS;
        assert_eq!(recent.look_up(&[said("old", TEXT, at - WINDOW_MS)], at), [None]);
        assert_eq!(recent.look_up(&[said("1", TEXT, at)], at), [None], "the old one was not kept");
        assert_eq!(recent.look_up(&[said("older", TEXT, 5)], at), [None]);
        assert!(recent.look_up(&[said("2", TEXT, at)], at + 1)[0].is_some());
    }
}
