//! Ctrl-C and SIGTERM: the first asks to stop, the second stops at once.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit::{Exit, Failure, OrExit};

/// Waits for the signals that end a program.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Listens from now on.
    pub fn listen() -> Result<Self, Failure> {
        let interrupt = signal(SignalKind::interrupt()).or_exit(Exit::Internal)?;
        let terminate = signal(SignalKind::terminate()).or_exit(Exit::Internal)?;
        Ok(Self { interrupt, terminate })
    }

    /// Returns when one of the signals came. Safe to drop at any point.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
