//! The whole file: what it sets, and the one way from text to settings.

use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use hark_model::{SecretRef, SourceLimits};
use toml::de::DeTable;

use crate::ask::{self, AskConfig};
use crate::compile::{self, CompileConfig};
use crate::error::{ConfigErrors, ErrorKind, Sink};
use crate::notices::{self, NoticeTarget};
use crate::process::{self, Confine};
use crate::reader::{Section, Value};
use crate::registry::{self, RegistryConfig};
use crate::rule::RuleConfig;
use crate::source::{SourceConfig, read_limits};
use crate::trust::{self, TrustConfig};
use crate::{limits, rule, secret, source};

const DATA_DEFAULT: &str = "hark.db";
const CACHE_DEFAULT: &str = ".hark-cache";
const COMPONENTS_DEFAULT: &str = ".hark-components";
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
    /// What is listened to, in the order of the file.
    pub sources: Vec<SourceConfig>,
    /// Whose signatures on connectors count.
    pub trust: TrustConfig,
    /// How hosts that connectors are fetched from are reached.
    pub registries: Vec<RegistryConfig>,
    /// Where news for people goes, in the order of the file.
    pub notices: Vec<NoticeTarget>,
    /// How experts are asked to chime in; absent means that none are.
    pub ask: Option<AskConfig>,
    /// Who should see what, in the order of the file.
    pub rules: Vec<RuleConfig>,
}

impl Config {
    /// Reads and checks the file at `path`.
    pub fn load(path: &Path) -> Result<Self, ConfigErrors> {
        let bytes = read_at_most(path, limits::FILE_BYTES_MAX + 1);
        let bytes = bytes.map_err(|error| ConfigErrors::unreadable(path, error))?;
        if bytes.len() as u64 > limits::FILE_BYTES_MAX {
            let why =
                format!("larger than {} MiB; this is not a settings file", limits::FILE_BYTES_MAX >> 20);
            return Err(ConfigErrors::whole_file(path, ErrorKind::TooMuch, why));
        }
        match String::from_utf8(bytes) {
            Ok(text) => Self::parse(&text, path),
            Err(error) => Err(ConfigErrors::not_utf8(path, &error)),
        }
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
    let listen = top.string("listen").and_then(|text| address(&text, sink)).unwrap_or(LISTEN_DEFAULT);
    let webhooks = top.table("web").and_then(|mut web| {
        let webhooks = web.string("webhooks").and_then(|text| address(&text, sink));
        web.finish("");
        webhooks
    });
    let confine = top.table("process").map(process::read).unwrap_or_default();
    let (mut models, mut signals) = (Vec::new(), None);
    if let Some(mut analysis) = top.table("analysis") {
        let listed = analysis.strings("models").unwrap_or_default();
        models = listed.iter().map(|text| path_in(folder, text, sink)).collect();
        signals = analysis.string("signals").map(|text| path_in(folder, &text, sink));
        analysis.finish("");
    }
    let mut limits = SourceLimits::STRICT;
    if let Some(section) = top.table("limits") {
        read_limits(section, &mut limits);
    }
    let sources = source::read_all(&mut top, folder, limits);
    let trust = top.table("trust").map(trust::read).unwrap_or_default();
    let registries = registry::read_all(&mut top, folder);
    let targets = notices::read_all(&mut top, folder);
    let ask = top.table("ask").and_then(|section| ask::read(section, folder, &targets.names, &sources));
    let rules = rule::read_all(&mut top, &sources);
    top.finish("");
    // A source that is half wrong still has a name, which rules may use; only whole ones are kept.
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
        models,
        signals,
        sources,
        trust,
        registries,
        notices: targets.whole,
        ask,
        rules,
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
