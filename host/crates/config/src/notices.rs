//! `[notices.NAME]`: where news for people goes, and when.
//!
//! Holds: no password, signing secret or address of a chat stands here, only where each comes from. Not here: whether
//! a mail address or a time zone is one that can be used; that is said when the target is made.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use hark_model::{SecretRef, UnknownWord};
use ipnet::IpNet;
use url::Url;

use crate::config::path_in;
use crate::error::ErrorKind;
use crate::reader::{Section, Value};
use crate::reference::is_loopback;
use crate::{limits, secret, source};

/// One place that news goes to.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeTarget {
    /// What the operator calls it.
    pub name: String,
    /// Line of the settings file on which it begins.
    pub line: usize,
    /// Which way.
    pub way: NoticeWay,
    /// Attempts in a minute; absent means the default.
    pub per_min: Option<u32>,
    /// What is not urgent waits so long for others, and goes out as one; absent means that nothing waits.
    pub digest: Option<Duration>,
    /// Hours in which only urgent news goes out.
    pub quiet: Option<QuietConfig>,
    /// How often what may have arrived is sent again by itself; absent means the default.
    pub repeats: Option<u32>,
}

/// Which way news goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeWay {
    /// By mail.
    Mail(Box<MailConfig>),
    /// Signed, by HTTP.
    Webhook {
        /// Where to.
        url: WebhookUrl,
        /// What signs.
        secret: SecretRef,
        /// Whom HTTP may speak to.
        reach: HttpReach,
    },
    /// Into a chat, in the form that Slack takes.
    Slack {
        /// Where to. Whoever has it can write there.
        url: SecretRef,
        /// Whom HTTP may speak to.
        reach: HttpReach,
    },
}

/// Where a webhook goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookUrl {
    /// As it stands in the file.
    Plain(Url),
    /// It is a secret itself.
    Secret(SecretRef),
}

/// A mail server, and to whom it writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailConfig {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept from others.
    pub security: MailSecurity,
    /// Who signs in, and where the password comes from.
    pub login: Option<(String, SecretRef)>,
    /// Who writes.
    pub from: String,
    /// Who is written to; nobody where only questions to experts go out.
    pub to: Vec<String>,
    /// PEM file of the authorities that are trusted in place of the system's.
    pub ca_file: Option<PathBuf>,
}

/// How a connection to a mail server is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailSecurity {
    /// TLS from the first byte.
    #[default]
    Tls,
    /// STARTTLS, or nothing is sent.
    StartTls,
    /// None; only to this machine.
    Plain,
}

/// Whom HTTP may speak to, beside public addresses and the web's authorities.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HttpReach {
    /// Addresses that are not public and are meant.
    pub private_addresses: Vec<IpNet>,
    /// PEM file of authorities.
    pub ca_file: Option<PathBuf>,
}

/// Hours of each day in a time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietConfig {
    /// When they begin, as in "22:00".
    pub from: String,
    /// When they end.
    pub until: String,
    /// Where, as in "Europe/Berlin".
    pub zone: String,
}

const KINDS: &[&str] = &["mail", "webhook", "slack"];
const SECURITIES: &[&str] = &["tls", "starttls", "plain"];

#[derive(Debug, Clone, Copy)]
enum Kind {
    Mail,
    Webhook,
    Slack,
}

impl FromStr for Kind {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "mail" => Ok(Self::Mail),
            "webhook" => Ok(Self::Webhook),
            "slack" => Ok(Self::Slack),
            _ => Err(UnknownWord { word: word.to_owned(), known: KINDS }),
        }
    }
}

impl FromStr for MailSecurity {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "tls" => Ok(Self::Tls),
            "starttls" => Ok(Self::StartTls),
            "plain" => Ok(Self::Plain),
            _ => Err(UnknownWord { word: word.to_owned(), known: SECURITIES }),
        }
    }
}

impl MailSecurity {
    fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::Plain => 25,
        }
    }
}

