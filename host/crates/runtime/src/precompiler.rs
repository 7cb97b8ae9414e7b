//! Compiling ahead, without a runtime: no guest runs, and no thread is left behind.

use crate::codes::Codes;
use crate::compiled_cache::CompiledCache;
use crate::runtime::RuntimeOptions;
use crate::{Contracts, LoadError, RuntimeError, engine, inspect};
use std::time::Duration;

/// Compiles components for the runtime with the same options, and keeps the code where that finds it.
#[derive(Debug)]
pub struct Precompiler {
    codes: Codes,
    contracts: Contracts,
}

impl Precompiler {
    /// Opens the cache of `options`.
    pub fn new(options: &RuntimeOptions) -> Result<Self, RuntimeError> {
        let failed = |error: wasmtime::Error| RuntimeError::Engine(format!("{error:#}"));
        let (engine, layout) = engine::open(options.pool()).map_err(failed)?;
        let cache =
            options.cache_dir.as_deref().map(|folder| CompiledCache::open(folder, &engine)).transpose()?;
        let codes = Codes { engine, layout, cache, compiler: options.compiler.clone() };
        Ok(Self { codes, contracts: options.contracts.clone() })
    }

    /// Looks at a component and compiles it, unless it was compiled before; returns how long compiling took.
    pub fn prepare(&self, component: &[u8]) -> Result<Option<Duration>, LoadError> {
        inspect::outline(component)?.judge(self.contracts.served(), |served| served)?;
        self.codes.prepare(component)
    }
}
