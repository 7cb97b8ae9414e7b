//! From a component to its code: found compiled, compiled here or apart, or not at all.
//!
//! Holds: code is kept sealed, and loaded only if its seal fits. Not here: what the component is.

use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::LoadError;
use crate::apart::Apart;
use crate::call_log::one_line;
use crate::compiled;
use crate::compiled_cache::CompiledCache;
use crate::connector::LoadNote;
use crate::engine::Layout;

/// Who compiles what was not compiled before.
#[derive(Debug, Clone, Default)]
pub enum Compiler {
    /// This process: for tests, and for components of one's own.
    #[default]
    Here,
    /// A process apart, within limits.
    Apart(Apart),
    /// Nobody: a process that listens loads only what was compiled before.
    Never,
}

/// Code that was just compiled, and by whom is known.
pub(crate) struct Fresh(Vec<u8>);

impl Fresh {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The way from components to code for one engine.
#[derive(Debug)]
pub(crate) struct Codes {
    pub engine: Engine,
    pub layout: Layout,
    pub cache: Option<CompiledCache>,
    pub compiler: Compiler,
}

impl Codes {
    /// Returns the code of a component, compiled if need be.
    pub fn get(&self, component: &[u8]) -> Result<(Component, LoadNote), LoadError> {
        let digest = digest(component);
        if let Some(found) = self.cached(&digest) {
            return Ok(found);
        }
        let failed = |error: wasmtime::Error| LoadError::Compile { why: one_line(&format!("{error:#}")) };
        let begun = Instant::now();
        let fresh = self.compile(component)?;
        let note = LoadNote::Compiled { took: begun.elapsed() };
        if let Some(cache) = &self.cache {
            cache.keep(&digest, fresh.bytes());
            // From the file it is mapped, not copied.
            if let Some((code, _)) = self.cached(&digest) {
                return Ok((code, note));
            }
        }
        Ok((compiled::load_fresh(&self.engine, &fresh).map_err(failed)?, note))
    }

    /// Compiles a component if it was not compiled before; returns how long that took.
    pub fn prepare(&self, component: &[u8]) -> Result<Option<Duration>, LoadError> {
        let digest = digest(component);
        if self.cache.as_ref().is_some_and(|cache| cache.find(&digest).is_some()) {
            return Ok(None);
        }
        let begun = Instant::now();
        let fresh = self.compile(component)?;
        if let Some(cache) = &self.cache {
            cache.keep(&digest, fresh.bytes());
        }
        Ok(Some(begun.elapsed()))
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

    fn compile(&self, component: &[u8]) -> Result<Fresh, LoadError> {
        let code = match &self.compiler {
            Compiler::Here => self
                .engine
                .precompile_component(component)
                .map_err(|error| LoadError::Compile { why: one_line(&format!("{error:#}")) }),
            Compiler::Apart(apart) => apart.compile(&self.engine, self.layout, component),
            Compiler::Never => Err(LoadError::NotCompiled),
        };
        code.map(Fresh)
    }
}

/// Returns what names a component: its SHA-256.
pub(crate) fn digest(component: &[u8]) -> [u8; 32] {
    Sha256::digest(component).into()
}
