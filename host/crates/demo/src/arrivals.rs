//! What comes next while the demo runs: the script, then variations of it for ever.
//!
//! Holds: the same seed gives the same order and the same words. Not here: when it comes.

use std::collections::HashMap;

use crate::limits;
use crate::message::Envelope;
use crate::stage::{Boards, Channel, Entry, Stage};
use crate::story::{Lists, Scene, Story};

/// Chooses; the same seed chooses the same (SplitMix64).
#[derive(Debug)]
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % u64::try_from(sides.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}

/// What comes next.
#[derive(Debug)]
pub(crate) struct Arrivals {
    script: std::vec::IntoIter<Scene>,
    variations: Vec<Scene>,
    /// Variations that were not told since all of them were.
    untold: Vec<usize>,
    lists: Lists,
    dice: Dice,
    told: u64,
}

/// How many posts of the blog people still talk about.
const POSTS_RECENT_MAX: usize = 4;

impl Arrivals {
    pub fn new(story: Story, seed: u64) -> Self {
        let Story { live, variations, lists, .. } = story;
        Self { script: live.into_iter(), variations, untold: Vec::new(), lists, dice: Dice(seed), told: 0 }
    }

    /// Returns the next scene; variations look at `stage` for something to answer.
    pub fn next(&mut self, stage: &Stage) -> Option<Scene> {
        if let Some(scene) = self.script.next() {
            return Some(scene);
        }
        // One round over all variations finds one that can be told, or there is none.
        for _ in 0..=self.variations.len() {
            if self.untold.is_empty() {
                self.untold = (0..self.variations.len()).collect();
            }
            if self.untold.is_empty() {
                return None;
            }
            let at = self.dice.roll(self.untold.len());
            let mut scene = self.variations[self.untold.swap_remove(at)].clone();
            if self.aim(&mut scene, stage) {
                self.told += 1;
                scene.key = format!("{}-{}", scene.key, self.told);
                self.fill(&mut scene);
                return Some(scene);
            }
        }
        None
    }

    /// Turns `re: *` into something that was said lately; tells whether there was such a thing.
    fn aim(&mut self, scene: &mut Scene, stage: &Stage) -> bool {
        if scene.re.as_deref() != Some("*") {
            return true;
        }
        let keys = match scene.channel {
            Channel::Mail => return self.aim_mail(scene, &stage.boards()),
            Channel::Blog | Channel::Comment => commented(&stage.boards()),
            Channel::Forum | Channel::X | Channel::Facebook => stage.played().recent(scene.channel),
        };
        scene.re = keys.get(self.dice.roll(keys.len())).cloned();
        scene.re.is_some()
    }

    /// Answers a mail that a variation wrote: what people of the script say stays their own.
    fn aim_mail(&mut self, scene: &mut Scene, boards: &Boards) -> bool {
        let recent = boards.mailbox.iter().rev().take(limits::RECENT_MAX).map(|mail| &mail.envelope);
        let open: Vec<_> = recent.filter(|envelope| answerable(envelope)).collect();
        let Some(chosen) = open.get(self.dice.roll(open.len())) else { return false };
        if scene.address == "{sender}" {
            scene.name.clone_from(&chosen.name);
            scene.address.clone_from(&chosen.address);
        }
        scene.re = Some(chosen.key.clone());
        true
    }

    /// Fills the slots; within one scene the same slot always gets the same words.
    fn fill(&mut self, scene: &mut Scene) {
        let mut chosen = HashMap::new();
        scene.name = self.filled(&scene.name, &mut chosen);
        let slug = slug(&scene.name);
        // Longer than a handle on X may be: nobody has it.
        chosen.insert("handle".to_owned(), format!("{}_in_the_wild", slug.replace('.', "_")));
        chosen.insert("slug".to_owned(), slug);
        scene.address = self.filled(&scene.address, &mut chosen);
        scene.title = self.filled(&scene.title, &mut chosen);
        scene.body = self.filled(&scene.body, &mut chosen);
    }

    fn filled(&mut self, text: &str, chosen: &mut HashMap<String, String>) -> String {
        let mut full = String::with_capacity(text.len());
        let mut rest = text;
        for _ in 0..limits::SLOTS_MAX {
            let Some((before, (slot, behind))) =
                rest.split_once('{').and_then(|(before, slot)| Some((before, slot.split_once('}')?)))
            else {
                break;
            };
            full.push_str(before);
            let words = chosen.entry(slot.to_owned()).or_insert_with(|| {
                let list = self.lists.get(slot).map(Vec::as_slice).unwrap_or_default();
                list.get(self.dice.roll(list.len())).cloned().unwrap_or_default()
            });
            full.push_str(words);
            rest = behind;
        }
        full.push_str(rest);
        full
    }
}

/// Returns what a comment may answer.
fn commented(boards: &Boards) -> Vec<String> {
    let posts = boards.blog.entries.iter().rev().take(POSTS_RECENT_MAX);
    let comments = boards.comments.entries.iter().rev().take(limits::RECENT_MAX);
    posts.chain(comments).map(Entry::key).map(str::to_owned).collect()
}

fn answerable(envelope: &Envelope) -> bool {
    let outside = !envelope.address.ends_with("@acme-widgets.example");
    outside && !envelope.automated && envelope.key.starts_with("v-")
}

/// Turns a name into the local part of an address.
fn slug(name: &str) -> String {
    let words = name.split_whitespace().map(|word| {
        word.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect::<String>()
    });
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(".")
}
