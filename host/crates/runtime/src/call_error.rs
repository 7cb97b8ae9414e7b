//! Why a call of a connector gave nothing, in people's words and with the limit to raise.

use hark_model::{Fault, FaultClass};

/// How a guest crashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrapKind {
    /// It called itself too deep.
    StackOverflow,
    /// It reached a place that it holds for unreachable: an abort.
    Unreachable,
    /// It read or wrote outside its memory or tables.
    OutOfBounds,
    /// It divided by zero, or a number did not fit.
    Arithmetic,
    /// It ended itself.
    Exit,
    /// Anything else.
    Other,
}

/// Why a call gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The connector said so itself.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The guest panicked and said why.
    #[error("connector panicked: {0}")]
    Panic(String),
    /// The guest crashed.
    #[error("connector crashed: {message}")]
    Trap {
        /// How.
        kind: TrapKind,
        /// In people's words.
        message: String,
        /// The guest's functions, innermost first; may be empty.
        backtrace: String,
    },
    /// The whole call took too long.
    #[error("connector did not answer within {secs} s (limit `call_secs`)")]
    Deadline {
        /// The limit.
        secs: u64,
    },
    /// The guest computed too long.
    #[error(
        "connector spun for {:.1} s of computing (limit `cpu_ms` is {limit_ms})", *.spent_ms as f64 / 1000.0
    )]
    CpuBudget {
        /// What it spent.
        spent_ms: u64,
        /// The limit.
        limit_ms: u64,
    },
    /// The guest wanted too much memory and did not survive the refusal.
    #[error("connector wanted {wanted_mib} MiB of memory (limit `memory_mib` is {limit_mib})")]
    Memory {
        /// The size that was refused.
        wanted_mib: u64,
        /// The limit.
        limit_mib: u64,
    },
    /// The guest gave one host call too much.
    #[error("connector passed more than {limit_kib} KiB to one host call (limit `host_call_kib`)")]
    HostCallTooLarge {
        /// The limit.
        limit_kib: u64,
    },
    /// The answer holds too many events.
    #[error("connector answered with {events} events (limit `batch_events` is {limit})")]
    TooManyEvents {
        /// How many.
        events: usize,
        /// The limit.
        limit: u32,
    },
    /// The answer is too large.
    #[error("connector answered with more than {limit_mib} MiB (limit `batch_mib`)")]
    BatchTooLarge {
        /// The limit.
        limit_mib: u64,
    },
    /// The answer is not what the contract says.
    #[error("connector answered outside the contract: {0}")]
    InvalidBatch(String),
    /// The guest asked for something that has no answer but to stop it.
    #[error("connector was stopped: {0}")]
    Denied(String),
    /// The engine could not start the guest.
    #[error("connector could not be started: {0}")]
    NotStarted(String),
}

impl CallError {
    /// Returns the class that decides what happens next.
    pub const fn class(&self) -> FaultClass {
        match self {
            Self::Fault(fault) => fault.class(),
            // Mostly an upstream that does not answer.
            Self::Deadline { .. } => FaultClass::Transient,
            Self::Denied(_) => FaultClass::Config,
            _ => FaultClass::Broken,
        }
    }

    /// Returns the key of `[limits]` to raise, if one would help.
    pub const fn limit_key(&self) -> Option<&'static str> {
        match self {
            Self::Deadline { .. } => Some("call_secs"),
            Self::CpuBudget { .. } => Some("cpu_ms"),
            Self::Memory { .. } => Some("memory_mib"),
            Self::HostCallTooLarge { .. } => Some("host_call_kib"),
            Self::TooManyEvents { .. } => Some("batch_events"),
            Self::BatchTooLarge { .. } => Some("batch_mib"),
            _ => None,
        }
    }
}
