//! WASI with nothing granted: no files, no environment, no arguments, no network, no fine clock.
//!
//! It is linked at all because every toolchain's standard library imports it.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx};

use crate::call_log::{CallLog, Stream};
use crate::limits;

/// Makes the WASI of one call; stdout and stderr go to its log.
pub(crate) fn nothing_granted(log: &CallLog) -> WasiCtx {
    WasiCtx::builder()
        .stdout(Logged { log: log.clone(), stream: Stream::Stdout })
        .stderr(Logged { log: log.clone(), stream: Stream::Stderr })
        .max_random_size(limits::RANDOM_BYTES_MAX)
        .wall_clock(CoarseClock::new())
        .monotonic_clock(CoarseClock::new())
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .build()
}

/// A clock that shows whole milliseconds: enough for connectors, too little to measure the host.
struct CoarseClock(Instant);

impl CoarseClock {
    fn new() -> Self {
        Self(Instant::now())
    }
}

const RESOLUTION: Duration = Duration::from_millis(1);

fn whole_millis(time: Duration) -> Duration {
    Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}

impl HostWallClock for CoarseClock {
    fn resolution(&self) -> Duration {
        RESOLUTION
    }

    fn now(&self) -> Duration {
        whole_millis(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
    }
}

impl HostMonotonicClock for CoarseClock {
    fn resolution(&self) -> u64 {
        u64::try_from(RESOLUTION.as_nanos()).unwrap_or(u64::MAX)
    }

    fn now(&self) -> u64 {
        u64::try_from(whole_millis(self.0.elapsed()).as_nanos()).unwrap_or(u64::MAX)
    }
}

/// Stdout or stderr of a guest: always ready, straight into the log.
#[derive(Clone)]
struct Logged {
    log: CallLog,
    stream: Stream,
}

impl IsTerminal for Logged {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Logged {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for Logged {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        self.log.written(self.stream, &bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(limits::STDOUT_BYTES_AT_ONCE)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Logged {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Logged {
    fn poll_write(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.log.written(self.stream, bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
