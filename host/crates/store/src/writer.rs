//! The one thread that writes.
//!
//! Holds: jobs that wait together share one transaction, each in a savepoint of its own, so that one that
//! fails takes no other with it; an answer is given after the commit and never before.

use std::any::Any;
use std::sync::Mutex;
use std::sync::mpsc;
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};

use crate::prepare::Prepared;
use crate::statements::Statements;
use crate::{Committed, SourceId, SourceRecord, StateUpdate, StoreError, apply, limits};

/// One business step.
#[derive(Debug)]
pub(crate) enum Step {
    Register(Box<SourceRecord>),
    Commit(Box<Prepared>),
    State(StateUpdate),
    Work(Work),
}

type Made = Box<dyn Any + Send>;
type Doing = dyn Fn(&Statements<'_>) -> Result<Made, StoreError> + Send;

/// A step with an answer of its own; may be done again after a failed transaction.
pub(crate) struct Work {
    doing: Box<Doing>,
    /// Somebody outside depends on it: it must outlive a power cut.
    is_durable: bool,
}

impl Work {
    /// Makes one that a power cut may take back.
    pub fn new<T: Send + 'static>(
        doing: impl Fn(&Statements<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Self {
        Self { doing: Box::new(move |db| Ok(Box::new(doing(db)?))), is_durable: false }
    }

    /// Makes it one that is on the disk before it is answered.
    pub fn durable(self) -> Self {
        Self { is_durable: true, ..self }
    }
}

impl std::fmt::Debug for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Work").field("is_durable", &self.is_durable).finish_non_exhaustive()
    }
}

/// What a step gave.
#[derive(Debug)]
pub(crate) enum Outcome {
    Registered(SourceId),
    Committed(Committed),
    Recorded,
    Made(Made),
}

type Answer = Result<Outcome, StoreError>;

struct Job {
    step: Step,
    answer: oneshot::Sender<Answer>,
    /// A place in the queue, given back when the job is over.
    _place: OwnedSemaphorePermit,
}

enum Message {
    Job(Job),
    Stop,
}

/// The queue in front of the writer's thread.
#[derive(Debug)]
pub(crate) struct Writer {
    /// Never blocks: the places bound it, and a sender can close from any thread.
    queue: mpsc::Sender<Message>,
    places: std::sync::Arc<Semaphore>,
    thread: Mutex<Option<JoinHandle<Result<(), StoreError>>>>,
}

impl Writer {
    /// Starts the thread, which owns `db` from now on and raises `commits` after each transaction.
    pub fn start(db: Connection, commits: watch::Sender<u64>) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel();
        let thread = std::thread::Builder::new().name("hark-store".to_owned());
        let thread = thread.spawn(move || run(db, &jobs, &commits)).map_err(StoreError::Thread)?;
        let places = std::sync::Arc::new(Semaphore::new(limits::QUEUE_JOBS_MAX));
        Ok(Self { queue, places, thread: Mutex::new(Some(thread)) })
    }

    /// Hands a step to the thread and waits until it is committed.
    ///
    /// Dropped before the answer, the step may still be done; it is done whole or not at all.
    pub async fn submit(&self, step: Step) -> Answer {
        let place = self.places.clone().acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let (answer, answered) = oneshot::channel();
        let job = Job { step, answer, _place: place };
        self.queue.send(Message::Job(job)).map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Takes no more steps, finishes those in the queue, and waits for the thread to end.
    pub fn close(&self) -> Result<(), StoreError> {
        self.places.close();
        // Nobody listens only if the thread has ended already.
        let _ = self.queue.send(Message::Stop);
        let thread = self.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        match thread.map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(ended)) => ended,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        }
    }
}

fn run(
    db: Connection,
    jobs: &mpsc::Receiver<Message>,
    commits: &watch::Sender<u64>,
) -> Result<(), StoreError> {
    serve(&Statements::new(&db), jobs, commits);
    db.pragma_query(None, "wal_checkpoint", |_| Ok(()))?;
    db.close().map_err(|(_, error)| error.into())
}

/// Writes group after group until told to stop, or until the store was dropped without a word.
fn serve(db: &Statements<'_>, jobs: &mpsc::Receiver<Message>, commits: &watch::Sender<u64>) {
    let mut stopping = false;
    while !stopping {
        let Ok(Message::Job(first)) = jobs.recv() else { break };
        let mut entries = first.step.entries();
        let mut group = vec![first];
        while group.len() < limits::GROUP_JOBS_MAX && entries < limits::GROUP_ENTRIES_MAX {
            match jobs.try_recv() {
                Ok(Message::Job(job)) => {
                    entries += job.step.entries();
                    group.push(job);
                }
                Ok(Message::Stop) => {
                    stopping = true;
                    break;
                }
                Err(_) => break,
            }
        }
        write_group(db, group, commits);
    }
}

