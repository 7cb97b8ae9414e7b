//! Runs: a stream read batch by batch until there is no more, as the host reads it.

use std::collections::BTreeSet;
use std::sync::Arc;

use hark_cassette::{Ask, Blob, Exchange, Live, Player, Read};
use hark_model::{Event, FaultClass, Item, SourceLimits};

use crate::bench::Bench;
use crate::laws::replay::class_word;
use crate::limits;
use crate::told::Told;

/// A run of the cassette: where it begins and what it asked first.
#[derive(Debug, Clone)]
pub struct Start {
    /// Number of its first call.
    pub call: usize,
    /// Its first question.
    pub read: Read,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// What a run gave.
#[derive(Debug, Default)]
pub struct Run {
    /// Batch by batch; the last one may be a failure.
    pub told: Vec<Told>,
    /// What the cassette had no answer for.
    pub misses: Vec<String>,
    /// The cursor at its end.
    pub cursor: Option<Vec<u8>>,
}

impl Run {
    /// Returns the items of all batches.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.told.iter().flat_map(items)
    }

    /// Returns the ids of all items.
    pub fn ids(&self) -> BTreeSet<String> {
        self.items().map(|item| item.id.clone()).collect()
    }

    /// Returns the failure that ended it.
    pub fn failure(&self) -> Option<&Told> {
        self.told.iter().find(|told| told.error.is_some())
    }

    /// Returns how it crashed, if it did.
    pub fn crash(&self) -> Option<String> {
        self.told.iter().find_map(Told::crash)
    }
}

/// Returns the items among what was told.
pub fn items(told: &Told) -> impl Iterator<Item = &Item> {
    told.events.iter().filter_map(|event| match event {
        Event::Item(item) => Some(item),
        _ => None,
    })
}

/// Returns what makes an item the same as another: its id, its revision and its text.
pub fn mark(item: &Item) -> (String, String, String) {
    (item.id.clone(), item.revision.clone(), item.text.clone())
}

impl Bench {
    /// Returns the first run of each stream, target and mode: those that start without a cursor. A mode that
    /// the connector, with these settings, says it does not have is none; `replay` holds it to its word.
    pub fn starts(&self) -> Vec<Start> {
        let mut starts: Vec<Start> = Vec::new();
        for (call, entry) in self.cassette.calls.iter().enumerate() {
            let Ask::Read(read) = &entry.ask else { continue };
            let same = |known: &Start| {
                (&known.read.stream, &known.read.target, &known.read.mode)
                    == (&read.stream, &read.target, &read.mode)
            };
            let is_first = read.cursor.is_none() && read.continuation.is_none() && !starts.iter().any(same);
            let has_mode = entry.answer.fault != Some(class_word(FaultClass::Unsupported));
            if is_first && has_mode {
                starts.push(Start { call, read: read.clone(), at: entry.at });
            }
        }
        starts
    }

    /// Returns the exchanges of the calls of the run that starts at `start`, before all others.
    pub fn pool(&self, start: &Start) -> Vec<Exchange> {
        self.exchanges_from(start.call)
    }

    /// Reads from `start` to the end, out of its own exchanges.
    pub async fn run(&self, start: &Start) -> Run {
        let player = Arc::new(Player::new(self.pool(start), start.at));
        self.drain(&player, start.read.clone(), SourceLimits::STRICT).await
    }

    /// Reads from `start` to the end on a platform that is simulated.
    pub async fn run_live(&self, start: &Start, live: Live) -> Run {
        let player = Arc::new(Player::new(self.pool(start), start.at).live(live));
        self.drain(&player, start.read.clone(), SourceLimits::STRICT).await
    }

    /// Reads until there is no more, or a failure.
    pub async fn drain(&self, player: &Arc<Player>, read: Read, limits: SourceLimits) -> Run {
        self.drain_while(player, read, limits, |_| true).await
    }

    /// Reads as `drain` does, and no further than where a batch says that the platform is to be left alone.
    pub async fn drain_to_pause(&self, player: &Arc<Player>, read: Read, limits: SourceLimits) -> Run {
        self.drain_while(player, read, limits, |told| told.pause_ms().is_none()).await
    }

    async fn drain_while(
        &self,
        player: &Arc<Player>,
        mut read: Read,
        limits: SourceLimits,
        goes_on: impl Fn(&Told) -> bool,
    ) -> Run {
        let mut run = Run { cursor: read.cursor.clone().map(|cursor| cursor.0), ..Run::default() };
        for _ in 0..limits::BATCHES_MAX {
            let told = self.read(player, &read, limits).await;
            if told.error.is_none() {
                run.cursor = told.cursor.clone().or(run.cursor);
            }
            read.cursor = run.cursor.clone().map(Blob);
            read.continuation = told.continuation.clone().map(Blob);
            let ends = read.continuation.is_none() || !goes_on(&told);
            run.told.push(told);
            if ends {
                break;
            }
        }
        run.misses = player.heard().misses;
        run
    }
}

impl Start {
    /// Returns the question that resumes from `cursor`.
    pub fn from(&self, cursor: Option<Vec<u8>>) -> Read {
        Read { cursor: cursor.map(Blob), continuation: None, ..self.read.clone() }
    }

    /// Returns the same start at a later time.
    pub fn later(&self) -> i64 {
        self.at + limits::LATER_MS
    }

    /// Says where it stands in the cassette.
    pub fn place(&self) -> String {
        format!("call {} (read {})", self.call + 1, self.read.stream)
    }
}
