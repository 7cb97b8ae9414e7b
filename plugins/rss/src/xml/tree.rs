//! A small tree of one entry.
//!
//! Holds: it is built in one pass with a bound on depth and on elements; character references are put in,
//! those of HTML too; entities that a document declares are not expanded.
//! Not its business: what the elements mean.

use std::ops::Range;

use hark_sdk::html;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::names::{Ns, Scope, of_address};
use crate::limits;

/// One element.
#[derive(Debug)]
pub struct Node {
    pub ns: Ns,
    pub local: String,
    /// By name as written.
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Node>,
    /// Where in the document its content stands.
    pub inner: Range<usize>,
}

impl Node {
    /// Returns the first child of that name.
    pub fn child(&self, ns: Ns, local: &str) -> Option<&Node> {
        self.all(ns, local).next()
    }

    /// Returns all children of that name.
    pub fn all<'a>(&'a self, ns: Ns, local: &str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |child| child.is(ns, local))
    }

    /// Says whether this is that element.
    pub fn is(&self, ns: Ns, local: &str) -> bool {
        self.ns == ns && self.local == local
    }

    /// Returns the trimmed text of the first child of that name that has any.
    pub fn words(&self, ns: Ns, local: &str) -> Option<&str> {
        self.all(ns, local).map(|child| child.text.trim()).find(|text| !text.is_empty())
    }

    /// Returns an attribute by its name as written, trimmed and not empty.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(have, _)| have == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// Returns its content as markup: as written if it holds elements, else its text.
    pub fn markup<'a>(&'a self, document: &'a str) -> &'a str {
        match self.children.is_empty() {
            true => &self.text,
            false => document.get(self.inner.clone()).unwrap_or_default(),
        }
    }
}

/// Why an element could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The markup is broken.
    #[error("broken markup: {0}")]
    Markup(#[from] quick_xml::Error),
    /// The document ends within it.
    #[error("the document ends in the middle of it")]
    End,
    /// It is too large to be an entry.
    #[error("it has more than {} elements", limits::ELEMENTS_MAX)]
    Elements,
}

/// Returns a reader of `text` that forgives what can be forgiven.
pub fn reader(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_comments = false;
    reader
}

/// Returns where the reader stands in its text.
pub fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// Reads the rest of the element that `start` began; `offset` is where the reader's text begins in the document.
pub fn read(
    reader: &mut Reader<&[u8]>,
    start: &BytesStart<'_>,
    scope: &mut Scope,
    offset: usize,
) -> Result<Node, TreeError> {
    let depth = scope.depth();
    let result = Builder { scope, offset, elements: 0 }.element(reader, start);
    scope.forget(depth);
    result
}

/// Makes an element without content.
pub fn empty(start: &BytesStart<'_>, scope: &mut Scope) -> Node {
    let depth = scope.depth();
    let node = node(start, scope, 0);
    scope.forget(depth);
    node
}

struct Builder<'s> {
    scope: &'s mut Scope,
    offset: usize,
    elements: usize,
}

impl Builder<'_> {
    fn element(&mut self, reader: &mut Reader<&[u8]>, start: &BytesStart<'_>) -> Result<Node, TreeError> {
        let mut open = vec![(node(start, self.scope, self.offset + position(reader)), 0)];
        // Elements below the depth that is looked at; only their text is taken.
        let mut below = 0_usize;
        loop {
            let before = position(reader);
            let at_depth = open.len() >= limits::DEPTH_MAX;
            let event = reader.read_event()?;
            let (top, _) = open.last_mut().expect("the element itself is open until it is returned");
            match event {
                Event::Text(words) => top.text.push_str(&words.xml10_content()),
                Event::CData(words) => top.text.push_str(&words.xml10_content()),
                Event::GeneralRef(name) => put_reference(&name, &mut top.text),
                Event::Start(_) if at_depth => below += 1,
                Event::End(_) if below > 0 => below -= 1,
                Event::Start(start) => {
                    self.count()?;
                    let depth = self.scope.depth();
                    open.push((node(&start, self.scope, self.offset + position(reader)), depth));
                }
                Event::Empty(start) => {
                    self.count()?;
                    let child = empty(&start, self.scope);
                    top.children.push(child);
                }
                Event::End(_) => {
                    let (mut done, depth) =
                        open.pop().expect("the element itself is open until it is returned");
                    done.inner.end = self.offset + before;
                    let Some((parent, _)) = open.last_mut() else { return Ok(done) };
                    self.scope.forget(depth);
                    parent.children.push(done);
                }
                Event::Eof => return Err(TreeError::End),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    fn count(&mut self) -> Result<(), TreeError> {
        self.elements += 1;
        if self.elements > limits::ELEMENTS_MAX { Err(TreeError::Elements) } else { Ok(()) }
    }
}

/// Escaped markup is full of the five references of XML, so these go the short way.
fn put_reference(name: &str, text: &mut String) {
    match name {
        "lt" => text.push('<'),
        "gt" => text.push('>'),
        "amp" => text.push('&'),
        "quot" => text.push('"'),
        "apos" => text.push('\''),
        _ => text.push_str(&html::unescape(&format!("&{name};"))),
    }
}

fn node(start: &BytesStart<'_>, scope: &mut Scope, at: usize) -> Node {
    let attributes = attributes(start);
    declare(&attributes, scope);
    let name = start.name();
    let (ns, local) = scope.resolve(name.as_ref());
    Node { ns, local: local.to_owned(), attributes, text: String::new(), children: Vec::new(), inner: at..at }
}

/// Declares the namespaces that the attributes name.
pub fn declare(attributes: &[(String, String)], scope: &mut Scope) {
    for (name, value) in attributes {
        if name == "xmlns" {
            scope.declare("", of_address(value));
        } else if let Some(prefix) = name.strip_prefix("xmlns:") {
            scope.declare(prefix, of_address(value));
        }
    }
}

/// Returns the attributes that can be read; a broken one ends the list, not the element.
pub fn attributes(start: &BytesStart<'_>) -> Vec<(String, String)> {
    let mut read = start.html_attributes();
    let read = read.with_checks(false).map_while(Result::ok);
    read.map(|attribute| (attribute.key.as_ref().to_owned(), html::unescape(&attribute.value))).collect()
}
