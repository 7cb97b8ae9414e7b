//! Puts a source together: the connector's manifest, the operator's settings and grant, and the
//! values of its credentials.
//!
//! Holds: what a source may do is the manifest's request AND the operator's grant; a credential that
//! is declared and not optional has a value, or the source does not start.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hark_config::{SourceConfig, TargetChoice};
use hark_egress::{BoundCredential, GateError, GateOptions, Names, Secret, SecretError, Shared, SourceGate};
use hark_model::{
    CredentialInfo, EndpointPattern, HostPattern, InvalidPattern, Manifest, Ms, Placement, ReadMode,
    SourceLimits, SourceName, StreamInfo,
};
use hark_runtime::{CallContext, Connector};
use hark_store::SourceRecord;
use serde_json::{Map, Value};

use crate::answers::Answers;
use crate::limits;
use crate::powers::imports_wire;
use crate::template::{TemplateError, fill, with_defaults};

/// Why a source cannot start. Every text names what the operator can change.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// The manifest's pattern has no value with these settings.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A pattern is none, with the settings filled in.
    #[error("with these settings, the connector asks for a place that is none")]
    Pattern(#[source] InvalidPattern),
    /// A declared credential has no value.
    #[error(
        "credential `{name}` ({title}) is not set: add `{name} = \"env:...\"` (or file:, cmd:) under [source.{source_name}.credentials]"
    )]
    MissingCredential {
        /// Its source.
        source_name: SourceName,
        /// Its name.
        name: String,
        /// What it is, for people.
        title: String,
    },
    /// A credential is set that the connector does not know.
    #[error("credential `{name}` is not one of the connector's: it declares {known}")]
    UnknownCredential {
        /// As set.
        name: String,
        /// As declared.
        known: String,
    },
    /// A credential's value cannot be had.
    #[error("credential `{name}`")]
    Secret {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        cause: SecretError,
    },
    /// A stream is named that the connector does not have.
    #[error("stream `{name}` is not one of the connector's: it has {known}")]
    UnknownStream {
        /// As named.
        name: String,
        /// As declared.
        known: String,
    },
    /// The component imports what nothing is granted for.
    #[error(
        "the connector connects by hark:connector/wire, and none of the endpoints that it asks for is granted ({asked}): add `endpoints = [...]` to the grant of [source.{source_name}]"
    )]
    UngrantedImport {
        /// Its source.
        source_name: SourceName,
        /// What it asks for.
        asked: String,
    },
    /// The gate cannot be built.
    #[error("the egress gate cannot be set up")]
    Gate(#[from] GateError),
}

/// One place that the manifest asks for, and whether the operator grants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The pattern, with the settings filled in.
    pub pattern: String,
    /// The grant covers it.
    pub granted: bool,
}

/// Returns what `manifest` asks for with the settings of `config`, and whether it is granted.
pub fn permissions(config: &SourceConfig, manifest: &Manifest) -> Result<Vec<Permission>, AssembleError> {
    Ok(Places::of(manifest, &config.settings)?.permissions(config))
}

/// A source that can be read.
#[derive(Clone)]
pub struct SourceSetup {
    /// Its name.
    pub name: SourceName,
    /// Its connector.
    pub connector: Connector,
    /// Its way out.
    pub gate: Arc<SourceGate>,
    /// Its settings, as the connector gets them.
    pub settings: String,
    /// What is read.
    pub streams: Vec<StreamInfo>,
    /// How often, where the operator says so.
    pub poll: Option<Duration>,
    /// Days before the start that are read by time, too.
    pub backfill_days: Option<u32>,
    /// What it may spend.
    pub limits: SourceLimits,
    /// What the manifest asks for and whether it is granted.
    pub permissions: Vec<Permission>,
    targets: Option<TargetChoice>,
    recheck: Option<bool>,
    answers: Option<Answers>,
    record: SourceRecord,
}

