//! The `hark.toml` that listens to the demo, and the rules that it names.

use std::net::SocketAddr;

use hark_doubles::platforms::facebook::PAGE_ID;

use crate::Channel;
use crate::said::OWN_HANDLE;

/// Returns the text; the ports are the only thing that differs between two starts.
pub(crate) fn text(
    listen: SocketAddr,
    imap: SocketAddr,
    http: SocketAddr,
    played: &dyn Fn(Channel) -> String,
) -> String {
    include_str!("hark.toml.in")
        .replace("@LISTEN@", &listen.to_string())
        .replace("@IMAP@", &imap.to_string())
        .replace("@IMAP_PORT@", &imap.port().to_string())
        .replace("@HTTP@", &http.to_string())
        .replace("@X@", &played(Channel::X))
        .replace("@FACEBOOK@", &played(Channel::Facebook))
        .replace("@FORUM@", &played(Channel::Forum))
        .replace("@HANDLE@", OWN_HANDLE)
        .replace("@PAGE@", &PAGE_ID.to_string())
}

/// Returns the rules; they are the same at every start.
pub(crate) fn rules() -> String {
    include_str!("rules.toml.in").replace("@HANDLE@", OWN_HANDLE).replace("@PAGE@", &PAGE_ID.to_string())
}
