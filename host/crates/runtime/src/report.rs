//! What a call is given and what it gives back.

use std::sync::Arc;
use std::time::Duration;

use hark_egress::{SourceGate, Transcript};
use hark_model::{KeptPayload, SourceLimits};
use tokio::sync::mpsc::UnboundedSender;

use crate::CallError;

/// How loud a log line of a connector is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For its author.
    Debug,
    /// For the record.
    Info,
    /// Something is odd.
    Warn,
    /// Something is wrong.
    Error,
}

/// One line that a connector logged: cut, and without control characters or secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// How loud.
    pub level: LogLevel,
    /// What it says.
    pub text: String,
}

/// What a call is given.
#[derive(Clone, Default)]
pub struct CallContext {
    /// Name of the source, for the log.
    pub source: String,
    /// The way out; without one every `http` and `wire` call is denied.
    pub gate: Option<Arc<SourceGate>>,
    /// What the call may spend.
    pub limits: SourceLimits,
    /// Gets every log line beside the log itself. No more than `log_lines` a call arrive.
    pub log: Option<UnboundedSender<LogLine>>,
}

/// What one call spent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallUsage {
    /// From start to end, the wait for a free slot left out.
    pub wall: Duration,
    /// Time the guest and the host functions it called computed.
    pub computing: Duration,
    /// Wait for a free slot.
    pub queued: Duration,
    /// Most memory at one moment, all linear memories together.
    pub memory_peak_bytes: u64,
    /// Requests and connections.
    pub requests: u32,
    /// Bytes that came in through the gate.
    pub bytes_in: u64,
    /// Bytes that went out through the gate.
    pub bytes_out: u64,
    /// Log lines that were kept.
    pub log_lines: u64,
    /// Log lines that were dropped.
    pub log_lines_dropped: u64,
    /// Last progress that the connector told: done, and of how many.
    pub progress: Option<(u64, Option<u64>)>,
    /// Host functions that a pure export asked all the same, or that `receive` asked beside its keys.
    pub impure: Vec<&'static str>,
    /// What a panic said.
    pub panic_message: Option<String>,
}

/// What came of one call.
#[derive(Debug)]
pub struct CallReport<T> {
    /// The answer.
    pub result: Result<T, CallError>,
    /// What the gate kept during the call, whether it succeeded or not.
    pub payloads: Vec<KeptPayload>,
    /// What it spent.
    pub usage: CallUsage,
    /// What it sent and heard, without secrets, as far as there was room for it.
    pub transcript: Transcript,
    /// The guest's functions, innermost first, where it was stopped inside one; else empty.
    pub backtrace: String,
}
