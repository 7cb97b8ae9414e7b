//! A failure at one place of a run: what must come of it, and that nothing is lost by it.

use std::collections::BTreeSet;
use std::sync::Arc;

use hark_cassette::{Exchange, HttpAnswer, Player};
use hark_model::SourceLimits;

use super::paging::{never, read_on};
use crate::bench::Bench;
use crate::law::Trying;
use crate::run::{Run, Start};
use crate::tamper;
use crate::told::Told;

pub const NO_HTTP: &str = "the cassette holds no read over HTTP";

/// One run in which one answer is another.
pub struct Failed {
    /// Where it begins.
    pub start: Start,
    /// Ids of all items of the run without the failure.
    pub whole: BTreeSet<String>,
    /// The run with it.
    pub run: Run,
    /// Which request failed, as "GET address".
    pub request: String,
    /// How often that request was sent while the failure lasted, and how often without it.
    pub sends: (usize, usize),
    /// In words, for a reason.
    pub place: String,
}

impl Failed {
    /// Returns the batch or fault in which the failure shows: the one that ended the run, else the last.
    pub fn outcome(&self) -> Option<&Told> {
        self.run.failure().or(self.run.told.last())
    }

    /// Tells whether the run went on although something failed, with events from elsewhere.
    pub fn went_on(&self) -> bool {
        let came = self.run.told.iter().any(|told| !told.events.is_empty());
        self.run.failure().is_none() && came
    }
}

/// Returns every run with one answer replaced at some places by what `wrong` makes of it.
pub async fn each(bench: &Bench, wrong: impl Fn(&[Exchange], usize) -> Option<HttpAnswer>) -> Vec<Failed> {
    let mut all = Vec::new();
    for start in bench.starts() {
        let pool = bench.pool(&start);
        let whole_player = Arc::new(Player::new(pool.clone(), start.at));
        let whole = bench.drain(&whole_player, start.read.clone(), SourceLimits::STRICT).await;
        let heard = whole_player.heard().http;
        // Only what this run asks for can fail in it.
        let asked = |at: &usize| match &pool[*at] {
            Exchange::Http(http) => heard.iter().any(|asked| asked.line() == http.request),
            Exchange::Wire(_) => false,
        };
        let own: usize = heard.len();
        let places = tamper::answered(&pool).into_iter().filter(asked).take(own).collect();
        for place in tamper::some(places) {
            let (Some(answer), Exchange::Http(http)) = (wrong(&pool, place), &pool[place]) else { continue };
            let player = Arc::new(Player::new(tamper::with_answer(&pool, place, answer), start.at));
            let run = bench.drain_to_pause(&player, start.read.clone(), SourceLimits::STRICT).await;
            let times = |player: &Player| {
                player.heard().http.iter().filter(|asked| asked.line() == http.request).count()
            };
            all.push(Failed {
                sends: (times(&player), times(&whole_player)),
                request: http.request.clone(),
                place: format!("{}, {}", start.place(), http.request),
                whole: whole.ids(),
                run,
                start: start.clone(),
            });
        }
    }
    all
}

/// Notes a crash.
pub fn no_crash(trying: &mut Trying, failed: &Failed) {
    let crash = failed.run.crash();
    trying.expect(
        crash.is_none(),
        "an answer or a fault",
        || crash.clone().unwrap_or_default(),
        failed.place.clone(),
    );
}

/// Reads on after the failure is over, and notes what never came. Where the cassette has no answer for
/// what is asked then, nothing can be said.
pub async fn nothing_lost(bench: &Bench, trying: &mut Trying, failed: &Failed) {
    let then = read_on(bench, &failed.start, None, failed.run.cursor.clone()).await;
    if !then.misses.is_empty() || !failed.run.misses.is_empty() {
        return;
    }
    let came: BTreeSet<String> = failed.run.ids().union(&then.ids()).cloned().collect();
    let lost: Vec<_> = failed.whole.difference(&came).cloned().collect();
    trying.expect(
        lost.is_empty(),
        "all items once the failure is over",
        || {
            format!(
                "{}; the failed call gave {}",
                never(&lost),
                failed.outcome().map(Told::summary).unwrap_or_default()
            )
        },
        failed.place.clone(),
    );
}
