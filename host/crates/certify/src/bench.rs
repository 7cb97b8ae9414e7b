//! The bench: one connector, one cassette, and calls that are played.

use std::collections::BTreeMap;
use std::sync::Arc;

use hark_cassette::{Act, Ask, Call, Cassette, Delivery, Exchange, Player, Read};
use hark_config::{ConnectorRef, SourceConfig};
use hark_egress::{GateOptions, Secret, SourceGate};
use hark_model::{
    Action, Budget, Grant, KeptPayload, Ms, Raw, ReadMode, ReadRequest, SourceLimits, SourceName, StreamInfo,
};
use hark_pipeline::{AssembleError, gate_options};
use hark_runtime::{CallContext, Connector};
use serde_json::Value;

use crate::told::{Told, told};

/// Why a cassette cannot be played for a connector.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// It was recorded with another.
    #[error("the cassette was recorded with connector {recorded}, this is {given}")]
    OtherConnector {
        /// Id in the cassette.
        recorded: String,
        /// Id of the component.
        given: String,
    },
    /// Its settings do not fit the manifest.
    #[error("the cassette's settings do not fit the connector")]
    Settings(#[from] AssembleError),
}

/// A connector with a cassette.
pub struct Bench {
    /// The connector.
    pub connector: Connector,
    /// The cassette.
    pub cassette: Cassette,
    /// What it is called in reasons.
    pub name: String,
    /// The settings, as the connector gets them.
    pub settings: String,
    options: GateOptions,
}

impl Bench {
    /// Puts `connector` and `cassette` together. Grants are what the manifest asks for: a cassette is no
    /// operator.
    pub fn new(connector: Connector, cassette: Cassette, name: &str) -> Result<Self, BenchError> {
        let manifest = connector.manifest();
        if manifest.id.as_str() != cassette.connector {
            let given = manifest.id.to_string();
            return Err(BenchError::OtherConnector { recorded: cassette.connector, given });
        }
        let config = config(&connector, &cassette);
        let mut options = gate_options(&config, manifest, secrets(&connector, &cassette))?;
        options.grant = Grant {
            hosts: options.hosts.clone(),
            endpoints: options.endpoints.clone(),
            // Addresses written out in the settings are those of the recording.
            private_addresses: ["0.0.0.0/0", "::/0"].iter().filter_map(|net| net.parse().ok()).collect(),
            ca_file: None,
        };
        let settings = Value::Object(cassette.settings.clone()).to_string();
        Ok(Self { connector, cassette, name: name.to_owned(), settings, options })
    }

    /// Returns the rules of the gate.
    pub fn options(&self) -> &GateOptions {
        &self.options
    }

    /// Returns the stream of that name.
    pub fn stream(&self, name: &str) -> Option<&StreamInfo> {
        self.connector.manifest().streams.iter().find(|stream| stream.name == name)
    }

    /// Returns everything that was exchanged, that of the calls from `first` on before the rest.
    pub fn exchanges_from(&self, first: usize) -> Vec<Exchange> {
        let calls = self.cassette.calls.iter().enumerate();
        let (from, before): (Vec<_>, Vec<_>) = calls.partition(|(at, _)| *at >= first);
        let exchanges = |calls: Vec<(usize, &Call)>| -> Vec<Exchange> {
            calls.into_iter().flat_map(|(_, call)| call.exchanges.clone()).collect()
        };
        [exchanges(from), exchanges(before)].concat()
    }

    /// Returns what a call gets that goes to `player`.
    pub fn context(&self, player: &Arc<Player>, limits: SourceLimits) -> CallContext {
        let options = GateOptions { limits, ..self.options.clone() };
        // The same options made a gate when the bench was built, or there would be none.
        let gate = SourceGate::played(options, Arc::clone(player)).ok().map(Arc::new);
        CallContext { source: "certify".to_owned(), gate, limits, log: None }
    }

    /// Asks what a cassette says.
    pub async fn ask(&self, player: &Arc<Player>, ask: &Ask) -> Told {
        match ask {
            Ask::Check => self.check(player, &self.settings).await,
            Ask::Discover => self.discover(player).await,
            Ask::Read(read) => self.read(player, read, SourceLimits::STRICT).await,
            Ask::Receive(delivery) => self.receive(player, delivery).await,
            Ask::Act(act) => self.act(player, act).await,
        }
    }

    /// Calls `check` with `settings`.
    pub async fn check(&self, player: &Arc<Player>, settings: &str) -> Told {
        let at = player.now();
        let call = self.connector.check(self.context(player, SourceLimits::STRICT), settings).await;
        told(at, call, Told::from)
    }

    async fn discover(&self, player: &Arc<Player>) -> Told {
        let at = player.now();
        let context = self.context(player, SourceLimits::STRICT);
        told(at, self.connector.discover(context, &self.settings).await, Told::from)
    }

