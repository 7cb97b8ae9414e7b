//! The Atom that phpBB writes.
//!
//! Holds: an entry that is broken is one entry; an entry that is cut off at the end of the document is one, too.
//! The reader of the RSS connector is another: it reads any feed, this one knows what a phpBB puts where.

use hark_sdk::prelude::*;
use quick_xml::errors::SyntaxError;
use quick_xml::events::{BytesStart, Event as Xml};
use quick_xml::reader::Reader;

use crate::limits;
use crate::settings::Settings;

/// A feed.
#[derive(Debug, Default)]
pub struct Feed {
    pub title: Option<String>,
    /// Newest first; why not, where an entry is none.
    pub entries: Vec<Result<Entry, String>>,
}

/// A post as a feed shows it.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Entry {
    /// Id of the post.
    pub post: u64,
    /// Id of its topic, which newer versions leave out.
    pub topic: Option<u64>,
    pub forum: Option<u64>,
    pub forum_name: Option<String>,
    pub title: String,
    pub author: Option<String>,
    pub published: Option<Ms>,
    pub updated: Option<Ms>,
    /// As written, with the statistics at its end.
    pub content: String,
}

/// Returns the paths of the feeds that the settings want.
pub fn paths(settings: &Settings) -> Vec<String> {
    match settings.categories.is_empty() {
        true => vec!["/app.php/feed".to_owned()],
        false => settings.categories.iter().map(|id| format!("/app.php/feed/forum/{id}")).collect(),
    }
}

/// Returns the address of a feed: a board that logs in over HTTP does so only where it is asked to.
pub fn address(settings: &Settings, path: &str) -> String {
    if settings.signs_in() { format!("{path}?auth=http") } else { path.to_owned() }
}

/// Reads a feed, or says why it is none.
pub fn parse(document: &str) -> Result<Feed, String> {
    if document.len() > limits::FEED_BYTES_MAX {
        return Err(format!("it has {} bytes, at most {} are read", document.len(), limits::FEED_BYTES_MAX));
    }
    let document = document.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let mut feed = Feed::default();
    let start = document.find("<feed").ok_or("there is no <feed> in it")?;
    let mut parts = document[start..].split("<entry");
    let head = parts.next().unwrap_or_default();
    feed.title = element(head, "title").and_then(|title| crate::out::line(&html::to_text(&title)));
    let mut parts = parts.take(limits::ENTRIES_MAX).peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        feed.entries.push(entry(&format!("<entry{part}")).map_err(|why| why.in_words(is_last)));
    }
    Ok(feed)
}

/// Returns the text of the first element of that name in a piece of a document.
fn element(piece: &str, name: &str) -> Option<String> {
    let start = piece.find(&format!("<{name}"))?;
    let mut reader = reader(&piece[start..]);
    let mut text = String::new();
    loop {
        match reader.read_event().ok()? {
            Xml::Text(words) => text.push_str(&words.xml10_content()),
            Xml::CData(words) => text.push_str(&words.xml10_content()),
            Xml::GeneralRef(name) => text.push_str(&html::unescape(&format!("&{};", &*name))),
            Xml::End(_) | Xml::Eof | Xml::Empty(_) => return Some(text),
            _ => {}
        }
    }
}

fn reader(text: &str) -> Reader<&[u8]> {
    // What a cut may leave of `<![CDATA[` is an error of another kind to the reader, which looks one byte further.
    let text = text.strip_suffix("<!").unwrap_or(text);
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_comments = false;
    reader
}

/// Why an entry is none.
enum NoEntry {
    /// Its markup does not end.
    Unended,
    /// It can't be read.
    Broken(String),
}

impl NoEntry {
    fn in_words(self, is_last: bool) -> String {
        match self {
            Self::Unended if is_last => "the document ends in the middle of it".to_owned(),
            Self::Unended => "broken markup: the next entry begins in the middle of it".to_owned(),
            Self::Broken(why) => why,
        }
    }
}

