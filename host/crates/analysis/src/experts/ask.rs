//! From a question to people: items vote, profiles are weighed, the best are told with what speaks for them.
//!
//! Holds: a question takes a bounded number of steps, however large the index and however usual its words; the same
//! index and question give the same answer. Not here: the index, who may be asked.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::index::{Index, LENGTHS, Posting, SAYS, TIMES, says, words_of};
use super::words::Word;
use crate::limits;

/// BM25: how soon more of the same word says no more, and how much of an item's length is taken off.
const K1: f32 = 1.2;
const B: f32 = 0.75;
/// Items that vote.
const VOTES_MAX: usize = 200;
/// What being active at all adds to somebody, beside 1 for the best votes and 1 for the best profile.
const ACTIVITY: f32 = 0.1;
/// Items that are told of one person.
const EVIDENCE_MAX: usize = 3;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Question<'q> {
    /// The words of the question.
    pub text: &'q str,
    /// When, in seconds since 1970.
    pub now_secs: i64,
    /// After how many days an item counts half: some 60 to find who is on this now, some 1,000 who knows this.
    pub half_life_days: f32,
    /// Who asks, and is no answer.
    pub asked_by: &'q str,
    /// Somebody with so many open items, or more, is not asked.
    pub open_items_max: u32,
}

/// Whether somebody is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// On duty.
    Here,
    /// Away, or not to be asked now.
    Away,
}

/// Whether somebody can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Availability {
    /// Whether they are there.
    pub presence: Presence,
    /// What they have to do already.
    pub open_items: u32,
}

/// Somebody who likely knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Expert {
    /// Who.
    pub person: String,
    /// How much speaks for them, beside the best of all people, 0 to 1.
    pub score: f64,
    /// The items that speak for them, the strongest first; at least one.
    pub evidence: Vec<Evidence>,
}

/// An item that speaks for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Which item.
    pub item: u64,
    /// The words of the question that it has, as the question writes them.
    pub words: Vec<String>,
}

/// Numbers for each item and person while a question is answered; all 0 between two of them.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    scores: Vec<f32>,
    touched: Vec<u32>,
    /// For each person their place among the candidates, from 1.
    places: Vec<u16>,
}

/// A word of the question that items hold.
struct Asked<'i> {
    postings: &'i [Posting],
    /// What holding it is worth: more for rare words.
    worth: f32,
}

impl<'i> Asked<'i> {
    /// Returns the items that are looked at one by one: the last that came.
    fn last(&self) -> &'i [Posting] {
        &self.postings[self.postings.len().saturating_sub(limits::EXPERT_POSTINGS_MAX)..]
    }
}

/// An item's vote, the weakest first in a heap of the strongest.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Vote {
    strength: f32,
    item: u32,
}

impl Eq for Vote {}

impl PartialOrd for Vote {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Vote {
    fn cmp(&self, other: &Self) -> Ordering {
        self.strength.total_cmp(&other.strength).then(self.item.cmp(&other.item))
    }
}

/// Somebody for whom items vote.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub person: u32,
    votes: f32,
    profile: f32,
    score: f32,
    /// The strongest first.
    items: Vec<u32>,
}

/// Returns everybody for whom an item votes, the best first. Items count from the first of `days`, and those of the
/// second are of today.
pub(super) fn rank(
    index: &Index,
    scratch: &mut Scratch,
    words: &[Word],
    days: (u16, u16),
    half_life_days: f32,
) -> Vec<Candidate> {
    let asked = asked(index, words);
    let decay = Decay::new(days, half_life_days);
    let votes = votes(index, scratch, &asked, &decay);
    let mut candidates = candidates(index, &votes);
    weigh_profiles(index, scratch, &asked, &decay, &mut candidates);
    let most = |of: &dyn Fn(&Candidate) -> f32| candidates.iter().map(of).fold(f32::MIN_POSITIVE, f32::max);
    let active = |candidate: &Candidate| index.author(candidate.person).active_on(days.1).ln_1p();
    let best = [most(&|candidate| candidate.votes), most(&|candidate| candidate.profile), most(&active)];
    for candidate in &mut candidates {
        let parts = candidate.votes / best[0] + candidate.profile / best[1];
        candidate.score = (parts + ACTIVITY * active(candidate) / best[2]) / (2.0 + ACTIVITY);
    }
    candidates.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.person.cmp(&other.person)));
    candidates
}

/// Returns the rarest of `words` with the items that hold them.
fn asked<'i>(index: &'i Index, words: &[Word]) -> Vec<Asked<'i>> {
    let all = index.items() as f32;
    let mut asked: Vec<Asked<'_>> = words
        .iter()
        .map(|word| {
            let postings = index.postings(word.hash);
            let held = postings.len() as f32;
            Asked { postings, worth: (1.0 + (all - held + 0.5) / (held + 0.5)).ln() }
        })
        .filter(|asked| !asked.postings.is_empty())
        .collect();
    asked.sort_by_key(|asked| asked.postings.len());
    asked.truncate(limits::EXPERT_WORDS_ASKED_MAX);
    asked
}

/// What is left of an item's weight by its day; nothing of what is too old.
struct Decay {
    first: u16,
    by_day: Vec<f32>,
}

impl Decay {
    fn new((first, today): (u16, u16), half_life_days: f32) -> Self {
        let half_life = if half_life_days > 0.0 { half_life_days } else { f32::MIN_POSITIVE };
        let of = |day: u16| (-f32::from(today - day) / half_life).exp2();
        Self { first, by_day: (first..=today).map(of).collect() }
    }

