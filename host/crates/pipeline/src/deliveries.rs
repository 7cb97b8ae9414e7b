//! Webhook deliveries: kept, shown to the connector, answered, stored; in this order.
//!
//! Holds: a delivery is on the disk before anybody looks into it, and leaves the inbox in the transaction that
//! stores what it said, so a crash between loses none; what could not be handled is tried again. The answer
//! is the connector's, for only it can tell a handshake from an event and a right signature from a wrong one;
//! it does not wait for analysis and commit. Not here: HTTP.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use hark_lifecycle::Shutdown;
use hark_model::{Delivery, DeliveryResult, FaultClass, KeptPayload, Ms, StreamInfo, Via};
use hark_runtime::CallError;
use hark_store::{Along, DeliveryEnd, DeliveryId, NewDelivery, PendingDelivery};
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::clock::{millis, now};
use crate::intake::{Heard, Intake};
use crate::limits;
use crate::source_work::Wakes;
use crate::trouble::{Trouble, chain};

/// The id of the delivery's own payload within its call.
const PAYLOAD: u64 = 1;
/// Deliveries that are read from the inbox at once: as many bodies are in memory.
const LOOKED_AT_ONCE: u32 = 16;

/// A delivery as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// HTTP method.
    pub method: String,
    /// Path.
    pub path: String,
    /// Query, without `?`.
    pub query: String,
    /// Headers in order.
    pub headers: Vec<(String, String)>,
    /// Untouched bytes.
    pub body: Vec<u8>,
    /// When it came.
    pub received_at: Ms,
}

/// What a delivery is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryAnswer {
    /// As the connector says.
    Connector {
        /// HTTP status.
        status: u16,
        /// Headers.
        headers: Vec<(String, String)>,
        /// Body.
        body: Vec<u8>,
    },
    /// It is kept and will be handled; the connector has not answered in time.
    Kept,
    /// It cannot be taken in now: too many at once, or the store or the connector is in trouble.
    Busy,
    /// No source of this name takes deliveries.
    Unknown,
}

struct Job {
    incoming: Incoming,
    is_kept: Arc<AtomicBool>,
    answer: oneshot::Sender<DeliveryAnswer>,
}

#[derive(Debug, Clone)]
struct Door {
    queue: mpsc::Sender<Job>,
    per_min: u32,
}

/// Where deliveries go in: the doors of the sources of now. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Deliveries {
    doors: Arc<RwLock<BTreeMap<String, Door>>>,
}

impl Deliveries {
    fn doors(&self) -> RwLockReadGuard<'_, BTreeMap<String, Door>> {
        self.doors.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether no source takes deliveries.
    pub fn is_empty(&self) -> bool {
        self.doors().is_empty()
    }

    /// Returns how many deliveries a source takes in a minute; none if it takes none at all.
    pub fn per_min(&self, source: &str) -> Option<u32> {
        self.doors().get(source).map(|door| door.per_min)
    }

    fn open(&self, source: String, door: Door) {
        self.doors.write().unwrap_or_else(PoisonError::into_inner).insert(source, door);
    }

    /// Takes no more deliveries for a source.
    pub(crate) fn close(&self, source: &str) {
        self.doors.write().unwrap_or_else(PoisonError::into_inner).remove(source);
    }

    /// Takes a delivery in and returns what to answer. Dropped before, the delivery is handled all the same.
    pub async fn receive(&self, source: &str, incoming: Incoming) -> DeliveryAnswer {
        let Some(door) = self.doors().get(source).cloned() else { return DeliveryAnswer::Unknown };
        let (answer, answered) = oneshot::channel();
        let is_kept = Arc::new(AtomicBool::new(false));
        let job = Job { incoming, is_kept: Arc::clone(&is_kept), answer };
        if door.queue.try_send(job).is_err() {
            return DeliveryAnswer::Busy;
        }
        match tokio::time::timeout(limits::DELIVERY_ANSWER_WAIT, answered).await {
            Ok(answer) => answer.unwrap_or(DeliveryAnswer::Busy),
            Err(_) if is_kept.load(Ordering::SeqCst) => DeliveryAnswer::Kept,
            Err(_) => DeliveryAnswer::Busy,
        }
    }
}

/// Handles the deliveries of one source.
#[derive(Debug)]
pub(crate) struct Deliverer {
    intake: Arc<Intake>,
    /// What counts as the stream of a delivery that names none.
    stream: StreamInfo,
    wakes: Wakes,
    queue: mpsc::Receiver<Job>,
    looking: Mutex<()>,
}

impl Deliverer {
    /// Makes one if a stream of the source takes deliveries, with its door among `deliveries`.
    pub fn new(intake: Arc<Intake>, wakes: Wakes, deliveries: &Deliveries) -> Option<Self> {
        let stream = intake.pushed_stream()?;
        let (sender, queue) = mpsc::channel(limits::DELIVERIES_QUEUED);
        let door = Door { queue: sender, per_min: intake.setup.limits.deliveries_per_min };
        deliveries.open(intake.setup.name.to_string(), door);
        Some(Self { intake, stream, wakes, queue, looking: Mutex::new(()) })
    }

