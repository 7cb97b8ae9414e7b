//! Cursors over what was recorded: asked again, resumed, without loss and without doubles.

use std::collections::BTreeSet;
use std::sync::Arc;

use hark_cassette::{Blob, Listing, Player, Read};
use hark_model::SourceLimits;

use crate::bench::Bench;
use crate::law::{Trying, Verdict};
use crate::limits;
use crate::platform::Platform;
use crate::run::{Run, Start, items, mark};
use crate::shown;

/// A run that ended well, on a simulated platform where the cassette says how it lists.
pub(crate) async fn baseline(bench: &Bench, start: &Start) -> (Run, Option<Platform>) {
    let platform = platform(bench, start);
    let run = match &platform {
        Some(platform) => bench.run_live(start, platform.live()).await,
        None => bench.run(start).await,
    };
    (run, platform)
}

/// Returns the platform that lists the stream and target of `start`.
pub(crate) fn platform(bench: &Bench, start: &Start) -> Option<Platform> {
    let Read { stream, target, mode, .. } = &start.read;
    let lists = |listing: &&Listing| {
        listing.stream == *stream && (listing.target.is_none() || listing.target == *target)
    };
    let listings = bench.cassette.listings.iter().filter(lists);
    (mode == "incremental").then(|| Platform::new(listings, &bench.pool(start)))?
}

fn player(bench: &Bench, start: &Start, platform: Option<&Platform>, at: i64) -> Arc<Player> {
    let player = Player::new(bench.pool(start), at);
    Arc::new(match platform {
        Some(platform) => player.live(platform.live()),
        None => player,
    })
}

/// `repeat`
pub async fn repeat(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for start in bench.starts() {
        let (once, again) = (bench.run(&start).await, bench.run(&start).await);
        let show = |run: &Run| -> Vec<_> {
            run.told.iter().flat_map(|told| &told.events).map(shown::event).collect()
        };
        trying.expect(
            show(&once) == show(&again),
            "the same events as before",
            || super::manifest::first_difference(&show(&once), &show(&again)),
            start.place(),
        );
    }
    trying.verdict("the cassette holds no read from the beginning")
}

/// What came after resuming from a cursor.
struct Resumed {
    /// After which batch.
    after: usize,
    before: BTreeSet<(String, String, String)>,
    run: Run,
}

/// Resumes from every cursor of a run, as a host does that was stopped right after the batch.
async fn resumed(bench: &Bench, start: &Start, run: &Run, platform: Option<&Platform>) -> Vec<Resumed> {
    let mut all = Vec::new();
    let mut cursor = start.read.cursor.clone().map(|cursor| cursor.0);
    let mut before = BTreeSet::new();
    for (after, told) in run.told.iter().enumerate().take(limits::RESUMES_MAX) {
        before.extend(items(told).map(mark));
        cursor = told.cursor.clone().or(cursor);
        let player = player(bench, start, platform, start.at);
        let resumed = bench.drain(&player, start.from(cursor.clone()), SourceLimits::STRICT).await;
        // What comes again without a new cursor was not passed: the host asked for it.
        let passed = if told.cursor.is_some() { before.clone() } else { BTreeSet::new() };
        all.push(Resumed { after, before: passed, run: resumed });
    }
    all
}

/// `resume`
pub async fn resume(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    let mut why = "the cassette holds no read from the beginning".to_owned();
    for start in bench.starts() {
        let (run, platform) = baseline(bench, &start).await;
        let all = run.ids();
        let mut had = BTreeSet::new();
        for (told, resumed) in run.told.iter().zip(resumed(bench, &start, &run, platform.as_ref()).await) {
            had.extend(items(told).map(|item| item.id.clone()));
            let place = format!("{}, resumed after batch {}", start.place(), resumed.after + 1);
            if let Some(miss) = resumed.run.misses.first() {
                why = format!("{place}: {miss}");
                continue;
            }
            if let Some(failure) = resumed.run.failure() {
                trying.breach("the rest of the items", failure.summary(), place);
                continue;
            }
            let came: BTreeSet<String> = had.union(&resumed.run.ids()).cloned().collect();
            let lost: Vec<_> = all.difference(&came).cloned().collect();
            trying.expect(lost.is_empty(), "all items of the run", || never(&lost), place);
        }
    }
    trying.verdict(&why)
}

/// `nothing-twice`
pub async fn nothing_twice(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    let mut why = "the cassette holds no read from the beginning".to_owned();
    for start in bench.starts() {
        let (run, platform) = baseline(bench, &start).await;
        let mut seen = BTreeSet::new();
        for item in run.items() {
            trying.expect(
                seen.insert(mark(item)),
                "each item once in a run",
                || format!("{} twice", item.id),
                start.place(),
            );
        }
        for resumed in resumed(bench, &start, &run, platform.as_ref()).await {
            let place = format!("{}, resumed after batch {}", start.place(), resumed.after + 1);
            if let Some(miss) = resumed.run.misses.first() {
                why = format!("{place}: {miss}");
                continue;
            }
            let again: Vec<_> = resumed
                .run
                .items()
                .map(mark)
                .filter(|it| resumed.before.contains(it))
                .map(|it| it.0)
                .collect();
            trying.expect(
                again.is_empty(),
                "no item that came with the cursor or before it",
                || format!("{} again: {}", again.len(), again.join(", ")),
                place,
            );
        }
    }
    trying.verdict(&why)
}

pub(crate) fn never(lost: &[String]) -> String {
    format!("{} never came: {}", lost.len(), lost.join(", "))
}

/// Reads on from `cursor` at a later time.
pub(crate) async fn read_on(
    bench: &Bench,
    start: &Start,
    platform: Option<&Platform>,
    cursor: Option<Vec<u8>>,
) -> Run {
    let mut read = start.from(None);
    read.cursor = cursor.map(Blob);
    let player = player(bench, start, platform, start.later());
    bench.drain(&player, read, SourceLimits::STRICT).await
}
