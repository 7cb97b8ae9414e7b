//! The contract 0.2, as generated from `tests/wit`.

#![allow(missing_docs, reason = "generated; the contract itself is documented in its WIT")]

wasmtime::component::bindgen!({
    path: "../../../tests/wit/0.2.0",
    world: "listening-connector",
    imports: { default: async | trappable },
    exports: { default: async },
    require_store_data_send: true,
});

pub use exports::hark::connector::connector as guest;
pub use hark::connector::{host, http, types};