    /// Returns "source/deliveries".
    pub fn name(&self) -> String {
        format!("{}/deliveries", self.intake.setup.name)
    }

    /// Handles what was left by an earlier process and what comes, until ordered to stop; what is under way
    /// then is finished, and what is not stays kept.
    pub async fn run(mut self, shutdown: Shutdown) {
        let mut every = tokio::time::interval(limits::DELIVERY_LOOK);
        let mut queue = std::mem::replace(&mut self.queue, mpsc::channel(1).1);
        let mut due_by = before_start();
        let (this, order) = (&self, &shutdown);
        let mut under_way = FuturesUnordered::new();
        loop {
            let is_full = under_way.len() >= limits::DELIVERIES_AT_ONCE;
            tokio::select! {
                biased;
                () = shutdown.ordered() => break,
                // Before what comes, or a busy source would never look at what it put off.
                _ = every.tick() => {
                    under_way.push(this.look(due_by, order).boxed());
                    due_by = 0;
                }
                Some(()) = under_way.next() => {}
                job = queue.recv(), if !is_full => match job {
                    Some(job) => under_way.push(this.take_in(job).boxed()),
                    None => break,
                },
            }
        }
        queue.close();
        while under_way.next().await.is_some() {}
    }

    /// Handles every delivery that was kept and never handled, once.
    pub async fn catch_up(&self, shutdown: &Shutdown) {
        self.look(before_start(), shutdown).await;
    }

    /// Handles what waits and is due by `due_by` or now, one by one.
    async fn look(&self, due_by: Ms, shutdown: &Shutdown) {
        // One that takes long must not be overtaken by the next.
        let Ok(_alone) = self.looking.try_lock() else { return };
        if self.intake.supervisor.quarantine().await.is_some() {
            return;
        }
        loop {
            let due_by = due_by.max(now());
            let found =
                self.intake.store.pending_deliveries(self.intake.source, due_by, LOOKED_AT_ONCE).await;
            let pending = match found {
                Ok(pending) => pending,
                Err(error) => {
                    tracing::error!(source = self.name(), error = %chain(&error), "the inbox could not be read");
                    return;
                }
            };
            let (found, mut settled) = (pending.len(), 0);
            for delivery in pending {
                if shutdown.is_ordered() {
                    return;
                }
                settled += usize::from(self.again(delivery).await);
            }
            if found > 0 {
                tracing::info!(source = self.name(), found, settled, "deliveries that waited were handled");
            }
            // Where none could be settled, another round would find the same ones.
            if settled == 0 || found < LOOKED_AT_ONCE as usize {
                return;
            }
        }
    }

    /// Handles a delivery that waited; tells whether it left the inbox.
    async fn again(&self, pending: PendingDelivery) -> bool {
        let PendingDelivery { id, delivery, attempts } = pending;
        let delivery = delivery_of(delivery);
        match self.ask(&delivery).await {
            Ok(result) => self.store(id, &delivery, result).await,
            Err(trouble) => {
                self.put_off(id, &delivery, attempts, &trouble).await;
                false
            }
        }
    }

    /// Keeps a delivery, asks the connector, answers, and stores what it said.
    async fn take_in(&self, job: Job) {
        let Job { incoming, is_kept, answer } = job;
        if self.intake.supervisor.quarantine().await.is_some() {
            // Told so, the platform delivers again; what is not kept cannot be given up for its age.
            let _ = answer.send(DeliveryAnswer::Busy);
            return;
        }
        let new = self.new_delivery(incoming);
        let delivery = delivery_of(new.clone());
        let id = match self.intake.store.keep_delivery(new).await {
            Ok(Some(id)) => id,
            Ok(None) => {
                tracing::warn!(source = self.name(), "too many deliveries wait: one was turned away");
                let _ = answer.send(DeliveryAnswer::Busy);
                return;
            }
            Err(error) => {
                tracing::error!(source = self.name(), error = %chain(&error), "a delivery could not be kept");
                let _ = answer.send(DeliveryAnswer::Busy);
                return;
            }
        };
        is_kept.store(true, Ordering::SeqCst);
        // Who no longer waits for an answer changes nothing: the delivery is kept.
        match self.ask(&delivery).await {
            Ok(result) => {
                let _ = answer.send(answer_of(&result));
                self.store(id, &delivery, result).await;
            }
            Err(trouble) => {
                let _ = answer.send(DeliveryAnswer::Busy);
                self.put_off(id, &delivery, 0, &trouble).await;
            }
        }
    }

    fn new_delivery(&self, incoming: Incoming) -> NewDelivery {
        let Incoming { method, path, query, headers, body, received_at } = incoming;
        NewDelivery { source: self.intake.source, method, path, query, headers, body, received_at }
    }

