//! The texts of the last day, to find those that are nearly the same as a new one.
//!
//! Holds: the first of its kind is kept and later ones are counted with it; what is older than the window is
//! forgotten, and the oldest first where there is no more room; a look-up compares a bounded number of texts
//! whatever is kept. Not here: clocks. Time is what the caller says, and never goes back.

use std::collections::VecDeque;

use hark_model::Ms;

use crate::duplicates::signature::{LANES, SAME_MIN, Signature};
use crate::hash::mixed;

/// How long a text is remembered after it was first seen.
const WINDOW_MS: Ms = 24 * 60 * 60 * 1_000;
/// Lanes that must all be equal for a text to be looked at.
const ROWS: usize = 3;
/// Choices of so many lanes. Of tweets that are nearly the same after a quarter of their words was replaced, 16
/// choices of 4 lanes find 76 %, 64 of 4 98 %, 42 of 3 99.5 %; 32 of 2 find all, but compare eight of a thousand
/// texts that are kept each time, where 42 of 3 compare one.
const BANDS: usize = 42;
/// Bands that have no lane in common; the next so many take the lanes in another order.
const BANDS_APART: usize = LANES / ROWS;
/// How far apart the lanes of a band lie, in each order; odd, so that every lane comes once.
const STRIDES: [usize; 2] = [1, 23];
/// Most texts that one look-up compares.
const COMPARED_MAX: u32 = 1_024;
/// Most texts that can be kept.
const TEXTS_MAX: usize = 1 << 24;

/// A text that was sighted, by the first that was nearly the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting<Id> {
    /// The first of them; the text itself if there was none.
    pub first: Id,
    /// When that was, in ms since 1970.
    pub first_at: Ms,
    /// How many there were, with this one.
    pub count: u32,
}

/// Remembers texts of 24 hours by what they are like.
#[derive(Debug)]
pub struct Duplicates<Id> {
    kept: VecDeque<Kept<Id>>,
    /// The number of the first in `kept`; they are numbered in the order of their coming, from 1, and round. A
    /// number that is not kept is no text.
    first: u32,
    /// By band and place, the last text that fell there.
    heads: Box<[u32]>,
    /// How many texts are kept at most.
    texts_max: usize,
    /// From how many equal lanes on two texts are nearly the same.
    same_min: u32,
    now: Ms,
    compared: u64,
}

#[derive(Debug)]
struct Kept<Id> {
    signature: Signature,
    id: Id,
    at: Ms,
    count: u32,
    /// The text before it in the same place of each band. A number that is not kept any more ends the chain,
    /// so that nothing needs to be taken out.
    before: [u32; BANDS],
}

impl<Id: Copy> Duplicates<Id> {
    /// Makes room for `texts_max` texts, each of its own kind: about half a KiB for each.
    pub fn with_room_for(texts_max: usize) -> Self {
        let texts_max = texts_max.clamp(1, TEXTS_MAX);
        let places = texts_max.next_power_of_two();
        Self {
            kept: VecDeque::new(),
            first: 1,
            heads: vec![0; BANDS * places].into_boxed_slice(),
            texts_max,
            same_min: SAME_MIN,
            now: Ms::MIN,
            compared: 0,
        }
    }

    /// Takes texts for nearly the same from so many equal lanes on, of 64, instead of from [`SAME_MIN`]: from 38 on
    /// hardly more than a word may differ.
    #[must_use]
    pub fn same_from(mut self, lanes: u32) -> Self {
        self.same_min = lanes.clamp(SAME_MIN / 2, LANES as u32);
        self
    }

    /// Counts the text `id`, seen `at`, with the first that is nearly the same; keeps it if there is none.
    pub fn sight(&mut self, id: Id, at: Ms, signature: &Signature) -> Sighting<Id> {
        self.now = self.now.max(at);
        self.forget();
        let places = self.places(signature);
        if let Some(at) = self.nearest(signature, &places) {
            let kept = &mut self.kept[at];
            kept.count = kept.count.saturating_add(1);
            return Sighting { first: kept.id, first_at: kept.at, count: kept.count };
        }
        self.keep(id, signature, &places);
        Sighting { first: id, first_at: self.now, count: 1 }
    }

    /// Returns how many texts are kept.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Tells whether no text is kept.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Returns how many texts all look-ups have compared: what they have cost.
    pub fn compared(&self) -> u64 {
        self.compared
    }

    /// Forgets what is too old, and what there is no room for beside one more.
    fn forget(&mut self) {
        while self.kept.front().is_some_and(|oldest| self.now.saturating_sub(oldest.at) >= WINDOW_MS)
            || self.kept.len() >= self.texts_max
        {
            self.kept.pop_front();
            self.first = self.first.wrapping_add(1);
        }
    }

    /// Returns where the text of this number stands, if it is kept.
    fn place_of(&self, number: u32) -> Option<usize> {
        let at = number.wrapping_sub(self.first) as usize;
        (at < self.kept.len()).then_some(at)
    }

    /// Returns the head of each band that a text of this signature falls to.
    fn places(&self, signature: &Signature) -> [u32; BANDS] {
        let places = self.heads.len() / BANDS;
        std::array::from_fn(|band| {
            let stride = STRIDES[band / BANDS_APART];
            let begin = band % BANDS_APART * ROWS;
            let rows = (begin..begin + ROWS).map(|row| signature.lane(row * stride % LANES));
            let all = rows.fold(0_u64, |all, lane| all << u16::BITS | u64::from(lane));
            let place = mixed(all) as usize & (places - 1);
            (band * places + place) as u32
        })
    }

