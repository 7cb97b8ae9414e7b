//! Puts the floors together: configuration, database, runtime, connectors, sources.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use hark_analysis::signals::Signals;
use hark_analysis::{Analyser, Model};
use hark_cassette::Tape;
use hark_config::{CompileConfig, Config, ConnectorRef, RemoteRef, SourceConfig};
use hark_egress::{GateOptions, Shared, Shelf, ShelfError, SourceGate, Vault, VaultKey};
use hark_model::{SecretRef, SourceLimits};
use hark_pipeline::{
    Answers, AssembleError, Deliveries, DeliveryAnswer, Enricher, Incoming, SourceSetup, now,
};
use hark_query::WordCounts;
use hark_routing::{Surroundings, Tree};
use hark_runtime::{Apart, Compiler, Connector, Contracts, LoadError, Runtime, RuntimeOptions};
use hark_store::{Store, StoreError, StoreOptions};
use hark_supply::{Component, Supply, SupplyError, Verdict};
use tempfile::TempDir;

use crate::exit::{Exit, Failure, OrExit, chain};
use crate::lists::ListsBeside;
use crate::masks::Masks;
use crate::{grants, log, second};

/// Most connector instances at work at once.
const INSTANCES_MAX: u32 = 64;
/// Largest file of rules for signals.
const SIGNALS_BYTES_MAX: u64 = 4 << 20;

/// Reads the configuration.
pub fn config(path: &Path) -> Result<Config, Failure> {
    Config::load(path).map_err(|errors| Failure::new(Exit::Config, errors.to_string()))
}

/// Reads the configuration, or an empty one where there is none.
pub fn config_or_none(path: &Path) -> Result<Config, Failure> {
    if path.exists() {
        return config(path);
    }
    Ok(Config::parse("", path).expect("an empty configuration is a good one"))
}

/// Opens the database; makes it if need be.
pub fn store(config: &Config) -> Result<Store, Failure> {
    open_store(&config.data)
}

/// Opens a database that must be there already.
pub fn existing_store(config: &Config) -> Result<Store, Failure> {
    if config.data.exists() {
        return open_store(&config.data);
    }
    let message = format!("there is no database at {} yet", config.data.display());
    Err(Failure::new(Exit::Store, message).hint("start listening first: hark run"))
}

fn open_store(path: &Path) -> Result<Store, Failure> {
    Store::open(path, StoreOptions::default())
        .map_err(|error| Failure::new(Exit::Store, format!("{}: {}", path.display(), chain(&error))))
}

/// Says what is wrong with the database.
pub fn store_failure(error: &StoreError) -> Failure {
    Failure::of(Exit::Store, error)
}

/// Reads the rules, who else is asked, and what is masked before it is stored, into a stage of the pipeline.
pub async fn enricher(config: &Config) -> Result<Enricher, Failure> {
    let mut enricher = Enricher::new(analyser_of(config)?, rules(config)?);
    if let Some(config) = &config.second_opinion {
        enricher = enricher.asking(second::load(config)?);
    }
    let masks = Masks::of(config).await?;
    masks.names().into_iter().for_each(|names| log::mask_by(names.clone()));
    Ok(match masks.before_storing() {
        Some(masking) => enricher.masked_by(masking),
        None => enricher,
    })
}

/// Reads the rules that a configuration names; where it names none, everything waits in the queue of the root.
pub fn rules(config: &Config) -> Result<Tree, Failure> {
    config.rules.as_ref().map_or_else(|| Ok(Tree::bare()), |path| rules_of(path, config))
}

/// Reads a file of rules; lists that it names are beside the configuration.
pub fn rules_of(path: &Path, config: &Config) -> Result<Tree, Failure> {
    let (lists, counts) = (ListsBeside::new(&config.path), WordCounts::default());
    let around = Surroundings { lists: &lists, counts: &counts };
    let tree =
        hark_config::read_text(path, "a file of rules").and_then(|text| Tree::parse(&text, path, &around));
    tree.map_err(|errors| Failure::new(Exit::Config, errors.to_string()))
}

