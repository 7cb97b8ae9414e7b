//! Modules and components that wasm-smith makes up, of what the engine of this host knows.

use arbitrary::{Arbitrary, Result, Unstructured};
use wasm_smith::{Component, Config, Module};

/// What a module may run until it ends by itself, in blocks of code.
const FUEL: u32 = 1_000;

/// Makes up a core module with the exports of `shape` and some of its imports. Most end by themselves.
pub fn core_module(shape: &[u8], u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let may_spin = u8::arbitrary(u)? == 0xff;
    let config =
        Config { available_imports: Some(shape.to_owned()), exports: Some(shape.to_owned()), ..of_engine() };
    let mut module = Module::new(config, u)?;
    if !may_spin {
        module.ensure_termination(FUEL).expect("what is made up here is valid");
    }
    Ok(module.to_bytes())
}

/// Makes up a core module.
pub fn any_module(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    Ok(Module::new(of_engine(), u)?.to_bytes())
}

/// Makes up a component.
pub fn any_component(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    Ok(Component::new(of_engine(), u)?.to_bytes())
}

fn of_engine() -> Config {
    Config {
        custom_descriptors_enabled: false,
        custom_page_sizes_enabled: false,
        exceptions_enabled: false,
        gc_enabled: false,
        max_memories: 1,
        max_tables: 2,
        memory64_enabled: false,
        shared_everything_threads_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    }
}
