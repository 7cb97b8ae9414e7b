//! The configuration while Hark listens: read again when it is changed, source by source.
//!
//! Holds: what is wrong is said and changes nothing, neither the rules nor a source; what is unchanged is not touched.
//! Not here: addresses, folders and confinement, which a process has for life.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use hark_config::{Config, ConnectorRef, SourceConfig};
use hark_pipeline::Listening;
use hark_store::Store;
use hark_web::Teams;

use crate::exit::{Exit, Failure};
use crate::lists::ListsBeside;
use crate::notices::News;
use crate::wiring::{self, Assembler};

/// Time between two looks at the files.
const LOOK: Duration = Duration::from_secs(1);
/// Looks until a source that could not be started is tried again: a grant or compiled code may be there by then.
const LOOKS_UNTIL_AGAIN: u32 = 10;

/// How a file stands: its size and when it was written; none if it cannot be looked at.
type Stamp = Option<(u64, SystemTime)>;

/// The configuration that is in force, and how it comes into force.
pub struct Reloader {
    config: Config,
    assembler: Assembler,
    store: Store,
    teams: Teams,
    /// What each source was last started with; one that could not be changed differs from the configuration.
    in_force: BTreeMap<String, SourceConfig>,
    stamps: BTreeMap<PathBuf, Stamp>,
    /// How the models, and the rules of signals and of routing, stood when they were read.
    analysis_read: BTreeMap<PathBuf, Stamp>,
    looks: tokio::time::Interval,
    /// What was wrong the last time; it is not said again.
    told: BTreeSet<String>,
    /// Builds that crashed on trial, by source.
    refused: BTreeMap<String, [u8; 32]>,
    until_again: Option<u32>,
}

impl Reloader {
    /// Starts all enabled sources of `config`. One that cannot start is said and left out; when none can, that is
    /// a failure.
    pub async fn start(
        config: &Config,
        store: &Store,
        listening: &mut Listening,
        news: &mut News,
    ) -> Result<Self, Failure> {
        let mut looks = tokio::time::interval(LOOK);
        looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut reloader = Self {
            config: config.clone(),
            assembler: Assembler::listening(config, store)?.with_answers(news.asking().answers()),
            store: store.clone(),
            teams: teams(listening).collect(),
            in_force: BTreeMap::new(),
            stamps: stamps(config),
            analysis_read: analysis_stamps(config),
            looks,
            told: BTreeSet::new(),
            refused: BTreeMap::new(),
            until_again: None,
        };
        reloader.know_staff(listening).await?;
        // Before any source is read: an answer that comes in must not become an item.
        reloader.take_news(news).await;
        let mut first_failure = None;
        let enabled = || config.sources.iter().filter(|source| source.enabled);
        for source in enabled() {
            if let Err(failure) = reloader.put(source, listening).await {
                first_failure.get_or_insert(failure);
            }
        }
        match first_failure {
            Some(failure) if listening.names().is_empty() => {
                Err(failure.hint("`hark check` says what each source lacks"))
            }
            None if enabled().next().is_none() => {
                Err(Failure::new(Exit::Config, format!("{} has no enabled source", config.path.display())))
            }
            failure => {
                let is_partial = failure.is_some() || news.is_partial();
                reloader.until_again = is_partial.then_some(LOOKS_UNTIL_AGAIN);
                Ok(reloader)
            }
        }
    }

    /// Returns the teams that the rules of now name.
    pub fn teams(&self) -> Teams {
        self.teams.clone()
    }

    /// Returns when a file was changed, or it is time to try again what could not be done. Safe to drop at any point.
    pub async fn changed(&mut self) {
        loop {
            self.looks.tick().await;
            let stamps = stamps(&self.config);
            if stamps != self.stamps {
                // Whoever writes a file may not be done yet: it stands when it has stood for one look.
                self.stamps = stamps;
                self.until_again = Some(1);
                continue;
            }
            match &mut self.until_again {
                Some(0) => {
                    self.until_again = None;
                    return;
                }
                Some(looks) => *looks -= 1,
                None => {}
            }
        }
    }

