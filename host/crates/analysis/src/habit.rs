//! In which languages somebody, or some place, usually writes: what a text too short to tell is likely in.
//!
//! Holds: bounded memory; few texts say nothing. Not here: who keeps habits of whom, and for how long.

/// Languages that are told apart; further ones count as others.
const LANGUAGES_MAX: usize = 8;
/// Fewest texts that make a habit.
const TEXTS_MIN: u32 = 3;
/// Least share of one language that is a habit.
const SHARE_MIN: f64 = 0.8;
/// How much surer a language that was read is than one that is only usual.
const DISCOUNT: f64 = 0.9;

/// The languages of the texts of one author or place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Habit {
    counts: Vec<(String, u32)>,
    texts: u32,
}

impl Habit {
    /// Counts a text in `language`.
    pub fn note(&mut self, language: &str) {
        self.texts = self.texts.saturating_add(1);
        if let Some((_, count)) = self.counts.iter_mut().find(|(known, _)| known == language) {
            *count = count.saturating_add(1);
        } else if self.counts.len() < LANGUAGES_MAX {
            self.counts.push((language.to_owned(), 1));
        }
    }

    /// Returns the language that is a habit, with how likely the next text is in it.
    pub fn usual(&self) -> Option<(&str, f64)> {
        let (language, count) = self.counts.iter().max_by_key(|(_, count)| *count)?;
        let share = f64::from(*count) / f64::from(self.texts);
        (self.texts >= TEXTS_MIN && share >= SHARE_MIN).then_some((language.as_str(), share * DISCOUNT))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_habit_takes_several_texts_in_one_language() {
        let mut habit = Habit::default();
        for (language, want) in
            [("de", None), ("de", None), ("de", Some("de")), ("en", None), ("de", Some("de"))]
        {
            habit.note(language);
            assert_eq!(habit.usual().map(|(language, _)| language), want, "{habit:?}");
        }
        (0..100).for_each(|at| habit.note(&format!("x{at}")));
        assert!(habit.counts.len() == LANGUAGES_MAX && habit.usual().is_none());
    }
}