impl std::fmt::Debug for SourceSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Never the gate: it holds secrets.
        f.debug_struct("SourceSetup")
            .field("record", &self.record)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl SourceSetup {
    /// Puts the source of `config` together with its `connector`, and fetches its credentials.
    pub async fn assemble(
        config: &SourceConfig,
        connector: Connector,
        now: Ms,
    ) -> Result<Self, AssembleError> {
        Self::assemble_with(config, connector, now, SourceGate::new).await
    }

    /// The same with a gate that `open` makes, one that records for example.
    pub async fn assemble_with(
        config: &SourceConfig,
        connector: Connector,
        now: Ms,
        open: impl FnOnce(GateOptions) -> Result<SourceGate, GateError>,
    ) -> Result<Self, AssembleError> {
        let manifest = connector.manifest();
        let permissions = permissions(config, manifest)?;
        check_imports(config, &connector)?;
        let gate = open(gate_options(config, manifest, fetch_secrets(config, manifest).await?)?)?;
        Ok(Self {
            name: config.name.clone(),
            gate: Arc::new(gate),
            settings: Value::Object(config.settings.clone()).to_string(),
            streams: choose_streams(config, manifest)?,
            poll: config.poll,
            backfill_days: config.backfill_days,
            targets: choose_targets(config, manifest)?,
            recheck: config.recheck,
            answers: None,
            limits: config.limits,
            permissions,
            record: record_of(config, &connector, now),
            connector,
        })
    }

    /// Has mails that answer questions of ours taken out of what it says.
    #[must_use]
    pub fn with_answers(self, answers: Option<Answers>) -> Self {
        Self { answers, ..self }
    }

    /// Returns who takes answers out of what it says.
    pub(crate) fn answers(&self) -> Option<&Answers> {
        self.answers.as_ref()
    }

    /// Returns what the store keeps of this source.
    pub fn record(&self) -> &SourceRecord {
        &self.record
    }

    /// Returns what one call of the connector gets from the host.
    pub fn context(&self) -> CallContext {
        CallContext {
            source: self.name.to_string(),
            gate: Some(Arc::clone(&self.gate)),
            limits: self.limits,
            log: None,
        }
    }

    /// Returns the targets that a stream is read by; "" is the stream itself.
    pub fn targets(&self, stream: &str) -> Vec<String> {
        let chosen = self.targets.as_ref().map_or(&[][..], |targets| targets.of(stream));
        if chosen.is_empty() { vec![String::new()] } else { chosen.to_vec() }
    }

    /// Tells whether known items of a stream are looked at again: where the connector can, and it costs nothing
    /// or the operator wants it.
    pub fn rechecks(&self, stream: &StreamInfo) -> bool {
        stream.modes.contains(&ReadMode::Recheck) && self.recheck.unwrap_or(!stream.priced)
    }

    /// Returns how often `stream` is read.
    pub fn interval(&self, stream: &StreamInfo) -> Duration {
        let asked = self.poll.unwrap_or(limits::POLL_DEFAULT);
        asked.max(Duration::from_millis(stream.min_poll_ms)).clamp(limits::POLL_MIN, limits::NOT_BEFORE_MAX)
    }
}

fn user_agent(manifest: &Manifest) -> String {
    format!("Hark/{} ({}/{})", env!("CARGO_PKG_VERSION"), manifest.id, manifest.version)
}

fn record_of(config: &SourceConfig, connector: &Connector, now: Ms) -> SourceRecord {
    let manifest = connector.manifest();
    SourceRecord {
        name: config.name.clone(),
        connector: manifest.id.clone(),
        connector_version: manifest.version.clone(),
        component_sha256: *connector.digest(),
        platform: manifest.platform.clone(),
        scope: config.scope.clone().unwrap_or_else(|| format!("{}:{}", manifest.platform, config.name)),
        zone: config.zone.unwrap_or(manifest.default_zone),
        owner_function: config.owner.clone(),
        retention_days: config.retention_days,
        enabled: config.enabled,
        at: now,
    }
}

/// Refuses a component with an import that is of no use without a grant: no instance of it is ever linked.
fn check_imports(config: &SourceConfig, connector: &Connector) -> Result<(), AssembleError> {
    let places = Places::of(connector.manifest(), &config.settings)?;
    let granted =
        |endpoint: &EndpointPattern| config.grant.endpoints.iter().any(|grant| grant.covers(endpoint));
    if !imports_wire(connector.imports()) || places.endpoints.iter().any(granted) {
        return Ok(());
    }
    let asked: Vec<_> = places.endpoints.iter().map(EndpointPattern::as_str).collect();
    let asked = if asked.is_empty() { "it asks for none".to_owned() } else { asked.join(", ") };
    Err(AssembleError::UngrantedImport { source_name: config.name.clone(), asked })
}

/// The places that a manifest asks for, with the settings filled in.
struct Places {
    hosts: Vec<HostPattern>,
    endpoints: Vec<EndpointPattern>,
}

impl Places {
    fn of(manifest: &Manifest, settings: &Map<String, Value>) -> Result<Self, AssembleError> {
        let settings = &with_defaults(settings, &manifest.config_schema);
        let hosts = parse_hosts(&fill_all(&manifest.hosts, settings)?)?;
        let endpoints = parse_endpoints(&fill_all(&manifest.endpoints, settings)?)?;
        Ok(Self { hosts, endpoints })
    }

    fn permissions(&self, config: &SourceConfig) -> Vec<Permission> {
        let hosts = self.hosts.iter().map(|host| Permission {
            pattern: host.as_str().to_owned(),
            granted: config.grant.hosts.iter().any(|grant| grant.covers(host)),
        });
        let endpoints = self.endpoints.iter().map(|endpoint| Permission {
            pattern: endpoint.as_str().to_owned(),
            granted: config.grant.endpoints.iter().any(|grant| grant.covers(endpoint)),
        });
        hosts.chain(endpoints).collect()
    }
}

