//! A set of named tasks with one owner.

use std::future::Future;
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};

use crate::Shutdown;

/// What became of the tasks when they were stopped.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct StopReport {
    /// Names of the tasks that did not end within the grace time and were aborted.
    pub aborted: Vec<String>,
    /// Names of the tasks that panicked.
    pub panicked: Vec<String>,
}

/// Named tasks with one owner; dropping it aborts them.
#[derive(Debug)]
pub struct Tasks {
    set: JoinSet<()>,
    names: Vec<(Id, String)>,
    shutdown: Shutdown,
    panicked: Vec<String>,
}

impl Tasks {
    /// Makes an empty set and the order to stop that goes with it.
    pub fn new() -> (Self, Shutdown) {
        let shutdown = Shutdown::new();
        let tasks =
            Self { set: JoinSet::new(), names: Vec::new(), shutdown: shutdown.clone(), panicked: Vec::new() };
        (tasks, shutdown)
    }

    /// Starts `task` under `name`.
    pub fn spawn(&mut self, name: impl Into<String>, task: impl Future<Output = ()> + Send + 'static) {
        let id = self.set.spawn(task).id();
        self.names.push((id, name.into()));
    }

    /// Waits for the next task to end and returns its name; `None` when there is none.
    ///
    /// Safe to drop at any point.
    pub async fn next_ended(&mut self) -> Option<String> {
        let ended = self.set.join_next_with_id().await?;
        Some(self.note(ended))
    }

    /// Orders every task to stop, waits up to `grace`, aborts the rest, and says which.
    pub async fn stop(mut self, grace: Duration) -> StopReport {
        self.shutdown.order();
        let in_time = tokio::time::timeout(grace, self.drain()).await.is_ok();
        let mut report = StopReport::default();
        if !in_time {
            report.aborted = self.names.iter().map(|(_, name)| name.clone()).collect();
            self.set.abort_all();
            self.drain().await;
        }
        report.panicked = std::mem::take(&mut self.panicked);
        report
    }

    async fn drain(&mut self) {
        while self.next_ended().await.is_some() {}
    }

    fn note(&mut self, ended: Result<(Id, ()), JoinError>) -> String {
        let (id, panicked) = match ended {
            Ok((id, ())) => (id, false),
            Err(error) => (error.id(), error.is_panic()),
        };
        let at = self.names.iter().position(|(known, _)| *known == id);
        let name = at.map_or_else(String::new, |at| self.names.swap_remove(at).1);
        if panicked {
            tracing::error!(task = name, "task panicked");
            self.panicked.push(name.clone());
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn tasks_that_listen_end_and_tasks_that_do_not_are_named() {
        let (mut tasks, shutdown) = Tasks::new();
        let order = shutdown.clone();
        tasks.spawn("polite", async move { order.ordered().await });
        tasks.spawn("deaf", std::future::pending());
        let report = tasks.stop(Duration::from_secs(5)).await;
        assert_eq!(report, StopReport { aborted: vec!["deaf".into()], panicked: vec![] });
    }

    #[tokio::test]
    async fn a_panic_ends_one_task_and_is_reported() {
        let (mut tasks, _shutdown) = Tasks::new();
        tasks.spawn("bad", async { panic!("on purpose") });
        assert_eq!(tasks.next_ended().await.as_deref(), Some("bad"));
        let report = tasks.stop(Duration::from_secs(5)).await;
        assert_eq!(report.panicked, ["bad"]);
    }
}
