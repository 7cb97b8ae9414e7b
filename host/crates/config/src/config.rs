//! The whole file: what it sets, and the one way from text to settings.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hark_model::{SecretRef, SourceLimits, Zone};
use toml::de::DeTable;

use crate::analysis::{self, SecondOpinionConfig};
use crate::ask::{self, AskConfig};
use crate::compile::{self, CompileConfig};
use crate::error::{ConfigErrors, ErrorKind, Sink};
use crate::experts::{self, ExpertConfig};
use crate::notices::{self, NoticeTarget};
use crate::process::{self, Confine};
use crate::reader::{Section, Value};
use crate::registry::{self, RegistryConfig};
use crate::source::{SourceConfig, read_limits};
use crate::trust::{self, TrustConfig};
use crate::zone::PersonalData;
use crate::{limits, secret, source, zone};

const DATA_DEFAULT: &str = "hark.db";
const CACHE_DEFAULT: &str = ".hark-cache";
const COMPONENTS_DEFAULT: &str = ".hark-components";
const NAMES_KEY_DEFAULT: &str = "hark-names.key";
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7070);

/// Everything that one settings file says, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The file, as it was named.
    pub path: PathBuf,
    /// The database.
    pub data: PathBuf,
    /// Where compiled connectors are kept.
    pub cache: PathBuf,
    /// What the process that compiles one connector may take.
    pub compile: CompileConfig,
    /// The key that tokens of platforms are sealed with in the database; absent means that none are kept.
    pub token_key: Option<SecretRef>,
    /// Where fetched connectors are kept.
    pub components: PathBuf,
    /// Where the pages are served.
    pub listen: SocketAddr,
    /// Where deliveries are taken; absent means beside the pages.
    pub webhooks: Option<SocketAddr>,
    /// Whether the process gives up what it does not need.
    pub confine: Confine,
    /// Models of sentiment of the operator's own, asked before those that come with Hark.
    pub models: Vec<PathBuf>,
    /// Rules of the operator's own for urgency and other signals; absent means those that come with Hark.
    pub signals: Option<PathBuf>,
    /// A model that is asked where the first opinion is not sure.
    pub second_opinion: Option<SecondOpinionConfig>,
    /// What becomes of personal data; of a zone that is not named, it is kept.
    pub personal_data: BTreeMap<Zone, PersonalData>,
    /// The key by which masked values have their names; absent means a file beside the database, made at need.
    pub names_key: Option<SecretRef>,
    /// What is listened to, in the order of the file.
    pub sources: Vec<SourceConfig>,
    /// Whose signatures on connectors count.
    pub trust: TrustConfig,
    /// How hosts that connectors are fetched from are reached.
    pub registries: Vec<RegistryConfig>,
    /// The file of rules that say who should see what; absent means that there are none.
    pub rules: Option<PathBuf>,
    /// Who may be named as somebody who knows, in the order of the file.
    pub experts: Vec<ExpertConfig>,
    /// Where news for people goes, in the order of the file.
    pub notices: Vec<NoticeTarget>,
    /// How experts are asked to chime in; absent means that none are.
    pub ask: Option<AskConfig>,
}

impl Config {
    /// Returns where the key of names is made where none is named: beside the database.
    pub fn names_key_made(&self) -> PathBuf {
        self.data.with_file_name(NAMES_KEY_DEFAULT)
    }

    /// Returns what becomes of personal data of `zone`.
    pub fn personal_data(&self, zone: Zone) -> PersonalData {
        self.personal_data.get(&zone).copied().unwrap_or_default()
    }

    /// Reads and checks the file at `path`.
    pub fn load(path: &Path) -> Result<Self, ConfigErrors> {
        Self::parse(&text_of(path, "a settings file", ConfigErrors::no_settings)?, path)
    }

    /// Returns where the pins of fetched connectors stand: beside the file, with its name.
    pub fn lock(&self) -> PathBuf {
        self.path.with_extension("lock")
    }

    /// Checks `text` as the content of `path`, which is not touched; relative paths in it are taken from
    /// the folder of `path`.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigErrors> {
        read_table(text, path, |top| read(top, path))
    }
}

/// Reads the text of a file of ours, of at most [`limits::FILE_BYTES_MAX`]; `what` it should be is for people.
pub fn read_text(path: &Path, what: &str) -> Result<String, ConfigErrors> {
    text_of(path, what, |path| {
        let why = format!("there is no such file; it should be {what}");
        ConfigErrors::whole_file(path, ErrorKind::Missing, why)
    })
}

