//! What a version of the contract is to this crate: an adapter between its bindings and the host's own types.
//!
//! Holds: the model's types and [`GuestState`] are the newest shape, and nothing above an adapter knows of an older
//! one; an adapter converts and judges nothing, so that one judgement holds for every version.
//!
//! # How to add a version
//!
//! 1. Its WIT goes into a folder of its own beside the others (`wit/README.md` lists them).
//! 2. What it has more than the model goes into the model first, and the older adapters fill it in. What a guest may
//!    ask beyond the methods of [`GuestState`] becomes one.
//! 3. A folder of this crate beside `v0_1`: `bindings.rs` from the WIT, the imports as conversions around
//!    [`GuestState`], answers in and questions out, and [`Contract`] for a type without a field.
//! 4. [`Contracts::default`](crate::Contracts) lists it. From then on a component that was built for it finds it by
//!    the names of its imports and exports, which are read before anything is compiled.
//! 5. The SDKs move to it (`sdk/contract`), and the older version stays listed as long as connectors of it are about.
//!
//! `tests/contracts` does all this for a version 0.2 that was never published, and runs a connector of it beside one
//! of 0.1.

use std::future::Future;

use hark_model::{
    Action, Batch, CheckReport, Delivery, DeliveryResult, Event, Fault, Manifest, Outcome, Raw, ReadRequest,
    Target,
};
use semver::Version;
use wasmtime::Store;
use wasmtime::component::{InstancePre, Linker};

use crate::{GuestState, InvalidManifest};

/// What a call of a guest gives: the engine's failure, the connector's, or an answer.
pub type Returned<T> = wasmtime::Result<Result<T, Fault>>;

/// One version of the contract. The functions that ask a guest are those of its interface `connector`, as the newest
/// version has them.
pub trait Contract: 'static {
    /// The version, as its WIT package has it.
    const VERSION: Version;
    /// Interfaces of the package that a component may import.
    const IMPORTS: &'static [&'static str];
    /// A linked component whose exports were found.
    type Fitted: Send + Sync;
    /// The exports of one instance.
    type Guest: Send + Sync;

    /// Offers what every component may import, WASI left out.
    fn imports(linker: &mut Linker<GuestState>) -> wasmtime::Result<()>;

    /// Offers `wire`, to those that import it.
    fn wire(linker: &mut Linker<GuestState>) -> wasmtime::Result<()>;

    /// Finds the exports of a linked component; fails if one is missing or has another shape.
    fn fit(linked: InstancePre<GuestState>) -> wasmtime::Result<Self::Fitted>;

    /// Starts an instance in `store`.
    fn start(
        fitted: &Self::Fitted,
        store: &mut Store<GuestState>,
    ) -> impl Future<Output = wasmtime::Result<Self::Guest>> + Send;

    /// Asks what the connector is. Only its id is judged, because the model has no other.
    fn describe(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
    ) -> impl Future<Output = Returned<Result<Manifest, InvalidManifest>>> + Send;

    /// Asks whether the settings work.
    fn check(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
    ) -> impl Future<Output = Returned<CheckReport>> + Send;

    /// Asks what could be listened to.
    fn discover(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
    ) -> impl Future<Output = Returned<Vec<Target>>> + Send;

    /// Asks for one batch of a stream.
    fn read(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
        request: ReadRequest,
    ) -> impl Future<Output = Returned<Batch>> + Send;

    /// Hands over a delivery.
    fn receive(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
        delivery: Delivery,
    ) -> impl Future<Output = Returned<DeliveryResult>> + Send;

    /// Asks to do something on the platform.
    fn act(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
        action: Action,
    ) -> impl Future<Output = Returned<Outcome>> + Send;

    /// Asks to read a kept payload again.
    fn normalise(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        config: &str,
        raw: Raw,
    ) -> impl Future<Output = Returned<Vec<Event>>> + Send;

    /// Asks for a cursor of this build in the place of an older one.
    fn migrate_cursor(
        guest: &Self::Guest,
        store: &mut Store<GuestState>,
        from_version: u32,
        cursor: &[u8],
    ) -> impl Future<Output = Returned<Vec<u8>>> + Send;
}
