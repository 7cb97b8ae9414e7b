//! Prints what starting, calling and loading a component cost on this machine.
//!
//! Usage: `measure FILE.wasm`

#![allow(clippy::unwrap_used, reason = "a tool for one's own hand may end at once")]

use std::time::{Duration, Instant};

use hark_runtime::{CallContext, Runtime, RuntimeOptions};

const ROUNDS: u32 = 5_000;
const LOADS: u32 = 100;

fn told(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!("{what:<12} least {:>10.2?}   p50 {:>10.2?}   p99 {:>10.2?}", at(0), at(50), at(99));
}

#[tokio::main]
async fn main() {
    let file = std::env::args().nth(1).unwrap();
    let component = std::fs::read(file).unwrap();
    let cache_dir = std::env::temp_dir().join("hark-measure");
    let options = RuntimeOptions { cache_dir: Some(cache_dir), ..RuntimeOptions::default() };
    let mut loads = Vec::new();
    for _ in 0..LOADS {
        let runtime = Runtime::new(options.clone()).unwrap();
        let connector = runtime.load(&component).await.unwrap();
        if let hark_runtime::LoadNote::Cached { took } = connector.load_note() {
            loads.push(took);
        }
    }
    let runtime = Runtime::new(options).unwrap();
    let connector = runtime.load(&component).await.unwrap();
    let probe = connector.probe(ROUNDS).await.unwrap();
    let mut whole = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let context = CallContext { source: "measure".to_owned(), ..CallContext::default() };
        connector.migrate_cursor(context, 1, Vec::new()).await.result.unwrap();
        whole.push(begun.elapsed());
    }
    told("load", loads);
    told("instantiate", probe.instantiate);
    told("call", probe.call);
    told("whole call", whole);
}
