//! The second key: a connector that asks for more than its source was granted waits until somebody says yes.
//!
//! Holds: the first build that a source listens with is granted by who wrote the source; another build goes on without
//! being asked about only if it asks for no more. What a build gets is never more than the grant of the configuration
//! covers: this is beside it, not in its place.

use hark_config::SourceConfig;
use hark_pipeline::{Powers, now};
use hark_runtime::Connector;
use hark_store::{SourceGrant, Store};

use crate::exit::{Exit, Failure};
use crate::wiring::store_failure;

/// What a build asks for, beside what the source was granted before.
pub struct Standing {
    /// What was granted; none if the source was never listened with.
    pub before: Option<SourceGrant>,
    /// What it asks for now.
    pub powers: Powers,
}

impl Standing {
    /// Looks up how `connector` stands with `source`.
    pub async fn of(store: &Store, source: &SourceConfig, connector: &Connector) -> Result<Self, Failure> {
        let before =
            store.kept_grant(source.name.to_string()).await.map_err(|error| store_failure(&error))?;
        Ok(Self { before, powers: Powers::of(connector.manifest(), connector.imports()) })
    }

    /// Returns what it asks for beyond what was granted; nothing for the first build.
    pub fn beyond(&self) -> Vec<String> {
        let Some(before) = &self.before else { return Vec::new() };
        let granted: Powers = before.powers.iter().cloned().collect();
        self.powers.beyond(&granted).map(str::to_owned).collect()
    }

    /// Tells whether it is the build that was granted.
    fn is_known(&self, connector: &Connector) -> bool {
        self.before.as_ref().is_some_and(|before| before.component_sha256 == *connector.digest())
    }
}

/// Lets a build through that asks for no more than the source was granted.
pub async fn check(store: &Store, source: &SourceConfig, connector: &Connector) -> Result<Standing, Failure> {
    let standing = Standing::of(store, source, connector).await?;
    let beyond = standing.beyond();
    if beyond.is_empty() {
        return Ok(standing);
    }
    let version = connector.manifest().version.as_str();
    let (was, is) = match &standing.before {
        Some(before) => {
            (build(&before.version, &before.component_sha256), build(version, connector.digest()))
        }
        None => return Ok(standing),
    };
    let message = format!(
        "source {name}: {is} of connector {} asks for more than {was}, which was granted: {}; it waits for `hark grant {name}`",
        connector.manifest().id,
        beyond.join("; "),
        name = source.name,
    );
    Err(Failure::new(Exit::Source, message).hint("or go back to the build before"))
}

/// Names a build for people: builds of one version may differ.
fn build(version: &str, digest: &[u8; 32]) -> String {
    format!("{version} (sha256:{})", hex::encode(&digest[..6]))
}

/// Lets a build through as `check` does, and keeps what is granted from now on.
pub async fn admit(store: &Store, source: &SourceConfig, connector: &Connector) -> Result<(), Failure> {
    let standing = check(store, source, connector).await?;
    if standing.is_known(connector) {
        return Ok(());
    }
    keep(store, source, connector, &standing.powers).await
}

/// Keeps what a source is granted.
pub async fn keep(
    store: &Store,
    source: &SourceConfig,
    connector: &Connector,
    powers: &Powers,
) -> Result<(), Failure> {
    let manifest = connector.manifest();
    let grant = SourceGrant {
        source: source.name.to_string(),
        connector: manifest.id.to_string(),
        version: manifest.version.clone(),
        component_sha256: *connector.digest(),
        powers: powers.lines().map(str::to_owned).collect(),
        at: now(),
    };
    store.keep_grant(grant).await.map_err(|error| store_failure(&error))
}
