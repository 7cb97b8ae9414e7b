//! The adapter of a version 0.2 that was never published (`tests/wit`): what a version that this host does not know
//! yet will ask of whoever adds it.

mod answers_in;
mod bindings;
mod events_in;
mod imports;

use hark_model::{
    Action, Batch, CheckReport, ConnectorId, Delivery, DeliveryResult, Event, Fault, Manifest, Outcome, Raw,
    ReadRequest, Target,
};
use hark_runtime::{Contract, GuestState, InvalidManifest, Returned};
use semver::Version;
use wasmtime::Store;
use wasmtime::component::{HasSelf, InstancePre, Linker};

use bindings::{ListeningConnector, ListeningConnectorPre, guest, host, http, types};

/// Version 0.2 of the contract.
pub struct V0_2;

fn taken<T, M>(
    returned: wasmtime::Result<Result<T, types::Fault>>,
    take: impl FnOnce(T) -> M,
) -> Returned<M> {
    returned.map(|answer| answer.map(take).map_err(events_in::fault))
}

fn exports(guest: &ListeningConnector) -> &guest::Guest {
    guest.hark_connector_connector()
}

fn manifest(manifest: guest::Manifest) -> Result<Manifest, InvalidManifest> {
    Ok(Manifest {
        id: ConnectorId::parse(&manifest.id)?,
        version: manifest.version,
        title: manifest.title,
        platform: manifest.platform,
        config_schema: manifest.config_schema,
        credentials: Vec::new(),
        hosts: manifest.hosts,
        endpoints: Vec::new(),
        streams: manifest.streams.into_iter().map(answers_in::stream).collect(),
        actions: manifest.actions.into_iter().map(answers_in::action).collect(),
        default_zone: hark_model::Zone::Social,
        cursor_version: manifest.cursor_version,
    })
}

impl Contract for V0_2 {
    const VERSION: Version = Version::new(0, 2, 0);
    const IMPORTS: &'static [&'static str] = &["types", "http", "host"];
    type Fitted = ListeningConnectorPre<GuestState>;
    type Guest = ListeningConnector;

    fn imports(linker: &mut Linker<GuestState>) -> wasmtime::Result<()> {
        types::add_to_linker::<_, HasSelf<_>>(linker, |state: &mut GuestState| state)?;
        http::add_to_linker::<_, HasSelf<_>>(linker, |state: &mut GuestState| state)?;
        host::add_to_linker::<_, HasSelf<_>>(linker, |state: &mut GuestState| state)
    }

    fn wire(_: &mut Linker<GuestState>) -> wasmtime::Result<()> {
        Ok(())
    }

    fn fit(linked: InstancePre<GuestState>) -> wasmtime::Result<Self::Fitted> {
        ListeningConnectorPre::new(linked)
    }

    async fn start(fitted: &Self::Fitted, store: &mut Store<GuestState>) -> wasmtime::Result<Self::Guest> {
        fitted.instantiate_async(store).await
    }

    async fn describe(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
    ) -> Returned<Result<Manifest, InvalidManifest>> {
        taken(exports(guest).call_describe(store).await.map(Ok), manifest)
    }

    async fn check(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
    ) -> Returned<CheckReport> {
        taken(exports(guest).call_check(store, config).await, answers_in::check_report)
    }

    /// 0.2 has no inventory.
    async fn discover(_: &Self::Guest, _: &mut Store<GuestState>, _: &str) -> Returned<Vec<Target>> {
        Ok(Err(Fault::Unsupported("discover".to_owned())))
    }

    async fn read(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
        request: ReadRequest,
    ) -> Returned<Batch> {
        let request = guest::ReadRequest {
            stream_name: request.stream,
            cursor: request.cursor,
            max_events: request.budget.max_events,
            trace: None,
        };
        taken(exports(guest).call_read(store, config, &request).await, answers_in::reading)
    }

    async fn receive(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
        delivery: Delivery,
    ) -> Returned<DeliveryResult> {
        let Delivery { payload, method, headers, body, .. } = delivery;
        let delivery = guest::Delivery { payload, method, headers, body };
        taken(exports(guest).call_receive(store, config, &delivery).await, answers_in::delivery_result)
    }

    async fn act(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
        action: Action,
    ) -> Returned<Outcome> {
        let Action { name, on, arguments, idempotency_key } = action;
        let action = guest::Action { name, on, arguments, idempotency_key };
        taken(exports(guest).call_act(store, config, &action).await, answers_in::outcome)
    }

    async fn normalise(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
        raw: Raw,
    ) -> Returned<Vec<Event>> {
        taken(exports(guest).call_reread(store, config, raw.payload, &raw.body).await, events_in::events)
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
