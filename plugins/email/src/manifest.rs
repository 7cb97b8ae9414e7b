//! What the connector says of itself.

use hark_sdk::prelude::*;

/// Version of [`crate::position::Position`] as a cursor.
pub const CURSOR_VERSION: u32 = 1;
/// The one stream.
pub const STREAM: &str = "inbox";
/// The one credential.
pub const PASSWORD: &str = "imap-password";

/// Where the connector may connect to, and the only places that may receive the password.
const ENDPOINTS: [&str; 2] = ["tls://{host}:{port}", "starttls://{host}:{port}"];

/// Returns the manifest.
pub fn manifest() -> Manifest {
    let password = CredentialInfo::new(PASSWORD, Placement::WireLogin).title("IMAP password");
    // List mail may be read by all its list, so the floor is the community; all else is marked direct.
    let stream = StreamInfo::new(STREAM).visibility_floor(Visibility::Community).min_poll_ms(15_000);
    let manifest = Manifest::new("email", env!("CARGO_PKG_VERSION"))
        .title("E-mail (IMAP)")
        .platform("imap")
        .zone(Zone::Extranet)
        .cursor_version(CURSOR_VERSION)
        .credential(ENDPOINTS.into_iter().fold(password, CredentialInfo::audience))
        .stream(stream);
    ENDPOINTS.into_iter().fold(manifest, Manifest::endpoint)
}
