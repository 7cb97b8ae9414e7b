//! Looks whether more is said than usual, or more of it negative: by counts of what is stored.
//!
//! Holds: all that is known of the past is made anew from the store at each start, so that nothing of it can be
//! lost; an hour is judged once, and what ended before the first look is only learned from; an alarm is kept with
//! the route that the rules give it. Not here: when an hour is unusual, who is told.

use std::collections::HashMap;
use std::sync::Arc;

use hark_analysis::spikes::{Alarm, BIN_SECS, Measured, SeriesKey, SpikeSettings, Spikes};
use hark_lifecycle::Shutdown;
use hark_model::{ItemUid, Ms, Route, Sentiment, Zone};
use hark_query::Record;
use hark_routing::{Context, Item, NoExperts, RouteScratch, State};
use hark_store::{BinCount, NewAlarm, SourceId, Store, StoreError};

use crate::clock::{millis, now};
use crate::enrich::{CurrentEnricher, Enricher};
use crate::limits;

const BIN_MS: Ms = BIN_SECS * 1_000;

/// Watches the counts of what is stored.
#[derive(Debug)]
pub(crate) struct SpikeWatch {
    store: Store,
    enricher: Arc<CurrentEnricher>,
    spikes: Spikes,
    /// When the first bin begins that was not counted yet.
    next: Ms,
    /// Hours that ended by then were judged, or were there before anybody looked.
    judged_until: Ms,
}

impl SpikeWatch {
    /// Watches from `at` on, or from where it was last looked; learns what is usual from what is stored.
    pub async fn open(store: Store, enricher: Arc<CurrentEnricher>, at: Ms) -> Result<Self, StoreError> {
        let judged_until = match store.spikes_judged_until().await? {
            Some(until) => until,
            None => {
                let until = last_closed(at);
                store.keep_alarms(Vec::new(), until, at).await?;
                until
            }
        };
        let next = bin_of(at.saturating_sub(millis(limits::SPIKE_PAST)));
        let spikes = Spikes::new(SpikeSettings::default(), next / 1_000);
        Ok(Self { store, enricher, spikes, next, judged_until })
    }

    /// Counts what was published since the last look and judges the hours that are over; returns how many alarms
    /// there are.
    pub async fn look(&mut self, at: Ms) -> Result<u32, StoreError> {
        let (end, mut kept) = (last_closed(at), 0);
        while self.next < end {
            let until = end.min(self.next.saturating_add(millis(limits::SPIKE_PIECE)));
            let counts = self.store.bin_counts(self.next, until, BIN_MS).await?;
            let alarms = self.count(&counts, until);
            let alarms: Vec<Alarm> =
                alarms.into_iter().filter(|alarm| alarm.until_secs * 1_000 > self.judged_until).collect();
            if until > self.judged_until {
                let alarms = self.routed(alarms, at).await?;
                for alarm in &alarms {
                    tracing::warn!(team = alarm.route.team, "unusual: {}", alarm.why);
                }
                kept += self.store.keep_alarms(alarms, until, at).await?;
                self.judged_until = until;
            }
        }
        Ok(kept)
    }

