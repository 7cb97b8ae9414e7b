//! The runtime: one engine, its slots, its cache, and the way from a file to a connector.

use std::path::PathBuf;
use std::sync::Arc;

use semver::Version;
use tokio::sync::Semaphore;
use tokio::task;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use crate::call::{self, Stage};
use crate::call_log::one_line;
use crate::codes::{self, Codes, Compiler};
use crate::compiled_cache::{CacheError, CompiledCache};
use crate::connector::{Connector, LoadNote, Loaded};
use crate::contracts::Served;
use crate::engine::{self, PoolSize};
use crate::exports::Describe;
use crate::fitted::Fitted;
use crate::guest_state::GuestState;
use crate::inspect::{self, World};
use crate::{CallContext, Contracts, LoadError, Skew, limits, manifest};

/// What a runtime is made of.
#[derive(Debug, Clone)]
pub struct RuntimeOptions {
    /// Where compiled connectors are kept; without it every load compiles.
    pub cache_dir: Option<PathBuf>,
    /// Guests at the same time; more calls wait.
    pub instances_max: u32,
    /// The most memory that any source may grant its guests.
    pub memory_mib_max: u64,
    /// Who compiles what was not compiled before.
    pub compiler: Compiler,
    /// The versions of the contract that are served.
    pub contracts: Contracts,
}

impl Default for RuntimeOptions {
    fn default() -> Self {
        Self {
            cache_dir: None,
            instances_max: 32,
            memory_mib_max: 256,
            compiler: Compiler::Here,
            contracts: Contracts::default(),
        }
    }
}

impl RuntimeOptions {
    /// Returns the size of the pool, within the bounds of this crate.
    pub(crate) fn pool(&self) -> PoolSize {
        let instances = self.instances_max.clamp(1, limits::INSTANCES_MAX);
        let memory_bytes = self.memory_mib_max.saturating_mul(1 << 20).min(limits::MEMORY_BYTES_MAX);
        PoolSize { instances, memory_bytes: usize::try_from(memory_bytes).unwrap_or(usize::MAX) }
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
    codes: Codes,
    contracts: Contracts,
    serving: Vec<Serving>,
    slots: Semaphore,
    memory_bytes_max: usize,
}

/// A version of the contract with what its components are linked to.
struct Serving {
    served: Served,
    plain: Linker<GuestState>,
    wired: Linker<GuestState>,
}

impl Serving {
    fn new(served: &Served, engine: &Engine) -> wasmtime::Result<Self> {
        Ok(Self {
            served: served.clone(),
            plain: served.linker(engine, World::Listening)?,
            wired: served.linker(engine, World::ListeningWire)?,
        })
    }

    fn link(&self, code: &Component, world: World) -> wasmtime::Result<Box<dyn Fitted>> {
        let linker = match world {
            World::Listening => &self.plain,
            World::ListeningWire => &self.wired,
        };
        self.served.fit(linker.instantiate_pre(code)?)
    }
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime")
            .field("slots", &self.slots)
            .field("codes", &self.codes)
            .finish_non_exhaustive()
    }
}

impl Runtime {
    /// Starts the engine, with one thread that ticks for as long as it lives.
    pub fn new(options: RuntimeOptions) -> Result<Arc<Self>, RuntimeError> {
        let failed = |error: wasmtime::Error| RuntimeError::Engine(format!("{error:#}"));
        let pool = options.pool();
        let (engine, layout) = engine::open(pool).map_err(failed)?;
        engine::start_ticking(&engine).map_err(failed)?;
        let cache = options.cache_dir.map(|folder| CompiledCache::open(&folder, &engine)).transpose()?;
        let versions = options.contracts.served().to_owned();
        let serving = versions.iter().map(|served| Serving::new(served, &engine));
        Ok(Arc::new(Self {
            serving: serving.collect::<Result<_, _>>().map_err(failed)?,
            contracts: options.contracts,
            slots: Semaphore::new(pool.instances as usize),
            codes: Codes { engine, layout, cache, compiler: options.compiler },
            memory_bytes_max: pool.memory_bytes,
        }))
    }

    /// Makes a connector of a component: looked at, compiled or found compiled, linked, and asked what
    /// it is.
    pub async fn load(self: &Arc<Self>, component: &[u8]) -> Result<Connector, LoadError> {
        let outline = inspect::outline(component)?;
        let (serving, contract) = outline.judge(&self.serving, |serving| &serving.served)?;
        let (code, note) = self.code(component).await?;
        fits_slot(&code)?;
        let guest = serving
            .link(&code, outline.world())
            .map_err(|error| misfit(contract.clone(), serving, &error))?;
        let context = CallContext { source: "describe".to_owned(), ..CallContext::default() };
        let described = call::run(self.stage(&*guest), &context, &limits::DESCRIBE, Describe).await;
        let manifest = manifest::judge(described.result.map_err(LoadError::Describe)??)?;
        Ok(Connector::new(Loaded {
            runtime: Arc::clone(self),
            guest,
            contract,
            manifest,
            digest: codes::digest(component),
            imports: outline.imports,
            size: component.len(),
            note,
        }))
    }

    /// Returns the versions of the contract that are served.
    pub fn contracts(&self) -> &Contracts {
        &self.contracts
    }

    pub(crate) fn stage<'a>(&'a self, guest: &'a dyn Fitted) -> Stage<'a> {
        Stage {
            engine: &self.codes.engine,
            guest,
            slots: &self.slots,
            memory_bytes_max: self.memory_bytes_max,
        }
    }

    /// Finds or makes the code of a component on a thread that may take its time.
    async fn code(self: &Arc<Self>, component: &[u8]) -> Result<(Component, LoadNote), LoadError> {
        let (runtime, component) = (Arc::clone(self), component.to_owned());
        let work = task::spawn_blocking(move || runtime.codes.get(&component));
        work.await.unwrap_or_else(|panic| Err(LoadError::Compile { why: panic.to_string() }))
    }
}

/// Says why a component of a version that is served was not linked: for what came later in it, or for another reason.
fn misfit(built_for: Version, serving: &Serving, error: &wasmtime::Error) -> LoadError {
    let why = one_line(&format!("{error:#}"));
    let served = serving.served.version.clone();
    if built_for > served { Skew::Later { built_for, served, why }.into() } else { LoadError::Misfit { why } }
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
