//! What a post answers: Discourse says it by number within the topic, an item is known by its post's id.
//!
//! Holds: topics are asked for once each and only where something is answered that is not at hand; what stays
//! unknown is named by topic and number.

use std::collections::{BTreeMap, BTreeSet};

use hark_sdk::prelude::*;

use super::page::{self, Entry, TopicPage};
use super::shapes::{Post, Topic};
use crate::client::Client;
use crate::limits;

/// Which post stands where, and what is known of the topics.
#[derive(Debug, Default)]
pub struct Places {
    posts: BTreeMap<(u64, u64), u64>,
    topics: BTreeMap<u64, Topic>,
}

impl Places {
    /// Notes where the posts of `entries` stand.
    pub fn note<'e>(&mut self, entries: impl IntoIterator<Item = &'e Entry>) {
        for post in entries.into_iter().filter_map(|entry| entry.post.as_ref().ok()) {
            if let Some(number) = post.post_number {
                self.posts.insert((post.topic_id, number), post.id);
            }
        }
    }

    /// Notes a topic.
    pub fn note_topic(&mut self, topic: Topic) {
        self.topics.insert(topic.id, topic);
    }

    /// Returns what is known of a topic.
    pub fn topic(&self, id: u64) -> Option<&Topic> {
        self.topics.get(&id)
    }

    /// Returns the native id of the post with that number.
    pub fn reference(&self, topic: u64, number: u64) -> String {
        match self.posts.get(&(topic, number)) {
            Some(id) => format!("post:{id}"),
            None => format!("topic:{topic}/{number}"),
        }
    }

    /// Asks for the topics in which `posts` answer something that is not at hand, and returns the posts that came
    /// with them.
    pub fn look_up<'p>(
        &mut self,
        client: &mut Client<'_>,
        posts: impl Iterator<Item = &'p Post>,
    ) -> Result<Vec<Entry>, Fault> {
        let mut beside = Vec::new();
        for (topic, number) in self.missing(posts).into_iter().take(limits::TOPICS_MAX) {
            if !client.may_ask() {
                break;
            }
            beside.extend(self.ask(client, topic, Some(number))?);
        }
        Ok(beside)
    }

    /// Asks for the topics of `posts` that say nothing of their category, as a single post does.
    pub fn look_up_topics<'p>(
        &mut self,
        client: &mut Client<'_>,
        posts: impl Iterator<Item = &'p Post>,
    ) -> Result<(), Fault> {
        let nameless = posts.filter(|post| post.category_id.is_none() && post.topic_archetype.is_none());
        let topics: BTreeSet<u64> = nameless.map(|post| post.topic_id).collect();
        for topic in topics {
            if !self.topics.contains_key(&topic) {
                client.require("which category a topic is in")?;
                self.ask(client, topic, None)?;
            }
        }
        Ok(())
    }

    fn ask(&mut self, client: &mut Client<'_>, topic: u64, near: Option<u64>) -> Result<Vec<Entry>, Fault> {
        let Ok(TopicPage { topic, page }) = page::topic(client, topic, near)? else { return Ok(Vec::new()) };
        self.note(&page.entries);
        self.topics.insert(topic.id, topic);
        Ok(page.entries)
    }

    /// Returns the categories of the topics that are known.
    pub fn categories(&self) -> impl Iterator<Item = u64> {
        self.topics.values().filter_map(|topic| topic.category_id)
    }

    /// One number in each topic; the posts around it come with it.
    fn missing<'p>(&self, posts: impl Iterator<Item = &'p Post>) -> Vec<(u64, u64)> {
        let answered = posts.filter_map(|post| Some((post.topic_id, post.reply_to_post_number?)));
        let missing: BTreeSet<_> = answered.filter(|place| !self.posts.contains_key(place)).collect();
        let mut topics = BTreeSet::new();
        missing.into_iter().filter(|(topic, _)| topics.insert(*topic)).collect()
    }
}
