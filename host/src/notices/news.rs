//! The courier while Hark runs: started, brought up to date with the configuration, and stopped.
//!
//! Holds: a target that cannot be made ready is said and left out, its notices wait, and the others go on; what is
//! unchanged is not touched.

use std::sync::Arc;
use std::time::Duration;

use hark_config::{AskConfig, Config, NoticeTarget};
use hark_lifecycle::Tasks;
use hark_notices::Courier;
use hark_pipeline::now;
use hark_store::Store;

use crate::exit::Failure;
use crate::notices::{Asking, mask, questions, target};

/// Time that a courier has to end when another takes its place.
const GRACE: Duration = Duration::from_secs(10);

/// The courier, and what it was started with.
pub struct News {
    store: Store,
    asking: Asking,
    in_force: Option<(Vec<NoticeTarget>, Option<AskConfig>)>,
    tasks: Option<Tasks>,
    /// What could not be made ready: it is tried again.
    missing: Vec<String>,
}

/// The name under which questions are missing; no target can have it.
const QUESTIONS: &str = "[ask]";

impl News {
    /// Sends nothing yet.
    pub fn new(store: &Store) -> Self {
        Self {
            store: store.clone(),
            asking: Asking::default(),
            in_force: None,
            tasks: None,
            missing: Vec::new(),
        }
    }

    /// Returns who opens questions now.
    pub fn asking(&self) -> Asking {
        self.asking.clone()
    }

    /// Tells whether something of the configuration could not be made ready.
    pub fn is_partial(&self) -> bool {
        !self.missing.is_empty()
    }

    /// Brings targets and questions of a configuration into force, if they are others or not all were ready the last
    /// time; returns what could not be made ready.
    pub async fn take(&mut self, config: &Config) -> Vec<Failure> {
        let wanted = (config.notices.clone(), config.ask.clone());
        let is_same = self.in_force.as_ref() == Some(&wanted);
        if is_same && !self.is_partial() {
            return Vec::new();
        }
        let (mut targets, mut missing, mut failures) = (Vec::new(), Vec::new(), Vec::new());
        for of in &config.notices {
            match target(config, of).await {
                Ok(target) => targets.push(target),
                Err(failure) => {
                    missing.push(of.name.clone());
                    failures.push(failure);
                }
            }
        }
        let asked = questions(config, &self.store).await.unwrap_or_else(|failure| {
            missing.push(QUESTIONS.to_owned());
            failures.push(failure);
            None
        });
        // What is missing still is no reason to disturb the others.
        if !is_same || missing != self.missing {
            self.asking.set(asked.clone(), config);
            self.end().await;
            tracing::info!(targets = targets.len(), missing = missing.len(), "news for people goes out");
            let courier = Courier::new(self.store.clone(), targets, mask(), asked, Arc::new(now));
            self.start(courier.leaving(missing.clone()));
            (self.in_force, self.missing) = (Some(wanted), missing);
        }
        failures
    }

    fn start(&mut self, courier: Courier) {
        let (mut tasks, shutdown) = Tasks::new();
        tasks.spawn("courier", courier.run(shutdown));
        self.tasks = Some(tasks);
    }

    async fn end(&mut self) {
        if let Some(tasks) = self.tasks.take() {
            let report = tasks.stop(GRACE).await;
            if !report.aborted.is_empty() {
                tracing::warn!(
                    "the courier did not end in time; what it held goes out when its lease is over"
                );
            }
        }
    }

    /// Ends within `grace`; returns the names of the tasks that had to be given up.
    pub async fn stop(self, grace: Duration) -> Vec<String> {
        match self.tasks {
            Some(tasks) => tasks.stop(grace).await.aborted,
            None => Vec::new(),
        }
    }
}
