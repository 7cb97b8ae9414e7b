//! The contract 0.1, as generated from `wit/`: the only place where its types are made.

#![allow(missing_docs, reason = "generated; the contract itself is documented in wit/")]

wasmtime::component::bindgen!({
    path: "../../../wit/0.1.0",
    // Only what a guest exports depends on the world; which imports it gets, its linker decides.
    world: "listening-connector-wire",
    imports: { default: async | trappable },
    exports: { default: async },
    with: { "hark:connector/wire.connection": hark_egress::WireConnection },
    require_store_data_send: true,
});

pub use exports::hark::connector::connector as guest;
pub use hark::connector::{host, http, types, wire};
