//! RSS 0.9x, 1.0 and 2.0 and Atom, out of XML.
//!
//! Holds: a broken entry is one broken part, reading goes on at the next entry; a document cut short gives
//! the entries before the cut.

mod atom;
mod common;
mod names;
mod rss;
mod tree;

use hark_sdk::text;
use quick_xml::errors::SyntaxError;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::feed::{Feed, NotAFeed, Part, digest};
use crate::limits;
use names::{Ns, Scope};
use tree::{Node, TreeError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Rss,
    Rdf,
    Atom,
}

/// Parses a document.
pub fn parse(document: &str) -> Result<Feed, NotAFeed> {
    let mut scanner = Scanner {
        document,
        reader: tree::reader(document),
        offset: 0,
        scope: Scope::default(),
        format: None,
        base: None,
        entries: 0,
        ended: false,
        feed: Feed::default(),
    };
    scanner.scan()?;
    scanner.feed.cut = !scanner.ended;
    match scanner.format {
        Some(_) => Ok(scanner.feed),
        None => Err(NotAFeed(format!("XML that cannot be read: {:?}", crate::document::beginning(document)))),
    }
}

struct Scanner<'d> {
    document: &'d str,
    reader: Reader<&'d [u8]>,
    /// Where the reader's text begins in the document.
    offset: usize,
    scope: Scope,
    format: Option<Format>,
    base: Option<String>,
    entries: usize,
    /// The end of the document's element was seen.
    ended: bool,
    feed: Feed,
}

/// Says whether an element of that name, prefix and all, is the whole of a feed.
fn is_root_name(name: &str) -> bool {
    matches!(name.rsplit(':').next(), Some("rss" | "RDF" | "feed"))
}

impl<'d> Scanner<'d> {
    fn scan(&mut self) -> Result<(), NotAFeed> {
        while self.entries < limits::ENTRIES_MAX {
            let at = self.position();
            match self.reader.read_event() {
                Ok(Event::Start(start)) => self.start(start, at)?,
                Ok(Event::Empty(start)) => self.empty(&start)?,
                Ok(Event::End(end)) => self.ended |= is_root_name(end.name().as_ref()),
                Ok(Event::Eof) => return Ok(()),
                Ok(_) => {}
                // A cut between two entries breaks none of them.
                Err(error) if self.is_cut(&error, at) => return Ok(()),
                Err(error) if self.format.is_some() => {
                    self.broken(at, &error.to_string());
                    if !self.resume_after(at) {
                        return Ok(());
                    }
                }
                Err(_) => return Ok(()),
            }
        }
        // What is left out here is left out the next time, too.
        self.ended = true;
        hark_sdk::warn!("the feed has more than {} entries, the rest is left out", limits::ENTRIES_MAX);
        Ok(())
    }

    fn start(&mut self, start: BytesStart<'d>, at: usize) -> Result<(), NotAFeed> {
        if self.format.is_none() {
            return self.root(&start);
        }
        let depth = self.scope.depth();
        tree::declare(&tree::attributes(&start), &mut self.scope);
        let name = start.name();
        let resolved = self.scope.resolve(name.as_ref());
        let (is_channel, is_entry) = (resolved == (Ns::Plain, "channel"), is_entry(resolved));
        if is_channel {
            // Its declarations hold for the entries in it.
            return Ok(());
        }
        self.scope.forget(depth);
        self.entries += usize::from(is_entry);
        match tree::read(&mut self.reader, &start, &mut self.scope, self.offset) {
            Ok(node) => self.take(&node, at),
            Err(error) => {
                let error = match error {
                    TreeError::Markup(markup) if self.is_cut(&markup, at) => TreeError::End,
                    error => error,
                };
                self.broken(at, &error.to_string());
                if !self.resume_after(at) {
                    self.reader = tree::reader("");
                }
            }
        }
        Ok(())
    }

    fn empty(&mut self, start: &BytesStart<'d>) -> Result<(), NotAFeed> {
        if self.format.is_none() {
            return self.root(start);
        }
        let node = tree::empty(start, &mut self.scope);
        let at = self.position();
        self.take(&node, at);
        Ok(())
    }

