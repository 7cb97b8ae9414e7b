//! The one place where machine code from a file becomes a component.

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::compiled_cache::Authentic;

/// Loads compiled code. Only the cache makes an `Authentic`, and only of bytes whose seal it checked.
#[allow(
    unsafe_code,
    reason = "the engine cannot check machine code; `Authentic` proves that this host's own compiler wrote these very bytes"
)]
pub(crate) fn load(engine: &Engine, code: &Authentic) -> wasmtime::Result<Component> {
    // SAFETY: `Component::deserialize` asks for unmodified output of `Engine::precompile_component`. The
    // bytes carry a seal made with a key that only this host has, checked over the slice that is
    // loaded, not over the file; and the engine itself compares version and settings.
    unsafe { Component::deserialize(engine, code.bytes()) }
}
