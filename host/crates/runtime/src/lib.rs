//! The only wasmtime: compile, limit, call.