    fn root(&mut self, start: &BytesStart<'_>) -> Result<(), NotAFeed> {
        let attributes = tree::attributes(start);
        tree::declare(&attributes, &mut self.scope);
        let value =
            |name: &str| attributes.iter().find(|(have, _)| have == name).map(|(_, value)| value.trim());
        let name = start.name();
        let (ns, local) = self.scope.resolve(name.as_ref());
        let (format, title) = match (ns, local) {
            (Ns::Plain, "rss") => {
                (Format::Rss, format!("RSS {}", value("version").unwrap_or("of no version")))
            }
            (Ns::Rdf, "RDF") | (Ns::Plain, "RDF") => (Format::Rdf, "RSS 1.0".to_owned()),
            (Ns::Atom, "feed") => (Format::Atom, "Atom".to_owned()),
            (Ns::Plain, "feed") => {
                self.scope.declare("", Ns::Atom);
                (Format::Atom, "Atom without a namespace".to_owned())
            }
            _ => return Err(NotAFeed(format!("XML of another kind: <{}>", text::line(name.as_ref())))),
        };
        self.format = Some(format);
        self.feed.format = title;
        self.feed.language = value("xml:lang").and_then(crate::feed::language);
        self.base = value("xml:base").map(str::to_owned);
        Ok(())
    }

    fn take(&mut self, node: &Node, at: usize) {
        let pointer = self.pointer();
        let base = self.base.as_deref();
        match (node.ns, node.local.as_str()) {
            (Ns::Plain, "item") => self.entry(rss::item(node, self.document, base, &self.feed, pointer), at),
            (Ns::Atom, "entry") => {
                self.entry(atom::entry(node, self.document, base, &self.feed, pointer), at)
            }
            (Ns::Tombstone, "deleted-entry") => {
                let pointer =
                    format!("/feed/at:deleted-entry[@ref={:?}]", node.attribute("ref").unwrap_or_default());
                self.feed.parts.extend(atom::deleted(node, pointer));
            }
            _ if self.format == Some(Format::Atom) => atom::head(node, base, &mut self.feed),
            _ => rss::head(node, base, &mut self.feed),
        }
    }

    fn entry(&mut self, entry: crate::feed::Entry, at: usize) {
        match entry.is_empty() {
            true => self.broken(at, "the entry has no id, title, link or text"),
            false => self.feed.parts.push(Part::Entry(Box::new(entry))),
        }
    }

    fn broken(&mut self, at: usize, why: &str) {
        let rest = &self.document[self.document.ceil_char_boundary(at)..];
        let end = self.next_entry(at).unwrap_or(self.document.len());
        let pointer = self.pointer();
        self.feed.parts.push(Part::Broken {
            hint: hint(rest),
            why: why.to_owned(),
            pointer,
            digest: digest(&[&self.document.as_bytes()[at.min(end)..end]]),
        });
    }

    /// The entry that is being read, as a path into the document.
    fn pointer(&self) -> String {
        match self.format {
            Some(Format::Atom) => format!("/feed/entry[{}]", self.entries),
            Some(Format::Rdf) => format!("/rdf:RDF/item[{}]", self.entries),
            _ => format!("/rss/channel/item[{}]", self.entries),
        }
    }

    fn position(&self) -> usize {
        self.offset + tree::position(&self.reader)
    }

    /// Says whether the document ends within the markup that begins at or after `at`: nothing comes after it.
    fn is_cut(&self, error: &quick_xml::Error, at: usize) -> bool {
        let unended = match error {
            quick_xml::Error::Syntax(SyntaxError::InvalidBangMarkup) => self.document.ends_with("<!"),
            quick_xml::Error::Syntax(_) => true,
            _ => false,
        };
        unended && self.next_entry(at).is_none()
    }

    /// Goes on at the next entry after the one at `at`; there may be none.
    fn resume_after(&mut self, at: usize) -> bool {
        let Some(next) = self.next_entry(at) else { return false };
        self.reader = tree::reader(&self.document[next..]);
        self.offset = next;
        true
    }

    fn next_entry(&self, at: usize) -> Option<usize> {
        let name = if self.format == Some(Format::Atom) { "entry" } else { "item" };
        let mut from = self.document.ceil_char_boundary(at + 1);
        loop {
            let start = from + self.document.get(from..)?.find('<')?;
            let tag = &self.document[start + 1..];
            let end = tag.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).unwrap_or(tag.len());
            if is_entry(self.scope.resolve(&tag[..end])) && tag[..end].ends_with(name) {
                return Some(start);
            }
            from = start + 1;
        }
    }
}

fn is_entry(name: (Ns, &str)) -> bool {
    matches!(name, (Ns::Plain, "item") | (Ns::Atom, "entry"))
}

/// What an entry that cannot be read may have been: its id, link or title as far as they can be seen.
fn hint(rest: &str) -> String {
    let seen = ["<guid", "<id", "<link", "<title"].iter().find_map(|tag| {
        let start = rest.find(tag)?;
        let start = start + rest[start..].find('>')? + 1;
        let end = start + rest[start..].find('<')?;
        let words = text::line(&rest[start..end]);
        (!words.is_empty() && words.len() < limits::NATIVE_ID_BYTES_MAX).then_some(words)
    });
    seen.unwrap_or_else(|| crate::document::beginning(rest))
}
