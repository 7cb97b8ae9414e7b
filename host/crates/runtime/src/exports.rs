//! What a connector can be asked: each export of the contract with its question and its answer.

use std::future::Future;

use hark_model::{
    Action, Batch, CheckReport, Delivery, DeliveryResult, Event, Outcome, Raw, ReadRequest, SourceLimits,
    Target,
};
use wasmtime::Store;

use crate::bindings::{guest, types};
use crate::guest_state::{GuestState, Network};
use crate::{CallError, answers_in, questions_out};

/// What the engine gives back: its own failure, the connector's, or an answer.
pub(crate) type Returned<T> = wasmtime::Result<Result<T, types::Fault>>;

/// One export of the contract.
pub(crate) trait Export: Send {
    /// The answer, as the contract has it.
    type Foreign: Send;
    /// The answer, as the model has it.
    type Answer;
    /// Whether it may use the network.
    const NETWORK: Network;

    /// Calls the export.
    fn call(
        self,
        guest: &guest::Guest,
        store: &mut Store<GuestState>,
    ) -> impl Future<Output = Returned<Self::Foreign>> + Send;

    /// Takes the answer into the model, or refuses it.
    fn accept(foreign: Self::Foreign, limits: &SourceLimits) -> Result<Self::Answer, CallError>;
}

pub(crate) struct Describe;

impl Export for Describe {
    type Foreign = guest::Manifest;
    type Answer = guest::Manifest;
    const NETWORK: Network = Network::None("describe");

    async fn call(self, guest: &guest::Guest, store: &mut Store<GuestState>) -> Returned<guest::Manifest> {
        guest.call_describe(store).await.map(Ok)
    }

    fn accept(manifest: guest::Manifest, _: &SourceLimits) -> Result<guest::Manifest, CallError> {
        Ok(manifest)
    }
}

pub(crate) struct Check<'a>(pub &'a str);

impl Export for Check<'_> {
    type Foreign = guest::CheckReport;
    type Answer = CheckReport;
    const NETWORK: Network = Network::Gated;

    async fn call(self, guest: &guest::Guest, store: &mut Store<GuestState>) -> Returned<guest::CheckReport> {
        guest.call_check(store, self.0).await
    }

    fn accept(report: guest::CheckReport, _: &SourceLimits) -> Result<CheckReport, CallError> {
        Ok(answers_in::check_report(report))
    }
}

pub(crate) struct Discover<'a>(pub &'a str);

impl Export for Discover<'_> {
    type Foreign = Vec<guest::Target>;
    type Answer = Vec<Target>;
    const NETWORK: Network = Network::Gated;

    async fn call(self, guest: &guest::Guest, store: &mut Store<GuestState>) -> Returned<Vec<guest::Target>> {
        guest.call_discover(store, self.0).await
    }

    fn accept(targets: Vec<guest::Target>, _: &SourceLimits) -> Result<Vec<Target>, CallError> {
        Ok(targets.into_iter().map(answers_in::target).collect())
    }
}

pub(crate) struct Read<'a>(pub &'a str, pub ReadRequest);

impl Export for Read<'_> {
    type Foreign = guest::Batch;
    type Answer = Batch;
    const NETWORK: Network = Network::Gated;

    async fn call(self, guest: &guest::Guest, store: &mut Store<GuestState>) -> Returned<guest::Batch> {
        guest.call_read(store, self.0, &questions_out::read_request(self.1)).await
    }

    fn accept(batch: guest::Batch, limits: &SourceLimits) -> Result<Batch, CallError> {
        answers_in::batch(batch, limits)
    }
}

pub(crate) struct Receive<'a>(pub &'a str, pub Delivery);

impl Export for Receive<'_> {
    type Foreign = guest::DeliveryResult;
    type Answer = DeliveryResult;
    const NETWORK: Network = Network::None("receive");

    async fn call(
        self,
        guest: &guest::Guest,
        store: &mut Store<GuestState>,
    ) -> Returned<guest::DeliveryResult> {
        guest.call_receive(store, self.0, &questions_out::delivery(self.1)).await
    }

    fn accept(result: guest::DeliveryResult, limits: &SourceLimits) -> Result<DeliveryResult, CallError> {
        answers_in::delivery_result(result, limits)
    }
}

pub(crate) struct Act<'a>(pub &'a str, pub Action);

impl Export for Act<'_> {
    type Foreign = guest::Outcome;
    type Answer = Outcome;
    const NETWORK: Network = Network::Gated;

    async fn call(self, guest: &guest::Guest, store: &mut Store<GuestState>) -> Returned<guest::Outcome> {
        guest.call_act(store, self.0, &questions_out::action(self.1)).await
    }

    fn accept(outcome: guest::Outcome, limits: &SourceLimits) -> Result<Outcome, CallError> {
        answers_in::outcome(outcome, limits)
    }
}

pub(crate) struct Normalise<'a>(pub &'a str, pub Raw);

impl Export for Normalise<'_> {
    type Foreign = Vec<types::Event>;
    type Answer = Vec<Event>;
    const NETWORK: Network = Network::None("normalise");

    async fn call(self, guest: &guest::Guest, store: &mut Store<GuestState>) -> Returned<Vec<types::Event>> {
        guest.call_normalise(store, self.0, &questions_out::raw(self.1)).await
    }

    fn accept(events: Vec<types::Event>, limits: &SourceLimits) -> Result<Vec<Event>, CallError> {
        answers_in::events(events, limits)
    }
}

pub(crate) struct MigrateCursor(pub u32, pub Vec<u8>);

impl Export for MigrateCursor {
    type Foreign = Vec<u8>;
    type Answer = Vec<u8>;
    const NETWORK: Network = Network::None("migrate-cursor");

    async fn call(self, guest: &guest::Guest, store: &mut Store<GuestState>) -> Returned<Vec<u8>> {
        guest.call_migrate_cursor(store, self.0, &self.1).await
    }

    fn accept(cursor: Vec<u8>, _: &SourceLimits) -> Result<Vec<u8>, CallError> {
        answers_in::cursor("cursor", Some(cursor)).map(Option::unwrap_or_default)
    }
}
