//! Version 0.1 of the contract: its bindings, into the host's own types and back.
//!
//! Holds: total, but for the id of a manifest; what an answer may be is judged outside, once for all versions.

mod answers_in;
mod bindings;
mod events_in;
mod imports;
mod manifest_in;
mod questions_out;

use hark_model::{
    Action, Batch, CheckReport, Delivery, DeliveryResult, Event, Manifest, Outcome, Raw, ReadRequest, Target,
};
use semver::Version;
use wasmtime::Store;
use wasmtime::component::{HasSelf, InstancePre, Linker};

use crate::contract::{Contract, Returned};
use crate::{GuestState, InvalidManifest};
use bindings::{ListeningConnectorWire, ListeningConnectorWirePre, guest, host, http, types, wire};

/// Version 0.1 of the contract.
pub(crate) struct V0_1;

/// Takes an answer into the model, and a fault.
fn taken<T, M>(
    returned: wasmtime::Result<Result<T, types::Fault>>,
    take: impl FnOnce(T) -> M,
) -> Returned<M> {
    returned.map(|answer| answer.map(take).map_err(events_in::fault))
}

fn exports(guest: &ListeningConnectorWire) -> &guest::Guest {
    guest.hark_connector_connector()
}

impl Contract for V0_1 {
    const VERSION: Version = Version::new(0, 1, 0);
    const IMPORTS: &'static [&'static str] = &["types", "http", "host", "wire"];
    type Fitted = ListeningConnectorWirePre<GuestState>;
    type Guest = ListeningConnectorWire;

    fn imports(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
        types::add_to_linker::<_, HasSelf<_>>(linker, |state: &mut GuestState| state)?;
        http::add_to_linker::<_, HasSelf<_>>(linker, |state: &mut GuestState| state)?;
        host::add_to_linker::<_, HasSelf<_>>(linker, |state: &mut GuestState| state)
    }

    fn wire(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
        wire::add_to_linker::<_, HasSelf<_>>(linker, |state: &mut GuestState| state)
    }

    fn fit(linked: InstancePre<GuestState>) -> wasmtime::Result<Self::Fitted> {
        ListeningConnectorWirePre::new(linked)
    }

    async fn start(fitted: &Self::Fitted, store: &mut Store<GuestState>) -> wasmtime::Result<Self::Guest> {
        fitted.instantiate_async(store).await
    }

    async fn describe(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
    ) -> Returned<Result<Manifest, InvalidManifest>> {
        taken(exports(guest).call_describe(store).await.map(Ok), manifest_in::manifest)
    }

    async fn check(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
    ) -> Returned<CheckReport> {
        taken(exports(guest).call_check(store, config).await, answers_in::check_report)
    }

    async fn discover(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
    ) -> Returned<Vec<Target>> {
        let targets = |targets: Vec<_>| targets.into_iter().map(answers_in::target).collect();
        taken(exports(guest).call_discover(store, config).await, targets)
    }

    async fn read(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
        request: ReadRequest,
    ) -> Returned<Batch> {
        let request = questions_out::read_request(request);
        taken(exports(guest).call_read(store, config, &request).await, answers_in::batch)
    }

    async fn receive(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
        delivery: Delivery,
    ) -> Returned<DeliveryResult> {
        let delivery = questions_out::delivery(delivery);
        taken(exports(guest).call_receive(store, config, &delivery).await, answers_in::delivery_result)
    }

    async fn act(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
        action: Action,
    ) -> Returned<Outcome> {
        let action = questions_out::action(action);
        taken(exports(guest).call_act(store, config, &action).await, answers_in::outcome)
    }

    async fn normalise(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
        raw: Raw,
    ) -> Returned<Vec<Event>> {
        let raw = questions_out::raw(raw);
        taken(exports(guest).call_normalise(store, config, &raw).await, events_in::events)
    }

    async fn migrate_cursor(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        from_version: u32,
        cursor: &[u8],
    ) -> Returned<Vec<u8>> {
        taken(exports(guest).call_migrate_cursor(store, from_version, cursor).await, |cursor| cursor)
    }
}