    /// Reads the configuration again and brings into force what is another.
    pub async fn reload(&mut self, listening: &mut Listening, news: &mut News) {
        self.until_again = None;
        let config = match Config::load(&self.config.path) {
            Ok(config) => config,
            Err(errors) => return self.tell(&format!("the configuration stays as it was: {errors}")),
        };
        let rules_changed = match self.take_rules(&config, listening).await {
            Ok(changed) => changed,
            Err(failure) => {
                // A file that only the new configuration names is not looked at yet.
                self.until_again = Some(LOOKS_UNTIL_AGAIN);
                return self.tell(&format!("the configuration stays as it was: {failure}"));
            }
        };
        self.tell_of_what_stays(&config);
        self.config = config;
        self.stamps = stamps(&self.config);
        if rules_changed && let Err(failure) = self.know_staff(listening).await {
            self.tell(&format!("the persons of the rules are not all known: {failure}"));
        }
        self.take_news(news).await;
        let (changed, failed) = self.take_sources(listening).await;
        if failed || news.is_partial() {
            self.until_again = Some(LOOKS_UNTIL_AGAIN);
        } else {
            self.told.clear();
        }
        if changed > 0 || rules_changed {
            tracing::info!(
                sources_changed = changed,
                "the configuration of now is in force: {}",
                self.config.path.display()
            );
        }
    }

    /// Listens to a source as before, because its new build crashed.
    pub async fn roll_back(&mut self, source: &str, listening: &mut Listening) {
        let crashed = listening.digest(source);
        match listening.roll_back(source).await {
            Ok(true) => {
                if let Some(digest) = crashed {
                    self.refused.insert(source.to_owned(), digest);
                }
                tracing::error!(
                    source,
                    "the new build of its connector crashed: the one before listens again, until there is another"
                );
            }
            Ok(false) => {}
            Err(error) => tracing::error!(source, %error, "the build before could not be started"),
        }
    }

    async fn know_staff(&self, listening: &Listening) -> Result<(), Failure> {
        let known = hark_pipeline::know_staff(&self.store, &listening.tree()).await;
        known.map_err(|error| wiring::store_failure(&error))
    }

    /// Takes pins, rules, models and signals, all or none; tells whether one but the pins is another.
    async fn take_rules(&mut self, config: &Config, listening: &Listening) -> Result<bool, Failure> {
        let analysis = analysis_stamps(config);
        let is_other = config.rules != self.config.rules
            || !is_analysed_alike(config, &self.config)
            || analysis != self.analysis_read;
        let enricher = if is_other { Some(wiring::enricher(config).await?) } else { None };
        self.assembler.renew(config)?;
        if let Some(enricher) = enricher {
            listening.replace_enricher(enricher);
            self.teams.set(teams(listening));
            self.analysis_read = analysis;
        }
        Ok(is_other)
    }

    /// Brings targets of notices and questions to experts into force.
    async fn take_news(&mut self, news: &mut News) {
        for failure in news.take(&self.config).await {
            self.tell(&format!("left out, its notices wait: {failure}"));
        }
    }

    /// Returns how many sources were touched, and whether one could not be.
    async fn take_sources(&mut self, listening: &mut Listening) -> (usize, bool) {
        let (mut changed, mut failed) = (0, false);
        let sources: Vec<SourceConfig> =
            self.config.sources.iter().filter(|source| source.enabled).cloned().collect();
        for name in listening.names() {
            if sources.iter().all(|source| source.name.as_str() != name) {
                listening.remove(&name).await;
                self.in_force.remove(&name);
                tracing::info!(source = name, "not listened to any more");
                changed += 1;
            }
        }
        for source in &sources {
            match self.replace(source, listening).await {
                Ok(touched) => changed += usize::from(touched),
                Err(_) => failed = true,
            }
        }
        (changed, failed)
    }

