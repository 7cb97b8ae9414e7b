//! What the host keeps for one guest during one call.

use std::sync::Arc;
use std::time::Duration;

use hark_egress::GateCall;
use hark_model::SourceLimits;
use wasmtime::component::ResourceTable;
use wasmtime::{CallHook, Engine, Store, UpdateDeadline};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::call_log::CallLog;
use crate::computing::Computing;
use crate::memory::MemoryMeter;
use crate::{limits, wasi};

/// What the host keeps for one guest during one call, and what the guest may ask: its methods are what adapters of
/// the contract call, in the host's own types.
pub struct GuestState {
    wasi: WasiCtx,
    table: ResourceTable,
    /// Memory, counted.
    pub(crate) memory: MemoryMeter,
    /// What it logs.
    pub(crate) log: CallLog,
    /// The way out, and the keys for signatures.
    pub(crate) gate: Option<GateCall>,
    /// Whether `http` and `wire` may use the gate.
    pub(crate) network: Network,
    /// Last progress that it told.
    pub(crate) progress: Option<(u64, Option<u64>)>,
    /// Computed longer than it may.
    pub(crate) spun: bool,
    /// Host functions that a pure export asked all the same, each once.
    pub(crate) impure: Vec<&'static str>,
}

/// Whether a call may use the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    /// Through the gate.
    Gated,
    /// Not at all; the export that was called is pure, or answers from what it was given.
    None(&'static str),
}

impl GuestState {
    /// Returns the resources of the guest.
    pub(crate) fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }

    /// Notes that the export that runs, which should need nothing, asked for `function`. A delivery's
    /// signature is checked with the host's key, and may be as old as the clock says.
    pub(crate) fn note_impure(&mut self, function: &'static str) {
        let pure = match self.network {
            Network::Gated => false,
            Network::None("receive") => matches!(function, "http" | "wire"),
            Network::None(_) => true,
        };
        if pure && !self.impure.contains(&function) {
            self.impure.push(function);
        }
    }

    /// Returns the gate, or why there is none.
    pub(crate) fn network(&mut self) -> Result<&mut GateCall, String> {
        match (self.network, &mut self.gate) {
            (Network::Gated, Some(gate)) => Ok(gate),
            (Network::Gated, None) => Err("this call has no network".to_owned()),
            (Network::None(export), _) => Err(format!("`{export}` has no network")),
        }
    }
}

impl WasiView for GuestState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// What a store is made of.
pub(crate) struct Setup<'a> {
    pub limits: &'a SourceLimits,
    pub memory_bytes_max: usize,
    pub log: CallLog,
    pub gate: Option<GateCall>,
    pub network: Network,
    pub computing: Arc<Computing>,
}

/// Makes the store of one call, with every knob set.
pub(crate) fn store(engine: &Engine, setup: Setup<'_>) -> Store<GuestState> {
    let Setup { limits: source, memory_bytes_max, log, gate, network, computing } = setup;
    let mut table = ResourceTable::new();
    table.set_max_capacity(limits::RESOURCES_MAX);
    let memory = MemoryMeter::new(bytes(source.memory_mib, 1 << 20).min(memory_bytes_max));
    let wasi = wasi::nothing_granted(&log);
    let state = GuestState {
        wasi,
        table,
        memory,
        log,
        gate,
        network,
        progress: None,
        spun: false,
        impure: Vec::new(),
    };
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.memory);
    store.set_max_component_handles(limits::HANDLES_MAX);
    meter_answers(&mut store, source);
    interrupt(&mut store, computing, Duration::from_millis(source.cpu_ms));
    store
}

/// What a guest may hand over differs: little to a host function, much as the answer of the whole call.
/// The engine knows one figure only, so it changes with the direction.
fn meter_answers(store: &mut Store<GuestState>, limits: &SourceLimits) {
    let (host_call, answer) = (bytes(limits.host_call_kib, 1 << 10), bytes(limits.batch_mib, 1 << 20));
    store.set_hostcall_fuel(host_call);
    store.call_hook(move |mut store, hook| {
        match hook {
            CallHook::CallingHost => store.set_hostcall_fuel(host_call),
            CallHook::ReturningFromWasm => store.set_hostcall_fuel(answer),
            CallHook::CallingWasm | CallHook::ReturningFromHost => {}
        }
        Ok(())
    });
}

/// On every tick a computing guest gives way to other tasks; once its budget is spent, it is stopped.
fn interrupt(store: &mut Store<GuestState>, computing: Arc<Computing>, budget: Duration) {
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |mut store| {
        if computing.spent_inside() > budget {
            store.data_mut().spun = true;
            return Ok(UpdateDeadline::Interrupt);
        }
        // Tokio's own yield, not the engine's: it comes back only after the timers and sockets of the
        // runtime were looked after, also when there is nothing else to run.
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
    });
}

fn bytes(count: u64, unit: u64) -> usize {
    usize::try_from(count.saturating_mul(unit)).unwrap_or(usize::MAX)
}
