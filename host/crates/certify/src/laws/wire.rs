//! Wires that are cut, drip, or talk nonsense.

use std::collections::BTreeSet;
use std::sync::Arc;

use hark_cassette::{Exchange, Player};
use hark_model::{FaultClass, SourceLimits};
use serde_json::Value;

use super::manifest::first_difference;
use super::paging::{never, read_on};
use crate::bench::Bench;
use crate::law::{Trying, Verdict};
use crate::run::{Run, Start};
use crate::told::Told;
use crate::{limits, shown, tamper};

const NO_WIRE: &str = "the cassette holds no read over a wire";

fn starts(bench: &Bench) -> Vec<(Start, Vec<Exchange>)> {
    let wired = |start: Start| {
        let pool = bench.pool(&start);
        (!tamper::wires(&pool).is_empty()).then_some((start, pool))
    };
    bench.starts().into_iter().filter_map(wired).collect()
}

async fn run_on(bench: &Bench, start: &Start, player: Player) -> Run {
    bench.drain(&Arc::new(player), start.read.clone(), SourceLimits::STRICT).await
}

/// `wire-cut`
pub async fn cut(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (start, pool) in starts(bench) {
        let whole = bench.run(&start).await;
        let refused = run_on(bench, &start, Player::new(tamper::refuse_wires(&pool), start.at)).await;
        is_passing(&mut trying, &refused, &format!("{}, no connection", start.place()));
        let first = tamper::wires(&pool)[0];
        let bytes = tamper::heard_bytes(&pool, first);
        for cut in (0..limits::CUTS_MAX).map(|at| at * bytes / limits::CUTS_MAX) {
            // Only this connection can be made: another would be that of a second try.
            let alone = vec![tamper::cut_wire(&pool, first, cut)[first].clone()];
            let run = run_on(bench, &start, Player::new(alone, start.at)).await;
            let place = format!("{}, cut after {cut} of {bytes} bytes", start.place());
            is_passing(&mut trying, &run, &place);
            nothing_lost(bench, &mut trying, (&start, &whole, &run), &place).await;
        }
    }
    trying.verdict(NO_WIRE)
}

/// The batch that was cut is a fault `transient`, or what came before the cut.
fn is_passing(trying: &mut Trying, run: &Run, place: &str) {
    let Some(first) = run.told.first() else { return };
    let fits = match first.class() {
        Some(class) => class == FaultClass::Transient,
        None => !first.events.is_empty() || first.continuation.is_some() || first.cursor.is_some(),
    };
    trying.expect(fits, "a fault `transient`, or what came before", || first.summary(), place);
}

async fn nothing_lost(
    bench: &Bench,
    trying: &mut Trying,
    (start, whole, run): (&Start, &Run, &Run),
    place: &str,
) {
    let cursor = run.told.first().and_then(|told| told.cursor.clone());
    let then = read_on(bench, start, None, cursor).await;
    if !then.misses.is_empty() {
        return;
    }
    let came: BTreeSet<String> = run.ids().union(&then.ids()).cloned().collect();
    let lost: Vec<_> = whole.ids().difference(&came).cloned().collect();
    trying.expect(lost.is_empty(), "all items once the wire is whole again", || never(&lost), place);
}

/// `wire-drip`
pub async fn drip(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (start, pool) in starts(bench) {
        let whole = bench.run(&start).await;
        let bytes: usize = tamper::wires(&pool).into_iter().map(|at| tamper::heard_bytes(&pool, at)).sum();
        // Byte after byte where that is not more reads than a call can make in its time.
        let drip = bytes.div_ceil(limits::DRIPS_MAX).max(1);
        let dripped = run_on(bench, &start, Player::new(pool, start.at).drip(drip)).await;
        let show = |told: &Told| told.events.iter().map(shown::event).collect::<Vec<Value>>();
        let first = |run: &Run| run.told.first().map(show).unwrap_or_default();
        trying.expect(
            first(&whole) == first(&dripped),
            "the same events",
            || format!("{}; {}", first_difference(&first(&whole), &first(&dripped)), summary(&dripped)),
            format!("{}, {drip} bytes a read", start.place()),
        );
    }
    trying.verdict(NO_WIRE)
}

fn summary(run: &Run) -> String {
    run.told.first().map(Told::summary).unwrap_or_default()
}

/// `wire-garbage`
pub async fn garbage(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (start, pool) in starts(bench) {
        for seed in 0..limits::GARBAGES {
            let garbled = tamper::garble_wires(&pool, seed);
            let run = run_on(bench, &start, Player::new(garbled, start.at)).await;
            let crash = run.crash();
            trying.expect(
                crash.is_none(),
                "events, poison or a fault",
                || crash.clone().unwrap_or_default(),
                format!("{}, garbage {seed}", start.place()),
            );
        }
    }
    trying.verdict(NO_WIRE)
}
