//! Trying the settings: is it a Discourse, does it take the key, what may the key see.

use hark_sdk::prelude::*;

use super::shapes::{PostPage, Session, Site};
use crate::client::{Client, Looked};
use crate::lenient;
use crate::settings::Settings;

/// Tries the settings with three requests.
pub fn check(settings: &Settings) -> Result<CheckReport, Fault> {
    let mut client = Client::of(settings, 3);
    let response = client.get("/site.json")?;
    let site: Site = lenient::json(&response).map_err(|fault| match fault {
        Fault::Protocol(detail) => Fault::config("url", format!("there is no Discourse: {detail}")),
        other => other,
    })?;
    let mut report = CheckReport::default();
    let closed = site.categories.iter().filter(|category| category.read_restricted).count();
    report.scopes.push(format!("read {} categories, {closed} of them restricted", site.categories.len()));
    for id in settings.categories.iter().filter(|id| !site.categories.iter().any(|have| have.id == **id)) {
        report.warnings.push(format!("`categories`: there is no category {id}, or the key does not see it"));
    }
    if !settings.anonymous {
        account(&mut client, &mut report)?;
    }
    let _posts: PostPage = lenient::json(&client.get("/posts.json")?)?;
    Ok(report)
}

fn account(client: &mut Client<'_>, report: &mut CheckReport) -> Result<(), Fault> {
    let session: Session = match client.look("/session/current.json")? {
        Looked::Found(response) => lenient::json(&response)?,
        Looked::Gone(_) => {
            report.warnings.push("the forum does not say whom the key acts as".to_owned());
            return Ok(());
        }
    };
    let user = session.current_user;
    let is_staff = user.admin || user.moderator;
    report.account = user.username;
    if is_staff {
        report.scopes.push("read whispers, deleted posts and the review queue".to_owned());
    } else {
        let words = "the key acts as no moderator: whispers, deleted posts and the review queue stay unseen";
        report.warnings.push(words.to_owned());
    }
    Ok(())
}
