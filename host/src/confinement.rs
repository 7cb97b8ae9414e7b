//! What this process still needs once it listens, told from the configuration; and how it is said.

use std::path::{Path, PathBuf};

use hark_config::{Config, Confine, ConnectorRef, NoticeTarget, NoticeWay, WebhookUrl};
use hark_confine::{Measure, Needs};
use hark_model::SecretRef;

use crate::exit::{Exit, Failure};

/// Gives up what listening to `config` does not need, if the configuration wants so. Call it before any thread is
/// started. Fails where all of it is required and the kernel does not allow all.
pub fn confine(config: &Config) -> Result<(), Failure> {
    if config.confine == Confine::Off {
        tracing::warn!("the process is not confined: `confine = \"off\"` under [process]");
        return Ok(());
    }
    make_folders(config)?;
    let measures = hark_confine::confine(&needs(config));
    let missing: Vec<String> = measures.iter().filter_map(missing).collect();
    if config.confine == Confine::Require && !missing.is_empty() {
        let message = format!(
            "the process cannot be confined as `[process] confine = \"require\"` wants: {}",
            missing.join("; ")
        );
        return Err(Failure::new(Exit::Config, message)
            .hint("`hark doctor` tells all; \"auto\" runs without what is missing"));
    }
    for missing in missing {
        tracing::warn!("not confined: {missing}");
    }
    Ok(())
}

/// Returns what is still needed to listen to `config`.
pub fn needs(config: &Config) -> Needs {
    let mut read = vec![folder_of(&config.path)];
    let second = config.second_opinion.iter().flat_map(|second| [&second.model, &second.tokenizer]);
    read.extend(
        config
            .models
            .iter()
            .chain(&config.signals)
            .chain(&config.rules)
            .chain(second)
            .map(|file| folder_of(file)),
    );
    for source in &config.sources {
        match &source.connector {
            ConnectorRef::File(path) => read.push(folder_of(path)),
            ConnectorRef::Remote(_) => read.push(config.components.clone()),
            ConnectorRef::Bundled(_) => {}
        }
    }
    // The folder, because a secret that is changed is usually another file under the same name.
    read.extend(secrets(config).filter_map(|(_, from)| match from {
        SecretRef::File(path) => Some(folder_of(path)),
        _ => None,
    }));
    let of_sources = config.sources.iter().filter_map(|source| source.grant.ca_file.as_deref());
    read.extend(of_sources.chain(config.notices.iter().filter_map(authorities)).map(folder_of));
    read.extend(
        ["SSL_CERT_FILE", "SSL_CERT_DIR"].into_iter().filter_map(std::env::var_os).map(PathBuf::from),
    );
    let addresses = [Some(config.listen), config.webhooks];
    Needs {
        read,
        write: vec![folder_of(&config.data), config.cache.clone()],
        listen: addresses.into_iter().flatten().map(|address| address.port()).collect(),
        programs: programs(config),
    }
}

/// Why programs must be started: secrets that are asked of one.
fn programs(config: &Config) -> Option<String> {
    let (whose, _) = secrets(config).find(|(_, from)| matches!(from, SecretRef::Cmd(_)))?;
    Some(format!("{whose} is asked of a program; with file: or env: this could be given up"))
}

/// Every place that a secret comes from, with what it is, for people.
fn secrets(config: &Config) -> impl Iterator<Item = (String, &SecretRef)> {
    let of_sources = config.sources.iter().flat_map(|source| {
        let name = move |key: &str| format!("`{key}` of source {}", source.name);
        source.credentials.iter().map(move |(key, from)| (name(key), from))
    });
    let of_targets = config.notices.iter().flat_map(|target| {
        let name = move |key: &str| format!("`{key}` of [notices.{}]", target.name);
        target_secrets(&target.way).into_iter().map(move |(key, from)| (name(key), from))
    });
    let of_ask = config.ask.iter().map(|ask| ("`key` of [ask]".to_owned(), &ask.key));
    let keys = [("`token_key`", &config.token_key), ("`names_key`", &config.names_key)];
    let keys = keys.into_iter().filter_map(|(key, from)| Some((key.to_owned(), from.as_ref()?)));
    let all = of_sources.chain(of_targets).chain(of_ask).chain(keys);
    all.flat_map(|(whose, from)| from.parts().into_iter().map(move |part| (whose.clone(), part)))
}

fn target_secrets(way: &NoticeWay) -> Vec<(&'static str, &SecretRef)> {
    match way {
        NoticeWay::Mail(mail) => mail.login.iter().map(|(_, from)| ("password", from)).collect(),
        NoticeWay::Webhook { url: WebhookUrl::Secret(url), secret, .. } => {
            vec![("url", url), ("secret", secret)]
        }
        NoticeWay::Webhook { secret, .. } => vec![("secret", secret)],
        NoticeWay::Slack { url, .. } => vec![("url", url)],
    }
}

/// Returns the file of authorities of a target: it is read again when the configuration changes.
fn authorities(target: &NoticeTarget) -> Option<&Path> {
    match &target.way {
        NoticeWay::Mail(mail) => mail.ca_file.as_deref(),
        NoticeWay::Webhook { reach, .. } | NoticeWay::Slack { reach, .. } => reach.ca_file.as_deref(),
    }
}

fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// What is not there cannot be kept, so the folders are made before all others are given up.
fn make_folders(config: &Config) -> Result<(), Failure> {
    for folder in [folder_of(&config.data), config.cache.clone()] {
        std::fs::create_dir_all(&folder).map_err(|error| {
            Failure::new(Exit::Store, format!("the folder {} cannot be made: {error}", folder.display()))
        })?;
    }
    Ok(())
}

/// Says what is missing of a measure. Running as root is for `hark doctor` to tell: it is the usual thing in a container.
fn missing(measure: &Measure) -> Option<String> {
    let why = measure.state.why().filter(|_| measure.name != "user")?;
    Some(format!("{}: {why}", measure.name))
}
