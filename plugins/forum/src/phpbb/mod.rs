//! phpBB 3.3, by its Atom feeds: it has no other interface.
//!
//! Holds: a feed shows its newest posts only; where more were written since the last read than it shows, that is
//! a gap, not silence. What only members may read is in it where `phpbb_user` is set, by HTTP authentication: the
//! host puts the password into a header. The board's login form would have it in a body, where no credential may
//! be put, and so in the guest.

mod events;
mod feed;
mod read;

use hark_sdk::http::Response;
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

/// Fetches the first feed; as a guest, too, where a member is set, as phpBB does not say whom it takes us for.
pub fn check(settings: &Settings) -> Result<CheckReport, Fault> {
    let (title, posts) = first_feed(settings)?;
    let path = feed::paths(settings).remove(0);
    let mut report = CheckReport { account: title, ..CheckReport::default() };
    report.scopes.push(format!("read {path}, {} posts", posts.len()));
    if settings.signs_in() && first_feed(&settings.of_guest()).is_ok_and(|(_, of_guest)| of_guest == posts) {
        let user = &settings.phpbb_user;
        report.warnings.push(format!(
            "the board shows a guest the same posts as {user}: if {user} may read more, allow HTTP authentication \
             in the board's feed settings (phpBB 3.3.16 or later, over https)"
        ));
    }
    Ok(report)
}

/// Returns the title of the first feed and the ids of its posts.
fn first_feed(settings: &Settings) -> Result<(Option<String>, Vec<u64>), Fault> {
    let path = feed::paths(settings).remove(0);
    let response = Client::of(settings, 1).get(&feed::address(settings, &path))?;
    let feed = feed::parse(&response.text()).map_err(|why| {
        Fault::config("url", format!("{path} is no feed of a phpBB: {why}; {}", response.quote()))
    })?;
    Ok((feed.title, feed.entries.iter().flatten().map(|entry| entry.post).collect()))
}

/// Returns what the status means, none for success.
pub fn fault_of(response: &Response, settings: &Settings) -> Option<Fault> {
    let detail = |words: &str| format!("status {}: {words}", response.status());
    Some(match response.status() {
        401 if settings.signs_in() => {
            let words = "the board takes neither phpbb_user nor its password, or has had too many wrong ones";
            Fault::auth(AuthWhy::Revoked, detail(words))
        }
        401 => {
            let words = "the feeds are for members: set phpbb_user and bind phpbb-password";
            Fault::auth(AuthWhy::Missing, detail(words))
        }
        _ => return response.fault(),
    })
}

/// Lists the forums that the settings name, and those that the feed of all names.
pub fn discover(settings: &Settings) -> Result<Vec<Target>, Fault> {
    let mut client = Client::of(settings, 1);
    let all = Settings { categories: Vec::new(), ..settings.clone() };
    let response = client.get(&feed::address(settings, &feed::paths(&all).remove(0)))?;
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