/// Loads the models and rules that a configuration names, beside those that come with Hark.
pub fn analyser_of(config: &Config) -> Result<Analyser, Failure> {
    let analyser = analyser(&config.models)?;
    match &config.signals {
        Some(path) => Ok(analyser.with_signals(signals(path)?)),
        None => Ok(analyser),
    }
}

/// Reads rules of the operator's own.
fn signals(path: &Path) -> Result<Signals, Failure> {
    let refused = |why: String| {
        Failure::new(Exit::Config, why)
            .hint("`[analysis] signals` names it; host/crates/analysis/README.md says how rules are written")
    };
    let unreadable = |why: String| refused(format!("{}: {why}", path.display()));
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| unreadable(error.to_string()))?;
    file.take(SIGNALS_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(error.to_string()))?;
    if bytes.len() as u64 > SIGNALS_BYTES_MAX {
        return Err(unreadable(format!("larger than {} MiB; these are no rules", SIGNALS_BYTES_MAX >> 20)));
    }
    let text = String::from_utf8(bytes).map_err(|error| unreadable(format!("is not UTF-8: {error}")))?;
    Signals::parse(&text, path).map_err(|errors| refused(errors.to_string()))
}

/// Loads the models that come with Hark, and those of `files`, which are asked first, the first of them first.
pub fn analyser(files: &[PathBuf]) -> Result<Analyser, Failure> {
    files.iter().rev().try_fold(Analyser::new(), |analyser, path| {
        let refused = |why: String| {
            Failure::new(Exit::Config, format!("{}: {why}", path.display()))
                .hint("`hark train` makes such a file; `[analysis] models` names it")
        };
        let bytes = std::fs::read(path).map_err(|error| refused(error.to_string()))?;
        let model = Model::parse(&bytes).map_err(|error| refused(error.to_string()))?;
        Ok(analyser.with_model(model))
    })
}

/// Finds a source of the configuration by its name.
pub fn find<'a>(config: &'a Config, name: &str) -> Result<&'a SourceConfig, Failure> {
    config.sources.iter().find(|source| source.name.as_str() == name).ok_or_else(|| {
        let known: Vec<&str> = config.sources.iter().map(|source| source.name.as_str()).collect();
        let message = format!("there is no source `{name}` in {}", config.path.display());
        Failure::new(Exit::Usage, message).hint(format!("there are: {}", known.join(", ")))
    })
}

/// Makes the door through which deliveries come in, for the sources of the time that they come at.
pub fn door(deliveries: Deliveries) -> hark_web::DeliveryOptions {
    let sources = deliveries.clone();
    let receive =
        move |source: String, delivery: hark_model::Delivery| -> Pin<Box<dyn Future<Output = _> + Send>> {
            let deliveries = deliveries.clone();
            Box::pin(async move { reply(deliveries.receive(&source, incoming(delivery)).await) })
        };
    let body_wait = hark_web::limits::DELIVERY_BODY_WAIT;
    let per_min = Arc::new(move |source: &str| sources.per_min(source));
    hark_web::DeliveryOptions { per_min, body_wait, receive: Arc::new(receive) }
}

fn incoming(delivery: hark_model::Delivery) -> Incoming {
    let hark_model::Delivery { method, path, query, headers, body, received_at, .. } = delivery;
    Incoming { method, path, query, headers, body, received_at }
}

fn reply(answer: DeliveryAnswer) -> hark_web::DeliveryReply {
    match answer {
        DeliveryAnswer::Connector { status, headers, body } => {
            hark_web::DeliveryReply::Connector { status, headers, body }
        }
        DeliveryAnswer::Kept => hark_web::DeliveryReply::Kept,
        DeliveryAnswer::Busy => hark_web::DeliveryReply::Busy,
        DeliveryAnswer::Unknown => hark_web::DeliveryReply::Unknown,
    }
}

