//! What could be listened to on a Discourse: its categories.
//!
//! Holds: what the list leaves out, the last post and the members, is asked for category by category, as far as a
//! bound; then it is missing.

use std::collections::BTreeMap;

use hark_sdk::prelude::*;

use super::shapes::{About, Category, CategoryPage, CategoryShown, GroupPage, ListedTopic, TopicPage};
use crate::client::{Client, Looked};
use crate::settings::Settings;
use crate::{lenient, limits, manifest};

/// Requests of one inventory.
const REQUESTS_MAX: u32 = 3 + 2 * limits::DETAILS_MAX as u32;
/// The group of all.
const EVERYONE: &str = "everyone";

/// Lists the categories.
pub fn discover(settings: &Settings) -> Result<Vec<Target>, Fault> {
    let mut client = Client::of(settings, REQUESTS_MAX);
    let response = client.get("/categories.json?include_subcategories=true")?;
    let page: CategoryPage = lenient::json(&response)?;
    let mut categories = Vec::new();
    flatten(page.category_list.categories, &mut categories);
    let members = Members::ask(&mut client)?;
    let names: BTreeMap<u64, String> = categories.iter().map(|one| (one.id, name(one))).collect();
    let (mut targets, mut details) = (Vec::new(), 0);
    for category in &categories {
        let mut last_active = last_post(category.topics.as_deref().unwrap_or_default());
        let mut closed = None;
        if (last_active.is_none() || category.read_restricted)
            && details < limits::DETAILS_MAX
            && client.may_ask_and_keep(2)
        {
            details += 1;
            last_active = last_active.max(newest(&mut client, category.id)?);
            closed = category.read_restricted.then(|| groups(&mut client, category)).transpose()?;
        }
        let parent = category.parent_category_id.and_then(|id| names.get(&id));
        targets.push(Target {
            id: format!("category:{}", category.id),
            stream_name: manifest::POSTS.to_owned(),
            title: match parent {
                Some(parent) => format!("{parent} / {}", name(category)),
                None => name(category),
            },
            url: Some(url(category, settings)),
            visibility: settings.visibility_of(Some(category.id), category.read_restricted),
            members: match category.read_restricted {
                true => closed.and_then(|groups| members.of(&groups)),
                false => members.all,
            },
            last_active,
            ours: true,
        });
    }
    Ok(targets)
}

fn flatten(categories: Vec<Category>, into: &mut Vec<Category>) {
    for mut category in categories {
        let below = category.subcategory_list.take().unwrap_or_default();
        if !into.iter().any(|known| known.id == category.id) {
            into.push(category);
        }
        flatten(below, into);
    }
}

fn name(category: &Category) -> String {
    let name = category.name.as_deref().and_then(crate::out::line);
    name.unwrap_or_else(|| format!("category {}", category.id))
}

fn url(category: &Category, settings: &Settings) -> String {
    match category.slug.as_deref().filter(|slug| !slug.is_empty() && !slug.contains(['/', '?', '#', ' '])) {
        Some(slug) => format!("{}/c/{slug}/{}", settings.base(), category.id),
        None => format!("{}/c/{}", settings.base(), category.id),
    }
}

fn last_post(topics: &[ListedTopic]) -> Option<Ms> {
    let times = topics.iter().filter_map(|topic| {
        let time = topic.last_posted_at.as_deref().or(topic.bumped_at.as_deref())?;
        time::parse_rfc3339(time)
    });
    times.max()
}

fn newest(client: &mut Client<'_>, category: u64) -> Result<Option<Ms>, Fault> {
    match client.look(&format!("/c/{category}/l/latest.json?per_page=1"))? {
        Looked::Found(response) => {
            let page: TopicPage = lenient::json(&response)?;
            Ok(last_post(&page.topic_list.topics))
        }
        Looked::Gone(_) => Ok(None),
    }
}

/// Returns the groups that may read a category; none where the key may not see them.
fn groups(client: &mut Client<'_>, category: &Category) -> Result<Vec<String>, Fault> {
    let permissions = match client.look(&format!("/c/{}/show.json", category.id))? {
        Looked::Found(response) => lenient::json::<CategoryShown>(&response)?.category.group_permissions,
        Looked::Gone(_) => None,
    };
    Ok(permissions.into_iter().flatten().filter_map(|permission| permission.group_name).collect())
}

/// How many members there are, in all and in each group.
struct Members {
    all: Option<u64>,
    groups: BTreeMap<String, u64>,
}

impl Members {
    fn ask(client: &mut Client<'_>) -> Result<Self, Fault> {
        let all = match client.look("/about.json")? {
            Looked::Found(response) => lenient::json::<About>(&response)?.about.stats,
            Looked::Gone(_) => None,
        };
        let groups = match client.look("/groups.json")? {
            Looked::Found(response) => lenient::json::<GroupPage>(&response)?.groups,
            Looked::Gone(_) => Vec::new(),
        };
        let groups = groups.into_iter().filter_map(|group| Some((group.name?, group.user_count?)));
        Ok(Self { all: all.and_then(|stats| stats.users_count), groups: groups.collect() })
    }

    /// Returns how many can read what these groups may read, at most: who is in two groups counts twice.
    fn of(&self, groups: &[String]) -> Option<u64> {
        if groups.iter().any(|name| name == EVERYONE) {
            return self.all;
        }
        let counts: Vec<u64> = groups.iter().filter_map(|name| self.groups.get(name).copied()).collect();
        let sum: u64 = counts.iter().fold(0, |sum, count| sum.saturating_add(*count));
        (!counts.is_empty()).then(|| self.all.map_or(sum, |all| sum.min(all)))
    }
}