    /// Counts one piece bin by bin, as it was said; returns the alarms of its hours.
    fn count(&mut self, counts: &[BinCount], until: Ms) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        let mut counts = counts.iter().peekable();
        while self.next < until {
            while let Some(count) = counts.next_if(|count| count.at <= self.next) {
                let key = SeriesKey {
                    topic: count.topic.as_deref().map(Into::into),
                    source: Some(count.source.as_str().into()),
                };
                // What there is no room for is not counted: the bound on series is the analysis's.
                self.spikes.note_many(&key, count.label, count.at / 1_000, count.count);
            }
            self.next += BIN_MS;
            alarms.extend(self.spikes.close(self.next / 1_000));
        }
        alarms
    }

    /// Adds to each alarm its source and who should see it.
    async fn routed(&self, alarms: Vec<Alarm>, at: Ms) -> Result<Vec<NewAlarm>, StoreError> {
        if alarms.is_empty() {
            return Ok(Vec::new());
        }
        let sources = self.store.sources().await?;
        let known: HashMap<&str, (SourceId, Zone)> =
            sources.iter().map(|source| (source.name.as_str(), (source.id, source.zone))).collect();
        let enricher = self.enricher.get();
        let routed = alarms.into_iter().filter_map(|alarm| {
            let (source, zone) = *known.get(alarm.series.source.as_deref()?)?;
            Some(kept(&alarm, source, route(&enricher, &alarm, zone, at)))
        });
        Ok(routed.collect())
    }

    /// Looks again and again until ordered to stop.
    pub async fn watch(
        store: Store,
        enricher: Arc<CurrentEnricher>,
        shutdown: Shutdown,
    ) -> Result<(), StoreError> {
        let mut watch = tokio::select! {
            () = shutdown.ordered() => return Ok(()),
            watch = Self::open(store, enricher, now()) => watch?,
        };
        loop {
            // One that fails is made up for by the next: nothing was judged.
            if let Err(error) = watch.look(now()).await {
                tracing::warn!(%error, "spikes could not be looked for; tried again");
            }
            tokio::select! {
                () = shutdown.ordered() => return Ok(()),
                () = tokio::time::sleep(limits::SPIKE_LOOK) => {}
            }
        }
    }
}

fn bin_of(at: Ms) -> Ms {
    at.div_euclid(BIN_MS) * BIN_MS
}

/// Returns when the last bin ended that is looked at: sources are asked now and then, so what was published just
/// now is not known yet.
fn last_closed(at: Ms) -> Ms {
    bin_of(at.saturating_sub(millis(limits::SPIKE_LAG)))
}

/// Rules see an alarm as an item of its source that is about its topic, with what is unusual as its text.
fn route(enricher: &Enricher, alarm: &Alarm, zone: Zone, now: Ms) -> Route {
    let why = alarm.why();
    let label = match alarm.measured {
        Measured::Items(label) => label.unwrap_or(Sentiment::Unknown),
        Measured::NegativeShare => Sentiment::Negative,
    };
    let source = alarm.series.source.as_deref().unwrap_or_default();
    let key =
        format!("alarm {source} {} {}", alarm.series.topic.as_deref().unwrap_or_default(), alarm.until_secs);
    let uid = ItemUid::derive("alarm", &key);
    let record = Record {
        title: alarm.series.topic.as_deref(),
        sources: vec![source],
        sentiment: label,
        ..Record::new(uid, zone, &why, alarm.until_secs * 1_000)
    };
    let item = Item { record, conversation: &key, author: None };
    // It opens no work, so nobody's turn, load or silence matters.
    let context = Context { now, experts: &NoExperts, silences: None };
    let tree = enricher.tree();
    let decision = tree.route(&item, &context, &State::default(), &mut RouteScratch::default());
    tree.shown(&decision, &item, false)
}

fn kept(alarm: &Alarm, source: SourceId, route: Route) -> NewAlarm {
    let (is_share, label) = match alarm.measured {
        Measured::Items(label) => (false, label),
        Measured::NegativeShare => (true, None),
    };
    NewAlarm {
        topic: alarm.series.topic.as_deref().map(str::to_owned),
        source,
        is_share,
        label,
        until: alarm.until_secs * 1_000,
        expected: alarm.expected,
        observed: alarm.observed,
        items: alarm.items,
        tail: alarm.tail,
        why: alarm.why(),
        route,
    }
}

#[cfg(test)]
mod tests {
    use hark_analysis::Analyser;
    use hark_model::Event;

    use super::*;
    use crate::given::{self, commit, item};

    const DAY: Ms = 86_400_000;
    /// The first bin of a day in 2026.
    const BEGIN: Ms = 20_600 * DAY;