/// Every target that the file names, and those of them that passed every check.
#[derive(Debug, Default)]
pub(crate) struct NamedTargets {
    pub names: Vec<String>,
    pub whole: Vec<NoticeTarget>,
}

/// Reads every `[notices.NAME]`, in the order of the file.
pub(crate) fn read_all(top: &mut Section<'_, '_>, folder: &Path) -> NamedTargets {
    let Some(mut notices) = top.table("notices") else { return NamedTargets::default() };
    let sections = notices.subsections();
    let sink = notices.sink;
    notices.finish("each target is a table of its own: [notices.NAME]");
    if let Some((name, _)) = sections.get(limits::NOTICE_TARGETS_MAX) {
        sink.key(
            ErrorKind::TooMuch,
            name,
            &format!("is one target more than {}", limits::NOTICE_TARGETS_MAX),
        );
    }
    let mut named = NamedTargets::default();
    for (name, section) in sections {
        named.names.push(name.inner.to_owned());
        named.whole.extend(read_one(&name, section, folder));
    }
    named
}

fn read_one(name: &Value<&str>, mut section: Section<'_, '_>, folder: &Path) -> Option<NoticeTarget> {
    let sink = section.sink;
    let before = sink.count();
    if let Err(error) = hark_model::SourceName::parse(name.inner) {
        sink.value(ErrorKind::Name, name, &error.to_string());
    }
    let Some(kind) = section.word("kind") else {
        if sink.count() == before {
            section.missing("kind", "write \"mail\", \"webhook\" or \"slack\"");
        }
        return None;
    };
    let way = match kind {
        Kind::Mail => read_mail(&mut section, folder).map(|mail| NoticeWay::Mail(Box::new(mail))),
        Kind::Webhook => read_webhook(&mut section, folder),
        Kind::Slack => read_slack(&mut section, folder),
    };
    let small = |number| u32::try_from(number).expect("the range of every number ends below 2^32");
    let per_min = section.number("per_min", limits::NOTICES_PER_MIN).map(small);
    let digest = section.number("digest_secs", limits::DIGEST_SECS).map(Duration::from_secs);
    let repeats = section.number("repeats", limits::NOTICE_REPEATS).map(small);
    let quiet = section.table("quiet").and_then(read_quiet);
    section.finish("");
    let line = sink.line_of(name.span.start);
    let name = name.inner.to_owned();
    (sink.count() == before).then_some(NoticeTarget {
        name,
        line,
        way: way?,
        per_min,
        digest,
        quiet,
        repeats,
    })
}

/// Reads a text that must be there.
fn needed<'a>(section: &mut Section<'a, '_>, key: &'static str, what_to_do: &str) -> Option<&'a str> {
    let before = section.sink.count();
    let found = section.label(key);
    if found.is_none() && section.sink.count() == before {
        section.missing(key, what_to_do);
    }
    found
}

fn read_mail(section: &mut Section<'_, '_>, folder: &Path) -> Option<MailConfig> {
    let sink = section.sink;
    let host = needed(section, "host", "name the mail server that takes what is sent").map(str::to_owned);
    let security: MailSecurity = section.word("security").unwrap_or_default();
    let port = section.number("port", 1..=65_535).and_then(|port| u16::try_from(port).ok());
    let from = needed(section, "from", "write who sends, such as \"hark@example.com\"").map(str::to_owned);
    let to = section.labels("to").unwrap_or_default();
    if let Some(one_more) = to.get(limits::NOTICE_RECIPIENTS_MAX) {
        let why = format!("is one address more than {}", limits::NOTICE_RECIPIENTS_MAX);
        sink.key(ErrorKind::TooMuch, one_more, &why);
    }
    let to = to.iter().map(|text| text.inner.to_owned()).collect();
    let login = read_login(section, folder);
    let ca_file = section.string("ca_file").map(|text| path_in(folder, &text, sink));
    let host = host?;
    let here = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
    if security == MailSecurity::Plain && !here {
        section
            .wrong("security", "is \"plain\", which is for this machine only; write \"tls\" or \"starttls\"");
        return None;
    }
    Some(MailConfig {
        host,
        port: port.unwrap_or(security.port()),
        security,
        login,
        from: from?,
        to,
        ca_file,
    })
}

