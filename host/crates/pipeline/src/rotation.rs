//! All targets of one stream, each in its turn: no target waits for another to be read to its end.

use std::sync::Arc;

use hark_lifecycle::Shutdown;
use tokio::sync::Notify;

use crate::clock::{now, until};
use crate::limits;
use crate::schedule::Next;
use crate::stream::{StreamReader, StreamReport};

/// The targets of one stream.
#[derive(Debug)]
pub(crate) struct Rotation {
    name: String,
    seats: Vec<Seat>,
    wake: Arc<Notify>,
}

#[derive(Debug)]
struct Seat {
    reader: StreamReader,
    next: Next,
    /// Counts up with each turn; of two that are due at once, who waits longer goes first.
    served: u64,
}

impl Rotation {
    /// Makes one of readers of the same stream; `wake` says that there is something new.
    pub fn new(name: String, readers: Vec<StreamReader>, wake: Arc<Notify>) -> Self {
        let seats = readers.into_iter().map(|reader| Seat { reader, next: Next::At(0), served: 0 }).collect();
        Self { name, seats, wake }
    }

    /// Returns "source/stream".
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads until ordered to stop; a read under way is given up after a grace time, for its cursor has not
    /// moved and it will be asked for again.
    pub async fn run(mut self, shutdown: Shutdown) {
        for seat in &mut self.seats {
            seat.next = match seat.reader.first_due().await {
                Ok(at) => Next::At(at),
                Err(error) => {
                    tracing::error!(stream = seat.reader.name(), %error, "the checkpoint could not be read");
                    Next::At(now())
                }
            };
        }
        let wake = Arc::clone(&self.wake);
        let batches_max = self.batches_max();
        while let Some(at) = self.first_in_line() {
            let next = self.seats[at].next;
            tokio::select! {
                biased;
                () = shutdown.ordered() => return,
                () = wait_until(next) => {}
                () = wake.notified() => {
                    self.seats.iter_mut().for_each(|seat| seat.next = seat.reader.woken(seat.next));
                    continue;
                }
            }
            let served = self.seats.iter().map(|seat| seat.served).max().unwrap_or(0) + 1;
            let seat = &mut self.seats[at];
            tokio::select! {
                biased;
                () = stop_with_grace(&shutdown) => return,
                (_, after) = seat.reader.run_once(batches_max) => (seat.next, seat.served) = (after, served),
            }
        }
    }

    /// Reads every target once, until none has more.
    pub async fn run_once(mut self, shutdown: &Shutdown) -> Vec<(String, StreamReport)> {
        let batches_max = self.batches_max();
        let mut reports: Vec<_> =
            self.seats.iter().map(|seat| (seat.reader.name(), StreamReport::default())).collect();
        let mut open: Vec<usize> = (0..self.seats.len()).collect();
        while !open.is_empty() && !shutdown.is_ordered() {
            for at in std::mem::take(&mut open) {
                let reader = &mut self.seats[at].reader;
                reports[at].1.append(read_until_settled(reader, batches_max).await);
                if reader.has_more() {
                    open.push(at);
                }
            }
        }
        reports
    }

    fn batches_max(&self) -> u32 {
        if self.seats.len() > 1 { limits::BATCHES_PER_TURN_MAX } else { limits::BATCHES_PER_RUN_MAX }
    }

    fn first_in_line(&self) -> Option<usize> {
        let seats = self.seats.iter().enumerate();
        let due = |seat: &Seat| match seat.next {
            Next::At(at) => (at.max(0), seat.served),
            Next::Parked => (i64::MAX, seat.served),
        };
        seats.min_by_key(|(_, seat)| due(seat)).map(|(at, _)| at)
    }
}

/// Runs once, and once more where the first run asks for it at once (a dropped cursor, a retry).
async fn read_until_settled(reader: &mut StreamReader, batches_max: u32) -> StreamReport {
    let (mut report, next) = reader.run_once(batches_max).await;
    let again = report.trouble.is_some() && matches!(next, Next::At(at) if at <= now());
    if again {
        report.append(reader.run_once(batches_max).await.0);
    }
    report
}

/// Returns when an order to stop was given and the grace time is over.
pub(crate) async fn stop_with_grace(shutdown: &Shutdown) {
    shutdown.ordered().await;
    tokio::time::sleep(limits::STOP_GRACE).await;
}

/// Waits until `next`.
pub(crate) async fn wait_until(next: Next) {
    match next {
        Next::At(at) => tokio::time::sleep(until(at)).await,
        Next::Parked => std::future::pending().await,
    }
}
