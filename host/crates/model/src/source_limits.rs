//! What one source may spend. Every limit has a value before anything starts.

/// What one source may spend; each field is a key of `[limits]` and of `[source.NAME.limits]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceLimits {
    /// Linear memory of one instance, all memories together.
    pub memory_mib: u64,
    /// Wall time of one call, waits included.
    pub call_secs: u64,
    /// Time a call may spend computing, waits left out.
    pub cpu_ms: u64,
    /// Bytes that one host call may make the host allocate for its arguments.
    pub host_call_kib: u64,
    /// Log lines of one call; more are counted and dropped.
    pub log_lines: u64,
    /// Bytes of one log line; more are cut.
    pub log_line_bytes: u64,
    /// Events of one batch.
    pub batch_events: u32,
    /// Bytes of one batch, as the host holds it.
    pub batch_mib: u64,
    /// Requests and connections of one call.
    pub requests: u32,
    /// Requests of one credential to one host in a minute, over all sources that share it; more wait.
    pub requests_per_min: u32,
    /// Wall time of one request, redirects included.
    pub request_secs: u64,
    /// Bytes of one response body, after decompression.
    pub body_mib: u64,
    /// Bytes of all headers of one response.
    pub header_kib: u64,
    /// Bytes that one wire connection may read.
    pub wire_mib: u64,
    /// Redirects of one request; each hop passes the gate.
    pub redirects: u32,
    /// Deliveries that are taken in a minute; more are turned away.
    pub deliveries_per_min: u32,
}

impl SourceLimits {
    /// The defaults.
    pub const STRICT: Self = Self {
        memory_mib: 64,
        call_secs: 30,
        cpu_ms: 5_000,
        host_call_kib: 1_024,
        log_lines: 1_000,
        log_line_bytes: 4_096,
        batch_events: 2_000,
        batch_mib: 32,
        requests: 50,
        requests_per_min: 3_000,
        request_secs: 20,
        body_mib: 16,
        header_kib: 32,
        wire_mib: 64,
        redirects: 5,
        deliveries_per_min: 3_000,
    };
}

impl SourceLimits {
    /// Returns every limit by its key in `[limits]`.
    pub fn entries(&self) -> [(&'static str, u64); 15] {
        [
            ("memory_mib", self.memory_mib),
            ("call_secs", self.call_secs),
            ("cpu_ms", self.cpu_ms),
            ("host_call_kib", self.host_call_kib),
            ("log_lines", self.log_lines),
            ("log_line_bytes", self.log_line_bytes),
            ("batch_events", self.batch_events.into()),
            ("batch_mib", self.batch_mib),
            ("requests", self.requests.into()),
            ("request_secs", self.request_secs),
            ("body_mib", self.body_mib),
            ("header_kib", self.header_kib),
            ("wire_mib", self.wire_mib),
            ("redirects", self.redirects.into()),
            ("deliveries_per_min", self.deliveries_per_min.into()),
        ]
    }

    /// Sets the limit of that key; false if there is none. A number that is too large is the largest.
    pub fn set(&mut self, key: &str, value: u64) -> bool {
        let small = u32::try_from(value).unwrap_or(u32::MAX);
        match key {
            "memory_mib" => self.memory_mib = value,
            "call_secs" => self.call_secs = value,
            "cpu_ms" => self.cpu_ms = value,
            "host_call_kib" => self.host_call_kib = value,
            "log_lines" => self.log_lines = value,
            "log_line_bytes" => self.log_line_bytes = value,
            "batch_events" => self.batch_events = small,
            "batch_mib" => self.batch_mib = value,
            "requests" => self.requests = small,
            "request_secs" => self.request_secs = value,
            "body_mib" => self.body_mib = value,
            "header_kib" => self.header_kib = value,
            "wire_mib" => self.wire_mib = value,
            "redirects" => self.redirects = small,
            "deliveries_per_min" => self.deliveries_per_min = small,
            _ => return false,
        }
        true
    }
}

impl Default for SourceLimits {
    fn default() -> Self {
        Self::STRICT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_reads_back_by_its_key() {
        let mut limits = SourceLimits::STRICT;
        for (n, (key, _)) in SourceLimits::STRICT.entries().into_iter().enumerate() {
            assert!(limits.set(key, n as u64), "{key}");
        }
        for (n, (key, value)) in limits.entries().into_iter().enumerate() {
            assert_eq!(value, n as u64, "{key}");
        }
        assert!(!limits.set("memory", 1));
    }
}
