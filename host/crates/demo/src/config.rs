//! The `hark.toml` that listens to the demo.

use std::net::SocketAddr;

/// Returns the text; the ports are the only thing that differs between two starts.
pub(crate) fn text(listen: SocketAddr, imap: SocketAddr, http: SocketAddr) -> String {
    include_str!("hark.toml.in")
        .replace("@LISTEN@", &listen.to_string())
        .replace("@IMAP@", &imap.to_string())
        .replace("@IMAP_PORT@", &imap.port().to_string())
        .replace("@HTTP@", &http.to_string())
}
