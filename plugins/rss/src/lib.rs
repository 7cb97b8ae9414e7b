//! RSS, Atom and JSON Feed: the connector.
//!
//! One stream, `feed`, reads all feeds of a source. Identity is the publisher's: Atom `id`, RSS `guid`, else
//! a hash of link, title and date. Edits are seen by the content, answers by RFC 4685, removals by RFC 6721.
//!
//! It has its own readers of XML and JSON rather than those of a feed library: an entry that is broken must
//! not hide the others, and threads, counters and tombstones must come through.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod date;
mod document;
mod events;
mod feed;
mod fetch;
mod json;
mod limits;
mod link;
mod poll;
mod state;
mod xml;

use hark_sdk::prelude::*;

/// The settings of one source.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Addresses of the feeds, `http://` or `https://`.
    #[schemars(length(min = 1, max = 64), inner(regex(pattern = "^https?://[^/?#]+")))]
    pub feeds: Vec<String>,
    /// Who may read the feeds.
    #[serde(default)]
    pub visibility: Audience,
}

/// Who may read the feeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Everybody.
    #[default]
    Public,
    /// The members of a community.
    Community,
    /// The people of the company.
    Internal,
    /// Some of them.
    Restricted,
}

impl From<Audience> for Visibility {
    fn from(audience: Audience) -> Self {
        match audience {
            Audience::Public => Self::Public,
            Audience::Community => Self::Community,
            Audience::Internal => Self::Internal,
            Audience::Restricted => Self::Restricted,
        }
    }
}

impl Settings {
    /// Says which setting is wrong where the types cannot.
    fn checked(&self) -> Result<&Self, Fault> {
        if self.feeds.is_empty() {
            return Err(Fault::config("feeds", "name at least one feed"));
        }
        if self.feeds.len() > limits::FEEDS_MAX {
            let detail = format!("{} feeds, at most {} in one source", self.feeds.len(), limits::FEEDS_MAX);
            return Err(Fault::config("feeds", detail));
        }
        for (at, feed) in self.feeds.iter().enumerate() {
            if link::resolve(None, feed).is_none() || feed.trim() != feed {
                return Err(Fault::config(
                    format!("feeds[{at}]"),
                    format!("{feed:?} is no http or https address"),
                ));
            }
        }
        Ok(self)
    }

    /// The feed that a kept payload came from: its label is the address without the query.
    fn place_of<'s>(&'s self, label: &'s str) -> &'s str {
        let address = label.strip_prefix("GET ").unwrap_or(label);
        let feed = self.feeds.iter().find(|feed| fetch::shown(feed) == fetch::shown(address));
        feed.map_or(address, String::as_str)
    }
}

/// The connector.
pub struct Rss;

impl Connector for Rss {
    type Settings = Settings;

    fn manifest() -> Manifest {
        // A question with a validator costs a publisher next to nothing.
        let stream = StreamInfo::new("feed").min_poll_ms(15_000).sees_edits().sees_removals();
        Manifest::new("rss", env!("CARGO_PKG_VERSION"))
            .title("RSS, Atom and JSON Feed")
            .host("{feeds}")
            .stream(stream)
            .cursor_version(state::VERSION)
    }

    fn check(settings: &Settings) -> Result<CheckReport, Fault> {
        Ok(CheckReport { warnings: poll::check(settings.checked()?)?, ..CheckReport::default() })
    }

    fn discover(settings: &Settings) -> Result<Vec<Target>, Fault> {
        let target = |url: &String| Target {
            id: url.clone(),
            stream_name: "feed".to_owned(),
            title: url.clone(),
            url: Some(url.clone()),
            visibility: settings.visibility.into(),
            members: None,
            last_active: None,
            ours: false,
        };
        Ok(settings.checked()?.feeds.iter().map(target).collect())
    }

    fn read(settings: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        if request.stream_name != "feed" {
            return Err(Fault::unsupported(format!("stream {}", request.stream_name)));
        }
        if request.mode != ReadMode::Incremental {
            return Err(Fault::unsupported("feeds show their newest entries only"));
        }
        poll::read(settings.checked()?, &request)
    }

    fn normalise(settings: &Settings, raw: Raw) -> Result<Vec<Event>, Fault> {
        let origin = events::Origin {
            payload: raw.payload,
            received_at: raw.received_at,
            place: settings.place_of(&raw.label),
            visibility: settings.visibility.into(),
        };
        match document::parse(&raw.body, &raw.media_type) {
            Ok(feed) => Ok(events::all(&feed, origin)),
            Err(not) => Err(Fault::protocol(format!("{} is no feed: got {}", raw.label, not.0))),
        }
    }
}

hark_sdk::export!(Rss);
