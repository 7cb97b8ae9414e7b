//! The runtime: one engine, its slots, its cache, and the way from a file to a connector.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::task;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use crate::bindings::ListeningConnectorWirePre;
use crate::call::{self, Stage};
use crate::compiled_cache::{CacheError, CompiledCache};
use crate::connector::{Connector, LoadNote, Loaded};
use crate::engine::{self, PoolSize};
use crate::exports::Describe;
use crate::guest_state::GuestState;
use crate::imports::{self, World};
use crate::inspect::{self, Outline};
use crate::{CallContext, LoadError, compiled, limits, manifest_in};

/// What a runtime is made of.
#[derive(Debug, Clone)]
pub struct RuntimeOptions {
    /// Where compiled connectors are kept; without it every load compiles.
    pub cache_dir: Option<PathBuf>,
    /// Guests at the same time; more calls wait.
    pub instances_max: u32,
    /// The most memory that any source may grant its guests.
    pub memory_mib_max: u64,
}

impl Default for RuntimeOptions {
    fn default() -> Self {
        Self { cache_dir: None, instances_max: 32, memory_mib_max: 256 }
    }
}

/// Why there is no runtime.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The engine does not start.
    #[error("the WebAssembly engine does not start: {0}")]
    Engine(String),
    /// The cache cannot be used.
    #[error("compiled connectors cannot be kept")]
    Cache(#[from] CacheError),
}

/// One engine with its slots and its cache. A process needs one.
pub struct Runtime {
    engine: Engine,
    plain: Linker<GuestState>,
    wired: Linker<GuestState>,
    cache: Option<CompiledCache>,
    slots: Semaphore,
    memory_bytes_max: usize,
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime")
            .field("slots", &self.slots)
            .field("cache", &self.cache)
            .finish_non_exhaustive()
    }
}

impl Runtime {
    /// Starts the engine, with one thread that ticks for as long as it lives.
    pub fn new(options: RuntimeOptions) -> Result<Arc<Self>, RuntimeError> {
        let failed = |error: wasmtime::Error| RuntimeError::Engine(format!("{error:#}"));
        let instances = options.instances_max.clamp(1, limits::INSTANCES_MAX);
        let memory_bytes = options.memory_mib_max.saturating_mul(1 << 20).min(limits::MEMORY_BYTES_MAX);
        let memory_bytes_max = usize::try_from(memory_bytes).unwrap_or(usize::MAX);
        let engine = engine::start(PoolSize { instances, memory_bytes: memory_bytes_max }).map_err(failed)?;
        let cache = options.cache_dir.map(|folder| CompiledCache::open(&folder, &engine)).transpose()?;
        Ok(Arc::new(Self {
            plain: imports::linker(&engine, World::Listening).map_err(failed)?,
            wired: imports::linker(&engine, World::ListeningWire).map_err(failed)?,
            slots: Semaphore::new(instances as usize),
            engine,
            cache,
            memory_bytes_max,
        }))
    }

    /// Makes a connector of a component: looked at, compiled or found compiled, linked, and asked what
    /// it is.
    pub async fn load(self: &Arc<Self>, component: &[u8]) -> Result<Connector, LoadError> {
        let outline = inspect::outline(component)?;
        outline.judge()?;
        let digest: [u8; 32] = Sha256::digest(component).into();
        let (code, note) = self.code(component, digest).await?;
        fits_slot(&code)?;
        let guest = self.link(&code, &outline)?;
        let context = CallContext { source: "describe".to_owned(), ..CallContext::default() };
        let described = call::run(self.stage(&guest), &context, &limits::DESCRIBE, Describe).await;
        let manifest = manifest_in::manifest(described.result.map_err(LoadError::Describe)?)?;
        Ok(Connector::new(Loaded {
            runtime: Arc::clone(self),
            guest,
            manifest,
            digest,
            imports: outline.imports,
            size: component.len(),
            note,
        }))
    }

    pub(crate) fn stage<'a>(&'a self, guest: &'a ListeningConnectorWirePre<GuestState>) -> Stage<'a> {
        Stage { guest, slots: &self.slots, memory_bytes_max: self.memory_bytes_max }
    }

    /// Finds the code of a component in the cache, or compiles it on a thread that may take its time.
    async fn code(
        self: &Arc<Self>,
        component: &[u8],
        digest: [u8; 32],
    ) -> Result<(Component, LoadNote), LoadError> {
        let (runtime, component) = (Arc::clone(self), component.to_owned());
        let work = task::spawn_blocking(move || {
            runtime.cached(&digest).map_or_else(|| runtime.compile(&component, &digest), Ok)
        });
        work.await.unwrap_or_else(|panic| Err(LoadError::Compile { why: panic.to_string() }))
    }

    fn cached(&self, digest: &[u8; 32]) -> Option<(Component, LoadNote)> {
        let begun = Instant::now();
        let code = self.cache.as_ref()?.find(digest)?;
        match compiled::load(&self.engine, &code) {
            Ok(component) => Some((component, LoadNote::Cached { took: begun.elapsed() })),
            Err(error) => {
                tracing::warn!("a compiled connector is of no use and is compiled anew: {error:#}");
                None
            }
        }
    }

    fn compile(&self, file: &[u8], digest: &[u8; 32]) -> Result<(Component, LoadNote), LoadError> {
        let failed = |error: wasmtime::Error| LoadError::Compile { why: format!("{error:#}") };
        let begun = Instant::now();
        let component = Component::from_binary(&self.engine, file).map_err(failed)?;
        let note = LoadNote::Compiled { took: begun.elapsed() };
        if let Some(cache) = &self.cache {
            cache.keep(digest, &component.serialize().map_err(failed)?);
        }
        Ok((component, note))
    }

    fn link(
        &self,
        code: &Component,
        outline: &Outline,
    ) -> Result<ListeningConnectorWirePre<GuestState>, LoadError> {
        let linker = match outline.world() {
            World::Listening => &self.plain,
            World::ListeningWire => &self.wired,
        };
        let misfit = |error: wasmtime::Error| LoadError::Misfit { why: format!("{error:#}") };
        let linked = linker.instantiate_pre(code).map_err(misfit)?;
        ListeningConnectorWirePre::new(linked).map_err(misfit)
    }
}

/// Refuses what would not find room in any slot, before its first call fails on it.
fn fits_slot(code: &Component) -> Result<(), LoadError> {
    let too_many = |count: u32, max: u32, of: &str| LoadError::Slot {
        why: format!("it needs {count} {of}, a slot has {max}"),
    };
    let Some(needs) = code.resources_required() else { return Ok(()) };
    if needs.num_memories > limits::MEMORIES_MAX {
        return Err(too_many(needs.num_memories, limits::MEMORIES_MAX, "memories"));
    }
    if needs.num_tables > limits::TABLES_MAX {
        return Err(too_many(needs.num_tables, limits::TABLES_MAX, "tables"));
    }
    Ok(())
}
