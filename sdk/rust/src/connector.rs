//! The trait that a connector implements, and its way out to the contract.
//!
//! Holds: a connector sees typed settings only; whatever it does not implement answers `unsupported`; a
//! panic is in the host's log before the trap.
//! Not its business: what a connector reads.

use std::marker::PhantomData;

use crate::bindings::exports::hark::connector::connector::Guest;
use crate::types::{
    Action, Batch, CheckReport, Delivery, DeliveryResult, Event, Fault, Manifest, Outcome, Raw, ReadRequest,
    Target,
};
use crate::{host, settings};

/// One platform, seen through the contract. Only `manifest` and `read` must be written.
///
/// Each call may run in an instance of its own: nothing is kept between calls but the cursor that the
/// host stores together with the events.
pub trait Connector {
    /// The settings of one source: read from the operator's TOML; their JSON Schema goes into the manifest.
    type Settings: serde::de::DeserializeOwned + schemars::JsonSchema;

    /// Says what this connector is and asks for. Pure and constant; an empty `config_schema` is filled
    /// from `Settings`.
    fn manifest() -> Manifest;

    /// Reads what is new since `request.cursor`, within `request.budget`. Safe to repeat: after a crash the
    /// host asks again from the old cursor.
    fn read(settings: &Self::Settings, request: ReadRequest) -> Result<Batch, Fault>;

    /// Tries the settings with at most three cheap requests. The default has parsed them and says so.
    fn check(_settings: &Self::Settings) -> Result<CheckReport, Fault> {
        let warning = "settings are well-formed; this connector makes no request to try them".to_owned();
        Ok(CheckReport { warnings: vec![warning], ..CheckReport::default() })
    }

    /// Lists what could be listened to.
    fn discover(_settings: &Self::Settings) -> Result<Vec<Target>, Fault> {
        Err(Fault::unsupported("discover"))
    }

    /// Turns a webhook delivery into events, its signature verified first.
    fn receive(_settings: &Self::Settings, _delivery: Delivery) -> Result<DeliveryResult, Fault> {
        Err(Fault::unsupported("receive"))
    }

    /// Does something on the platform; the same key has the same effect.
    fn act(_settings: &Self::Settings, _action: Action) -> Result<Outcome, Fault> {
        Err(Fault::unsupported("act"))
    }

    /// Reads a kept payload again. Pure: the same payload gives the same events.
    fn normalise(_settings: &Self::Settings, _raw: Raw) -> Result<Vec<Event>, Fault> {
        Err(Fault::unsupported("normalise"))
    }

    /// Brings a cursor of an earlier version up to date. The default takes the present version as it is.
    fn migrate_cursor(from_version: u32, cursor: Vec<u8>) -> Result<Vec<u8>, Fault> {
        let ours = Self::manifest().cursor_version;
        match from_version == ours {
            true => Ok(cursor),
            false => Err(Fault::StaleCursor(format!("cursor of version {from_version}, ours is {ours}"))),
        }
    }
}

/// A [`Connector`] as the contract wants it; made by [`export!`](crate::export!).
pub struct Exported<C>(PhantomData<C>);

impl<C: Connector> Guest for Exported<C> {
    fn describe() -> Manifest {
        host::log_panics();
        let mut manifest = C::manifest();
        if manifest.config_schema.is_empty() {
            manifest.config_schema = settings::schema_of::<C::Settings>();
        }
        manifest
    }

    fn check(config: String) -> Result<CheckReport, Fault> {
        host::log_panics();
        C::check(&settings::parse_settings(&config)?)
    }

    fn discover(config: String) -> Result<Vec<Target>, Fault> {
        host::log_panics();
        C::discover(&settings::parse_settings(&config)?)
    }

    fn read(config: String, request: ReadRequest) -> Result<Batch, Fault> {
        host::log_panics();
        C::read(&settings::parse_settings(&config)?, request)
    }

    fn receive(config: String, delivery: Delivery) -> Result<DeliveryResult, Fault> {
        host::log_panics();
        C::receive(&settings::parse_settings(&config)?, delivery)
    }

    fn act(config: String, action: Action) -> Result<Outcome, Fault> {
        host::log_panics();
        C::act(&settings::parse_settings(&config)?, action)
    }

    fn normalise(config: String, raw: Raw) -> Result<Vec<Event>, Fault> {
        host::log_panics();
        C::normalise(&settings::parse_settings(&config)?, raw)
    }

    fn migrate_cursor(from_version: u32, cursor: Vec<u8>) -> Result<Vec<u8>, Fault> {
        host::log_panics();
        C::migrate_cursor(from_version, cursor)
    }
}

/// Exports a [`Connector`] as the component that is being built.
///
/// Expands to nothing but a check of the type on other targets than wasm, so that several connectors can
/// be linked into one test.
#[macro_export]
macro_rules! export {
    ($connector:ty) => {
        const _: () = {
            type HarkConnector = $crate::Exported<$connector>;
            #[cfg(not(target_arch = "wasm32"))]
            const _: fn() -> $crate::types::Manifest =
                <HarkConnector as $crate::bindings::exports::hark::connector::connector::Guest>::describe;
            #[cfg(target_arch = "wasm32")]
            #[allow(unsafe_code)]
            const _: () = {
        $crate::bindings::export_connector!(HarkConnector with_types_in $crate::bindings);
            };
        };
    };
}
