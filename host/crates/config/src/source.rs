//! `[source.NAME]`: what is listened to, with which connector, grant, credentials and limits.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use hark_model::{
    ConnectorId, EndpointPattern, Grant, HostPattern, SecretRef, SourceLimits, SourceName, Zone,
};
use ipnet::IpNet;

use crate::config::path_in;
use crate::error::{ErrorKind, Sink};
use crate::reader::{Section, Value};
use crate::reference::RemoteRef;
use crate::{json, limits, secret};

/// Which connector a source uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectorRef {
    /// One that ships with the host.
    Bundled(ConnectorId),
    /// A component in a file.
    File(PathBuf),
    /// A component that is fetched, pinned and kept.
    Remote(RemoteRef),
}

impl std::fmt::Display for ConnectorRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bundled(id) => id.fmt(f),
            Self::File(path) => path.display().fmt(f),
            Self::Remote(reference) => reference.fmt(f),
        }
    }
}

/// Which targets of a source are read: ids as `discover` lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetChoice {
    /// The same ones by every stream.
    Every(Vec<String>),
    /// Each stream's own.
    ByStream(BTreeMap<String, Vec<String>>),
}

impl TargetChoice {
    /// Returns the targets of a stream; none means that it is read without one.
    pub fn of(&self, stream: &str) -> &[String] {
        match self {
            Self::Every(targets) => targets,
            Self::ByStream(targets) => targets.get(stream).map_or(&[], Vec::as_slice),
        }
    }
}

/// One source, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceConfig {
    /// Its name.
    pub name: SourceName,
    /// Line of its header in the file, from 1.
    pub line: usize,
    /// Which connector reads it.
    pub connector: ConnectorRef,
    /// Zone; absent means what the connector's manifest says.
    pub zone: Option<Zone>,
    /// Scope of its ids; absent means `PLATFORM:NAME`.
    pub scope: Option<String>,
    /// Time between polls; absent means what the connector asks for.
    pub poll: Option<Duration>,
    /// Is it read at all.
    pub enabled: bool,
    /// The function of the company that owns it.
    pub owner: Option<String>,
    /// Streams to read; absent means all.
    pub streams: Option<Vec<String>>,
    /// Targets to read; absent means that streams are read without one.
    pub targets: Option<TargetChoice>,
    /// Days before the start that are read by time; absent means none.
    pub backfill_days: Option<u32>,
    /// Whether known items are looked at again; absent means where that costs nothing.
    pub recheck: Option<bool>,
    /// Days that its items are kept; absent means for ever.
    pub retention_days: Option<u32>,
    /// What the connector is told, as JSON.
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// Where the value of each credential comes from.
    pub credentials: BTreeMap<String, SecretRef>,
    /// What it may reach.
    pub grant: Grant,
    /// What it may spend.
    pub limits: SourceLimits,
}

/// A source's name and, if it passed every check, the rest.
pub(crate) struct NamedSource {
    pub name: String,
    pub config: Option<SourceConfig>,
}

/// Reads every `[source.NAME]`, in the order of the file.
pub(crate) fn read_all(top: &mut Section<'_, '_>, folder: &Path, defaults: SourceLimits) -> Vec<NamedSource> {
    let Some(sources) = top.table("source") else { return Vec::new() };
    let sink = sources.sink;
    let sections = sources.into_sections();
    if let Some((name, _)) = sections.get(limits::SOURCES_MAX) {
        sink.key(ErrorKind::TooMuch, name, &format!("is one source more than {}", limits::SOURCES_MAX));
    }
    sections
        .into_iter()
        .map(|(name, section)| NamedSource {
            name: name.inner.to_owned(),
            config: read_one(&name, section, folder, defaults),
        })
        .collect()
}

fn read_one(
    name: &Value<&str>,
    mut section: Section<'_, '_>,
    folder: &Path,
    defaults: SourceLimits,
) -> Option<SourceConfig> {
    let sink = section.sink;
    let before = sink.count();
    let parsed = SourceName::parse(name.inner);
    if let Err(error) = &parsed {
        sink.value(ErrorKind::Name, name, &error.to_string());
    }
    let connector = match section.string("connector") {
        Some(text) => connector(&text, folder, sink),
        None => {
            section.missing(
                "connector",
                "name one that ships with Hark, such as \"email\", a path to a .wasm file, or where to fetch one",
            );
            None
        }
    };
    let zone = section.word("zone");
    let scope = section.label("scope").map(str::to_owned);
    let poll = section.number("poll_secs", limits::POLL_SECS).map(Duration::from_secs);
    let enabled = section.boolean("enabled").unwrap_or(true);
    let owner = section.label("owner").map(str::to_owned);
    let streams =
        section.labels("streams").map(|list| list.iter().map(|text| text.inner.to_owned()).collect());
    let targets = read_targets(&mut section);
    let days = |days: u64| u32::try_from(days).expect("the range of days ends below 2^32");
    let backfill_days = section.number("backfill_days", limits::BACKFILL_DAYS).map(days);
    let recheck = section.boolean("recheck");
    let retention_days = section.number("retention_days", limits::RETENTION_DAYS).map(days);
    let settings = section.table("settings").map(json::object).unwrap_or_default();
    let credentials = section.table("credentials").map(|of| secret::read_all(of, folder)).unwrap_or_default();
    let grant = section.table("grant").map(|of| read_grant(of, folder)).unwrap_or_default();
    let mut limits = defaults;
    if let Some(of) = section.table("limits") {
        read_limits(of, &mut limits);
    }
    section.finish("what the connector itself is told goes into its `settings` table");
    if sink.count() > before {
        return None;
    }
    Some(SourceConfig {
        name: parsed.ok()?,
        line: sink.place(name.span.start).line,
        connector: connector?,
        zone,
        scope,
        poll,
        enabled,
        owner,
        streams,
        targets,
        backfill_days,
        recheck,
        retention_days,
        settings,
        credentials,
        grant,
        limits,
    })
}

