//! Trying the settings, and listing what could be listened to.

use hark_sdk::prelude::*;

use crate::manifest::Stream;
use crate::model::User;
use crate::{Settings, api, read};

/// How far back the search is tried: far enough to be a search, short enough to cost nothing.
const TRIED_MS: Ms = 60_000;

/// Signs in and tries the search: two requests at most.
pub fn check(settings: &Settings) -> Result<CheckReport, Fault> {
    let mut report = CheckReport::default();
    match account(settings)? {
        Some(user) => {
            report.account = user.username.as_ref().map(|username| format!("@{username} ({})", user.id));
            report.scopes.push("read mentions".to_owned());
        }
        None => {
            let warning =
                "the token is that of an app: set user_id to read mentions; replies need a user's token";
            report.warnings.push(warning.to_owned());
        }
    }
    match &settings.query {
        Some(query) => {
            let since = time::rfc3339(Clock::now() - TRIED_MS);
            let request = api::posts(settings, "/2/tweets/search/recent").query("query", query.trim());
            let request = request.query("max_results", "10").query("start_time", since);
            let read = api::read(request, Stream::Search.name())?;
            report.quota_left = crate::problem::limit_left(&read.response);
            report.scopes.push("search".to_owned());
        }
        None => report.warnings.push("query is not set, so the stream `search` has nothing to do".to_owned()),
    }
    Ok(report)
}

/// Returns the account whose mentions are read, none with the token of an app and no setting.
fn account(settings: &Settings) -> Result<Option<User>, Fault> {
    let Some(id) = &settings.user_id else {
        return match read::own_account(settings) {
            Ok(user) => Ok(Some(user)),
            // Only this: an app that is not enrolled is config, too, but of no use for anything.
            Err(Fault::Config(problem)) if problem.detail.contains("Application-Only") => Ok(None),
            Err(fault) => Err(fault),
        };
    };
    let read = api::read(api::users(settings, &format!("/2/users/{id}")), "users")?;
    let user = read.answer.data.entries().first().and_then(|entry| User::deserialize(entry).ok());
    user.map(Some).ok_or_else(|| Fault::config("user_id", format!("X has no account with the number {id}")))
}

/// Lists our account and the search.
pub fn discover(settings: &Settings) -> Result<Vec<Target>, Fault> {
    let mut targets = Vec::new();
    if let Some(user) = account(settings)? {
        let username = user.username.clone().unwrap_or_default();
        targets.push(Target {
            id: user.id,
            stream_name: Stream::Mentions.name().to_owned(),
            title: format!("mentions of @{username}"),
            url: Some(format!("https://x.com/{username}")),
            visibility: if user.protected == Some(true) {
                Visibility::Restricted
            } else {
                Visibility::Public
            },
            members: user.public_metrics.followers_count,
            last_active: None,
            ours: true,
        });
    }
    targets.extend(settings.query.as_ref().filter(|query| query.len() <= ID_BYTES_MAX).map(|query| Target {
        id: query.clone(),
        stream_name: Stream::Search.name().to_owned(),
        title: format!("search for {query}"),
        url: None,
        visibility: Visibility::Public,
        members: None,
        last_active: None,
        ours: false,
    }));
    Ok(targets)
}

/// Longest id of a target, by the contract.
const ID_BYTES_MAX: usize = 512;
