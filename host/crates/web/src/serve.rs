//! The listener: connections are counted, and none is held open by a peer that is slow on purpose.
//!
//! Holds: so many connections are open and no more; the head of a request comes in one span of time, that of the
//! next one on the same connection too, so an idle connection ends; a peer that takes nothing is given up. How long
//! a body may take is its reader's to bound. Not here: routes, TLS.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hark_lifecycle::Shutdown;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;

use crate::limits;

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// Open at a time; more wait in the system's queue.
    pub connections_max: usize,
    /// Time for the head of a request, from the opening of the connection or from the last answer.
    pub head_wait: Duration,
    /// How long a peer may take nothing of what it is sent.
    pub write_wait: Duration,
}

impl ConnectionLimits {
    /// The defaults.
    pub const STRICT: Self = Self {
        connections_max: limits::CONNECTIONS_MAX,
        head_wait: limits::HEAD_WAIT,
        write_wait: limits::WRITE_WAIT,
    };
}

/// Serves until ordered to stop, within the strict limits; requests under way are finished first.
pub async fn serve(listener: TcpListener, router: Router, shutdown: Shutdown) {
    serve_within(listener, router, shutdown, ConnectionLimits::STRICT).await;
}

/// The same within `limits`.
pub async fn serve_within(
    listener: TcpListener,
    router: Router,
    shutdown: Shutdown,
    limits: ConnectionLimits,
) {
    let places = Arc::new(Semaphore::new(limits.connections_max));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            () = shutdown.ordered() => break,
            Some(ended) = connections.join_next() => {
                if let Err(error) = ended {
                    tracing::error!(%error, "an answer broke off");
                }
            }
            (stream, place) = next(&listener, &places) => {
                connections.spawn(connection(stream, place, router.clone(), shutdown.clone(), limits));
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Waits for a place, and then for who takes it. Safe to drop: a place that nobody has taken is free.
async fn next(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let place = Arc::clone(places).acquire_owned().await.expect("the semaphore of places is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) if is_of_peer(&error) => {}
            Err(error) => {
                // Mostly too many open files, which does not get better by asking at once.
                tracing::error!(%error, "no connection can be taken");
                tokio::time::sleep(limits::ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_of_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn connection(
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
    router: Router,
    shutdown: Shutdown,
    limits: ConnectionLimits,
) {
    // Live steps are short and wait for nothing; a socket that does not know the option serves all the same.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.write_wait));
    let mut served = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head_wait)
            .max_buf_size(limits::CONNECTION_BUFFER_BYTES_MAX)
            .serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(router))
    );
    let ended = tokio::select! {
        biased;
        () = shutdown.ordered() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
        ended = served.as_mut() => ended,
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke");
    }
}