    /// Calls `read` under `limits`.
    pub async fn read(&self, player: &Arc<Player>, read: &Read, limits: SourceLimits) -> Told {
        self.read_with(player, read, limits, &self.settings).await
    }

    /// The same with other settings.
    pub async fn read_with(
        &self,
        player: &Arc<Player>,
        read: &Read,
        limits: SourceLimits,
        settings: &str,
    ) -> Told {
        let at = player.now();
        let request = request(read, at, limits);
        let call = self.connector.read(self.context(player, limits), settings, request).await;
        told(at, call, Told::from)
    }

    /// Calls `receive`.
    pub async fn receive(&self, player: &Arc<Player>, delivery: &Delivery) -> Told {
        let at = player.now();
        let context = self.context(player, SourceLimits::STRICT);
        told(at, self.connector.receive(context, &self.settings, given(delivery, at)).await, Told::from)
    }

    /// Returns the events of a delivery that came at `at`, as a cassette holds them.
    pub async fn delivered(&self, at: Ms, delivery: &Delivery) -> Vec<Value> {
        let told = self.receive(&Arc::new(Player::new([], at)), delivery).await;
        told.events.iter().map(crate::shown::event).collect()
    }

    async fn act(&self, player: &Arc<Player>, act: &Act) -> Told {
        let at = player.now();
        let context = self.context(player, SourceLimits::STRICT);
        told(at, self.connector.act(context, &self.settings, action(act)).await, Told::from)
    }

    /// Calls `normalise` on a payload that was kept.
    pub async fn normalise(&self, payload: &KeptPayload) -> Told {
        let raw = Raw {
            label: payload.label.clone(),
            media_type: payload.media_type.clone(),
            body: payload.body.clone(),
            payload: payload.id,
            received_at: payload.received_at,
        };
        let context =
            CallContext { source: "certify".to_owned(), gate: None, limits: SourceLimits::STRICT, log: None };
        let call = self.connector.normalise(context, &self.settings, raw).await;
        told(payload.received_at, call, |events| Told { events, ..Told::default() })
    }
}

/// Makes a delivery of the contract out of that of a cassette, received at `at`.
pub fn given(delivery: &Delivery, at: Ms) -> hark_model::Delivery {
    let (method, path) = delivery.request.split_once(' ').unwrap_or(("POST", &delivery.request));
    let header = |line: &String| {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        (name.to_ascii_lowercase(), value.trim().to_owned())
    };
    hark_model::Delivery {
        payload: 1,
        method: method.to_owned(),
        path: path.to_owned(),
        query: delivery.query.clone(),
        headers: delivery.headers.iter().map(header).collect(),
        body: delivery.body.0.clone(),
        received_at: at,
    }
}

/// Makes an action of the contract out of that of a cassette.
pub fn action(act: &Act) -> Action {
    Action {
        name: act.name.clone(),
        on: act.on.clone(),
        arguments: act.arguments.to_string(),
        idempotency_key: act.idempotency_key.clone(),
    }
}

/// Makes a question of the contract out of that of a cassette.
pub fn request(read: &Read, now: Ms, limits: SourceLimits) -> ReadRequest {
    ReadRequest {
        stream: read.stream.clone(),
        target: read.target.clone(),
        mode: read.mode.parse().unwrap_or(ReadMode::Incremental),
        cursor: read.cursor.clone().map(|cursor| cursor.0),
        continuation: read.continuation.clone().map(|continuation| continuation.0),
        since: read.since,
        until: read.until,
        ids: read.ids.clone(),
        budget: Budget {
            max_events: read.max_events,
            max_requests: read.max_requests,
            max_cost_microusd: 0,
            deadline: now + i64::try_from(limits.call_secs * 1_000).unwrap_or(i64::MAX),
        },
    }
}

fn config(connector: &Connector, cassette: &Cassette) -> SourceConfig {
    SourceConfig {
        name: SourceName::parse("certify").expect("it is a name"),
        line: 0,
        connector: ConnectorRef::Bundled(connector.manifest().id.clone()),
        zone: None,
        scope: None,
        poll: None,
        enabled: true,
        owner: None,
        streams: None,
        targets: None,
        backfill_days: None,
        recheck: None,
        retention_days: None,
        settings: cassette.settings.clone(),
        credentials: BTreeMap::new(),
        grant: Grant::default(),
        limits: SourceLimits::STRICT,
    }
}

/// A value for every credential: that of the cassette, or one that is made up.
fn secrets(connector: &Connector, cassette: &Cassette) -> BTreeMap<String, Secret> {
    let manifest = connector.manifest();
    let value = |name: &String| {
        let made_up = || format!("hark-certify-{name}-0123456789");
        cassette.credentials.get(name).cloned().unwrap_or_else(made_up)
    };
    manifest.credentials.iter().map(|info| (info.name.clone(), Secret::from(value(&info.name)))).collect()
}
