//! A file of rules into a tree: all of it, or everything that is wrong with it.
//!
//! Holds: every name that is used is there, every filter can be asked when an item comes in, and every complaint has file,
//! line, key and what to write instead. A file that is refused leaves the tree of before as it is.

mod calendars;
mod parts;
mod people;
mod quiet;
mod rules;
mod services;

use std::cell::RefCell;
use std::path::Path;

use hark_config::{ConfigErrors, Section, read_table};
use hark_query::{ListError, Lists, WordCounts};
use sha2::{Digest as _, Sha256};

use crate::Name;
use crate::tree::Tree;

/// What a file of rules is read within.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// What the lists hold that filters name.
    pub lists: &'a dyn Lists,
    /// How common words are, so that rules are found by their rarest.
    pub counts: &'a WordCounts,
}

/// Notes what it gives, so that other lists are another file of rules.
struct Noted<'a> {
    lists: &'a dyn Lists,
    digest: RefCell<Sha256>,
}

impl Lists for Noted<'_> {
    fn read(&self, name: &str) -> Result<String, ListError> {
        let text = self.lists.read(name)?;
        let mut digest = self.digest.borrow_mut();
        for part in [name, &text] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Ok(text)
    }
}

impl Tree {
    /// Reads `text` as the content of `path`, which is not touched.
    pub fn parse(text: &str, path: &Path, around: &Surroundings<'_>) -> Result<Self, ConfigErrors> {
        let lists = Noted { lists: around.lists, digest: RefCell::new(Sha256::new_with_prefix(text)) };
        let inner = Surroundings { lists: &lists, counts: around.counts };
        let mut tree = read_table(text, path, |top| read(top, &inner))?;
        tree.digest = lists.digest.into_inner().finalize().into();
        Ok(tree)
    }
}

fn read(mut top: Section<'_, '_>, around: &Surroundings<'_>) -> Tree {
    let calendars = calendars::read_all(&mut top);
    let people = people::read_people(&mut top, &calendars);
    let rotations = people::read_rotations(&mut top, &people);
    let teams = people::read_teams(&mut top, &people, &rotations);
    let levels = services::read_all(&mut top, &calendars, &teams, &people);
    let known =
        rules::Known { calendars: &calendars, people: &people, teams: &teams, levels: &levels, around };
    let read = rules::read_all(&mut top, &known);
    let silences = quiet::read_silences(&mut top, &read.names, around);
    let inhibitions = quiet::read_inhibitions(&mut top, &read.names);
    top.finish("");
    let by_name = |name: &Name, place: usize| (name.clone(), place);
    Tree {
        digest: [0; 32],
        person_places: people.list.iter().enumerate().map(|(at, own)| by_name(&own.name, at)).collect(),
        team_places: teams.list.iter().enumerate().map(|(at, own)| by_name(&own.name, at)).collect(),
        rule_places: read.nodes.iter().enumerate().map(|(at, own)| by_name(&own.name, at)).collect(),
        nodes: read.nodes,
        standing: read.standing,
        silences,
        inhibitions,
        calendars: calendars.list,
        people: people.list,
        teams: teams.list,
        rotations: rotations.list,
        levels: levels.list,
    }
}

#[cfg(test)]
mod tests;
