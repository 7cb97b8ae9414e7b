//! The manifest of a guest into that of the model, judged: what is wrong here never runs.

use std::collections::HashSet;

use hark_model as model;
use hark_model::{ActionInfo, ConnectorId, CredentialInfo, Manifest, Placement, ReadMode, StreamInfo};

use crate::bindings::guest;
use crate::{events_in, limits};

/// What is wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct InvalidManifest {
    /// Which part.
    pub field: String,
    /// What is wrong with it.
    pub why: String,
}

fn invalid(field: impl Into<String>, why: impl Into<String>) -> InvalidManifest {
    InvalidManifest { field: field.into(), why: why.into() }
}

type Checked<T> = Result<T, InvalidManifest>;

/// Converts and judges a manifest.
pub(crate) fn manifest(manifest: guest::Manifest) -> Checked<Manifest> {
    let id = ConnectorId::parse(&manifest.id).map_err(|why| invalid("id", why.to_string()))?;
    line("version", &manifest.version)?;
    line("title", &manifest.title)?;
    line("platform", &manifest.platform)?;
    json_object("config-schema", &manifest.config_schema)?;
    patterns("hosts", &manifest.hosts)?;
    patterns("endpoints", &manifest.endpoints)?;
    few("credentials", manifest.credentials.len(), limits::CREDENTIALS_MAX)?;
    few("streams", manifest.streams.len(), limits::STREAMS_MAX)?;
    few("actions", manifest.actions.len(), limits::ACTIONS_MAX)?;
    distinct("credentials", manifest.credentials.iter().map(|it| it.name.as_str()))?;
    distinct("streams", manifest.streams.iter().map(|it| it.name.as_str()))?;
    distinct("actions", manifest.actions.iter().map(|it| it.name.as_str()))?;
    Ok(Manifest {
        id,
        version: manifest.version,
        title: manifest.title,
        platform: manifest.platform,
        config_schema: manifest.config_schema,
        credentials: manifest.credentials.into_iter().map(credential).collect::<Checked<_>>()?,
        hosts: manifest.hosts,
        endpoints: manifest.endpoints,
        streams: manifest.streams.into_iter().map(stream).collect::<Checked<_>>()?,
        actions: manifest.actions.into_iter().map(action).collect::<Checked<_>>()?,
        default_zone: events_in::zone(manifest.default_zone),
        cursor_version: manifest.cursor_version,
    })
}

fn stream(stream: guest::StreamInfo) -> Checked<StreamInfo> {
    let field = format!("stream {:?}", stream.name);
    name(&field, &stream.name)?;
    if stream.modes.is_empty() {
        return Err(invalid(field, "it can be read in no mode"));
    }
    let mut modes: Vec<ReadMode> = stream.modes.into_iter().map(read_mode).collect();
    modes.sort_unstable();
    modes.dedup();
    Ok(StreamInfo {
        name: stream.name,
        modes,
        visibility_floor: events_in::visibility(stream.visibility_floor),
        edits_seen: stream.edits_seen,
        removals_seen: stream.removals_seen,
        webhook: stream.webhook,
        min_poll_ms: stream.min_poll_ms,
        max_lookback_ms: stream.max_lookback_ms,
        priced: stream.priced,
    })
}

const fn read_mode(mode: guest::ReadMode) -> ReadMode {
    match mode {
        guest::ReadMode::Incremental => ReadMode::Incremental,
        guest::ReadMode::Backfill => ReadMode::Backfill,
        guest::ReadMode::Recheck => ReadMode::Recheck,
    }
}

fn action(action: guest::ActionInfo) -> Checked<ActionInfo> {
    let field = format!("action {:?}", action.name);
    name(&field, &action.name)?;
    json_object(&field, &action.schema)?;
    Ok(ActionInfo {
        name: action.name,
        schema: action.schema,
        max_chars: action.max_chars,
        needs_summon: action.needs_summon,
    })
}

fn credential(credential: guest::CredentialInfo) -> Checked<CredentialInfo> {
    let field = format!("credential {:?}", credential.name);
    name(&field, &credential.name)?;
    line(&field, &credential.title)?;
    patterns(&field, &credential.audience)?;
    let placement = match credential.placement {
        guest::Placement::Bearer => Placement::Bearer,
        guest::Placement::BearerProved(guest::Proof { key, parameter }) => {
            name(&field, &key)?;
            Placement::BearerProved { key, parameter: token(&field, parameter)? }
        }
        guest::Placement::Basic(user) => Placement::Basic(line_of(&field, user)?),
        guest::Placement::Header(header) => Placement::Header(token(&field, header)?),
        guest::Placement::Query(parameter) => Placement::Query(token(&field, parameter)?),
        guest::Placement::Oauth1 => Placement::Oauth1,
        guest::Placement::WebhookKey => Placement::WebhookKey,
        guest::Placement::WireLogin => Placement::WireLogin,
    };
    // A webhook key is only used to check signatures: it never leaves the host.
    if credential.audience.is_empty() && placement != Placement::WebhookKey {
        return Err(invalid(field, "it names no audience, so no host could ever receive it"));
    }
    Ok(CredentialInfo {
        name: credential.name,
        title: credential.title,
        placement,
        audience: credential.audience,
        optional: credential.optional,
    })
}

/// Names that the operator writes, and that stand in the database.
fn name(field: &str, name: &str) -> Checked<()> {
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    match name.len() {
        1..=model::limits::NAME_BYTES_MAX if name.bytes().all(legal) => Ok(()),
        _ => Err(invalid(
            field,
            format!("a name has 1 to {} of a-z, 0-9, - and _", model::limits::NAME_BYTES_MAX),
        )),
    }
}