/// Loads connectors, each once, and puts sources together.
pub struct Assembler {
    runtime: Arc<Runtime>,
    /// Pins and trust; without a configuration, a file is what it is.
    supply: Option<Supply>,
    loaded: Vec<(ConnectorRef, Connector)>,
    /// What the gates of all sources have in common.
    shared: Shared,
    /// The key of tokens and the database, until a source needs them.
    keeping: Option<(SecretRef, PathBuf)>,
    /// What sources were granted; none before anything was listened to.
    grants: Grants,
    /// Who takes mails that answer questions of ours out of what sources say.
    answers: Option<Answers>,
    /// Where compiled connectors are kept if there is no configuration.
    _cache: Option<TempDir>,
}

/// Where it stands what sources were granted.
enum Grants {
    /// Nowhere: there is no configuration.
    None,
    /// In the database of a process that asks for one source.
    Unopened(PathBuf),
    /// In an open database.
    Open(Store),
    /// In that of the process that listens, which keeps what it grants.
    Kept(Store),
}

/// Returns what the runtime is made of. Slots are sized for the most demanding source.
pub fn runtime_options(config: Option<&Config>, compiler: Compiler) -> RuntimeOptions {
    let asked = config.into_iter().flat_map(|config| &config.sources).map(|source| source.limits.memory_mib);
    RuntimeOptions {
        cache_dir: config.map(|config| config.cache.clone()),
        instances_max: INSTANCES_MAX,
        memory_mib_max: asked.max().unwrap_or(0).max(SourceLimits::STRICT.memory_mib),
        compiler,
        contracts: Contracts::default(),
    }
}

/// Compiles with this program, in a process apart.
pub fn apart(CompileConfig { memory_mib, secs }: CompileConfig) -> Result<Compiler, Failure> {
    let program = std::env::current_exe().or_exit(Exit::Internal)?;
    Ok(Compiler::Apart(Apart { program, arguments: vec!["compile".to_owned()], memory_mib, secs }))
}

impl Assembler {
    /// Starts the runtime; what is not compiled yet is compiled, in a process apart.
    pub fn new(config: Option<&Config>) -> Result<Self, Failure> {
        let compile = config.map(|config| config.compile).unwrap_or_default();
        Self::with(config, apart(compile)?)
    }

    /// Starts the runtime of a process that listens: it loads what was compiled ahead, and nothing else.
    pub fn listening(config: &Config, store: &Store) -> Result<Self, Failure> {
        let assembler = Self::with(Some(config), Compiler::Never)?;
        Ok(Self { grants: Grants::Kept(store.clone()), ..assembler })
    }

    /// Has answers to our questions taken out of what sources say.
    #[must_use]
    pub fn with_answers(self, answers: Answers) -> Self {
        Self { answers: Some(answers), ..self }
    }

    /// Takes the pins and files of now: what was loaded is loaded again when it is asked for.
    pub fn renew(&mut self, config: &Config) -> Result<(), Failure> {
        self.supply = Some(supply(config)?);
        self.loaded.clear();
        Ok(())
    }

    /// The same, and no grant is looked at: for builds that are tried on kept payloads, without a network.
    pub fn ungranted(config: &Config) -> Result<Self, Failure> {
        Ok(Self { grants: Grants::None, ..Self::new(Some(config))? })
    }

    fn with(config: Option<&Config>, compiler: Compiler) -> Result<Self, Failure> {
        let mut options = runtime_options(config, compiler);
        let cache = match &options.cache_dir {
            Some(_) => None,
            None => Some(tempfile::tempdir().or_exit(Exit::Internal)?),
        };
        if let Some(folder) = &cache {
            options.cache_dir = Some(folder.path().to_owned());
        }
        let runtime = Runtime::new(options).or_exit(Exit::Internal)?;
        let grants = config.map_or(Grants::None, |config| Grants::Unopened(config.data.clone()));
        let keeping = config.and_then(|config| Some((config.token_key.clone()?, config.data.clone())));
        let supply = config.map(supply).transpose()?;
        Ok(Self {
            runtime,
            supply,
            loaded: Vec::new(),
            shared: Shared::default(),
            keeping,
            grants,
            answers: None,
            _cache: cache,
        })
    }

