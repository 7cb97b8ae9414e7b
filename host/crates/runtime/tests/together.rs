//! Many calls at once: slots are waited for, and a guest that computes stops nobody else.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod house;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use hark_kit::guest_bytes;
use hark_model::SourceLimits;
use hark_runtime::{CallError, Runtime};
use house::{SMALL, context, options, request};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_beyond_the_slots_wait_and_succeed() {
    let runtime = Runtime::new(options(2)).unwrap();
    let good = runtime.load(&guest_bytes("good")).await.unwrap();
    let spins = runtime.load(&guest_bytes("spins")).await.unwrap();
    let limits = SourceLimits { cpu_ms: 100, ..SMALL };
    // Every slot is taken by a guest that spins as long as it may.
    let spinners: Vec<_> = (0..4)
        .map(|_| {
            let spins = spins.clone();
            tokio::spawn(async move { spins.read(context(limits), "{}", request("all")).await })
        })
        .collect();
    let readers: Vec<_> = (0..40)
        .map(|_| {
            let good = good.clone();
            tokio::spawn(async move { good.read(context(SMALL), "{}", request("items")).await })
        })
        .collect();
    for reader in readers {
        assert_eq!(reader.await.unwrap().result.unwrap().events.len(), 3);
    }
    for spinner in spinners {
        let error = spinner.await.unwrap().result.unwrap_err();
        assert!(matches!(error, CallError::CpuBudget { .. }), "{error}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_spinning_guest_gives_way_on_the_only_thread() {
    let runtime = Runtime::new(options(1)).unwrap();
    let spins = runtime.load(&guest_bytes("spins")).await.unwrap();
    let spinning = Arc::new(AtomicBool::new(true));
    let (ticks, seen) = (Arc::new(AtomicU32::new(0)), Arc::clone(&spinning));
    let counted = Arc::clone(&ticks);
    // Timers of the same runtime go off while the guest computes.
    let other = tokio::spawn(async move {
        let mut every = tokio::time::interval(Duration::from_millis(1));
        while seen.load(SeqCst) {
            every.tick().await;
            counted.fetch_add(1, SeqCst);
        }
    });
    let limits = SourceLimits { cpu_ms: 400, ..SMALL };
    let report = spins.read(context(limits), "{}", request("all")).await;
    spinning.store(false, SeqCst);
    other.await.unwrap();
    assert!(matches!(report.result, Err(CallError::CpuBudget { .. })), "{:?}", report.result);
    let ticks = ticks.load(SeqCst);
    assert!(ticks >= 5, "only {ticks} looks at the timer in 400 ms of computing");
}

#[tokio::test(flavor = "current_thread")]
async fn the_deadline_of_a_call_strikes_while_the_guest_computes() {
    let runtime = Runtime::new(options(1)).unwrap();
    let spins = runtime.load(&guest_bytes("spins")).await.unwrap();
    let limits = SourceLimits { call_secs: 1, cpu_ms: 600_000, ..SMALL };
    let report = spins.read(context(limits), "{}", request("all")).await;
    assert_eq!(report.result.unwrap_err(), CallError::Deadline { secs: 1 });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_nobody_waits_for_any_more_frees_its_slot() {
    let runtime = Runtime::new(options(1)).unwrap();
    let good = runtime.load(&guest_bytes("good")).await.unwrap();
    let spins = runtime.load(&guest_bytes("spins")).await.unwrap();
    for _ in 0..3 {
        let limits = SourceLimits { cpu_ms: 600_000, call_secs: 600, ..SMALL };
        let call = tokio::time::timeout(
            Duration::from_millis(50),
            spins.read(context(limits), "{}", request("all")),
        );
        assert!(call.await.is_err());
    }
    assert!(good.read(context(SMALL), "{}", request("items")).await.result.is_ok());
}
