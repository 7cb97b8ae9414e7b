//! Trying the settings, and listing the pages that the token knows.
//!
//! Holds: nothing is sent or changed; the check is one request with five look-ups in it. The token itself is
//! never looked into: the debug call wants it in the address, where no secret belongs, so each permission is
//! told from what it opens.

use hark_sdk::prelude::*;

use crate::batch::{self, Answer};
use crate::fault::{Class, GraphError};
use crate::graph::{self, Listing};
use crate::origin::{is_path_safe, web_address};
use crate::{Settings, limits, manifest};

#[derive(Deserialize)]
struct Page {
    id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    link: Option<String>,
    #[serde(default)]
    followers_count: Option<u64>,
}

#[derive(Deserialize)]
struct Listed<T> {
    data: Vec<T>,
}

#[derive(Deserialize)]
struct Permission {
    permission: String,
    status: String,
}

#[derive(Deserialize)]
struct Subscribed {
    #[serde(default)]
    subscribed_fields: Vec<String>,
}

/// What is looked at, what it proves, and what goes without it.
const PROBES: [(&str, &str, &str); 3] = [
    ("feed?fields=id,from&limit=1", "pages_read_engagement", "the feed cannot be read"),
    ("tagged?fields=id&limit=1", "pages_read_user_content", "mentions cannot be read, authors may be hidden"),
    ("subscribed_apps?fields=id,subscribed_fields", "pages_manage_metadata", "webhooks cannot be seen"),
];

/// Tries the settings.
pub fn check(settings: &Settings) -> Result<CheckReport, Fault> {
    let page = &settings.page;
    let mut addresses =
        vec![format!("{page}?fields=id,name,link,followers_count"), "me/permissions".to_owned()];
    addresses.extend(PROBES.iter().map(|(edge, ..)| format!("{page}/{edge}")));
    let reply = graph::call(batch::request(settings, &addresses)?)?;
    let until = reply.usage.limited_until(reply.response.received_at());
    let answers = batch::answers(&reply, addresses.len())?;
    let fault = |error: Option<GraphError>| match error {
        Some(error) => Fault::from(graph::failed(error, until)),
        None => Fault::transient("a look-up of the check got no answer"),
    };
    let found: Page = read(&answers[0]).map_err(fault)?;
    let mut report = CheckReport {
        account: Some(format!("{} ({})", found.name.as_deref().unwrap_or("a page"), found.id)),
        quota_left: Some(reply.usage.left()),
        ..CheckReport::default()
    };
    // The stream that everything hangs on; the others are told as warnings.
    read::<Listed<serde::de::IgnoredAny>>(&answers[2]).map_err(fault)?;
    permissions(&answers, &mut report);
    webhooks(&answers[4], &mut report);
    Ok(report)
}

fn read<T: serde::de::DeserializeOwned>(answer: &Option<Answer>) -> Result<T, Option<GraphError>> {
    answer.as_ref().ok_or(None)?.read()
}

/// A user's token lists its permissions; a page's token shows them by what it opens.
fn permissions(answers: &[Option<Answer>], report: &mut CheckReport) {
    let listed = read::<Listed<Permission>>(&answers[1]).ok();
    let granted = |scope: &str| {
        let mut all = listed.iter().flat_map(|listed| &listed.data);
        all.any(|permission| permission.permission == scope && permission.status == "granted")
    };
    for ((_, scope, without), answer) in PROBES.iter().zip(&answers[2..]) {
        match read::<Listed<serde::de::IgnoredAny>>(answer) {
            Ok(_) => report.scopes.push((*scope).to_owned()),
            Err(Some(error)) if matches!(error.class(), Class::Auth(_)) => {
                report.warnings.push(format!("permission {scope} is missing: {without} ({error})"));
            }
            Err(error) => {
                let why = error.map_or_else(|| "no answer".to_owned(), |error| error.to_string());
                report.warnings.push(format!("permission {scope} could not be tried: {why}"));
            }
        }
    }
    if listed.is_some() {
        match granted("pages_manage_engagement") {
            true => report.scopes.push("pages_manage_engagement".to_owned()),
            false => report
                .warnings
                .push("permission pages_manage_engagement is missing: no replies, no hiding".to_owned()),
        }
    }
}

fn webhooks(answer: &Option<Answer>, report: &mut CheckReport) {
    let Ok(apps) = read::<Listed<Subscribed>>(answer) else { return };
    if !apps.data.iter().any(|app| app.subscribed_fields.iter().any(|field| field == "feed")) {
        report
            .warnings
            .push("no app gets webhooks of the field feed: the page is heard by polling only".to_owned());
    }
}

/// Lists the pages of a user's token, or the one of a page's token.
pub fn discover(settings: &Settings) -> Result<Vec<Target>, Fault> {
    // The fields are named, as otherwise the answer would hold a token for each page.
    const FIELDS: &str = "id,name,link,followers_count";
    let mut targets = Vec::new();
    let mut onward: Option<graph::Onward> = None;
    for _ in 0..limits::DISCOVER_REQUESTS_MAX {
        let request = graph::get(settings, "me/accounts")
            .query("fields", FIELDS)
            .query("limit", limits::PAGE_ENTRIES_MAX.to_string());
        let request = onward.iter().fold(request, |request, onward| onward.ask(request));
        let listing: Listing = match graph::call(request) {
            Ok(reply) => reply.json()?,
            Err(failure)
                if onward.is_none() && matches!(failure.class(), Some(Class::Config(_) | Class::Gone)) =>
            {
                let page: Page = graph::call(graph::get(settings, "me").query("fields", FIELDS))?.json()?;
                return Ok(targets_of(page));
            }
            Err(failure) => return Err(failure.into()),
        };
        let pages =
            listing.data.iter().filter_map(|raw| hark_sdk::json::parse::<Page>(raw.get().as_bytes()).ok());
        targets.extend(pages.flat_map(targets_of));
        onward = listing.onward()?;
        if onward.is_none() {
            return Ok(targets);
        }
    }
    warn!("only the first {} pages are listed", targets.len());
    Ok(targets)
}

/// A page is listened to in its feed and by who mentions it.
fn targets_of(page: Page) -> Vec<Target> {
    if !is_path_safe(&page.id) {
        return Vec::new();
    }
    let target = |stream: &str| Target {
        id: page.id.clone(),
        stream_name: stream.to_owned(),
        title: hark_sdk::text::line(page.name.as_deref().unwrap_or(&page.id)),
        url: web_address(page.link.as_deref()),
        visibility: Visibility::Public,
        members: page.followers_count,
        last_active: None,
        ours: true,
    };
    vec![target(manifest::FEED), target(manifest::MENTIONS)]
}
