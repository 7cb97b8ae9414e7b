//! What a connector can be asked: each export of the contract with its question and its answer.

use hark_model::{
    Action, Batch, CheckReport, Delivery, DeliveryResult, Event, Manifest, Outcome, Raw, ReadRequest,
    SourceLimits, Target,
};
use wasmtime::Store;

use crate::fitted::{Calling, Fitted};
use crate::guest_state::{GuestState, Network};
use crate::{CallError, InvalidManifest, answers};

/// One export of the contract.
pub(crate) trait Export: Send {
    /// The answer, as the model has it.
    type Answer;
    /// Whether it may use the network.
    const NETWORK: Network;

    /// Calls the export in a fresh instance.
    fn call<'a>(self, guest: &'a dyn Fitted, store: &'a mut Store<GuestState>) -> Calling<'a, Self::Answer>
    where
        Self: 'a;

    /// Refuses an answer that may not be.
    fn judge(answer: Self::Answer, _: &SourceLimits) -> Result<Self::Answer, CallError> {
        Ok(answer)
    }
}

pub(crate) struct Describe;

impl Export for Describe {
    type Answer = Result<Manifest, InvalidManifest>;
    const NETWORK: Network = Network::None("describe");

    fn call<'a>(self, guest: &'a dyn Fitted, store: &'a mut Store<GuestState>) -> Calling<'a, Self::Answer>
    where
        Self: 'a,
    {
        guest.describe(store)
    }
}

pub(crate) struct Check<'q>(pub &'q str);

impl Export for Check<'_> {
    type Answer = CheckReport;
    const NETWORK: Network = Network::Gated;

    fn call<'a>(self, guest: &'a dyn Fitted, store: &'a mut Store<GuestState>) -> Calling<'a, CheckReport>
    where
        Self: 'a,
    {
        guest.check(store, self.0)
    }
}

pub(crate) struct Discover<'q>(pub &'q str);

impl Export for Discover<'_> {
    type Answer = Vec<Target>;
    const NETWORK: Network = Network::Gated;

    fn call<'a>(self, guest: &'a dyn Fitted, store: &'a mut Store<GuestState>) -> Calling<'a, Vec<Target>>
    where
        Self: 'a,
    {
        guest.discover(store, self.0)
    }
}

pub(crate) struct Read<'q>(pub &'q str, pub ReadRequest);

impl Export for Read<'_> {
    type Answer = Batch;
    const NETWORK: Network = Network::Gated;

    fn call<'a>(self, guest: &'a dyn Fitted, store: &'a mut Store<GuestState>) -> Calling<'a, Batch>
    where
        Self: 'a,
    {
        guest.read(store, self.0, self.1)
    }

    fn judge(batch: Batch, limits: &SourceLimits) -> Result<Batch, CallError> {
        answers::batch(batch, limits)
    }
}

pub(crate) struct Receive<'q>(pub &'q str, pub Delivery);

impl Export for Receive<'_> {
    type Answer = DeliveryResult;
    const NETWORK: Network = Network::None("receive");

    fn call<'a>(self, guest: &'a dyn Fitted, store: &'a mut Store<GuestState>) -> Calling<'a, DeliveryResult>
    where
        Self: 'a,
    {
        guest.receive(store, self.0, self.1)
    }

    fn judge(result: DeliveryResult, limits: &SourceLimits) -> Result<DeliveryResult, CallError> {
        answers::delivery_result(result, limits)
    }
}

pub(crate) struct Act<'q>(pub &'q str, pub Action);

impl Export for Act<'_> {
    type Answer = Outcome;
    const NETWORK: Network = Network::Gated;

    fn call<'a>(self, guest: &'a dyn Fitted, store: &'a mut Store<GuestState>) -> Calling<'a, Outcome>
    where
        Self: 'a,
    {
        guest.act(store, self.0, self.1)
    }

    fn judge(outcome: Outcome, limits: &SourceLimits) -> Result<Outcome, CallError> {
        answers::outcome(outcome, limits)
    }
}

pub(crate) struct Normalise<'q>(pub &'q str, pub Raw);

impl Export for Normalise<'_> {
    type Answer = Vec<Event>;
    const NETWORK: Network = Network::None("normalise");

    fn call<'a>(self, guest: &'a dyn Fitted, store: &'a mut Store<GuestState>) -> Calling<'a, Vec<Event>>
    where
        Self: 'a,
    {
        guest.normalise(store, self.0, self.1)
    }

    fn judge(events: Vec<Event>, limits: &SourceLimits) -> Result<Vec<Event>, CallError> {
        answers::events(events, limits)
    }
}

pub(crate) struct MigrateCursor(pub u32, pub Vec<u8>);

impl Export for MigrateCursor {
    type Answer = Vec<u8>;
    const NETWORK: Network = Network::None("migrate-cursor");

    fn call<'a>(self, guest: &'a dyn Fitted, store: &'a mut Store<GuestState>) -> Calling<'a, Vec<u8>>
    where
        Self: 'a,
    {
        guest.migrate_cursor(store, self.0, self.1)
    }

    fn judge(cursor: Vec<u8>, _: &SourceLimits) -> Result<Vec<u8>, CallError> {
        answers::cursor("cursor", cursor)
    }
}