fn read_login(section: &mut Section<'_, '_>, folder: &Path) -> Option<(String, SecretRef)> {
    let before = section.sink.count();
    let user = section.label("user").map(str::to_owned);
    let password = secret::read_one(section, "password", folder);
    if section.sink.count() == before && user.is_some() != password.is_some() {
        match user {
            Some(_) => section.missing(
                "password",
                "it goes with `user`; write \"env:NAME\", \"file:PATH\" or \"cmd:PROGRAM ARGUMENTS\"",
            ),
            None => section.missing("user", "it goes with `password`"),
        }
    }
    user.zip(password)
}

fn read_webhook(section: &mut Section<'_, '_>, folder: &Path) -> Option<NoticeWay> {
    let url = read_webhook_url(section, folder);
    let secret = secret::needed(section, "secret", folder);
    let reach = read_reach(section, folder);
    Some(NoticeWay::Webhook { url: url?, secret: secret?, reach })
}

fn read_slack(section: &mut Section<'_, '_>, folder: &Path) -> Option<NoticeWay> {
    let url = secret::needed(section, "url", folder);
    let reach = read_reach(section, folder);
    url.map(|url| NoticeWay::Slack { url, reach })
}

fn read_webhook_url(section: &mut Section<'_, '_>, folder: &Path) -> Option<WebhookUrl> {
    let before = section.sink.count();
    let Some(text) = section.string("url") else {
        if section.sink.count() == before {
            section.missing(
                "url",
                "write where to, https://HOST/PATH; or env:, file: or cmd: if that is a secret",
            );
        }
        return None;
    };
    if !text.inner.starts_with("http") {
        return secret::read_one(section, "url", folder).map(WebhookUrl::Secret);
    }
    let url = Url::parse(text.inner).ok().filter(|url| {
        let here = url.host().is_some_and(|host| is_loopback(&host));
        url.scheme() == "https" || (url.scheme() == "http" && here)
    });
    if url.as_ref().is_none_or(|url| !url.username().is_empty() || url.password().is_some()) {
        // What stands there may be half a secret.
        section.sink.secret(&text, "is not an address that begins with https:// (or http:// on this machine), without user and password");
        return None;
    }
    url.map(WebhookUrl::Plain)
}

fn read_reach(section: &mut Section<'_, '_>, folder: &Path) -> HttpReach {
    let sink = section.sink;
    let private_addresses = source::read_ranges(section, "private_addresses");
    let ca_file = section.string("ca_file").map(|text| path_in(folder, &text, sink));
    HttpReach { private_addresses, ca_file }
}

fn read_quiet(mut section: Section<'_, '_>) -> Option<QuietConfig> {
    let from = needed(&mut section, "from", "write when the quiet hours begin, as in \"22:00\"");
    let until = needed(&mut section, "until", "write when the quiet hours end, as in \"07:00\"");
    let zone =
        needed(&mut section, "zone", "write the time zone, as in \"Europe/Berlin\"").map(str::to_owned);
    for (key, text) in [("from", from), ("until", until)] {
        if text.is_some_and(|text| !is_time(text)) {
            section.wrong(key, "is not a time of the day; write it as in \"22:00\"");
        }
    }
    if from.is_some() && from == until {
        section.wrong("until", "is when the quiet hours begin; leave `quiet` out, or give them an end");
    }
    section.finish("");
    let (from, until) = (from?.to_owned(), until?.to_owned());
    Some(QuietConfig { from, until, zone: zone? })
}

fn is_time(text: &str) -> bool {
    let number = |part: &str| {
        let plain = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse::<u8>().ok()).flatten()
    };
    let parts = text.split_once(':').and_then(|(hour, minute)| number(hour).zip(number(minute)));
    parts.is_some_and(|(hour, minute)| hour < 24 && minute < 60)
}
