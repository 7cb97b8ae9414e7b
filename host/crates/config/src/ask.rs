//! `[ask]`: how experts without an account are asked to chime in, and where their answers come in.

use std::path::Path;

use hark_model::{SecretRef, Visibility};
use url::Url;

use crate::error::ErrorKind;
use crate::reader::{Section, Value, did_you_mean};
use crate::reference::is_loopback;
use crate::source::NamedSource;
use crate::{limits, secret};

/// Days that a question opens, unless the file says otherwise.
const DAYS_DEFAULT: u32 = 7;

/// How experts are asked.
#[derive(Debug, Clone, PartialEq)]
pub struct AskConfig {
    /// What the secrets of questions are made of.
    pub key: SecretRef,
    /// Where people open links: the address under which this server is known outside, with `/ask/`.
    pub url: Url,
    /// The target that asks, unless the question names another.
    pub target: String,
    /// Who asks, as the person reads it, unless the question says so.
    pub asker: Option<String>,
    /// How many days a question opens.
    pub days: u32,
    /// The most private visibility that a person may see, unless the question says otherwise.
    pub may_see: Visibility,
    /// Where answers by mail come in; absent takes answers by link alone.
    pub answers: Option<AnswersConfig>,
}

/// Where answers by mail come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswersConfig {
    /// The mailbox that they are written to, with `+` and a ticket before the `@`.
    pub inbox: String,
    /// The source that reads that mailbox.
    pub source: String,
}

/// Reads `[ask]`.
pub(crate) fn read(
    mut section: Section<'_, '_>,
    folder: &Path,
    targets: &[String],
    sources: &[NamedSource],
) -> Option<AskConfig> {
    let sink = section.sink;
    let before = sink.count();
    let key = secret::needed(&mut section, "key", folder);
    let url = read_url(&mut section);
    let target = match section.string("target") {
        Some(text) => known(&text, &section, "target in [notices]", targets.iter().map(String::as_str)),
        None => {
            section.missing("target", "name one of the targets under [notices]");
            None
        }
    };
    let asker = section.label("asker").map(str::to_owned);
    let days = section.number("days", limits::ASK_DAYS).and_then(|days| u32::try_from(days).ok());
    let may_see = section.word("may_see").unwrap_or(Visibility::Public);
    let answers = read_answers(&mut section, sources);
    section.finish("");
    if sink.count() > before {
        return None;
    }
    Some(AskConfig {
        key: key?,
        url: url?,
        target: target?,
        asker,
        days: days.unwrap_or(DAYS_DEFAULT),
        may_see,
        answers,
    })
}

/// Links are secrets, so they lead over TLS, or stay on this machine.
fn read_url(section: &mut Section<'_, '_>) -> Option<Url> {
    let what = "write the address under which people reach /ask/ of this server, such as \"https://hark.example.com/ask/\"";
    let Some(text) = section.string("url") else {
        section.missing("url", what);
        return None;
    };
    let url = Url::parse(text.inner).ok().filter(|url| {
        let here = url.host().is_some_and(|host| is_loopback(&host));
        let safe = url.scheme() == "https" || (url.scheme() == "http" && here);
        let bare = url.username().is_empty() && url.password().is_none();
        safe && bare && url.path().ends_with("/ask/") && url.query().is_none() && url.fragment().is_none()
    });
    if url.is_none() {
        section.sink.key(
            ErrorKind::Value,
            &text,
            &format!("must be https, or on this machine, and end with /ask/; {what}"),
        );
    }
    url
}

fn read_answers(section: &mut Section<'_, '_>, sources: &[NamedSource]) -> Option<AnswersConfig> {
    let before = section.sink.count();
    let inbox = section.string("inbox");
    let source = section.string("answers");
    if let Some(inbox) = &inbox {
        let local = inbox.inner.rsplit_once('@').map_or("", |(local, _)| local);
        if !(1..=limits::ASK_INBOX_CHARS_MAX).contains(&local.len()) || local.contains('+') {
            let why = format!(
                "{:?} is no mailbox for answers: before the @ it has 1 to {} characters and no +",
                inbox.inner,
                limits::ASK_INBOX_CHARS_MAX
            );
            section.sink.value(ErrorKind::Value, inbox, &why);
        }
    }
    let names = || sources.iter().map(|source| source.name.as_str());
    let source = source.and_then(|text| known(&text, section, "source in this file", names()));
    if section.sink.count() == before && inbox.is_some() != source.is_some() {
        match inbox {
            Some(_) => section.missing("answers", "name the source that reads the mailbox `inbox`"),
            None => section.missing("inbox", "write the address of the mailbox that `answers` reads"),
        }
    }
    inbox.zip(source).map(|(inbox, source)| AnswersConfig { inbox: inbox.inner.to_owned(), source })
}

fn known<'k>(
    text: &Value<&str>,
    section: &Section<'_, '_>,
    what: &str,
    mut names: impl Iterator<Item = &'k str> + Clone,
) -> Option<String> {
    if names.clone().any(|name| name == text.inner) {
        return Some(text.inner.to_owned());
    }
    let hint = did_you_mean(text.inner, names.by_ref(), '"');
    section.sink.value(ErrorKind::Value, text, &format!("there is no {what} named {:?}{hint}", text.inner));
    None
}
