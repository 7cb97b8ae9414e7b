//! The server: its options, its routes, its end.

use std::net::SocketAddr;

use axum::Router;
use hark_lifecycle::Shutdown;
use hark_store::Store;
use tokio::net::TcpListener;

/// What the pages need to know beside the store.
#[derive(Debug, Clone)]
pub struct WebOptions {
    /// Where the server listens; its host is allowed in the `Host` header.
    pub listen: SocketAddr,
    /// Further names under which people reach it.
    pub names: Vec<String>,
    /// Ends the live streams, which would otherwise hold the server open.
    pub shutdown: Shutdown,
}

/// Why the pages are no longer served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The listener broke.
    #[error("cannot serve the pages")]
    Io(#[from] std::io::Error),
}

/// Makes the routes.
pub fn router(store: Store, options: WebOptions) -> Router {
    let _ = (store, options);
    Router::new()
}

/// Serves until ordered to stop; requests under way are finished first.
pub async fn serve(listener: TcpListener, router: Router, shutdown: Shutdown) -> Result<(), ServeError> {
    let order = async move { shutdown.ordered().await };
    axum::serve(listener, router).with_graceful_shutdown(order).await?;
    Ok(())
}