    /// Returns where the text stands that is most like `signature`, the newest of several.
    fn nearest(&mut self, signature: &Signature, places: &[u32; BANDS]) -> Option<usize> {
        let (mut best, mut most, mut compared) = (None, self.same_min - 1, 0);
        for (band, place) in places.iter().enumerate() {
            let mut number = self.heads[*place as usize];
            let mut above = self.kept.len();
            while let Some(at) = self.place_of(number).filter(|at| *at < above && compared < COMPARED_MAX) {
                let kept = &self.kept[at];
                if best != Some(at) {
                    compared += 1;
                    let same = kept.signature.same(signature);
                    if same > most {
                        (best, most) = (Some(at), same);
                    }
                }
                (number, above) = (kept.before[band], at);
            }
            if most as usize == LANES {
                break;
            }
        }
        self.compared += u64::from(compared);
        best
    }

    fn keep(&mut self, id: Id, signature: &Signature, places: &[u32; BANDS]) {
        let number = self.first.wrapping_add(self.kept.len() as u32);
        let before = places.map(|place| std::mem::replace(&mut self.heads[place as usize], number));
        self.kept.push_back(Kept { signature: *signature, id, at: self.now, count: 1, before });
    }
}

#[cfg(test)]
mod tests {
    use crate::Analyser;

    use super::*;

    const HOUR: Ms = 60 * 60 * 1_000;

    fn signature(text: &str) -> Signature {
        thread_local!(static PLAIN: Analyser = Analyser::plain());
        PLAIN.with(|plain| plain.read(text, None, Some("en"), None).signature().unwrap())
    }

    /// A text of its own kind for each number.
    fn strange(number: u32) -> String {
        let letter = |at: u32| char::from(b'a' + (mixed(u64::from(number) << 8 | u64::from(at)) % 26) as u8);
        (0..80).map(|at| if at % 8 == 7 { ' ' } else { letter(at) }).collect()
    }

    #[test]
    fn the_first_stands_for_all_that_are_nearly_the_same() {
        let mut seen = Duplicates::with_room_for(100);
        let text = "The checkout took my money twice this morning and nobody at support answers my mails";
        let other = "We are glad to say that our new shop opens its doors on Saturday, come and see us";
        for (id, at, text, first, count) in [
            (1, 5, text.to_owned(), 1, 1),
            (2, 6, other.to_owned(), 2, 1),
            (3, 7, text.to_uppercase(), 1, 2),
            (4, 8, text.replace("morning", "weekend"), 1, 3),
            (5, 9, other.replace("glad", "happy"), 2, 2),
        ] {
            let found = seen.sight(id, at, &signature(&text));
            let first_at = if first == 1 { 5 } else { 6 };
            assert_eq!(found, Sighting { first, first_at, count }, "text: {text:?}");
        }
        assert_eq!(seen.len(), 2);
    }

    #[test]
    fn how_much_may_differ_can_be_said() {
        let text = "The checkout took my money twice this morning and nobody at support answers my mails";
        let half = "The checkout took my savings twice this weekend and somebody at support answers my mails";
        for (lanes, count) in [(SAME_MIN, 2), (60, 1)] {
            let mut seen = Duplicates::with_room_for(9).same_from(lanes);
            seen.sight(1, 0, &signature(text));
            assert_eq!(seen.sight(2, 0, &signature(half)).count, count, "{lanes} lanes");
        }
    }

    #[test]
    fn a_day_later_it_is_new_again() {
        let mut seen = Duplicates::with_room_for(100);
        let one = signature(&strange(1));
        assert_eq!(seen.sight(1, 0, &one).first, 1);
        assert_eq!(seen.sight(2, 23 * HOUR, &one), Sighting { first: 1, first_at: 0, count: 2 });
        assert_eq!(seen.sight(3, 24 * HOUR, &one), Sighting { first: 3, first_at: 24 * HOUR, count: 1 });
        let late = seen.sight(4, HOUR, &one);
        assert_eq!(late, Sighting { first: 3, first_at: 24 * HOUR, count: 2 }, "time does not go back");
    }

    #[test]
    fn there_is_only_so_much_room_and_the_oldest_goes() {
        let mut seen = Duplicates::with_room_for(50);
        (0..500).for_each(|number| assert_eq!(seen.sight(number, 0, &signature(&strange(number))).count, 1));
        assert_eq!(seen.len(), 50);
        assert_eq!(seen.sight(999, 0, &signature(&strange(480))).first, 480);
        assert_eq!(seen.sight(998, 0, &signature(&strange(3))).first, 998);
    }

    #[test]
    fn numbers_go_round() {
        let mut seen = Duplicates::with_room_for(20);
        seen.first = u32::MAX - 30;
        for number in 0..100 {
            seen.sight(number, 0, &signature(&strange(number)));
            assert_eq!(seen.sight(1_000, 0, &signature(&strange(number))).first, number);
            let known = number.saturating_sub(15);
            assert_eq!(seen.sight(1_000, 0, &signature(&strange(known))).first, known);
        }
    }

    #[test]
    fn a_flood_of_texts_that_share_much_costs_no_more_than_the_bound() {
        let mut seen = Duplicates::with_room_for(20_000);
        let mut most = 0;
        for number in 0..20_000 {
            // Half of every text is the same: enough to be looked at, too little to be taken for another.
            let text = format!("{} {} {}", strange(1_000_000), strange(number), strange(number + 50_000));
            let before = seen.compared();
            seen.sight(number, 0, &signature(&text));
            most = most.max(seen.compared() - before);
        }
        assert!(most > u64::from(COMPARED_MAX) / 2, "the flood is one: {most}");
        assert!(most <= u64::from(COMPARED_MAX), "{most}");
    }
}
