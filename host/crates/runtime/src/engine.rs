//! The engine: which WebAssembly is allowed, how slots are laid out, and the thread that ticks.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::thread;

use wasmtime::{
    Config, Enabled, Engine, EngineWeak, InstanceAllocationStrategy, PoolingAllocationConfig,
    WasmBacktraceDetails,
};

use crate::limits;

/// Size of the pool that guests live in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolSize {
    /// Guests at the same time.
    pub instances: u32,
    /// Bytes of the largest linear memory.
    pub memory_bytes: usize,
}

/// Makes the engine and says how code for it is laid out. Nothing ticks for it yet, and no thread is started.
pub(crate) fn open(pool: PoolSize) -> wasmtime::Result<(Engine, Layout)> {
    // Address space for 4 GiB a slot lets the compiler leave out bounds checks. Where the system does
    // not give so much, slots get what they may use, and compiled code checks.
    match Engine::new(&in_slots(pool, Layout::Roomy)) {
        Ok(engine) => Ok((engine, Layout::Roomy)),
        Err(error) => {
            tracing::warn!("little address space, guests will run slower: {error:#}");
            let layout = Layout::Tight { memory_bytes: pool.memory_bytes as u64 };
            Ok((Engine::new(&in_slots(pool, layout))?, layout))
        }
    }
}

/// Makes an engine that compiles for others and runs nothing.
pub(crate) fn for_compiling(layout: Layout) -> wasmtime::Result<Engine> {
    Engine::new(&config(layout))
}

/// Starts the thread that ticks for the engine, as long as it lives.
pub(crate) fn start_ticking(engine: &Engine) -> wasmtime::Result<()> {
    let weak = engine.weak();
    thread::Builder::new().name("hark-epoch".to_owned()).spawn(move || tick(&weak))?;
    Ok(())
}

/// Advances the epoch as long as the engine lives. A thread of its own: a task of the async runtime would
/// be starved by the very guests it is there to interrupt.
fn tick(engine: &EngineWeak) {
    loop {
        thread::sleep(limits::TICK);
        match engine.upgrade() {
            Some(engine) => engine.increment_epoch(),
            None => return,
        }
    }
}

/// How compiled code may expect memories to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// 4 GiB of addresses for each.
    Roomy,
    /// No more addresses than a guest may use.
    Tight {
        /// Those of one memory.
        memory_bytes: u64,
    },
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Roomy => f.write_str("roomy"),
            Self::Tight { memory_bytes } => write!(f, "{memory_bytes}"),
        }
    }
}

impl FromStr for Layout {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(if text == "roomy" { Self::Roomy } else { Self::Tight { memory_bytes: text.parse()? } })
    }
}

fn in_slots(pool: PoolSize, layout: Layout) -> Config {
    let mut config = config(layout);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(slots(pool)));
    config
}

/// Returns all that decides what code for the engine looks like.
fn config(layout: Layout) -> Config {
    let mut config = Config::new();
    if let Layout::Tight { memory_bytes } = layout {
        config.memory_reservation(memory_bytes).memory_guard_size(64 << 10);
    }
    config.memory_init_cow(true);
    config.epoch_interruption(true);
    config.max_wasm_stack(limits::GUEST_STACK_BYTES_MAX).async_stack_size(limits::FIBER_STACK_BYTES);
    // Plain functions only: no per-store state of the component model's async, and none of its advisories.
    // Async components, threads, garbage collection and memory protection keys are not even compiled in.
    config.concurrency_support(false).wasm_component_model(true).wasm_memory64(false);
    config.wasm_backtrace_max_frames(NonZeroUsize::new(limits::BACKTRACE_FRAMES_MAX));
    config.wasm_backtrace_details(WasmBacktraceDetails::Disable);
    // Backtraces name functions, not lines; without the two tables compiled code is smaller and loads faster.
    config.generate_address_map(false).native_unwind_info(false);
    config
}

fn slots(pool: PoolSize) -> PoolingAllocationConfig {
    let mut slots = PoolingAllocationConfig::new();
    slots
        .total_component_instances(pool.instances)
        .total_stacks(pool.instances)
        .total_core_instances(pool.instances * limits::CORE_INSTANCES_MAX)
        .max_core_instances_per_component(limits::CORE_INSTANCES_MAX)
        .total_memories(pool.instances * limits::MEMORIES_MAX)
        .max_memories_per_component(limits::MEMORIES_MAX)
        .total_tables(pool.instances * limits::TABLES_MAX)
        .max_tables_per_component(limits::TABLES_MAX)
        .table_elements(limits::TABLE_ELEMENTS_MAX)
        .max_component_instance_size(limits::INSTANCE_BYTES_MAX)
        .max_core_instance_size(limits::INSTANCE_BYTES_MAX)
        .max_memory_size(pool.memory_bytes)
        .linear_memory_keep_resident(limits::MEMORY_KEPT_BYTES)
        .table_keep_resident(limits::TABLE_KEPT_BYTES)
        .decommit_batch_size(limits::DECOMMIT_BATCH)
        .pagemap_scan(Enabled::Auto);
    slots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_starts_in_any_address_space() {
        for (instances, memory_bytes) in [(1, 1 << 20), (32, 256 << 20), (2, 4 << 30)] {
            for layout in [Layout::Roomy, Layout::Tight { memory_bytes: memory_bytes as u64 }] {
                let started = Engine::new(&in_slots(PoolSize { instances, memory_bytes }, layout));
                assert!(started.is_ok(), "{instances} of {memory_bytes}: {:?}", started.err());
            }
        }
    }

    #[test]
    fn what_is_compiled_apart_fits_the_engine_that_runs_it() {
        let fingerprint = |engine: &Engine| crate::compiled_cache::fingerprint(engine);
        let memory_bytes = 64 << 20;
        let pool = PoolSize { instances: 2, memory_bytes };
        let tight = Layout::Tight { memory_bytes: memory_bytes as u64 };
        let fingerprints = [Layout::Roomy, tight].map(|layout| {
            assert_eq!(layout.to_string().parse(), Ok(layout));
            let runs = fingerprint(&Engine::new(&in_slots(pool, layout)).unwrap());
            assert_eq!(runs, fingerprint(&for_compiling(layout).unwrap()), "{layout}");
            runs
        });
        assert_ne!(fingerprints[0], fingerprints[1]);
    }

    #[test]
    fn the_thread_that_ticks_ends_with_its_engine() {
        let (engine, _) = open(PoolSize { instances: 1, memory_bytes: 1 << 20 }).unwrap();
        start_ticking(&engine).unwrap();
        let weak = engine.weak();
        drop(engine);
        // The thread holds the engine only for the blink of a tick.
        while weak.upgrade().is_some() {
            thread::yield_now();
        }
    }
}
