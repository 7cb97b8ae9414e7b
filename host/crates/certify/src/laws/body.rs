//! Answers whose body is not what it should be.

use std::sync::Arc;

use hark_cassette::{HttpTrouble, Player};
use hark_model::SourceLimits;

use super::failure::{self, Failed, NO_HTTP};
use crate::bench::Bench;
use crate::law::{Trying, Verdict};
use crate::tamper;
use crate::told::Told;

const HTML: &[u8] = b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head>\
<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>";

/// `html-page`
pub async fn html_page(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    let page = tamper::page("text/html; charset=utf-8", HTML);
    for failed in &failure::each(bench, |_, _| Some(page.clone())).await {
        failure::no_crash(&mut trying, failed);
        is_told(&mut trying, failed, "a fault that says that this is no answer");
        let made: Vec<_> = failed.run.items().filter(|item| item.text.contains("502 Bad Gateway")).collect();
        trying.expect(
            made.is_empty(),
            "no item made of the page",
            || made[0].id.clone(),
            failed.place.clone(),
        );
        failure::nothing_lost(bench, &mut trying, failed).await;
    }
    trying.verdict(NO_HTTP)
}

fn is_told(trying: &mut Trying, failed: &Failed, expected: &str) {
    let fits = failed.run.failure().is_some() || failed.went_on();
    let came = || failed.outcome().map(Told::summary).unwrap_or_default();
    trying.expect(fits, expected, came, failed.place.clone());
}

/// `truncated`
pub async fn truncated(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for part in [1, 2, 3] {
        let cut = |body: &[u8]| body[..body.len() * part / 4].to_vec();
        let all = failure::each(bench, |pool, at| tamper::body_at(pool, at, cut)).await;
        for failed in &all {
            failure::no_crash(&mut trying, failed);
            failure::nothing_lost(bench, &mut trying, failed).await;
        }
    }
    trying.verdict(NO_HTTP)
}

/// `empty-answer`
pub async fn empty(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    let all = failure::each(bench, |pool, at| tamper::body_at(pool, at, |_| Vec::new())).await;
    for failed in &all {
        failure::no_crash(&mut trying, failed);
        failure::nothing_lost(bench, &mut trying, failed).await;
    }
    trying.verdict(NO_HTTP)
}

/// `huge`
pub async fn huge(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    let beyond = tamper::trouble(HttpTrouble::TooLarge);
    for failed in &failure::each(bench, |_, _| Some(beyond.clone())).await {
        failure::no_crash(&mut trying, failed);
        is_told(&mut trying, failed, "a fault");
        failure::nothing_lost(bench, &mut trying, failed).await;
    }
    let first = |pool: &[_], at| tamper::body_at(pool, at, tamper::huge);
    for failed in failure::each(bench, first).await.iter().take(1) {
        failure::no_crash(&mut trying, failed);
    }
    trying.verdict(NO_HTTP)
}

/// `hostile-text`
pub async fn hostile(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for start in bench.starts() {
        let pool = bench.pool(&start);
        if tamper::answered(&pool).is_empty() {
            continue;
        }
        for torture in tamper::TORTURES {
            let changed = tamper::with_bodies(&pool, torture.change);
            let player = Arc::new(Player::new(changed, start.at));
            let run = bench.drain(&player, start.read.clone(), SourceLimits::STRICT).await;
            let crash = run.crash();
            let place = format!("{}, {}", start.place(), torture.name);
            trying.expect(
                crash.is_none(),
                "events, poison or a fault",
                || crash.clone().unwrap_or_default(),
                place,
            );
        }
    }
    trying.verdict(NO_HTTP)
}
