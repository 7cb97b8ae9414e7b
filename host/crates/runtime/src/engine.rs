//! The engine: which WebAssembly is allowed, how slots are laid out, and the thread that ticks.

use std::num::NonZeroUsize;
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

/// Makes the engine and starts the thread that ticks for it.
pub(crate) fn start(pool: PoolSize) -> wasmtime::Result<Engine> {
    // Address space for 4 GiB a slot lets the compiler leave out bounds checks. Where the system does
    // not give so much, slots get what they may use, and compiled code checks.
    let engine = match Engine::new(&config(pool, AddressSpace::Roomy)) {
        Ok(engine) => engine,
        Err(error) => {
            tracing::warn!("little address space, guests will run slower: {error:#}");
            Engine::new(&config(pool, AddressSpace::Tight))?
        }
    };
    let weak = engine.weak();
    thread::Builder::new().name("hark-epoch".to_owned()).spawn(move || tick(&weak))?;
    Ok(engine)
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

#[derive(Clone, Copy)]
enum AddressSpace {
    Roomy,
    Tight,
}

fn config(pool: PoolSize, space: AddressSpace) -> Config {
    let mut config = Config::new();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(slots(pool)));
    if matches!(space, AddressSpace::Tight) {
        config.memory_reservation(pool.memory_bytes as u64).memory_guard_size(64 << 10);
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
            for space in [AddressSpace::Roomy, AddressSpace::Tight] {
                let started = Engine::new(&config(PoolSize { instances, memory_bytes }, space));
                assert!(started.is_ok(), "{instances} of {memory_bytes}: {:?}", started.err());
            }
        }
    }

    #[test]
    fn the_thread_that_ticks_ends_with_its_engine() {
        let engine = start(PoolSize { instances: 1, memory_bytes: 1 << 20 }).unwrap();
        let weak = engine.weak();
        drop(engine);
        // The thread holds the engine only for the blink of a tick.
        while weak.upgrade().is_some() {
            thread::yield_now();
        }
    }
}
