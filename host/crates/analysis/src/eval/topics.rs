//! How many terms are told to trend where none does: texts in an order by chance.

use crate::analyser::Analyser;
use crate::eval::Figure;
use crate::eval::dice::Dice;
use crate::topics::Topics;

/// Texts of a window.
const WINDOW: usize = 1_000;
/// Windows before the first that is looked at.
const PAST: usize = 10;

/// Measures on `texts`.
pub(super) fn figures(analyser: &Analyser, texts: &[&str]) -> Vec<Figure> {
    let mut texts = texts.to_vec();
    Dice::default().shuffle(&mut texts);
    let (mut topics, mut windows, mut told) = (Topics::default(), 0_u32, 0);
    for (at, window) in texts.chunks_exact(WINDOW).enumerate() {
        for text in window {
            topics.note(&analyser.read(text, None, Some("en"), None).terms());
        }
        if at >= PAST {
            windows += 1;
            told += topics.trending(usize::MAX).len();
        }
        topics.turn();
    }
    if windows == 0 {
        return Vec::new();
    }
    let value = told as f64 / f64::from(windows);
    let (set, name) = ("topics".to_owned(), "trends in a window without any");
    vec![Figure { set, name, value, texts: (windows as usize * WINDOW) as u64 }]
}