    /// Stores an item for each time.
    async fn store_items(store: &Store, source: SourceId, at: impl Iterator<Item = Ms>) {
        let items = at.enumerate().map(|(n, at)| Event::Item(item(&format!("{at}-{n}"), "said", at)));
        commit(store, source, BEGIN + 30 * DAY, items.collect()).await;
    }

    fn enricher() -> Arc<CurrentEnricher> {
        let rules = "[team.watch]\nzones = [\"social\"]\n[[rule]]\nname = \"many\"\nwhen = \"source:forum usual\"\nteam = \"watch\"\n";
        let counts = hark_query::WordCounts::default();
        let around = hark_routing::Surroundings { lists: &hark_query::NoLists, counts: &counts };
        let tree = hark_routing::Tree::parse(rules, std::path::Path::new("rules.toml"), &around).unwrap();
        Arc::new(CurrentEnricher::new(Enricher::new(Analyser::plain(), tree)))
    }

    #[tokio::test]
    async fn an_unusual_hour_is_told_once_with_its_route_whatever_the_restarts() {
        let (_folder, store) = given::store();
        let forum = given::source(&store).await;
        // Two days with an item in each bin, and then an hour with a hundred.
        let usual = (0..2 * 288).map(|bin| BEGIN + bin * BIN_MS);
        let burst = (0..100).map(|n| BEGIN + 2 * DAY + n * 30_000);
        store_items(&store, forum, usual.chain(burst)).await;
        let lag = millis(limits::SPIKE_LAG);

        let before = BEGIN + 2 * DAY - 6 * BIN_MS + lag;
        let mut watch = SpikeWatch::open(store.clone(), enricher(), before).await.unwrap();
        assert_eq!(watch.look(before).await.unwrap(), 0, "what is usual is no alarm");
        assert_eq!(store.spikes_judged_until().await.unwrap(), Some(before - lag));
        // Another process goes on.
        let after = BEGIN + 2 * DAY + 12 * BIN_MS + lag;
        let mut watch = SpikeWatch::open(store.clone(), enricher(), after).await.unwrap();
        assert_eq!(watch.look(after).await.unwrap(), 1);
        assert_eq!(watch.look(after + BIN_MS).await.unwrap(), 0);
        let mut again = SpikeWatch::open(store.clone(), enricher(), after + BIN_MS).await.unwrap();
        assert_eq!(again.look(after + 2 * BIN_MS).await.unwrap(), 0, "each once");
        let alarms = store.alarms(0, 10).await.unwrap();
        let all = alarms.iter().find(|alarm| alarm.label.is_none()).unwrap();
        assert_eq!((all.source.as_str(), all.topic.as_deref(), all.zone), ("forum", None, Zone::Social));
        assert!(all.observed >= 20.0 && all.expected < 15.0, "{all:?}");
        assert!(all.until > BEGIN + 2 * DAY && all.until <= BEGIN + 2 * DAY + 12 * BIN_MS, "{all:?}");
        assert_eq!((all.team.as_deref(), all.rules.as_slice()), (Some("watch"), &["many".to_owned()][..]));
    }

    #[tokio::test]
    async fn the_past_before_the_first_look_is_only_learned_from() {
        let (_folder, store) = given::store();
        let forum = given::source(&store).await;
        let usual = (0..2 * 288).map(|bin| BEGIN + bin * BIN_MS);
        let burst = (0..100).map(|n| BEGIN + 2 * DAY + n * 30_000);
        store_items(&store, forum, usual.chain(burst)).await;
        let first = BEGIN + 2 * DAY + 24 * BIN_MS;
        let mut watch = SpikeWatch::open(store.clone(), enricher(), first).await.unwrap();
        assert_eq!(watch.look(first + BIN_MS).await.unwrap(), 0);
        assert!(store.alarms(0, 10).await.unwrap().is_empty());
    }
}