    fn of(&self, day: u16) -> f32 {
        match day.checked_sub(self.first) {
            Some(at) => self.by_day.get(usize::from(at)).or(self.by_day.last()).copied().unwrap_or(0.0),
            None => 0.0,
        }
    }
}

/// Returns what a word is worth in an item, by what it says there.
fn worths(index: &Index) -> [f32; SAYS] {
    let mean = index.words_mean().max(1.0);
    let mut worths = [0.0; SAYS];
    for length in 0..LENGTHS {
        let damping = K1 * (1.0 - B + B * words_of(length) / mean);
        for times in 0..TIMES {
            worths[says(length as u8, times as u32)] = times as f32 * (K1 + 1.0) / (times as f32 + damping);
        }
    }
    worths
}

/// Returns the strongest votes, in the order of their strength.
fn votes(index: &Index, scratch: &mut Scratch, asked: &[Asked<'_>], decay: &Decay) -> Vec<Vote> {
    let worths = worths(index);
    let heads = index.heads();
    scratch.scores.resize(heads.len().max(scratch.scores.len()), 0.0);
    for word in asked {
        for posting in word.last() {
            let item = posting.item();
            let score = &mut scratch.scores[item];
            if *score == 0.0 {
                scratch.touched.push(item as u32);
            }
            *score += word.worth * worths[posting.says()];
        }
    }
    let mut strongest = BinaryHeap::with_capacity(VOTES_MAX + 1);
    let mut least = 0.0;
    let strength = |item: u32, score: f32| {
        let head = heads[item as usize];
        score * score * decay.of(head.day) * f32::from(head.weight)
    };
    for item in scratch.touched.drain(..) {
        let score = std::mem::take(&mut scratch.scores[item as usize]);
        let vote = Vote { strength: strength(item, score), item };
        if vote.strength > least {
            strongest.push(Reverse(vote));
            if strongest.len() > VOTES_MAX {
                strongest.pop();
                least = strongest.peek().map_or(0.0, |Reverse(vote)| vote.strength);
            }
        }
    }
    // Usual words were not looked for in all items; in these few they are.
    let whole = |Reverse(Vote { item, .. }): Reverse<Vote>| {
        let of = |word: &Asked<'_>| Some(word.worth * worths[Index::says_in(word.postings, item as usize)?]);
        Vote { strength: strength(item, asked.iter().filter_map(of).sum()), item }
    };
    let mut votes: Vec<Vote> = strongest.into_iter().map(whole).collect();
    votes.sort_by(|one, other| other.cmp(one));
    votes
}

fn candidates(index: &Index, votes: &[Vote]) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for Vote { strength, item } in votes {
        let person = index.heads()[*item as usize].person;
        match candidates.iter_mut().find(|known| known.person == person) {
            Some(known) => {
                known.votes += strength;
                known.items.push(*item);
            }
            None => {
                let items = vec![*item];
                candidates.push(Candidate { person, votes: *strength, profile: 0.0, score: 0.0, items });
            }
        }
    }
    candidates
}

/// Weighs how much of the question's words each candidate wrote: logarithms of counts, beside that of all they wrote.
fn weigh_profiles(
    index: &Index,
    scratch: &mut Scratch,
    asked: &[Asked<'_>],
    decay: &Decay,
    candidates: &mut [Candidate],
) {
    let heads = index.heads();
    scratch.places.resize(index.authors().max(scratch.places.len()), 0);
    for (at, candidate) in candidates.iter().enumerate() {
        scratch.places[candidate.person as usize] = at as u16 + 1;
    }
    let mean = index.ln_words_mean().max(f32::MIN_POSITIVE);
    let damping: Vec<f32> = candidates
        .iter()
        .map(|candidate| K1 * (1.0 - B + B * index.author(candidate.person).words.ln_1p() / mean))
        .collect();
    // Place 0 is everybody who is no candidate.
    let mut counts = vec![0.0_f32; candidates.len() + 1];
    for word in asked {
        counts.fill(0.0);
        for posting in word.last() {
            let head = heads[posting.item()];
            let place = usize::from(scratch.places[head.person as usize]);
            if place > 0 {
                counts[place] += decay.of(head.day) * f32::from(head.weight) * posting.times() as f32;
            }
        }
        for ((candidate, count), damping) in candidates.iter_mut().zip(&counts[1..]).zip(&damping) {
            let count = count.ln_1p();
            candidate.profile += word.worth * count * (K1 + 1.0) / (count + damping);
        }
    }
    candidates.iter().for_each(|candidate| scratch.places[candidate.person as usize] = 0);
}

impl Candidate {
    /// Returns what is told of the candidate, who is called `name`.
    pub fn told(self, name: &str, index: &Index, words: &[Word], text: &str) -> Expert {
        let evidence = self.items.iter().take(EVIDENCE_MAX).map(|item| {
            let mut held: Vec<&Word> = words
                .iter()
                .filter(|word| Index::says_in(index.postings(word.hash), *item as usize).is_some())
                .collect();
            held.sort_by_key(|word| word.first.start);
            let words = held.into_iter().map(|word| text[word.first.clone()].to_owned()).collect();
            Evidence { item: index.id(*item as usize), words }
        });
        Expert { person: name.to_owned(), score: f64::from(self.score), evidence: evidence.collect() }
    }
}