    /// Brings a source into force if it or its build is another; tells whether it is.
    async fn replace(&mut self, source: &SourceConfig, listening: &mut Listening) -> Result<bool, Failure> {
        let name = source.name.as_str();
        let is_same = self.in_force.get(name) == Some(source);
        if let (true, Some(running)) = (is_same, listening.digest(name)) {
            let build = match self.assembler.connector(&source.connector).await {
                Ok(connector) => *connector.digest(),
                Err(failure) => return Err(self.left_out(source, failure)),
            };
            if build == running || self.refused.get(name) == Some(&build) {
                return Ok(false);
            }
        }
        self.put(source, listening).await?;
        self.refused.remove(name);
        Ok(true)
    }

    async fn put(&mut self, source: &SourceConfig, listening: &mut Listening) -> Result<(), Failure> {
        let setup = match self.assembler.source(source).await {
            Ok(setup) => setup,
            Err(failure) => return Err(self.left_out(source, failure)),
        };
        for permission in setup.permissions.iter().filter(|permission| !permission.granted) {
            tracing::debug!(source = %setup.name, pattern = permission.pattern, "asked for by the connector, withheld by the grant");
        }
        match listening.put(setup).await {
            Ok(()) => {
                self.in_force.insert(source.name.to_string(), source.clone());
                Ok(())
            }
            Err(error) => Err(self.left_out(source, wiring::store_failure(&error))),
        }
    }

    /// Says why a source is not started, or goes on as it was.
    fn left_out(&mut self, source: &SourceConfig, failure: Failure) -> Failure {
        self.tell(&format!("source {} is left out, or goes on as it was: {failure}", source.name));
        failure
    }

    /// Says what is wrong, once.
    fn tell(&mut self, words: &str) {
        if self.told.insert(words.to_owned()) {
            tracing::error!("{words}");
        }
    }

    fn tell_of_what_stays(&self, config: &Config) {
        let old = &self.config;
        let for_life = [
            ("data", old.data != config.data),
            ("cache", old.cache != config.cache),
            ("components", old.components != config.components),
            ("token_key", old.token_key != config.token_key),
            ("listen", old.listen != config.listen),
            ("[web] webhooks", old.webhooks != config.webhooks),
            ("[process] confine", old.confine != config.confine),
        ];
        for (key, _) in for_life.iter().filter(|(_, is_other)| *is_other) {
            tracing::warn!("{key} has changed; it takes effect when Hark is started again");
        }
    }
}

/// Tells whether two configurations analyse and mask alike, as far as they say so themselves.
fn is_analysed_alike(one: &Config, other: &Config) -> bool {
    one.models == other.models
        && one.signals == other.signals
        && one.second_opinion == other.second_opinion
        && one.personal_data == other.personal_data
        && one.names_key == other.names_key
}

/// Returns the teams of the rules of now.
fn teams(listening: &Listening) -> impl Iterator<Item = String> + use<> {
    let tree = listening.tree();
    let names: Vec<String> = tree.teams().iter().map(|team| team.name.to_string()).collect();
    names.into_iter()
}

/// Returns how the files stand that decide what is listened to.
fn stamps(config: &Config) -> BTreeMap<PathBuf, Stamp> {
    let connectors = config.sources.iter().filter_map(|source| match &source.connector {
        ConnectorRef::File(path) => Some(path.clone()),
        _ => None,
    });
    let mut files = analysis_stamps(config);
    files.extend(
        [config.path.clone(), config.lock()]
            .into_iter()
            .chain(connectors)
            .map(|path| (path.clone(), stamp(&path))),
    );
    files
}

/// Returns how the files stand that decide what is thought of items, and who gets them.
fn analysis_stamps(config: &Config) -> BTreeMap<PathBuf, Stamp> {
    let lists = config.rules.iter().flat_map(|_| ListsBeside::new(&config.path).files());
    let second = config.second_opinion.iter().flat_map(|second| [&second.model, &second.tokenizer]);
    let named = config.models.iter().chain(&config.signals).chain(&config.rules).chain(second).cloned();
    named.chain(lists).map(|path| (path.clone(), stamp(&path))).collect()
}

fn stamp(path: &std::path::Path) -> Stamp {
    let about = std::fs::metadata(path).ok()?;
    Some((about.len(), about.modified().ok()?))
}