fn fill_all(patterns: &[String], settings: &Map<String, Value>) -> Result<Vec<String>, TemplateError> {
    let filled: Result<Vec<_>, _> = patterns.iter().map(|pattern| fill(pattern, settings)).collect();
    Ok(filled?.into_iter().flatten().collect())
}

fn choose_streams(config: &SourceConfig, manifest: &Manifest) -> Result<Vec<StreamInfo>, AssembleError> {
    let Some(names) = &config.streams else { return Ok(manifest.streams.clone()) };
    let find = |name: &String| {
        manifest.streams.iter().find(|stream| stream.name == *name).cloned().ok_or_else(|| {
            AssembleError::UnknownStream {
                name: name.clone(),
                known: listed(manifest.streams.iter().map(|s| &s.name)),
            }
        })
    };
    names.iter().map(find).collect()
}

fn choose_targets(config: &SourceConfig, manifest: &Manifest) -> Result<Option<TargetChoice>, AssembleError> {
    if let Some(TargetChoice::ByStream(targets)) = &config.targets
        && let Some(name) =
            targets.keys().find(|name| manifest.streams.iter().all(|stream| stream.name != **name))
    {
        let known = listed(manifest.streams.iter().map(|stream| &stream.name));
        return Err(AssembleError::UnknownStream { name: name.clone(), known });
    }
    Ok(config.targets.clone())
}

/// Returns the gate that `manifest` and `config` make together. A credential that is not among `secrets`
/// is not bound.
pub fn gate_options(
    config: &SourceConfig,
    manifest: &Manifest,
    mut secrets: BTreeMap<String, Secret>,
) -> Result<GateOptions, AssembleError> {
    let places = Places::of(manifest, &config.settings)?;
    let settings = with_defaults(&config.settings, &manifest.config_schema);
    let bound = manifest.credentials.iter().map(|info| bind(info, &settings, secrets.remove(&info.name)));
    Ok(GateOptions {
        source: config.name.clone(),
        hosts: places.hosts,
        endpoints: places.endpoints,
        grant: config.grant.clone(),
        credentials: bound.collect::<Result<_, _>>()?,
        limits: config.limits,
        user_agent: user_agent(manifest),
        names: Names::default(),
        shared: Shared::default(),
    })
}

/// Fetches the value of every credential that `config` sets; all that the connector needs must be set.
async fn fetch_secrets(
    config: &SourceConfig,
    manifest: &Manifest,
) -> Result<BTreeMap<String, Secret>, AssembleError> {
    let declared = |name: &String| manifest.credentials.iter().any(|info| info.name == *name);
    if let Some(name) = config.credentials.keys().find(|name| !declared(name)) {
        let known = listed(manifest.credentials.iter().map(|info| &info.name));
        return Err(AssembleError::UnknownCredential { name: name.clone(), known });
    }
    let mut secrets = BTreeMap::new();
    for info in &manifest.credentials {
        match config.credentials.get(&info.name) {
            Some(from) => {
                let secret = Secret::resolve(from).await;
                let named = |cause| AssembleError::Secret { name: info.name.clone(), cause };
                secrets.insert(info.name.clone(), secret.map_err(named)?);
            }
            None if info.optional => {}
            None => {
                return Err(AssembleError::MissingCredential {
                    source_name: config.name.clone(),
                    name: info.name.clone(),
                    title: info.title.clone(),
                });
            }
        }
    }
    Ok(secrets)
}

/// Fills the settings into where a credential goes and who may receive it.
fn bind(
    info: &CredentialInfo,
    settings: &Map<String, Value>,
    secret: Option<Secret>,
) -> Result<BoundCredential, AssembleError> {
    let placement = match &info.placement {
        Placement::Basic(user) => Placement::Basic(fill(user, settings)?.concat()),
        other => other.clone(),
    };
    let audience = fill_all(&info.audience, settings)?;
    let (hosts, endpoints): (Vec<_>, Vec<_>) =
        audience.iter().partition(|pattern| pattern.starts_with("http"));
    Ok(BoundCredential {
        audience_hosts: parse_hosts(hosts)?,
        audience_endpoints: parse_endpoints(endpoints)?,
        info: CredentialInfo { audience, placement, ..info.clone() },
        secret,
    })
}

fn parse_hosts<'a>(texts: impl IntoIterator<Item = &'a String>) -> Result<Vec<HostPattern>, AssembleError> {
    texts
        .into_iter()
        .map(|text| HostPattern::parse(text))
        .collect::<Result<_, _>>()
        .map_err(AssembleError::Pattern)
}

fn parse_endpoints<'a>(
    texts: impl IntoIterator<Item = &'a String>,
) -> Result<Vec<EndpointPattern>, AssembleError> {
    texts
        .into_iter()
        .map(|text| EndpointPattern::parse(text))
        .collect::<Result<_, _>>()
        .map_err(AssembleError::Pattern)
}

fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