/// Reads a list of targets, or a table with a list for each stream.
fn read_targets(section: &mut Section<'_, '_>) -> Option<TargetChoice> {
    let owned = |list: Vec<Value<&str>>| list.iter().map(|text| text.inner.to_owned()).collect();
    if !section.is_table("targets") {
        return section.labels("targets").map(|list| TargetChoice::Every(owned(list)));
    }
    let of = section.table("targets")?;
    let streams = of
        .entries()
        .into_iter()
        .filter_map(|(key, entry)| Some((key.inner.to_owned(), owned(of.labels_of(&entry)?))));
    Some(TargetChoice::ByStream(streams.collect()))
}

fn connector(text: &Value<&str>, folder: &Path, sink: &Sink<'_>) -> Option<ConnectorRef> {
    if RemoteRef::is_meant(text.inner) {
        let parsed = RemoteRef::parse(text.inner);
        return parsed
            .map(ConnectorRef::Remote)
            .map_err(|error| sink.value(ErrorKind::Name, text, &error.to_string()))
            .ok();
    }
    if text.inner.ends_with(".wasm") {
        return Some(ConnectorRef::File(path_in(folder, text, sink)));
    }
    match ConnectorId::parse(text.inner) {
        Ok(id) => Some(ConnectorRef::Bundled(id)),
        Err(_) => {
            let why = format!(
                "{:?} is neither a connector's name (1 to 64 of a-z, 0-9 and -), nor a path that ends in .wasm, \
                 nor an address that starts with https:// or oci://",
                text.inner
            );
            sink.value(ErrorKind::Name, text, &why);
            None
        }
    }
}

fn read_grant(mut section: Section<'_, '_>, folder: &Path) -> Grant {
    let sink = section.sink;
    let mut grant = Grant::default();
    for text in section.strings("hosts").unwrap_or_default() {
        match HostPattern::parse(text.inner) {
            Ok(pattern) => grant.hosts.push(pattern),
            Err(error) => sink.value(ErrorKind::Pattern, &text, &error.to_string()),
        }
    }
    for text in section.strings("endpoints").unwrap_or_default() {
        match EndpointPattern::parse(text.inner) {
            Ok(pattern) => grant.endpoints.push(pattern),
            Err(error) => sink.value(ErrorKind::Pattern, &text, &error.to_string()),
        }
    }
    grant.private_addresses = read_ranges(&mut section, "private_addresses");
    grant.ca_file = section.string("ca_file").map(|text| path_in(folder, &text, sink));
    section.finish("");
    grant
}

/// Reads a list of ranges of addresses.
pub(crate) fn read_ranges(section: &mut Section<'_, '_>, key: &'static str) -> Vec<IpNet> {
    let sink = section.sink;
    let list = section.strings(key).unwrap_or_default();
    let ranges = list
        .iter()
        .filter_map(|text| range(text.inner).map_err(|why| sink.value(ErrorKind::Pattern, text, &why)).ok());
    ranges.collect()
}

/// Reads a range of addresses; a lone address is a range of one.
fn range(text: &str) -> Result<IpNet, String> {
    if let Ok(address) = text.parse::<std::net::IpAddr>() {
        return Ok(IpNet::from(address));
    }
    let range: IpNet = text
        .parse()
        .map_err(|_| format!("{text:?} is not an address or a range of addresses such as \"10.1.0.0/16\""))?;
    if range.prefix_len() == 0 {
        return Err(format!("{text:?} would open every address there is; name the range that is needed"));
    }
    // A range whose address has bits behind the prefix is most often a slip in one of the two numbers.
    if range.trunc() != range {
        return Err(format!(
            "{text:?} has an address inside its own range; write {:?}",
            range.trunc().to_string()
        ));
    }
    Ok(range)
}

/// Reads a table of limits over `limits`.
pub(crate) fn read_limits(mut section: Section<'_, '_>, limits: &mut SourceLimits) {
    for known in limits::LIMIT_KEYS {
        if let Some(number) = section.number(known.key, known.range.clone()) {
            (known.set)(limits, number);
        }
    }
    section.finish("");
}

/// Returns the names in `list` that come a second time, each with its place in the list.
pub(crate) fn repeated<T: std::hash::Hash + Eq + Copy>(list: &[Value<T>]) -> Vec<&Value<T>> {
    let mut seen = HashSet::new();
    list.iter().filter(|value| !seen.insert(value.inner)).collect()
}
