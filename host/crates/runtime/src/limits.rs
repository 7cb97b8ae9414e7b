//! Bounds of the runtime that are the host's own. What an operator may change is in `SourceLimits`.

use std::time::Duration;

use hark_model::SourceLimits;

/// Time between two looks at a guest that computes.
pub const TICK: Duration = Duration::from_millis(10);
/// How much later than the call the gate gives up: the call's own deadline strikes first, and is what is told.
pub const GATE_SLACK: Duration = Duration::from_secs(1);
/// Largest component that is compiled.
pub const COMPONENT_BYTES_MAX: usize = 64 << 20;
/// Most code that one component becomes.
pub const CODE_BYTES_MAX: u64 = 1 << 30;
/// Most words of a compiler that did not do it.
pub const COMPILER_WORDS_BYTES_MAX: u64 = 4 << 10;
/// Time between two looks at a compiler that is about to end.
pub const COMPILER_LOOK: Duration = Duration::from_millis(5);
/// Most components that the cache keeps; the oldest go first.
pub const CACHED_COMPONENTS_MAX: usize = 256;
/// Deepest stack of a guest. The rest of a fiber's stack is for the host's own functions.
pub const GUEST_STACK_BYTES_MAX: usize = 512 << 10;
/// Whole stack of a fiber.
pub const FIBER_STACK_BYTES: usize = 2 << 20;
/// Most guests at the same time, whatever the options say.
pub const INSTANCES_MAX: u32 = 1_000;
/// Largest linear memory that 32 bits can address.
pub const MEMORY_BYTES_MAX: u64 = 4 << 30;
/// Most live handles of one instance.
pub const HANDLES_MAX: usize = 2_000;
/// Most resources that the host holds for one instance.
pub const RESOURCES_MAX: usize = 1_000;
/// Most random bytes that one call of WASI gives.
pub const RANDOM_BYTES_MAX: u64 = 4 << 10;
/// Most core instances of one connector; a Python connector has about forty.
pub const CORE_INSTANCES_MAX: u32 = 64;
/// Most linear memories of one connector.
pub const MEMORIES_MAX: u32 = 2;
/// Most tables of one connector.
pub const TABLES_MAX: u32 = 8;
/// Most elements of one table; Python and JavaScript connectors need about a hundred thousand.
pub const TABLE_ELEMENTS_MAX: usize = 100_000;
/// Most host memory for the records of one instance.
pub const INSTANCE_BYTES_MAX: usize = 16 << 20;
/// Memory of a slot that is cleared in place rather than given back to the system.
pub const MEMORY_KEPT_BYTES: usize = 1 << 20;
/// Table of a slot that is cleared in place rather than given back to the system.
pub const TABLE_KEPT_BYTES: usize = 64 << 10;
/// Slots that are given back to the system in one system call.
pub const DECOMMIT_BATCH: usize = 16;
/// Most frames of a backtrace.
pub const BACKTRACE_FRAMES_MAX: usize = 64;
/// Longest last words of a guest that are kept for an error.
pub const LAST_WORDS_BYTES_MAX: usize = 2 << 10;
/// Most bytes that WASI's stdout and stderr take at once.
pub const STDOUT_BYTES_AT_ONCE: usize = 4 << 10;

/// Longest words of the engine that are passed on: they hold names out of a component.
pub const ENGINE_WORDS_BYTES_MAX: usize = 1 << 10;
/// Longest version of a contract that is read.
pub const VERSION_BYTES_MAX: usize = 64;
/// Most of a name out of a component that is shown.
pub const NAME_CHARS_SHOWN: usize = 100;

/// Most streams of a manifest.
pub const STREAMS_MAX: usize = 64;
/// Most actions of a manifest.
pub const ACTIONS_MAX: usize = 64;
/// Most credentials of a manifest.
pub const CREDENTIALS_MAX: usize = 32;
/// Most patterns of one list of a manifest.
pub const PATTERNS_MAX: usize = 64;
/// Longest pattern of a manifest.
pub const PATTERN_BYTES_MAX: usize = 512;
/// Longest JSON Schema of a manifest.
pub const SCHEMA_BYTES_MAX: usize = 256 << 10;

/// What `describe` may spend: it is pure and needs next to nothing.
pub const DESCRIBE: SourceLimits = SourceLimits {
    memory_mib: 64,
    call_secs: 10,
    cpu_ms: 2_000,
    host_call_kib: 64,
    log_lines: 50,
    log_line_bytes: 1_024,
    batch_mib: 1,
    requests: 0,
    ..SourceLimits::STRICT
};
