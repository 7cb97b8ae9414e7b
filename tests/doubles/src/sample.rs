//! Invented conversation: the n-th contribution under a seed, always the same.
//!
//! Holds: a pure function of seed and number; every text has the words "acme widget", so that a search for
//! them finds all.

/// A contribution to invented conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// What is said.
    pub text: String,
    /// Which of a thousand authors says it.
    pub author: u64,
    /// How many contributions before this one stands the one that it answers; none opens a conversation.
    pub answers: Option<u64>,
    /// How many like it.
    pub likes: u64,
}

/// How many authors there are.
pub const AUTHORS: u64 = 1_000;

const OPENINGS: [&str; 8] = [
    "My acme widget",
    "The new acme widget",
    "This acme widget",
    "Our acme widget at work",
    "The acme widget that I bought in May",
    "A second acme widget",
    "An acme widget, out of the box,",
    "The acme widget of a friend",
];
const MIDDLES: [&str; 10] = [
    "stopped after the update",
    "works like a charm",
    "arrived a week late",
    "is the best that I have had so far",
    "cannot find the network any more",
    "makes a noise that drives me mad",
    "was replaced within a day, thank you",
    "shows error 14 every morning",
    "got a lot faster",
    "needs a manual that one can read",
];
const ENDINGS: [&str; 6] = [
    ".",
    "!",
    " and nobody answers the phone.",
    " 🙂",
    ". Has anybody else seen this?",
    ", second time this month.",
];

impl Sample {
    /// Returns contribution number `number` under `seed`.
    pub fn nth(seed: u64, number: u64) -> Self {
        let mut chance = Chance::new(seed, number);
        let text =
            format!("{} {}{}", chance.one_of(&OPENINGS), chance.one_of(&MIDDLES), chance.one_of(&ENDINGS));
        let author = chance.below(AUTHORS);
        let answers = (number > 0 && chance.below(3) > 0).then(|| 1 + chance.below(number.min(20)));
        Self { text: format!("{text} #{number}"), author, answers, likes: chance.below(500) }
    }
}

/// Returns the handle of author number `number`: letters and digits only.
pub fn handle(number: u64) -> String {
    const FIRST: [&str; 10] = ["jo", "kim", "lee", "max", "noa", "pat", "ray", "sam", "toni", "uli"];
    format!("{}fict{number:03}", FIRST[usize::try_from(number % 10).unwrap_or(0)])
}

/// Returns the name of author number `number`, for people.
pub fn name(number: u64) -> String {
    let handle = handle(number);
    let (first, rest) = handle.split_at(1);
    format!("{}{} Fictional", first.to_uppercase(), rest.split("fict").next().unwrap_or_default())
}

/// Chance that is none: the same numbers for the same seed and place.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Starts at `place` under `seed`.
    pub fn new(seed: u64, place: u64) -> Self {
        let mut chance = Self(seed ^ place.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        // Neighbouring places begin alike until they are stirred once.
        chance.draw();
        chance
    }

    /// Returns the next number: SplitMix64.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Returns a number below `end`; 0 for an `end` of 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.draw().checked_rem(end).unwrap_or(0)
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let at = self.below(words.len() as u64);
        words[usize::try_from(at).unwrap_or(0)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_the_same_each_time_and_others_are_others() {
        assert_eq!(Sample::nth(7, 42), Sample::nth(7, 42));
        let texts: std::collections::BTreeSet<String> = (0..1_000).map(|n| Sample::nth(7, n).text).collect();
        assert_eq!(texts.len(), 1_000);
        assert!(texts.iter().all(|text| text.contains("acme widget")));
        assert_ne!(Sample::nth(7, 42), Sample::nth(8, 42));
        assert!((1..1_000).all(|n| Sample::nth(7, n).answers.is_none_or(|back| back <= n)));
        assert_eq!((handle(3), name(3)), ("maxfict003".to_owned(), "Max Fictional".to_owned()));
    }
}
