//! What a manifest may be, whatever version of the contract it was given in: what is wrong here never runs.

use std::collections::HashSet;

use hark_model as model;
use hark_model::{ActionInfo, CredentialInfo, InvalidName, Manifest, Placement, StreamInfo};

use crate::limits;

/// What is wrong with a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {why}")]
pub struct InvalidManifest {
    /// Which part.
    pub field: String,
    /// What is wrong with it.
    pub why: String,
}

impl From<InvalidName> for InvalidManifest {
    fn from(why: InvalidName) -> Self {
        invalid("id", why.to_string())
    }
}

fn invalid(field: impl Into<String>, why: impl Into<String>) -> InvalidManifest {
    InvalidManifest { field: field.into(), why: why.into() }
}

type Checked<T> = Result<T, InvalidManifest>;

/// Judges a manifest, and puts the modes of its streams in order.
pub(crate) fn judge(mut manifest: Manifest) -> Checked<Manifest> {
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
    manifest.credentials.iter().try_for_each(credential)?;
    manifest.streams.iter_mut().try_for_each(stream)?;
    manifest.actions.iter().try_for_each(action)?;
    Ok(manifest)
}

fn stream(stream: &mut StreamInfo) -> Checked<()> {
    let field = format!("stream {:?}", stream.name);
    name(&field, &stream.name)?;
    if stream.modes.is_empty() {
        return Err(invalid(field, "it can be read in no mode"));
    }
    stream.modes.sort_unstable();
    stream.modes.dedup();
    Ok(())
}

fn action(action: &ActionInfo) -> Checked<()> {
    let field = format!("action {:?}", action.name);
    name(&field, &action.name)?;
    json_object(&field, &action.schema)
}

fn credential(credential: &CredentialInfo) -> Checked<()> {
    let field = format!("credential {:?}", credential.name);
    name(&field, &credential.name)?;
    line(&field, &credential.title)?;
    patterns(&field, &credential.audience)?;
    match &credential.placement {
        Placement::BearerProved { key, parameter } => {
            name(&field, key)?;
            token(&field, parameter)?;
        }
        Placement::Basic(user) => line(&field, user)?,
        Placement::Header(header) => token(&field, header)?,
        Placement::Query(parameter) => token(&field, parameter)?,
        Placement::Bearer | Placement::Oauth1 | Placement::WebhookKey | Placement::WireLogin => {}
    }
    // A webhook key is only used to check signatures: it never leaves the host.
    if credential.audience.is_empty() && credential.placement != Placement::WebhookKey {
        return Err(invalid(field, "it names no audience, so no host could ever receive it"));
    }
    Ok(())
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

/// A header or parameter name, as RFC 9110 has it.
fn token(field: &str, text: &str) -> Checked<()> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    match text.len() {
        1..=model::limits::NAME_BYTES_MAX if text.bytes().all(legal) => Ok(()),
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
    use hark_model::{ConnectorId, ReadMode, Visibility, Zone};

    use super::*;

    fn honest() -> Manifest {
        Manifest {
            id: ConnectorId::parse("x").unwrap(),
            version: "1.0.0".to_owned(),
            title: "X".to_owned(),
            platform: "x".to_owned(),
            config_schema: "{}".to_owned(),
            credentials: vec![CredentialInfo {
                name: "token".to_owned(),
                title: "Token".to_owned(),
                placement: Placement::Bearer,
                audience: vec!["https://api.x.test".to_owned()],
                optional: false,
            }],
            hosts: vec!["https://api.x.test".to_owned()],
            endpoints: Vec::new(),
            streams: vec![stream_of("mentions")],
            actions: Vec::new(),
            default_zone: Zone::Social,
            cursor_version: 1,
        }
    }

    fn stream_of(name: &str) -> StreamInfo {
        StreamInfo {
            name: name.to_owned(),
            modes: vec![ReadMode::Backfill, ReadMode::Incremental, ReadMode::Backfill],
            visibility_floor: Visibility::Public,
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
        let manifest = judge(honest()).unwrap();
        assert_eq!(manifest.id.as_str(), "x");
        assert_eq!(manifest.streams[0].modes, [ReadMode::Incremental, ReadMode::Backfill]);
    }

    #[test]
    fn every_lie_is_named() {
        type Lie = fn(&mut Manifest);
        let lies: [(Lie, &str); 13] = [
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
                |it| it.credentials[0].placement = Placement::Header("a: b\r\n".to_owned()),
                "credential \"token\": \"a: b\\r\\n\" is no name of a header",
            ),
        ];
        for (lie, want) in lies {
            let mut lying = honest();
            lie(&mut lying);
            let told = judge(lying).unwrap_err().to_string();
            assert!(told.starts_with(want), "{told}");
        }
    }

    #[test]
    fn an_id_that_is_none_is_told_as_what_it_is() {
        let told = ConnectorId::parse("My Connector").map_err(InvalidManifest::from).unwrap_err().to_string();
        assert!(told.starts_with("id: \"My Connector\" is not a name"), "{told}");
    }
}