    /// Returns what the gate of `source` has in common with the others; the first source that renews a token opens
    /// the database to keep it in.
    async fn shared(&mut self, source: &SourceConfig) -> Result<Shared, Failure> {
        let renews =
            |from: &SecretRef| matches!(from, SecretRef::Oauth2(client) if client.refresh_token.is_some());
        if source.credentials.values().any(renews)
            && let Some((from, data)) = self.keeping.take()
        {
            let key = VaultKey::resolve(&from)
                .await
                .map_err(|error| Failure::new(Exit::Config, format!("token_key: {}", chain(&error))))?;
            self.shared.keep_in(Vault::new(key, shelf(&open_store(&data)?)));
        }
        Ok(self.shared.clone())
    }

    /// Loads a connector: bundled, from a file, or as it was fetched and pinned. Nothing is fetched.
    pub async fn connector(&mut self, from: &ConnectorRef) -> Result<Connector, Failure> {
        if let Some((_, connector)) = self.loaded.iter().find(|(known, _)| known == from) {
            return Ok(connector.clone());
        }
        let connector = match from {
            ConnectorRef::Bundled(id) => self.load(bundled(id.as_str())?, id.as_str()).await?,
            ConnectorRef::File(path) => match &self.supply {
                Some(supply) => self.supplied(from, supply.file(path)).await?,
                None => self.load(&read_component(path)?, &path.display().to_string()).await?,
            },
            ConnectorRef::Remote(reference) => match &self.supply {
                Some(supply) => self.supplied(from, supply.component(reference)).await?,
                None => return Err(no_configuration(reference)),
            },
        };
        self.loaded.push((from.clone(), connector.clone()));
        Ok(connector)
    }

    /// Loads what pins and trust admit, and holds it against what was signed.
    async fn supplied(
        &self,
        from: &ConnectorRef,
        component: Result<Component, SupplyError>,
    ) -> Result<Connector, Failure> {
        let component = component.map_err(|error| supply_failure(&error))?;
        let connector = self.load(&component.bytes, &from.to_string()).await?;
        let manifest = connector.manifest();
        if let Verdict::Signed { publisher, statement } = &component.verdict
            && (statement.connector != manifest.id || statement.version != manifest.version)
        {
            let message = format!(
                "connector {from} is {} {}, and {publisher} signed it as {} {}",
                manifest.id, manifest.version, statement.connector, statement.version
            );
            return Err(Failure::new(Exit::Connector, message)
                .hint("do not use it; ask the publisher: hark plugin sign writes what a connector is"));
        }
        Ok(connector)
    }

    /// Loads a component that nobody has to trust yet: to sign it, or to hand it on.
    pub async fn component(&self, path: &Path) -> Result<(Vec<u8>, Connector), Failure> {
        let bytes = read_component(path)?;
        let connector = self.load(&bytes, &path.display().to_string()).await?;
        Ok((bytes, connector))
    }

    async fn load(&self, component: &[u8], name: &str) -> Result<Connector, Failure> {
        let loaded = self.runtime.load(component).await;
        loaded.map_err(|error| load_failure(name, &error))
    }

    /// Loads the connector of a source, if it asks for no more than the source was granted.
    async fn granted(&mut self, source: &SourceConfig) -> Result<Connector, Failure> {
        let connector = self.connector(&source.connector).await?;
        if let Grants::Unopened(path) = &self.grants
            && path.exists()
        {
            self.grants = Grants::Open(open_store(path)?);
        }
        match &self.grants {
            Grants::None | Grants::Unopened(_) => {}
            Grants::Open(store) => drop(grants::check(store, source, &connector).await?),
            Grants::Kept(store) => grants::admit(store, source, &connector).await?,
        }
        Ok(connector)
    }