fn text_of(
    path: &Path,
    what: &str,
    missing: impl FnOnce(&Path) -> ConfigErrors,
) -> Result<String, ConfigErrors> {
    let bytes = read_at_most(path, limits::FILE_BYTES_MAX + 1).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => missing(path),
        _ => ConfigErrors::unreadable(path, error),
    })?;
    if bytes.len() as u64 > limits::FILE_BYTES_MAX {
        let why = format!("larger than {} MiB; this is not {what}", limits::FILE_BYTES_MAX >> 20);
        return Err(ConfigErrors::whole_file(path, ErrorKind::TooMuch, why));
    }
    String::from_utf8(bytes).map_err(|error| ConfigErrors::not_utf8(path, &error))
}

/// Reads `text` as the content of `path`, which is not touched: `read` takes the top table, and what it complained about
/// is the answer, all at once. It calls `finish` of every section.
pub fn read_table<T>(
    text: &str,
    path: &Path,
    read: impl FnOnce(Section<'_, '_>) -> T,
) -> Result<T, ConfigErrors> {
    let sink = Sink::new(text);
    let (table, syntax) = DeTable::parse_recoverable(text);
    if syntax.is_empty() {
        let value = read(Section::top(&table, &sink));
        return sink.into_result(path, value);
    }
    // What a parser makes of the rest of a broken file is a guess: complaints about it would mislead.
    for error in &syntax {
        sink.syntax(error);
    }
    Err(sink.into_errors(path))
}

fn read_at_most(path: &Path, bytes_max: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(bytes_max).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read(mut top: Section<'_, '_>, path: &Path) -> Config {
    let folder = path.parent().unwrap_or(Path::new(""));
    let sink = top.sink;
    let data =
        top.string("data").map_or_else(|| folder.join(DATA_DEFAULT), |text| path_in(folder, &text, sink));
    let beside = data.parent().unwrap_or(Path::new(""));
    let mut beside_data = |key, default| {
        top.string(key).map_or_else(|| beside.join(default), |text| path_in(folder, &text, sink))
    };
    let cache = beside_data("cache", CACHE_DEFAULT);
    let components = beside_data("components", COMPONENTS_DEFAULT);
    let compile = top.table("compile").map(compile::read).unwrap_or_default();
    let token_key = secret::read_one(&mut top, "token_key", folder);
    let names_key = secret::read_one(&mut top, "names_key", folder);
    let listen = top.string("listen").and_then(|text| address(&text, sink)).unwrap_or(LISTEN_DEFAULT);
    let webhooks = top.table("web").and_then(|mut web| {
        let webhooks = web.string("webhooks").and_then(|text| address(&text, sink));
        web.finish("");
        webhooks
    });
    let confine = top.table("process").map(process::read).unwrap_or_default();
    let analysis = top.table("analysis").map(|section| analysis::read(section, folder)).unwrap_or_default();
    let personal_data = zone::read_all(&mut top);
    let mut limits = SourceLimits::STRICT;
    if let Some(section) = top.table("limits") {
        read_limits(section, &mut limits);
    }
    let sources = source::read_all(&mut top, folder, limits);
    let trust = top.table("trust").map(trust::read).unwrap_or_default();
    let registries = registry::read_all(&mut top, folder);
    let targets = notices::read_all(&mut top, folder);
    let ask = top.table("ask").and_then(|section| ask::read(section, folder, &targets.names, &sources));
    let rules = top.table("routing").and_then(|mut routing| {
        let rules = routing.string("rules").map(|text| path_in(folder, &text, sink));
        routing.finish("");
        rules
    });
    let experts = experts::read_all(&mut top);
    top.finish("rules stand in a file of their own, which `[routing] rules` names");
    // A source that is half wrong still has a name, which others may use; only whole ones are kept.
    let sources = sources.into_iter().filter_map(|named| named.config).collect();
    Config {
        path: path.to_owned(),
        data,
        cache,
        compile,
        token_key,
        components,
        listen,
        webhooks,
        confine,
        models: analysis.models,
        signals: analysis.signals,
        second_opinion: analysis.second_opinion,
        personal_data,
        names_key,
        sources,
        trust,
        registries,
        notices: targets.whole,
        ask,
        rules,
        experts,
    }
}

/// Returns the path that `text` means from `folder`.
pub(crate) fn path_in(folder: &Path, text: &Value<&str>, sink: &Sink<'_>) -> PathBuf {
    if text.inner.is_empty() || text.inner.contains('\0') {
        sink.key(ErrorKind::Value, text, "is not a path");
    }
    folder.join(text.inner)
}

fn address(text: &Value<&str>, sink: &Sink<'_>) -> Option<SocketAddr> {
    let parsed = text.inner.parse().ok();
    if parsed.is_none() {
        let why = format!("{:?} is not an address with a port; write \"127.0.0.1:7070\"", text.inner);
        sink.value(ErrorKind::Value, text, &why);
    }
    parsed
}
