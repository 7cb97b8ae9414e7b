//! Categories of NodeBB: which there are, and which are for some members only.

use std::collections::{BTreeMap, BTreeSet};

use hark_sdk::prelude::*;

use super::shapes::{Answer, Category, CategoryPage, Privileges};
use crate::client::{Client, Looked};
use crate::settings::Settings;
use crate::{lenient, limits, manifest};

/// What every member belongs to.
const MEMBERS: &str = "registered-users";
const RIGHTS: [&str; 2] = ["groups:read", "groups:topics:read"];

/// Returns which of `cids` not every member may read, as far as the token may know that.
pub fn closed(client: &mut Client<'_>, cids: &BTreeSet<u64>) -> Result<BTreeSet<u64>, Fault> {
    let mut closed = BTreeSet::new();
    for cid in cids.iter().take(limits::DETAILS_MAX) {
        if client.settings.anonymous || !client.may_ask() {
            break;
        }
        let Looked::Found(response) = client.look(&format!("/api/v3/categories/{cid}/privileges"))? else {
            // Only administrators are told; the next category would give the same answer.
            break;
        };
        let privileges: Answer<Privileges> = lenient::json(&response)?;
        let mut groups = privileges.response.groups.iter();
        let members = groups.find(|group| group.name.as_deref() == Some(MEMBERS));
        let may = |right: &&str| members.is_some_and(|group| group.privileges.get(*right) == Some(&true));
        if !RIGHTS.iter().all(may) {
            closed.insert(*cid);
        }
    }
    Ok(closed)
}

/// Lists the categories.
pub fn discover(settings: &Settings) -> Result<Vec<Target>, Fault> {
    let mut client = Client::of(settings, 1 + limits::DETAILS_MAX as u32);
    let page: CategoryPage = lenient::json(&client.get("/api/categories")?)?;
    let mut targets = BTreeMap::new();
    flatten(&page.categories, None, settings, &mut targets);
    let closed = closed(&mut client, &targets.keys().copied().collect())?;
    for cid in closed {
        if let Some(target) = targets.get_mut(&cid) {
            target.visibility = Visibility::Restricted;
        }
    }
    Ok(targets.into_values().collect())
}

fn flatten(
    categories: &[Category],
    parent: Option<&str>,
    settings: &Settings,
    into: &mut BTreeMap<u64, Target>,
) {
    for category in categories {
        let name = category.name.as_deref().map(html::unescape).and_then(|name| crate::out::line(&name));
        let name = name.unwrap_or_else(|| format!("category {}", category.cid));
        let title = parent.map_or_else(|| name.clone(), |parent| format!("{parent} / {name}"));
        if category.link.as_deref().is_none_or(str::is_empty) {
            let last_active = category.posts.iter().filter_map(|post| post.timestamp).max();
            let target = Target {
                id: format!("category:{}", category.cid),
                stream_name: manifest::POSTS.to_owned(),
                title: title.clone(),
                url: Some(match &category.slug {
                    Some(slug) => format!("{}/category/{slug}", settings.base()),
                    None => format!("{}/category/{}", settings.base(), category.cid),
                }),
                visibility: settings.visibility_of(Some(category.cid), false),
                members: None,
                last_active,
                ours: true,
            };
            into.insert(category.cid, target);
        }
        flatten(&category.children, Some(&title), settings, into);
    }
}
