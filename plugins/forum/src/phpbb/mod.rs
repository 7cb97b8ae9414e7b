//! phpBB 3.3, by its Atom feeds: it has no other interface.
//!
//! Holds: a feed shows its newest posts only; where more were written since the last read than it shows, that is
//! a gap, not silence. What only members may read is not in it, as a feed is read as a guest.

mod events;
mod feed;
mod read;

use hark_sdk::prelude::*;

use crate::client::Client;
use crate::settings::Settings;
use crate::{limits, manifest};

/// Reads one of the streams.
pub fn read(settings: &Settings, request: &ReadRequest) -> Result<Batch, Fault> {
    match (request.stream_name.as_str(), request.mode) {
        (manifest::POSTS, ReadMode::Incremental) => {
            read::read(Client::new(settings, &request.budget), request)
        }
        (manifest::POSTS, _) => Err(Fault::unsupported("a phpBB feed shows its newest posts only")),
        (manifest::MESSAGES | manifest::FLAGS, ReadMode::Incremental) => {
            Ok(Batch { not_before: Some(Clock::now() + limits::OFF_MS), ..Batch::default() })
        }
        (stream, mode) => Err(Fault::unsupported(format!("reading stream {stream:?} of phpBB by {mode:?}"))),
    }
}

/// Fetches the first feed.
pub fn check(settings: &Settings) -> Result<CheckReport, Fault> {
    let mut client = Client::of(settings, 1);
    let path = feed::paths(settings).remove(0);
    let response = client.get(&path)?;
    let feed = feed::parse(&response.text()).map_err(|why| {
        Fault::config("url", format!("{path} is no feed of a phpBB: {why}; {}", response.quote()))
    })?;
    let scope = format!("read {path}, {} posts", feed.entries.len());
    Ok(CheckReport { account: feed.title, scopes: vec![scope], ..CheckReport::default() })
}

/// Lists the forums that the settings name, and those that the feed of all names.
pub fn discover(settings: &Settings) -> Result<Vec<Target>, Fault> {
    let mut client = Client::of(settings, 1);
    let all = Settings { categories: Vec::new(), ..settings.clone() };
    let response = client.get(&feed::paths(&all).remove(0))?;
    let feed = feed::parse(&response.text()).map_err(Fault::protocol)?;
    let mut targets: std::collections::BTreeMap<u64, Target> = std::collections::BTreeMap::new();
    let target = |id: u64, title: String, at: Option<Ms>| Target {
        id: format!("category:{id}"),
        stream_name: manifest::POSTS.to_owned(),
        title,
        url: Some(format!("{}/viewforum.php?f={id}", settings.base())),
        visibility: settings.visibility_of(Some(id), false),
        members: None,
        last_active: at,
        ours: true,
    };
    for entry in feed.entries.into_iter().flatten() {
        let Some(id) = entry.forum else { continue };
        let at = entry.published;
        let title = entry.forum_name.unwrap_or_else(|| format!("forum {id}"));
        let known = targets.entry(id).or_insert_with(|| target(id, title, at));
        known.last_active = known.last_active.max(at);
    }
    for id in &settings.categories {
        targets.entry(*id).or_insert_with(|| target(*id, format!("forum {id}"), None));
    }
    Ok(targets.into_values().collect())
}

/// Reads a kept feed again.
pub fn normalise(settings: &Settings, raw: &Raw) -> Result<Vec<Event>, Fault> {
    let feed = feed::parse(&String::from_utf8_lossy(&raw.body))
        .map_err(|why| Fault::protocol(format!("{} is no feed: {why}", raw.label)))?;
    let drafts = feed.entries.into_iter().enumerate().map(|(at, entry)| {
        events::draft(entry, Provenance::new(raw.payload, events::pointer(at)), settings, raw.received_at)
    });
    Ok(crate::out::events(drafts.collect()))
}