    async fn ask(&self, delivery: &Delivery) -> Result<DeliveryResult, Trouble> {
        let setup = &self.intake.setup;
        let call = self.intake.receive(delivery).await;
        tracing::debug!(source = self.name(), usage = ?call.usage, "delivery");
        let result = call.result?;
        if result.body.len() > limits::DELIVERY_ANSWER_BYTES_MAX {
            let why = format!(
                "its answer to a delivery has {} bytes, more than {}",
                result.body.len(),
                limits::DELIVERY_ANSWER_BYTES_MAX
            );
            return Err(CallError::InvalidBatch(why).into());
        }
        let declared = &setup.connector.manifest().streams;
        let known = |name: &String| declared.iter().any(|stream| stream.name == *name);
        if let Some(name) = result.stream.as_ref().filter(|name| !known(name)) {
            let why = format!("a delivery is of stream {name:?}, which the connector does not have");
            return Err(CallError::InvalidBatch(why).into());
        }
        Ok(result)
    }

    /// Returns the stream that a delivery counts for; none if it is one that is not listened to.
    fn stream_of(&self, named: Option<&str>) -> Option<&StreamInfo> {
        match named {
            None => Some(&self.stream),
            Some(name) => self.intake.setup.streams.iter().find(|stream| stream.name == name),
        }
    }

    /// Stores what a delivery said; returns whether it left the inbox.
    async fn store(&self, id: DeliveryId, delivery: &Delivery, result: DeliveryResult) -> bool {
        let DeliveryResult { status, dedupe_key, events, poll_now, stream, .. } = result;
        let stream = self.stream_of(stream.as_deref());
        let stored = if let (Some(stream), true) = (stream, (200..300).contains(&status)) {
            let heard = Heard {
                along: Some(Along::Delivery { id, key: dedupe_key }),
                // Also what nobody understands yet is kept: another build of the connector may.
                keeps_all: delivery.method == "POST",
                observed_at: delivery.received_at,
                ..Heard::read(stream, "", events, vec![self.payload(delivery)])
            };
            self.intake.take_in(heard).await.map(|done| {
                if done.repeated {
                    tracing::debug!(source = self.name(), "a delivery came again");
                }
            })
        } else {
            let unheard = stream.is_none();
            tracing::debug!(source = self.name(), status, unheard, "a delivery was not taken");
            self.intake.store.end_delivery(id, DeliveryEnd::Dropped).await
        };
        poll_now.iter().filter_map(|stream| self.wakes.get(stream)).for_each(|wake| wake.notify_one());
        if let Err(error) = &stored {
            tracing::error!(source = self.name(), error = %chain(error), "a delivery could not be stored; it waits in the inbox");
        }
        stored.is_ok()
    }

    fn payload(&self, delivery: &Delivery) -> KeptPayload {
        let media_type = delivery.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        KeptPayload {
            id: PAYLOAD,
            label: format!("{} {}", delivery.method, delivery.path),
            media_type: media_type.map_or_else(String::new, |(_, value)| value.clone()),
            body: self.intake.setup.gate.scrub_bytes(&delivery.body),
            url: None,
            status: None,
            received_at: delivery.received_at,
            via: Via::Webhook,
        }
    }

    async fn put_off(&self, id: DeliveryId, delivery: &Delivery, attempts: u32, trouble: &Trouble) {
        let fault = self.intake.words_of(trouble);
        let is_last = attempts + 1 >= limits::DELIVERY_ATTEMPTS_MAX
            || matches!(trouble.class().0, FaultClass::Unsupported | FaultClass::Refused);
        let end = if delivery.method == "GET" {
            // A question of the platform, which has been told that there is no answer.
            tracing::warn!(source = self.name(), fault, "a verification could not be answered");
            DeliveryEnd::Dropped
        } else if is_last {
            tracing::error!(source = self.name(), fault, "a delivery cannot be handled; it is kept");
            DeliveryEnd::Failed { fault }
        } else {
            tracing::warn!(source = self.name(), fault, "a delivery could not be handled; it is tried again");
            DeliveryEnd::Again { due_at: now() + millis(pause_after(attempts)), fault }
        };
        if let Err(error) = self.intake.store.end_delivery(id, end).await {
            tracing::error!(source = self.name(), error = %chain(&error), "a delivery's trouble could not be noted");
        }
    }
}

/// Everything that came before now is due, also where the process that took it has not given it up yet: that
/// process is no more.
fn before_start() -> Ms {
    now() + hark_store::limits::DELIVERY_LEASE_MS
}

fn pause_after(attempts: u32) -> Duration {
    limits::DELIVERY_RETRY_MIN.saturating_mul(1 << attempts.min(10))
}

fn delivery_of(new: NewDelivery) -> Delivery {
    let NewDelivery { method, path, query, headers, body, received_at, .. } = new;
    Delivery { payload: PAYLOAD, method, path, query, headers, body, received_at }
}

fn answer_of(result: &DeliveryResult) -> DeliveryAnswer {
    DeliveryAnswer::Connector {
        status: result.status,
        headers: result.headers.clone(),
        body: result.body.clone(),
    }
}
