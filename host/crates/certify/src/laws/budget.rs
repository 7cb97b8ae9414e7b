//! What a call may spend, by the budget of the question and by the limits of the host.

use std::collections::BTreeSet;
use std::sync::Arc;

use hark_cassette::{Player, Read};
use hark_model::SourceLimits;

use super::paging::{baseline, never};
use crate::bench::Bench;
use crate::law::{Trying, Verdict};
use crate::run::{Run, Start, items};

const NO_READ: &str = "the cassette holds no read from the beginning";
/// Events that one item may need beside itself: its author and its conversation.
const COMPANIONS: usize = 4;

async fn spend(bench: &Bench, start: &Start, read: Read) -> (Run, Run) {
    let (whole, platform) = baseline(bench, start).await;
    let player = Player::new(bench.pool(start), start.at);
    let player = Arc::new(match &platform {
        Some(platform) => player.live(platform.live()),
        None => player,
    });
    (whole, bench.drain(&player, read, SourceLimits::STRICT).await)
}

/// What a small budget must not lose; where the cassette has no answer, or the trial ends before the run does,
/// nothing can be said.
fn complete(trying: &mut Trying, whole: &Run, run: &Run, place: &str) {
    let has_ended = run.told.last().is_some_and(|told| told.continuation.is_none());
    if has_ended && run.misses.is_empty() && run.failure().is_none() {
        let came: BTreeSet<String> = run.ids();
        let lost: Vec<_> = whole.ids().difference(&came).cloned().collect();
        trying.expect(lost.is_empty(), "all items in the end", || never(&lost), place);
    }
}

/// `budget-events`
pub async fn events(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for start in bench.starts() {
        for max_events in [7, 1] {
            let read = Read { max_events, ..start.read.clone() };
            let (whole, run) = spend(bench, &start, read).await;
            let place = format!("{}, at most {max_events} events", start.place());
            for told in &run.told {
                let alone = items(told).count() <= 1 && told.events.len() <= COMPANIONS;
                trying.expect(
                    told.events.len() <= max_events as usize || alone,
                    format!("at most {max_events} events"),
                    || format!("{} events", told.events.len()),
                    place.clone(),
                );
            }
            complete(&mut trying, &whole, &run, &place);
        }
    }
    trying.verdict(NO_READ)
}

/// `budget-requests`
pub async fn requests(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for start in bench.starts() {
        for max_requests in [1, 2] {
            let read = Read { max_requests, ..start.read.clone() };
            let (whole, run) = spend(bench, &start, read).await;
            let place = format!("{}, at most {max_requests} requests", start.place());
            for told in &run.told {
                trying.expect(
                    told.usage.requests <= max_requests,
                    format!("at most {max_requests} requests"),
                    || format!("{} requests", told.usage.requests),
                    place.clone(),
                );
            }
            complete(&mut trying, &whole, &run, &place);
        }
    }
    trying.verdict(NO_READ)
}

/// `limits`
pub async fn limits(bench: &Bench) -> Verdict {
    let strict = SourceLimits::STRICT;
    let tight = [
        ("requests", SourceLimits { requests: 0, ..strict }),
        ("requests", SourceLimits { requests: 1, ..strict }),
        ("header_kib", SourceLimits { header_kib: 0, ..strict }),
        ("body_mib", SourceLimits { body_mib: 0, ..strict }),
        ("wire_mib", SourceLimits { wire_mib: 0, ..strict }),
    ];
    let mut trying = Trying::default();
    for start in bench.starts() {
        for (name, limits) in tight {
            let player = Arc::new(Player::new(bench.pool(&start), start.at));
            let run = bench.drain(&player, start.read.clone(), limits).await;
            trying.expect(
                run.crash().is_none(),
                "a fault, or what came before the limit",
                || run.crash().unwrap_or_default(),
                format!("{}, limit `{name}` strikes", start.place()),
            );
        }
    }
    trying.verdict(NO_READ)
}
