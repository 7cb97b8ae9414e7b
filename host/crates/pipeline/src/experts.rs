//! Who knows: the items that people wrote who agreed to be named, read from the store into an index in memory.
//!
//! Holds: nobody but these people is read; the newest items count, as many as there is room for; the index goes with its
//! process, so that who is taken out of the list leaves nothing behind. Who is there, and how much they have to do, is
//! what the caller says. Not here: whether the one who asks may see an item.

use std::collections::HashMap;

use hark_analysis::experts::{Availability, Experts, Outcome, Question};
use hark_analysis::limits::EXPERT_AGE_DAYS_MAX;
use hark_model::{ItemUid, Ms};
use hark_store::{SaidItem, Store, StoreError};

use crate::limits;

/// Milliseconds of a day.
const DAY_MS: Ms = 86_400_000;

/// Somebody who agreed to be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpertPerson {
    /// The name that is told.
    pub name: String,
    /// Handles, mail addresses and ids of platforms that are theirs.
    pub accounts: Vec<String>,
}

/// Somebody who likely knows, with what speaks for them.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundExpert {
    /// Who.
    pub name: String,
    /// How much speaks for them, beside the best, 0 to 1.
    pub score: f64,
    /// What they wrote of it, the strongest first.
    pub items: Vec<ExpertItem>,
}

/// An item that speaks for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpertItem {
    /// Which.
    pub uid: ItemUid,
    /// The words of the question that it has, as the question writes them.
    pub words: Vec<String>,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct ExpertQuestion<'q> {
    /// Its words.
    pub text: &'q str,
    /// The item that it is about, which speaks for nobody, and whose author is no answer.
    pub about: ItemUid,
    /// After how many days an item counts half.
    pub half_life_days: f32,
    /// Somebody with so much to do, or more, is not named.
    pub load_max: u32,
    /// Now.
    pub at: Ms,
}

/// An index of what experts wrote.
#[derive(Debug)]
pub struct ExpertFinder {
    experts: Experts,
    uids: HashMap<u64, ItemUid>,
    /// Who wrote each of `uids`, where somebody may ask about it.
    authors: HashMap<ItemUid, String>,
}

impl ExpertFinder {
    /// Reads what `people` wrote, the newest first, as far back as anything counts.
    pub async fn read(store: &Store, people: &[ExpertPerson], at: Ms) -> Result<Self, StoreError> {
        let mut finder = Self { experts: Experts::new(), uids: HashMap::new(), authors: HashMap::new() };
        let since = at.saturating_sub(Ms::from(EXPERT_AGE_DAYS_MAX) * DAY_MS);
        for person in people {
            // The bound on people is that of the settings, far below that of the index.
            if finder.experts.opt_in(&person.name).is_err() {
                tracing::warn!(person = person.name, "there is no room for more experts");
                break;
            }
            for account in &person.accounts {
                for author in store.authors(account.clone()).await? {
                    finder.read_author(store, &person.name, author, (since, at)).await?;
                }
            }
        }
        Ok(finder)
    }

    /// Returns how many items were read.
    pub fn items(&self) -> usize {
        self.uids.len()
    }

    async fn read_author(
        &mut self,
        store: &Store,
        name: &str,
        author: i64,
        (since, at): (Ms, Ms),
    ) -> Result<(), StoreError> {
        let (mut after, mut read) = (None, 0);
        while read < limits::EXPERT_ITEMS_OF_AUTHOR && self.uids.len() < limits::EXPERT_ITEMS_READ {
            let items = store.said_by(author, since, after).await?;
            let Some(last) = items.last() else { return Ok(()) };
            (after, read) = (Some(last.key), read + items.len());
            items.iter().for_each(|item| self.keep(name, item, at));
        }
        Ok(())
    }

    fn keep(&mut self, name: &str, item: &SaidItem, at: Ms) {
        let id = item.key.row_id.unsigned_abs();
        // One author may be known by two accounts.
        if self.uids.insert(id, item.uid).is_some() {
            return;
        }
        self.authors.insert(item.uid, name.to_owned());
        let text = match &item.title {
            Some(title) => format!("{title}\n{}", item.text),
            None => item.text.clone(),
        };
        self.experts.keep((id, &text), name, Outcome::Said, item.key.at / 1_000, at / 1_000);
    }