/// Writes the jobs together; should the transaction itself fail, one by one, so that each gets the answer
/// that it deserves.
fn write_group(db: &Statements<'_>, group: Vec<Job>, commits: &watch::Sender<u64>) {
    let steps: Vec<&Step> = group.iter().map(|job| &job.step).collect();
    let answers = match attempt(db, &steps) {
        Ok(answers) => answers,
        Err(Unwritten::NotBegun(error)) => {
            let again = (1..group.len()).map(|_| Err(error.repeat())).collect::<Vec<_>>();
            again.into_iter().chain([Err(error)]).collect()
        }
        Err(Unwritten::RolledBack(error)) if group.len() == 1 => vec![Err(error)],
        Err(Unwritten::RolledBack(_)) => steps.iter().map(|step| alone(db, step)).collect(),
    };
    if answers.iter().any(Result::is_ok) {
        commits.send_modify(|count| *count += 1);
    }
    for (job, answer) in group.into_iter().zip(answers) {
        // Who no longer waits has lost nothing: the step is in the file or it is not.
        let _ = job.answer.send(answer);
    }
}

fn alone(db: &Statements<'_>, step: &Step) -> Answer {
    match attempt(db, &[step]) {
        Ok(mut answers) => answers.pop().unwrap_or(Err(StoreError::Closed)),
        Err(Unwritten::NotBegun(error) | Unwritten::RolledBack(error)) => Err(error),
    }
}

/// Why a transaction left nothing behind.
enum Unwritten {
    NotBegun(StoreError),
    RolledBack(StoreError),
}

/// Runs `steps` in one transaction; returns what each gave once all is committed.
fn attempt(db: &Statements<'_>, steps: &[&Step]) -> Result<Vec<Answer>, Unwritten> {
    let begun = flush_if(db, steps.iter().any(|step| step.is_durable()))
        .and_then(|()| db.connection().execute_batch("BEGIN IMMEDIATE"));
    begun.map_err(|error| Unwritten::NotBegun(error.into()))?;
    let rolled_back = |error| {
        if !db.connection().is_autocommit() {
            // A rollback can fail only if there is nothing left to roll back.
            let _ = db.connection().execute_batch("ROLLBACK");
        }
        Unwritten::RolledBack(error)
    };
    let answers = match steps {
        // Alone, the transaction is savepoint enough, and no page need be copied for a way back.
        [step] => vec![Ok(step.run(db).map_err(rolled_back)?)],
        steps => {
            steps.iter().map(|step| in_savepoint(db, step)).collect::<Result<_, _>>().map_err(rolled_back)?
        }
    };
    db.connection().execute_batch("COMMIT").map_err(|error| rolled_back(error.into()))?;
    Ok(answers)
}

/// Has the commit that comes next flush the disk, or not.
fn flush_if(db: &Statements<'_>, durable: bool) -> rusqlite::Result<()> {
    db.connection().pragma_update(None, "synchronous", if durable { "FULL" } else { "NORMAL" })
}

/// Runs one step in a savepoint. The outer error means that the whole transaction is gone: a full disk, for
/// one, may undo more than the statement that met it.
fn in_savepoint(db: &Statements<'_>, step: &Step) -> Result<Answer, StoreError> {
    db.connection().execute_batch("SAVEPOINT step")?;
    match step.run(db) {
        Ok(outcome) => {
            db.connection().execute_batch("RELEASE step")?;
            Ok(Ok(outcome))
        }
        Err(error) if db.connection().is_autocommit() => Err(error),
        Err(error) => {
            db.connection().execute_batch("ROLLBACK TO step; RELEASE step")?;
            Ok(Err(error))
        }
    }
}

impl Step {
    fn run(&self, db: &Statements<'_>) -> Answer {
        Ok(match self {
            Self::Register(record) => Outcome::Registered(apply::sources::register(db, record)?),
            Self::Commit(prepared) => Outcome::Committed(apply::batch(db, prepared)?),
            Self::State(update) => {
                apply::checkpoints::record_state(db, update)?;
                Outcome::Recorded
            }
            Self::Work(work) => Outcome::Made((work.doing)(db)?),
        })
    }

    fn is_durable(&self) -> bool {
        matches!(self, Self::Work(work) if work.is_durable)
    }

    fn entries(&self) -> usize {
        match self {
            Self::Commit(prepared) => prepared.commit.entries.len(),
            Self::Register(_) | Self::State(_) | Self::Work(_) => 1,
        }
    }
}