impl From<quick_xml::Error> for NoEntry {
    fn from(error: quick_xml::Error) -> Self {
        match error {
            // Every error of syntax is markup that is open at the end of the text, but for this one.
            quick_xml::Error::Syntax(syntax) if syntax != SyntaxError::InvalidBangMarkup => Self::Unended,
            error => Self::Broken(format!("broken markup: {error}")),
        }
    }
}

fn entry(piece: &str) -> Result<Entry, NoEntry> {
    let mut reader = reader(piece);
    let mut read = Reading::default();
    loop {
        match reader.read_event()? {
            Xml::Start(start) => read.open(&start),
            Xml::Empty(start) => {
                read.open(&start);
                read.close();
            }
            Xml::Text(words) => read.text.push_str(&words.xml10_content()),
            Xml::CData(words) => read.text.push_str(&words.xml10_content()),
            Xml::GeneralRef(name) => read.text.push_str(&html::unescape(&format!("&{};", &*name))),
            Xml::End(_) => {
                if read.path.len() <= 1 {
                    return read.finish().map_err(NoEntry::Broken);
                }
                read.close();
            }
            Xml::Eof => return Err(NoEntry::Unended),
            _ => {}
        }
    }
}

/// An entry while it is read.
#[derive(Default)]
struct Reading {
    entry: Entry,
    link: Option<String>,
    /// The elements that are open.
    path: Vec<String>,
    text: String,
}

impl Reading {
    fn open(&mut self, start: &BytesStart<'_>) {
        let name = start.name();
        self.path.push(name.as_ref().to_owned());
        self.text.clear();
        let attribute = |wanted: &str| {
            let mut attributes = start.html_attributes();
            let mut attributes = attributes.with_checks(false).map_while(Result::ok);
            let found = attributes.find(|attribute| attribute.key.as_ref() == wanted);
            found.map(|attribute| html::unescape(&attribute.value))
        };
        match name.as_ref() {
            "link" => self.link = self.link.take().or_else(|| attribute("href")),
            "category" => {
                self.entry.forum = attribute("scheme").and_then(|address| parameter(&address, "f"));
                self.entry.forum_name =
                    attribute("label").or_else(|| attribute("term")).and_then(|name| crate::out::line(&name));
            }
            _ => {}
        }
    }

    fn close(&mut self) {
        let Some(name) = self.path.pop() else { return };
        let text = std::mem::take(&mut self.text);
        let is_own = self.path.len() == 1;
        match name.as_str() {
            "id" if is_own && self.link.is_none() => self.link = Some(text.trim().to_owned()),
            "title" if is_own => self.entry.title = text::line(&html::to_text(&text)),
            "name" => self.entry.author = crate::out::line(&html::to_text(&text)),
            "published" if is_own => self.entry.published = time::parse_rfc3339(&text),
            "updated" if is_own => self.entry.updated = time::parse_rfc3339(&text),
            "content" if is_own => self.entry.content = text,
            _ => {}
        }
    }

    fn finish(mut self) -> Result<Entry, String> {
        let link = self.link.unwrap_or_default();
        let post = parameter(&link, "p").or_else(|| link.rsplit_once("#p")?.1.parse().ok());
        self.entry.post = post.ok_or_else(|| format!("its link {link:?} names no post"))?;
        self.entry.topic = parameter(&link, "t");
        Ok(self.entry)
    }
}

/// Returns a number of the query of an address; a session's id beside it does not matter.
pub fn parameter(address: &str, name: &str) -> Option<u64> {
    let (_, query) = address.split_once('?')?;
    let query = query.split('#').next()?;
    let pairs = query.split('&').filter_map(|pair| pair.trim_start_matches("amp;").split_once('='));
    pairs.into_iter().find(|(have, _)| *have == name).and_then(|(_, value)| value.parse().ok())
}
