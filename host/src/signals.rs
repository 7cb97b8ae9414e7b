//! Ctrl-C and SIGTERM: the first asks to stop, the second stops at once. SIGHUP asks to read the configuration again.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::exit::{Exit, Failure, OrExit};

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// To end.
    Stop,
    /// To read the configuration again.
    Reload,
}

/// Waits for signals.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    /// Listens from now on.
    pub fn listen() -> Result<Self, Failure> {
        let interrupt = signal(SignalKind::interrupt()).or_exit(Exit::Internal)?;
        let terminate = signal(SignalKind::terminate()).or_exit(Exit::Internal)?;
        let hangup = signal(SignalKind::hangup()).or_exit(Exit::Internal)?;
        Ok(Self { interrupt, terminate, hangup })
    }

    /// Returns when one of the signals came that end a program. Safe to drop at any point.
    pub async fn next(&mut self) {
        while self.order().await != Order::Stop {}
    }

    /// Returns what the next signal asks for. Safe to drop at any point.
    pub async fn order(&mut self) -> Order {
        tokio::select! {
            _ = self.interrupt.recv() => Order::Stop,
            _ = self.terminate.recv() => Order::Stop,
            _ = self.hangup.recv() => Order::Reload,
        }
    }
}
