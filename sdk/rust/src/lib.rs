//! Write a Hark connector in Rust.

/// The contract, as generated from `wit/`.
pub mod bindings {
    #![allow(missing_docs, unsafe_code, clippy::all)]
    wit_bindgen::generate!({
        path: "../../wit/0.1.0",
        world: "listening-connector-wire",
        pub_export_macro: true,
        export_macro_name: "export_connector",
        default_bindings_module: "hark_sdk::bindings",
        additional_derives: [PartialEq, Clone],
    });
}