fn line(field: &str, text: &str) -> Checked<()> {
    if text.trim().is_empty() {
        return Err(invalid(field, "it is empty"));
    }
    if text.len() > model::limits::LINE_BYTES_MAX || text.chars().any(char::is_control) {
        return Err(invalid(
            field,
            format!("it is one line of at most {} bytes", model::limits::LINE_BYTES_MAX),
        ));
    }
    Ok(())
}

fn line_of(field: &str, text: String) -> Checked<String> {
    line(field, &text).map(|()| text)
}

/// A header or parameter name, as RFC 9110 has it.
fn token(field: &str, text: String) -> Checked<String> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    match text.len() {
        1..=model::limits::NAME_BYTES_MAX if text.bytes().all(legal) => Ok(text),
        _ => Err(invalid(field, format!("{text:?} is no name of a header or parameter"))),
    }
}

fn json_object(field: &str, text: &str) -> Checked<()> {
    if text.len() > limits::SCHEMA_BYTES_MAX {
        return Err(invalid(field, format!("a schema has at most {} bytes", limits::SCHEMA_BYTES_MAX)));
    }
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(serde_json::Value::Object(_)) => Ok(()),
        Ok(_) => Err(invalid(field, "its schema is not a JSON object")),
        Err(why) => Err(invalid(field, format!("its schema is not JSON: {why}"))),
    }
}

/// Placeholders are filled in later, so only what holds for every setting is judged.
fn patterns(field: &str, patterns: &[String]) -> Checked<()> {
    few(field, patterns.len(), limits::PATTERNS_MAX)?;
    for pattern in patterns {
        let plain = pattern.len() <= limits::PATTERN_BYTES_MAX && !pattern.chars().any(char::is_control);
        if pattern.trim().is_empty() || !plain {
            return Err(invalid(
                field,
                format!("a pattern is one line of 1 to {} bytes", limits::PATTERN_BYTES_MAX),
            ));
        }
    }
    Ok(())
}

fn few(field: &str, count: usize, max: usize) -> Checked<()> {
    if count > max {
        return Err(invalid(field, format!("there are {count}, at most {max} are allowed")));
    }
    Ok(())
}

fn distinct<'a>(field: &str, names: impl Iterator<Item = &'a str>) -> Checked<()> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(invalid(field, format!("{name:?} stands there twice")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn honest() -> guest::Manifest {
        guest::Manifest {
            id: "x".to_owned(),
            version: "1.0.0".to_owned(),
            title: "X".to_owned(),
            platform: "x".to_owned(),
            config_schema: "{}".to_owned(),
            credentials: vec![guest::CredentialInfo {
                name: "token".to_owned(),
                title: "Token".to_owned(),
                placement: guest::Placement::Bearer,
                audience: vec!["https://api.x.test".to_owned()],
                optional: false,
            }],
            hosts: vec!["https://api.x.test".to_owned()],
            endpoints: Vec::new(),
            streams: vec![stream_of("mentions")],
            actions: Vec::new(),
            default_zone: crate::bindings::types::Zone::Social,
            cursor_version: 1,
        }
    }

    fn stream_of(name: &str) -> guest::StreamInfo {
        guest::StreamInfo {
            name: name.to_owned(),
            modes: vec![guest::ReadMode::Backfill, guest::ReadMode::Incremental, guest::ReadMode::Backfill],
            visibility_floor: crate::bindings::types::Visibility::Public,
            edits_seen: false,
            removals_seen: false,
            webhook: false,
            min_poll_ms: u64::MAX,
            max_lookback_ms: None,
            priced: false,
        }
    }

    #[test]
    fn an_honest_manifest_passes() {
        let manifest = manifest(honest()).unwrap();
        assert_eq!(manifest.id.as_str(), "x");
        assert_eq!(manifest.streams[0].modes, [ReadMode::Incremental, ReadMode::Backfill]);
    }

    #[test]
    fn every_lie_is_named() {
        type Lie = fn(&mut guest::Manifest);
        let lies: [(Lie, &str); 14] = [
            (|it| it.id = "My Connector".to_owned(), "id: \"My Connector\" is not a name"),
            (|it| it.version.clear(), "version: it is empty"),
            (|it| it.title = "two\nlines".to_owned(), "title: it is one line of at most 4096 bytes"),
            (|it| it.platform = "x".repeat(5_000), "platform: it is one line"),
            (|it| it.config_schema = "[]".to_owned(), "config-schema: its schema is not a JSON object"),
            (|it| it.config_schema = "{".to_owned(), "config-schema: its schema is not JSON: EOF"),
            (|it| it.config_schema = "[".repeat(100_000), "config-schema: its schema is not JSON: recursion"),
            (|it| it.hosts = vec![" ".to_owned()], "hosts: a pattern is one line of 1 to 512 bytes"),
            (|it| it.hosts = vec!["x".to_owned(); 65], "hosts: there are 65, at most 64 are allowed"),
            (|it| it.streams.push(stream_of("mentions")), "streams: \"mentions\" stands there twice"),
            (|it| it.streams.push(stream_of("Räume")), "stream \"Räume\": a name has 1 to 64 of"),
            (|it| it.streams[0].modes.clear(), "stream \"mentions\": it can be read in no mode"),
            (|it| it.credentials[0].audience.clear(), "credential \"token\": it names no audience"),
            (
                |it| it.credentials[0].placement = guest::Placement::Header("a: b\r\n".to_owned()),
                "credential \"token\": \"a: b\\r\\n\" is no name of a header",
            ),
        ];
        for (lie, want) in lies {
            let mut lying = honest();
            lie(&mut lying);
            let told = manifest(lying).unwrap_err().to_string();
            assert!(told.starts_with(want), "{told}");
        }
    }
}
