//! One call: a slot, a fresh instance, the export, and what came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hark_egress::{CallBudget, GateReport, Transcript};
use hark_model::SourceLimits;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time;
use wasmtime::Engine;

use crate::call_log::{CallLog, LogSummary};
use crate::computing::{Computing, Measured};
use crate::crash::{self, Circumstances};
use crate::exports::Export;
use crate::fitted::Fitted;
use crate::guest_state::{self, GuestState, Network, Setup};
use crate::{CallContext, CallError, CallReport, CallUsage, limits};

/// What a call runs in.
pub(crate) struct Stage<'a> {
    pub engine: &'a Engine,
    pub guest: &'a dyn Fitted,
    pub slots: &'a Semaphore,
    pub memory_bytes_max: usize,
}

impl Stage<'_> {
    /// Waits for a slot. Held until the store is gone: a slot that is not free yet makes the next call
    /// wait, not fail.
    pub(crate) async fn slot(&self) -> SemaphorePermit<'_> {
        self.slots.acquire().await.expect("the semaphore of slots is never closed")
    }
}

/// Runs one export in a fresh instance, within every limit of `limits`.
pub(crate) async fn run<E: Export>(
    stage: Stage<'_>,
    context: &CallContext,
    limits: &SourceLimits,
    export: E,
) -> CallReport<E::Answer> {
    let asked = Instant::now();
    let _slot = stage.slot().await;
    let begun = Instant::now();
    let call_time = Duration::from_secs(limits.call_secs);
    let computing = Computing::new();
    let log = CallLog::new(context, limits);
    let mut store = guest_state::store(
        stage.engine,
        Setup {
            limits,
            memory_bytes_max: stage.memory_bytes_max,
            log: log.clone(),
            gate: open_gate(context, limits, E::NETWORK, call_time),
            network: E::NETWORK,
            computing: Arc::clone(&computing),
        },
    );
    let work = Measured::new(Arc::clone(&computing), export.call(stage.guest, &mut store));
    // Around everything: no clock of the engine runs while a guest waits inside a host function.
    let returned = time::timeout(call_time, work).await;
    let state = store.into_data();
    let told = log.finish();
    let mut backtrace = String::new();
    let result = match returned {
        Err(_elapsed) => Err(CallError::Deadline { secs: limits.call_secs }),
        Ok(Ok(Ok(answer))) => E::judge(answer, limits),
        Ok(Ok(Err(fault))) => Err(CallError::Fault(fault)),
        Ok(Err(error)) => {
            let spent_ms = u64::try_from(computing.spent().as_millis()).unwrap_or(u64::MAX);
            let around =
                Circumstances { limits, memory: &state.memory, log: &told, spun: state.spun, spent_ms };
            backtrace = crash::backtrace(&error);
            Err(crash::explain(&error, &around))
        }
    };
    let mut usage = CallUsage {
        wall: begun.elapsed(),
        queued: begun - asked,
        computing: computing.spent(),
        ..CallUsage::default()
    };
    let (payloads, transcript) = sum_up(&mut usage, state, told);
    CallReport { result, payloads, usage, transcript, backtrace }
}

/// Opens the gate for one call. Pure exports get none; `receive` gets one for its signatures only.
fn open_gate(
    context: &CallContext,
    source: &SourceLimits,
    network: Network,
    call_time: Duration,
) -> Option<hark_egress::GateCall> {
    if matches!(network, Network::None(export) if export != "receive") {
        return None;
    }
    let deadline = time::Instant::now() + call_time + limits::GATE_SLACK;
    let budget = CallBudget { requests: source.requests, deadline };
    context.gate.as_ref().map(|gate| gate.begin(budget))
}

fn sum_up(
    usage: &mut CallUsage,
    state: GuestState,
    told: LogSummary,
) -> (Vec<hark_model::KeptPayload>, Transcript) {
    usage.memory_peak_bytes = state.memory.peak() as u64;
    usage.progress = state.progress;
    usage.impure = state.impure;
    usage.log_lines = told.lines;
    usage.log_lines_dropped = told.dropped;
    usage.panic_message = told.panic;
    let GateReport { payloads, requests, bytes_in, bytes_out, transcript } =
        state.gate.map(hark_egress::GateCall::finish).unwrap_or_default();
    usage.requests = requests;
    usage.bytes_in = bytes_in;
    usage.bytes_out = bytes_out;
    (payloads, transcript)
}
