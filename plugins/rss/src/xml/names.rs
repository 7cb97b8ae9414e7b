//! Namespaces of feeds, by their addresses and, where a publisher forgot to declare one, by the usual prefix.

/// A vocabulary that means something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ns {
    /// RSS of any version, and no namespace at all.
    Plain,
    Atom,
    Content,
    Dc,
    Itunes,
    Media,
    Rdf,
    Slash,
    Syndication,
    Thread,
    Tombstone,
    Other,
}

/// Returns the vocabulary of a namespace address.
pub fn of_address(address: &str) -> Ns {
    let address = address.trim().to_ascii_lowercase();
    let short =
        address.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches(['/', '#']);
    match short {
        "" => Ns::Plain,
        "www.w3.org/2005/atom" | "purl.org/atom/ns" => Ns::Atom,
        "purl.org/rss/1.0/modules/content" => Ns::Content,
        "purl.org/dc/elements/1.1" | "purl.org/dc/elements/1.0" | "purl.org/dc/terms" => Ns::Dc,
        "www.itunes.com/dtds/podcast-1.0.dtd" => Ns::Itunes,
        "search.yahoo.com/mrss" => Ns::Media,
        "www.w3.org/1999/02/22-rdf-syntax-ns" => Ns::Rdf,
        "purl.org/rss/1.0/modules/slash" => Ns::Slash,
        "purl.org/rss/1.0/modules/syndication" => Ns::Syndication,
        "purl.org/syndication/thread/1.0" => Ns::Thread,
        "purl.org/atompub/tombstones/1.0" => Ns::Tombstone,
        _ if short.starts_with("purl.org/rss/1.0/modules") => Ns::Other,
        _ if short.starts_with("purl.org/rss/") || short.contains("netscape.com/rdf") => Ns::Plain,
        "backend.userland.com/rss2"
        | "backend.userland.com/rss"
        | "blogs.law.harvard.edu/tech/rss"
        | "cyber.law.harvard.edu/rss/rss.html"
        | "backend.userland.com/rss091" => Ns::Plain,
        _ => Ns::Other,
    }
}

/// Returns the vocabulary that everybody means by a prefix.
pub fn of_prefix(prefix: &str) -> Ns {
    match prefix {
        "" | "rss" => Ns::Plain,
        "atom" | "a10" => Ns::Atom,
        "content" => Ns::Content,
        "dc" | "dcterms" => Ns::Dc,
        "itunes" => Ns::Itunes,
        "media" => Ns::Media,
        "rdf" => Ns::Rdf,
        "slash" => Ns::Slash,
        "sy" => Ns::Syndication,
        "thr" => Ns::Thread,
        "at" => Ns::Tombstone,
        _ => Ns::Other,
    }
}

/// The prefixes that are declared at one place of a document.
#[derive(Debug, Clone, Default)]
pub struct Scope(Vec<(String, Ns)>);

impl Scope {
    /// Declares `prefix` from here on; "" is the default namespace.
    pub fn declare(&mut self, prefix: &str, ns: Ns) {
        self.0.push((prefix.to_owned(), ns));
    }

    /// Returns how much is declared, to come back to by [`Scope::forget`].
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// Forgets all that was declared since `depth`.
    pub fn forget(&mut self, depth: usize) {
        self.0.truncate(depth);
    }

    /// Splits a name into its vocabulary and its local part.
    pub fn resolve<'n>(&self, name: &'n str) -> (Ns, &'n str) {
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let declared = self.0.iter().rev().find(|(have, _)| have == prefix).map(|(_, ns)| *ns);
        (declared.unwrap_or_else(|| of_prefix(prefix)), local)
    }
}
