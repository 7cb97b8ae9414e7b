//! The one place where machine code from a file becomes a component.

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::codes::Fresh;
use crate::compiled_cache::Authentic;

/// Loads compiled code. Only the cache makes an `Authentic`, and only of a file whose seal it checked.
///
/// The file is mapped, not copied: by the descriptor that was checked, so that no other file can take its name.
#[cfg(target_os = "linux")]
#[allow(
    unsafe_code,
    reason = "the engine cannot check machine code; `Authentic` proves that this host's own compiler wrote this very file"
)]
pub(crate) fn load(engine: &Engine, code: &Authentic) -> wasmtime::Result<Component> {
    use std::os::fd::AsRawFd;
    let path = format!("/proc/self/fd/{}", code.file().as_raw_fd());
    // SAFETY: `Component::deserialize_file` asks for unmodified output of `Engine::precompile_component`, and
    // that it stays so while mapped. The seal, made with a key that only this host has, was checked over the
    // open file that the path names; nobody but the owner of the key may write to it, and the cache only ever
    // replaces whole files. The engine itself compares version and settings. The seal behind the code is
    // not part of any section.
    unsafe { Component::deserialize_file(engine, path) }
}

/// Loads compiled code. Only the cache makes an `Authentic`, and only of a file whose seal it checked.
#[cfg(not(target_os = "linux"))]
#[allow(
    unsafe_code,
    reason = "the engine cannot check machine code; `Authentic` proves that this host's own compiler wrote this very file"
)]
pub(crate) fn load(engine: &Engine, code: &Authentic) -> wasmtime::Result<Component> {
    use std::io::{Read, Seek};
    let (mut file, mut bytes) = (code.file(), Vec::new());
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    // SAFETY: as above; here the bytes are copied.
    unsafe { Component::deserialize(engine, bytes) }
}

/// Loads code that was just compiled. Only the compilers make a `Fresh`.
#[allow(
    unsafe_code,
    reason = "the engine cannot check machine code; `Fresh` proves that a compiler of this host just wrote it"
)]
pub(crate) fn load_fresh(engine: &Engine, code: &Fresh) -> wasmtime::Result<Component> {
    // SAFETY: `Component::deserialize` asks for unmodified output of `Engine::precompile_component`. It came from this
    // process or from one that this process started, over a pipe that nobody else holds. The engine itself compares
    // version and settings.
    unsafe { Component::deserialize(engine, code.bytes()) }
}
