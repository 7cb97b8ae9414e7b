//! Builders for the manifest, with defaults that suit a small connector.

use crate::types::{ActionInfo, CredentialInfo, Manifest, Placement, ReadMode, StreamInfo, Visibility, Zone};

/// Shortest poll interval of a stream that names none.
const MIN_POLL_MS: u64 = 60_000;

impl Manifest {
    /// Starts a manifest: title and platform are the id, zone social, no hosts, no streams, cursor
    /// version 1, the schema of the connector's settings. `version` is best `env!("CARGO_PKG_VERSION")`.
    pub fn new(id: impl Into<String>, version: impl Into<String>) -> Self {
        let id = id.into();
        Self {
            title: id.clone(),
            platform: id.clone(),
            id,
            version: version.into(),
            config_schema: String::new(),
            credentials: Vec::new(),
            hosts: Vec::new(),
            endpoints: Vec::new(),
            streams: Vec::new(),
            actions: Vec::new(),
            default_zone: Zone::Social,
            cursor_version: 1,
        }
    }

    /// Sets the title that people read.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Sets the platform: "x", "imap", "rss".
    pub fn platform(self, platform: impl Into<String>) -> Self {
        Self { platform: platform.into(), ..self }
    }

    /// Sets the zone that sources get unless the operator says otherwise.
    pub fn zone(self, default_zone: Zone) -> Self {
        Self { default_zone, ..self }
    }

    /// Sets the version of this connector's cursors.
    pub fn cursor_version(self, cursor_version: u32) -> Self {
        Self { cursor_version, ..self }
    }

    /// Asks for HTTP to `pattern`: `https://host[:port][/path-prefix]`, settings as `{field}`.
    pub fn host(mut self, pattern: impl Into<String>) -> Self {
        self.hosts.push(pattern.into());
        self
    }

    /// Asks for connections to `pattern`: `tls://host:port` or `starttls://host:port`, settings as `{field}`.
    pub fn endpoint(mut self, pattern: impl Into<String>) -> Self {
        self.endpoints.push(pattern.into());
        self
    }

    /// Adds a stream.
    pub fn stream(mut self, stream: StreamInfo) -> Self {
        self.streams.push(stream);
        self
    }

    /// Adds a credential.
    pub fn credential(mut self, credential: CredentialInfo) -> Self {
        self.credentials.push(credential);
        self
    }

    /// Adds an action.
    pub fn action(mut self, action: ActionInfo) -> Self {
        self.actions.push(action);
        self
    }
}

impl StreamInfo {
    /// Starts a stream: incremental, public, no edits or removals seen, polled at most once a minute.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            modes: vec![ReadMode::Incremental],
            visibility_floor: Visibility::Public,
            edits_seen: false,
            removals_seen: false,
            webhook: false,
            min_poll_ms: MIN_POLL_MS,
            max_lookback_ms: None,
            priced: false,
        }
    }

    /// Sets the least private visibility that may come out.
    pub fn visibility_floor(self, visibility_floor: Visibility) -> Self {
        Self { visibility_floor, ..self }
    }

    /// Sets the shortest interval between polls.
    pub fn min_poll_ms(self, min_poll_ms: u64) -> Self {
        Self { min_poll_ms, ..self }
    }

    /// Says that edits show.
    pub fn sees_edits(self) -> Self {
        Self { edits_seen: true, ..self }
    }

    /// Says that removals show.
    pub fn sees_removals(self) -> Self {
        Self { removals_seen: true, ..self }
    }

    /// Adds a mode beside incremental.
    pub fn mode(mut self, mode: ReadMode) -> Self {
        if !self.modes.contains(&mode) {
            self.modes.push(mode);
        }
        self
    }
}

impl CredentialInfo {
    /// Starts a credential that the connector cannot do without; its title is its name.
    pub fn new(name: impl Into<String>, placement: Placement) -> Self {
        let name = name.into();
        Self { title: name.clone(), name, placement, audience: Vec::new(), optional: false }
    }

    /// Sets the title that people read.
    pub fn title(self, title: impl Into<String>) -> Self {
        Self { title: title.into(), ..self }
    }

    /// Adds a host or endpoint that may receive it, a pattern as in the manifest.
    pub fn audience(mut self, pattern: impl Into<String>) -> Self {
        self.audience.push(pattern.into());
        self
    }

    /// Says that the connector works without it.
    pub fn optional(self) -> Self {
        Self { optional: true, ..self }
    }
}
