//! A loaded connector: what it says of itself, and one method for each export of the contract.

use std::sync::Arc;
use std::time::Duration;

use hark_model::{
    Action, Batch, CheckReport, Delivery, DeliveryResult, Event, Manifest, Outcome, Raw, ReadRequest, Target,
};
use semver::Version;

use crate::call;
use crate::exports::{Act, Check, Describe, Discover, Export, MigrateCursor, Normalise, Read, Receive};
use crate::fitted::Fitted;
use crate::{CallContext, CallError, CallReport, Contracts, Runtime, manifest};

/// How a component became code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadNote {
    /// It was compiled.
    Compiled {
        /// How long that took.
        took: Duration,
    },
    /// It was compiled before.
    Cached {
        /// How long it took to read and check it.
        took: Duration,
    },
}

impl std::fmt::Display for LoadNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Compiled { took } => write!(f, "compiled in {:.2} s", took.as_secs_f64()),
            Self::Cached { took } => {
                write!(f, "compiled before, loaded in {:.1} ms", took.as_secs_f64() * 1e3)
            }
        }
    }
}

/// A loaded connector. Cheap to clone; every call runs in an instance of its own.
#[derive(Clone)]
pub struct Connector(Arc<Loaded>);

pub(crate) struct Loaded {
    pub runtime: Arc<Runtime>,
    pub guest: Box<dyn Fitted>,
    pub contract: Version,
    pub manifest: Manifest,
    pub digest: [u8; 32],
    pub imports: Vec<String>,
    pub size: usize,
    pub note: LoadNote,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Connector({} {})", self.0.manifest.id, self.0.manifest.version)
    }
}

impl Connector {
    pub(crate) fn new(loaded: Loaded) -> Self {
        Self(Arc::new(loaded))
    }

    /// Returns what the connector says it is and asks for.
    pub fn manifest(&self) -> &Manifest {
        &self.0.manifest
    }

    /// Returns the SHA-256 of the component.
    pub fn digest(&self) -> &[u8; 32] {
        &self.0.digest
    }

    /// Returns the version of the contract that the component was built for.
    pub fn contract(&self) -> &Version {
        &self.0.contract
    }

    /// Returns the versions of the contract that are served beside it.
    pub fn contracts_served(&self) -> &Contracts {
        self.0.runtime.contracts()
    }

    /// Returns the names of the component's imports.
    pub fn imports(&self) -> &[String] {
        &self.0.imports
    }

    /// Returns the size of the component in bytes.
    pub fn size(&self) -> usize {
        self.0.size
    }

    /// Returns how the component became code.
    pub fn load_note(&self) -> LoadNote {
        self.0.note
    }

    pub(crate) fn loaded(&self) -> &Loaded {
        &self.0
    }

    async fn run<E: Export>(&self, context: &CallContext, export: E) -> CallReport<E::Answer> {
        call::run(self.0.runtime.stage(&*self.0.guest), context, &context.limits, export).await
    }

    /// Asks it again what it is, within the limits of `context`.
    pub async fn describe(&self, context: CallContext) -> CallReport<Manifest> {
        let CallReport { result, payloads, usage, transcript, backtrace } =
            self.run(&context, Describe).await;
        let judged = result.and_then(|told| {
            told.and_then(manifest::judge).map_err(|why| CallError::InvalidBatch(why.to_string()))
        });
        CallReport { result: judged, payloads, usage, transcript, backtrace }
    }

    /// Tells whether `config` works: which account, what is missing, which setting is wrong.
    pub async fn check(&self, context: CallContext, config: &str) -> CallReport<CheckReport> {
        self.run(&context, Check(config)).await
    }

    /// Lists what could be listened to.
    pub async fn discover(&self, context: CallContext, config: &str) -> CallReport<Vec<Target>> {
        self.run(&context, Discover(config)).await
    }

    /// Reads one batch of a stream.
    pub async fn read(&self, context: CallContext, config: &str, request: ReadRequest) -> CallReport<Batch> {
        self.run(&context, Read(config, request)).await
    }

    /// Takes a webhook delivery. The gate serves to check its signature, not to connect.
    pub async fn receive(
        &self,
        context: CallContext,
        config: &str,
        delivery: Delivery,
    ) -> CallReport<DeliveryResult> {
        self.run(&context, Receive(config, delivery)).await
    }

    /// Does something on the platform.
    pub async fn act(&self, context: CallContext, config: &str, action: Action) -> CallReport<Outcome> {
        self.run(&context, Act(config, action)).await
    }

    /// Reads a kept payload again, without the network.
    pub async fn normalise(&self, context: CallContext, config: &str, raw: Raw) -> CallReport<Vec<Event>> {
        self.run(&context, Normalise(config, raw)).await
    }

    /// Turns a cursor of an older version into one of this.
    pub async fn migrate_cursor(
        &self,
        context: CallContext,
        from_version: u32,
        cursor: Vec<u8>,
    ) -> CallReport<Vec<u8>> {
        self.run(&context, MigrateCursor(from_version, cursor)).await
    }
}
