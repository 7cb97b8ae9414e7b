//! Why the engine stopped a guest, told apart and put into words.

use hark_model::{Fault, SourceLimits};
use wasmtime::{Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use crate::call_log::LogSummary;
use crate::host_functions::Denied;
use crate::memory::MemoryMeter;
use crate::{CallError, TrapKind, limits};

/// What is known about a call when it failed.
pub(crate) struct Circumstances<'a> {
    pub limits: &'a SourceLimits,
    pub memory: &'a MemoryMeter,
    pub log: &'a LogSummary,
    pub spun: bool,
    pub spent_ms: u64,
}

/// How the engine says that more was handed over than allowed; its error type is private.
const TOO_MUCH: &str = "fuel allocated for hostcalls has been exhausted";

/// Puts the engine's error into words.
pub(crate) fn explain(error: &wasmtime::Error, around: &Circumstances<'_>) -> CallError {
    if around.spun {
        return CallError::CpuBudget { spent_ms: around.spent_ms, limit_ms: around.limits.cpu_ms };
    }
    // What a host function had to stop the guest for, and would have been the connector's own fault to tell.
    if let Some(fault) = error.downcast_ref::<Fault>() {
        return CallError::Fault(fault.clone());
    }
    if let Some(Denied(why)) = error.downcast_ref::<Denied>() {
        return CallError::Denied(why.clone());
    }
    if let Some(I32Exit(code)) = error.downcast_ref::<I32Exit>() {
        let message = format!("it ended itself with exit code {code}");
        return trapped(TrapKind::Exit, message, error);
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return explain_trap(*trap, error, around);
    }
    let told = error.root_cause().to_string();
    // Only errors that strike while the guest is running know where it was.
    let inside = error.downcast_ref::<WasmBacktrace>().is_some();
    match (told.contains(TOO_MUCH), inside) {
        (true, true) => CallError::HostCallTooLarge { limit_kib: around.limits.host_call_kib },
        (true, false) => CallError::BatchTooLarge { limit_mib: around.limits.batch_mib },
        (false, true) => trapped(TrapKind::Other, told, error),
        (false, false) => CallError::InvalidBatch(told),
    }
}

fn explain_trap(trap: Trap, error: &wasmtime::Error, around: &Circumstances<'_>) -> CallError {
    let kind = match trap {
        Trap::StackOverflow => TrapKind::StackOverflow,
        // Most languages keep a second stack in memory, which ends at the edge of memory.
        Trap::MemoryOutOfBounds if is_deep(error) => TrapKind::StackOverflow,
        Trap::UnreachableCodeReached => TrapKind::Unreachable,
        Trap::MemoryOutOfBounds | Trap::TableOutOfBounds | Trap::HeapMisaligned => TrapKind::OutOfBounds,
        Trap::IntegerOverflow | Trap::IntegerDivisionByZero | Trap::BadConversionToInteger => {
            TrapKind::Arithmetic
        }
        _ => TrapKind::Other,
    };
    // A guest that gets no more memory aborts, and an abort is an unreachable place.
    if let (TrapKind::Unreachable, Some(wanted)) = (kind, around.memory.refused()) {
        return CallError::Memory {
            wanted_mib: (wanted as u64).div_ceil(1 << 20),
            limit_mib: (around.memory.limit() as u64) >> 20,
        };
    }
    if let (TrapKind::Unreachable, Some(message)) = (kind, &around.log.panic) {
        return CallError::Panic(message.clone());
    }
    let message = match (kind, &around.log.last_words) {
        (TrapKind::StackOverflow, _) => "it called itself too deep (stack overflow)".to_owned(),
        (TrapKind::Unreachable, Some(words)) => format!("it aborted; its last words: {words}"),
        (TrapKind::Unreachable, None) => "it aborted without a word".to_owned(),
        (TrapKind::OutOfBounds, _) => "it touched memory that is not there".to_owned(),
        _ => trap.to_string(),
    };
    trapped(kind, message, error)
}

/// Tells whether the guest was so deep in calls that the backtrace had to be cut.
fn is_deep(error: &wasmtime::Error) -> bool {
    let frames = error.downcast_ref::<WasmBacktrace>().map_or(0, |backtrace| backtrace.frames().len());
    frames >= limits::BACKTRACE_FRAMES_MAX
}

fn trapped(kind: TrapKind, message: String, error: &wasmtime::Error) -> CallError {
    CallError::Trap { kind, message, backtrace: backtrace(error) }
}

/// Returns the guest's functions, innermost first; empty where it was stopped inside none.
pub(crate) fn backtrace(error: &wasmtime::Error) -> String {
    error.downcast_ref::<WasmBacktrace>().map(ToString::to_string).unwrap_or_default()
}
