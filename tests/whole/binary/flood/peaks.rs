//! The most memory that one call of a connector took, as the pipeline notes it in its log.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// What was noted so far.
#[derive(Debug, Clone, Default)]
pub struct Peaks(Arc<Figures>);

#[derive(Debug, Default)]
struct Figures {
    calls: AtomicU64,
    requests: AtomicU64,
    memory_bytes: AtomicU64,
}

impl Peaks {
    /// Returns how many calls there were.
    pub fn calls(&self) -> u64 {
        self.0.calls.load(Ordering::SeqCst)
    }

    /// Returns how many requests they made.
    pub fn requests(&self) -> u64 {
        self.0.requests.load(Ordering::SeqCst)
    }

    /// Returns the most that one of them held, in bytes.
    pub fn memory_bytes(&self) -> u64 {
        self.0.memory_bytes.load(Ordering::SeqCst)
    }
}

impl<S: Subscriber> Layer<S> for Peaks {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        event.record(&mut Reader(&self.0));
    }
}

struct Reader<'a>(&'a Figures);

impl Visit for Reader<'_> {
    fn record_u64(&mut self, field: &Field, value: u64) {
        match field.name() {
            "memory_peak_bytes" => {
                self.0.calls.fetch_add(1, Ordering::SeqCst);
                self.0.memory_bytes.fetch_max(value, Ordering::SeqCst);
            }
            "requests" => _ = self.0.requests.fetch_add(value, Ordering::SeqCst),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}