    /// Returns who to ask, the best first; `availability` is asked of few people.
    pub fn ask(
        &mut self,
        question: &ExpertQuestion<'_>,
        availability: impl Fn(&str) -> Availability,
    ) -> Vec<FoundExpert> {
        let asked_by = self.authors.get(&question.about).cloned().unwrap_or_default();
        let found = self.experts.ask(
            &Question {
                text: question.text,
                now_secs: question.at / 1_000,
                half_life_days: question.half_life_days,
                asked_by: &asked_by,
                open_items_max: question.load_max,
            },
            availability,
        );
        let item = |piece: hark_analysis::experts::Evidence| {
            Some(ExpertItem { uid: *self.uids.get(&piece.item)?, words: piece.words })
        };
        found
            .into_iter()
            .map(|expert| FoundExpert {
                name: expert.person,
                score: expert.score,
                items: expert.evidence.into_iter().filter_map(item).collect(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use hark_analysis::experts::Presence;
    use hark_model::Event;

    use super::*;
    use crate::given::{self, actor, commit, item};

    const NOW: Ms = 20_600 * DAY_MS;

    fn person(name: &str, account: &str) -> ExpertPerson {
        ExpertPerson { name: name.to_owned(), accounts: vec![account.to_owned()] }
    }

    fn names(found: &[FoundExpert]) -> Vec<&str> {
        found.iter().map(|expert| expert.name.as_str()).collect()
    }

    #[tokio::test]
    async fn who_agreed_is_named_with_what_they_wrote() {
        let (_folder, store) = given::store();
        let forum = given::source(&store).await;
        let people =
            [("1", "@ada", "ada@x.example"), ("2", "ben", "Ben@x.example"), ("3", "cy", "cy@x.example")];
        let mut events: Vec<Event> =
            people.iter().map(|(id, handle, mail)| Event::Actor(actor(id, handle, mail))).collect();
        let said = [
            ("a1", "1", "The refund of a card takes three days, as the bank is slow"),
            ("a2", "1", "A refund goes back to the same card"),
            ("b1", "2", "The lamp of the dock blinks after the update"),
            ("b2", "2", "A refund of the dock is made by hand"),
            ("c1", "3", "Refund of a card: I know all of it"),
        ];
        for (at, (id, author, text)) in said.into_iter().enumerate() {
            let mut item = item(id, text, NOW - DAY_MS * 10 + at as Ms);
            item.author = Some(author.to_owned());
            events.push(Event::Item(item));
        }
        commit(&store, forum, NOW, events).await;
        let agreed = [person("Ada", "ADA"), person("Ben", "ben@x.example"), person("Nobody", "@nobody")];
        let mut finder = ExpertFinder::read(&store, &agreed, NOW).await.unwrap();
        assert_eq!(finder.items(), 4, "who has not agreed is not even read");
        let mut ask = |text: &str, about: &str, availability: &dyn Fn(&str) -> Availability| {
            let about = ItemUid::derive("forum", about);
            let question = ExpertQuestion { text, about, half_life_days: 1_000.0, load_max: 5, at: NOW };
            finder.ask(&question, availability)
        };
        let here = |_: &str| Availability { presence: Presence::Here, open_items: 0 };
        let found = ask("When comes the refund for my card?", "q", &here);
        assert_eq!(names(&found), ["Ada", "Ben"]);
        let first = &found[0].items[0];
        assert!([ItemUid::derive("forum", "a1"), ItemUid::derive("forum", "a2")].contains(&first.uid));
        assert!(first.words.contains(&"refund".to_owned()) && first.words.contains(&"card".to_owned()));
        assert_eq!(names(&ask("lamp of the dock", "q", &here))[0], "Ben");
        assert_eq!(names(&ask("refund for a card", "a1", &here)), ["Ben"], "who asks is no answer");
        let away = |name: &str| Availability {
            presence: if name == "Ada" { Presence::Away } else { Presence::Here },
            open_items: if name == "Ben" { 5 } else { 0 },
        };
        assert!(ask("refund for a card", "q", &away).is_empty(), "one is away, the other has enough to do");
    }
}
