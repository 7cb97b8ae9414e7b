//! Refusals and silence of a server.

use hark_cassette::{HttpAnswer, HttpTrouble};
use hark_model::{Fault, FaultClass};
use hark_runtime::CallError;

use super::failure::{self, Failed, NO_HTTP};
use crate::bench::Bench;
use crate::law::{Trying, Verdict};
use crate::told::Told;
use crate::{limits, tamper};

/// What one failure must be told as.
struct Expected {
    classes: &'static [FaultClass],
    words: &'static str,
    /// How often the request may be sent while it fails.
    sends: usize,
}

async fn refused(bench: &Bench, answer: HttpAnswer, expected: Expected) -> (Trying, Vec<Failed>) {
    let mut trying = Trying::default();
    let all = failure::each(bench, |_, _| Some(answer.clone())).await;
    for failed in &all {
        failure::no_crash(&mut trying, failed);
        told(&mut trying, failed, &expected);
        sent(&mut trying, failed, expected.sends);
        failure::nothing_lost(bench, &mut trying, failed).await;
    }
    (trying, all)
}

fn told(trying: &mut Trying, failed: &Failed, expected: &Expected) {
    let class = failed.run.failure().and_then(Told::class);
    let fits = class.map_or(failed.went_on(), |class| expected.classes.contains(&class));
    let came = || failed.outcome().map(Told::summary).unwrap_or_default();
    trying.expect(fits, expected.words, came, failed.place.clone());
}

fn sent(trying: &mut Trying, failed: &Failed, most: usize) {
    let (sends, usual) = failed.sends;
    trying.expect(
        sends < usual + most,
        format!("{} sent at most {most} times", failed.request),
        || format!("{sends} times"),
        failed.place.clone(),
    );
}

/// `status-401`
pub async fn unauthorised(bench: &Bench) -> Verdict {
    let expected = Expected { classes: &[FaultClass::Auth], words: "a fault `auth`", sends: 1 };
    refused(bench, tamper::status(401, &[]), expected).await.0.verdict(NO_HTTP)
}

/// `status-403`
pub async fn forbidden(bench: &Bench) -> Verdict {
    let expected = Expected {
        classes: &[
            FaultClass::Auth,
            FaultClass::NotFound,
            FaultClass::Refused,
            FaultClass::RateLimited,
            FaultClass::Quota,
        ],
        words: "a fault that says that we may not",
        sends: 1,
    };
    refused(bench, tamper::status(403, &[]), expected).await.0.verdict(NO_HTTP)
}

/// `status-429`
pub async fn too_many(bench: &Bench) -> Verdict {
    let wait = format!("retry-after: {}", limits::RETRY_AFTER_SECS);
    let expected = Expected {
        classes: &[FaultClass::RateLimited, FaultClass::Quota, FaultClass::Transient],
        words: "a limit",
        sends: 1,
    };
    let (mut trying, all) = refused(bench, tamper::status(429, &[&wait]), expected).await;
    for failed in &all {
        let pause = failed.outcome().and_then(pause_ms);
        // A run that ended well with what it found elsewhere says nothing of the limit.
        if pause.is_none() && failed.run.failure().is_none() {
            continue;
        }
        let wanted = limits::RETRY_AFTER_SECS * 1_000;
        trying.expect(
            pause.is_some_and(|pause| (wanted - 1_000..=wanted * 8).contains(&pause)),
            format!("a pause of {} s, as Retry-After says", limits::RETRY_AFTER_SECS),
            || pause.map_or("no pause".to_owned(), |pause| format!("a pause of {} ms", pause)),
            failed.place.clone(),
        );
    }
    trying.verdict(NO_HTTP)
}

/// How long the platform is to be left alone, by the fault or the batch.
fn pause_ms(told: &Told) -> Option<i64> {
    match &told.error {
        None => told.pause_ms(),
        Some(CallError::Fault(Fault::RateLimited { until, .. } | Fault::QuotaExhausted { until, .. })) => {
            until.map(|until| until - told.at)
        }
        Some(CallError::Fault(Fault::Transient { after_ms, .. })) => {
            after_ms.and_then(|it| i64::try_from(it).ok())
        }
        Some(_) => None,
    }
}

const PASSING: Expected =
    Expected { classes: &[FaultClass::Transient], words: "a fault `transient`", sends: limits::SENDS_MAX };

/// `status-500`
pub async fn server_error(bench: &Bench) -> Verdict {
    refused(bench, tamper::status(500, &[]), PASSING).await.0.verdict(NO_HTTP)
}

/// `slow`
pub async fn slow(bench: &Bench) -> Verdict {
    refused(bench, tamper::trouble(HttpTrouble::Timeout), PASSING).await.0.verdict(NO_HTTP)
}

/// `reset`
pub async fn reset(bench: &Bench) -> Verdict {
    refused(bench, tamper::trouble(HttpTrouble::Connect), PASSING).await.0.verdict(NO_HTTP)
}
