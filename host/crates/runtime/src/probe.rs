//! What starting an instance and calling it cost, measured where it happens.

use std::time::{Duration, Instant};

use hark_model::SourceLimits;
use wasmtime::Store;

use crate::call_log::CallLog;
use crate::computing::Computing;
use crate::guest_state::{self, GuestState, Network, Setup};
use crate::{CallContext, CallError, Connector};

/// What starting an instance and calling it cost, each sorted from the quickest to the slowest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// A fresh store with every limit set, and a fresh instance in it.
    pub instantiate: Vec<Duration>,
    /// `migrate-cursor` of nothing, again and again in one instance.
    pub call: Vec<Duration>,
}

impl Connector {
    /// Measures `rounds` starts and `rounds` calls.
    pub async fn probe(&self, rounds: u32) -> Result<Probe, CallError> {
        let failed = |error: wasmtime::Error| CallError::NotStarted(format!("{error:#}"));
        let loaded = self.loaded();
        let stage = loaded.runtime.stage(&*loaded.guest);
        let _slot = stage.slot().await;
        let mut instantiate = Vec::new();
        for _ in 0..rounds {
            let begun = Instant::now();
            let mut store = self.bare_store();
            loaded.guest.start(&mut store).await.map_err(failed)?;
            instantiate.push(begun.elapsed());
        }
        let mut store = self.bare_store();
        let mut call = loaded.guest.time(&mut store, rounds).await.map_err(failed)?;
        instantiate.sort_unstable();
        call.sort_unstable();
        Ok(Probe { instantiate, call })
    }

    fn bare_store(&self) -> Store<GuestState> {
        let context = CallContext { source: "probe".to_owned(), ..CallContext::default() };
        let limits = SourceLimits::STRICT;
        let stage = self.loaded().runtime.stage(&*self.loaded().guest);
        let setup = Setup {
            limits: &limits,
            memory_bytes_max: stage.memory_bytes_max,
            log: CallLog::new(&context, &limits),
            gate: None,
            network: Network::None("probe"),
            computing: Computing::new(),
        };
        guest_state::store(stage.engine, setup)
    }
}