    /// Puts a source together: connector, settings, permissions, credentials.
    pub async fn source(&mut self, source: &SourceConfig) -> Result<SourceSetup, Failure> {
        let connector = self.granted(source).await?;
        let shared = self.shared(source).await?;
        let open = |options| SourceGate::new(GateOptions { shared, ..options });
        let setup = SourceSetup::assemble_with(source, connector, now(), open).await;
        let setup = setup.map_err(|error: AssembleError| {
            Failure::new(Exit::Source, format!("source {}: {}", source.name, chain(&error)))
        })?;
        Ok(setup.with_answers(self.answers.clone()))
    }

    /// The same with everything that passes its gate noted on `tape`.
    pub async fn recorded(&mut self, source: &SourceConfig, tape: Tape) -> Result<SourceSetup, Failure> {
        let connector = self.granted(source).await?;
        let shared = self.shared(source).await?;
        let open = |options| SourceGate::recording(GateOptions { shared, ..options }, tape);
        SourceSetup::assemble_with(source, connector, now(), open).await.map_err(|error: AssembleError| {
            Failure::new(Exit::Source, format!("source {}: {}", source.name, chain(&error)))
        })
    }
}

/// Says why a component is no connector, and what to do.
pub fn load_failure(name: &str, error: &LoadError) -> Failure {
    let failure = Failure::new(Exit::Connector, format!("connector {name}: {}", chain(error)));
    match error {
        LoadError::NotCompiled => failure.hint(format!("compile it first: hark plugin add {name}")),
        LoadError::Runaway { .. } => {
            failure.hint("do not use it, unless you know why; the limits stand under [compile] of hark.toml")
        }
        _ => failure,
    }
}

/// Returns a component that ships with Hark.
pub fn bundled(id: &str) -> Result<&'static [u8], Failure> {
    hark_bundled::component(id).ok_or_else(|| unknown_bundled(id))
}

/// Keeps sealed tokens in the database.
fn shelf(store: &Store) -> Shelf {
    let (reading, writing) = (store.clone(), store.clone());
    let failed = |error: StoreError| ShelfError(Box::new(error));
    Shelf {
        load: Arc::new(move |name| {
            let store = reading.clone();
            Box::pin(async move { store.kept_token(name).await.map_err(failed) })
        }),
        save: Arc::new(move |name, sealed| {
            let store = writing.clone();
            Box::pin(async move { store.keep_token(name, sealed, now()).await.map_err(failed) })
        }),
    }
}

/// Reads the pins of a configuration.
pub fn supply(config: &Config) -> Result<Supply, Failure> {
    Supply::open(config).map_err(|error| supply_failure(&error))
}

/// Says why a connector is not taken, and what to do.
pub fn supply_failure(error: &SupplyError) -> Failure {
    Failure::new(Exit::Connector, chain(error)).hint(error.remedy())
}

fn no_configuration(reference: &RemoteRef) -> Failure {
    Failure::new(Exit::Config, format!("{reference} is pinned beside a configuration, and there is none"))
        .hint("name it with --config FILE, or make an empty hark.toml")
}

fn read_component(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| {
        Failure::new(Exit::Connector, format!("connector {} cannot be read: {error}", path.display()))
            .hint("name a bundled connector, or a .wasm file relative to the configuration")
    })
}

fn unknown_bundled(id: &str) -> Failure {
    let known = hark_bundled::IDS.join(", ");
    Failure::new(Exit::Connector, format!("there is no bundled connector `{id}`; there are: {known}"))
        .hint("a connector of your own is named by its path, ending in .wasm, or by where to fetch it")
}
