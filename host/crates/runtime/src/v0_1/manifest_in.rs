//! The manifest of a guest of 0.1 into that of the model.

use hark_model::{ActionInfo, ConnectorId, CredentialInfo, Manifest, Placement, ReadMode, StreamInfo};

use super::bindings::guest;
use super::events_in;
use crate::InvalidManifest;

pub(super) fn manifest(manifest: guest::Manifest) -> Result<Manifest, InvalidManifest> {
    Ok(Manifest {
        id: ConnectorId::parse(&manifest.id)?,
        version: manifest.version,
        title: manifest.title,
        platform: manifest.platform,
        config_schema: manifest.config_schema,
        credentials: manifest.credentials.into_iter().map(credential).collect(),
        hosts: manifest.hosts,
        endpoints: manifest.endpoints,
        streams: manifest.streams.into_iter().map(stream).collect(),
        actions: manifest.actions.into_iter().map(action).collect(),
        default_zone: events_in::zone(manifest.default_zone),
        cursor_version: manifest.cursor_version,
    })
}

fn stream(stream: guest::StreamInfo) -> StreamInfo {
    StreamInfo {
        name: stream.name,
        modes: stream.modes.into_iter().map(read_mode).collect(),
        visibility_floor: events_in::visibility(stream.visibility_floor),
        edits_seen: stream.edits_seen,
        removals_seen: stream.removals_seen,
        webhook: stream.webhook,
        min_poll_ms: stream.min_poll_ms,
        max_lookback_ms: stream.max_lookback_ms,
        priced: stream.priced,
    }
}

const fn read_mode(mode: guest::ReadMode) -> ReadMode {
    match mode {
        guest::ReadMode::Incremental => ReadMode::Incremental,
        guest::ReadMode::Backfill => ReadMode::Backfill,
        guest::ReadMode::Recheck => ReadMode::Recheck,
    }
}

fn action(action: guest::ActionInfo) -> ActionInfo {
    ActionInfo {
        name: action.name,
        schema: action.schema,
        max_chars: action.max_chars,
        needs_summon: action.needs_summon,
    }
}

fn credential(credential: guest::CredentialInfo) -> CredentialInfo {
    let placement = match credential.placement {
        guest::Placement::Bearer => Placement::Bearer,
        guest::Placement::BearerProved(guest::Proof { key, parameter }) => {
            Placement::BearerProved { key, parameter }
        }
        guest::Placement::Basic(user) => Placement::Basic(user),
        guest::Placement::Header(header) => Placement::Header(header),
        guest::Placement::Query(parameter) => Placement::Query(parameter),
        guest::Placement::Oauth1 => Placement::Oauth1,
        guest::Placement::WebhookKey => Placement::WebhookKey,
        guest::Placement::WireLogin => Placement::WireLogin,
    };
    CredentialInfo {
        name: credential.name,
        title: credential.title,
        placement,
        audience: credential.audience,
        optional: credential.optional,
    }
}
