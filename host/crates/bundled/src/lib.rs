//! The connectors that ship inside the binary.
//!
//! Holds: each is a component for `wasm32-wasip2`, built with this crate from `plugins/`; it gets no more
//! rights than one that is loaded from a file.
//! Not its business: loading them.

/// Ids of all bundled connectors, in order.
pub const IDS: &[&str] = &["email", "facebook", "forum", "rss", "x"];

/// Returns the component of the connector with that id, none if it is not bundled.
pub fn component(id: &str) -> Option<&'static [u8]> {
    match id {
        "email" => Some(include_bytes!(concat!(env!("OUT_DIR"), "/email.wasm"))),
        "facebook" => Some(include_bytes!(concat!(env!("OUT_DIR"), "/facebook.wasm"))),
        "forum" => Some(include_bytes!(concat!(env!("OUT_DIR"), "/forum.wasm"))),
        "rss" => Some(include_bytes!(concat!(env!("OUT_DIR"), "/rss.wasm"))),
        "x" => Some(include_bytes!(concat!(env!("OUT_DIR"), "/x.wasm"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_has_a_component_and_nothing_else_has() {
        for id in IDS {
            let bytes = component(id).unwrap_or_default();
            // Magic, then version 13 and layer 1: a component, not a core module.
            assert_eq!(bytes.get(..8), Some(&b"\0asm\x0d\0\x01\0"[..]), "{id}");
        }
        assert!(IDS.is_sorted());
        assert_eq!(component("imap"), None);
    }
}
