//! The order to stop, as a task sees it.

use tokio_util::sync::CancellationToken;

/// Tells a task that it has been ordered to stop. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shutdown(CancellationToken);

impl Shutdown {
    pub(crate) fn new() -> Self {
        Self(CancellationToken::new())
    }

    /// Returns when the order to stop was given; may be awaited any number of times.
    pub async fn ordered(&self) {
        self.0.cancelled().await;
    }

    /// Tells whether the order was given.
    pub fn is_ordered(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Gives the order.
    pub fn order(&self) {
        self.0.cancel();
    }
}
