//! From a score to an opinion: label, confidence and evidence.
//!
//! Holds: where the lexicon alone decides, the weights of all evidence that was found add up to the score,
//! and confidence is a measured share, not a feeling. Not here: how the score comes about.

use hark_model::{Evidence, Sentiment};

use crate::limits;
use crate::tokens::{Part, Tokens};
use crate::valence::Valence;

/// A score from here down is negative. Both bounds give the best macro recall on 47,436 English tweets
/// (SemEval 2013 to 2016, training part): people write friendly words into neutral messages, unfriendly
/// ones rarely.
pub(crate) const NEGATIVE_MAX: f64 = -0.05;
/// A score from here up is positive.
pub(crate) const POSITIVE_MIN: f64 = 0.4;

/// How often people gave the label that the score gives, by tenths of the score's size, on the same tweets.
const NEGATIVE_RIGHT: [f64; 10] = [0.26, 0.26, 0.32, 0.32, 0.41, 0.45, 0.51, 0.59, 0.69, 0.80];
const NEUTRAL_RIGHT: [f64; 10] = [0.64, 0.46, 0.52, 0.52, 0.49, 0.49, 0.49, 0.49, 0.49, 0.49];
const POSITIVE_RIGHT: [f64; 10] = [0.49, 0.49, 0.49, 0.49, 0.49, 0.54, 0.65, 0.71, 0.82, 0.93];

/// Scores and weights are told to four places: more would differ between machines and says nothing.
const PLACES: f64 = 10_000.0;

/// Returns the label of `score`.
pub(crate) fn label(score: f64) -> Sentiment {
    match score {
        score if score <= NEGATIVE_MAX => Sentiment::Negative,
        score if score >= POSITIVE_MIN => Sentiment::Positive,
        _ => Sentiment::Neutral,
    }
}

/// Returns how often the label of `score` is right.
pub(crate) fn confidence(score: f64) -> f64 {
    let tenth = ((score.abs() * 10.0) as usize).min(9);
    match label(score) {
        Sentiment::Negative => NEGATIVE_RIGHT[tenth],
        Sentiment::Positive => POSITIVE_RIGHT[tenth],
        Sentiment::Neutral | Sentiment::Unknown => NEUTRAL_RIGHT[tenth],
    }
}

/// Returns `number` to four places.
pub(crate) fn rounded(number: f64) -> f64 {
    // Adding zero turns -0 into 0, which would be told as "-0".
    (number * PLACES).round() / PLACES + 0.0
}

/// Returns the spans that made the score, in their order, none that weighs less than `weight_min`; the
/// strongest when there are too many.
///
/// A span of the text has its byte offsets. A word of the title has none, as offsets are those of the
/// text: its span is empty, from 0 to 0, and comes first.
pub(crate) fn evidence(
    valence: &Valence,
    weight_min: f64,
    tokens: &Tokens,
    text: &str,
    title: &str,
) -> Vec<Evidence> {
    let of = |part: Part, start: usize, end: usize, weight: f64| match part {
        Part::Text => Evidence { start, end, text: text[start..end].to_owned(), weight },
        Part::Title => Evidence { start: 0, end: 0, text: title[start..end].to_owned(), weight },
    };
    // A model weighs nearly every word; the marks are one more.
    let mut places: Vec<(Part, usize, usize, f64)> = Vec::with_capacity(tokens.list.len() + 1);
    for (token, weight) in tokens.list.iter().zip(&valence.weights).filter(|(_, weight)| **weight != 0.0) {
        match places.last_mut() {
            // The words of one emoji's name stand in one place.
            Some(last) if (last.0, last.1, last.2) == (token.part, token.start, token.end) => {
                last.3 += weight
            }
            _ => places.push((token.part, token.start, token.end, *weight)),
        }
    }
    if let Some((part, span)) = tokens.marks.as_ref().filter(|_| valence.marks != 0.0) {
        add_marks(&mut places, (*part, span.start, span.end, valence.marks));
    }
    keep_strongest(&mut places);
    let places = places.into_iter().map(|(part, start, end, weight)| (part, start, end, rounded(weight)));
    // Most places of a model weigh next to nothing: a text is made for the few that are told.
    let told = places.filter(|(.., weight)| *weight != 0.0 && weight.abs() >= weight_min);
    told.map(|(part, start, end, weight)| of(part, start, end, weight)).collect()
}

/// Adds the exclamation and question marks in their order; those within an emoticon belong to it.
fn add_marks(places: &mut Vec<(Part, usize, usize, f64)>, marks: (Part, usize, usize, f64)) {
    let touches =
        |place: &&mut (Part, usize, usize, f64)| place.0 == marks.0 && place.1 < marks.2 && marks.1 < place.2;
    if let Some(place) = places.iter_mut().find(touches) {
        place.3 += marks.3;
        return;
    }
    let before = places.partition_point(|place| (rank(place.0), place.1) < (rank(marks.0), marks.1));
    places.insert(before, marks);
}

fn rank(part: Part) -> u8 {
    match part {
        Part::Title => 0,
        Part::Text => 1,
    }
}

fn keep_strongest(places: &mut Vec<(Part, usize, usize, f64)>) {
    if places.len() <= limits::EVIDENCE_MAX {
        return;
    }
    places.sort_by(|one, other| other.3.abs().total_cmp(&one.3.abs()));
    places.truncate(limits::EVIDENCE_MAX);
    places.sort_by_key(|place| (rank(place.0), place.1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_begin_and_end_at_their_bounds() {
        for (score, want) in [
            (-1.0, Sentiment::Negative),
            (-0.05, Sentiment::Negative),
            (-0.0499, Sentiment::Neutral),
            (0.0, Sentiment::Neutral),
            (0.3999, Sentiment::Neutral),
            (0.4, Sentiment::Positive),
            (1.0, Sentiment::Positive),
        ] {
            assert_eq!(label(score), want, "score: {score}");
        }
    }

    #[test]
    fn confidence_grows_with_the_size_of_the_score() {
        for label_of in [-1.0, 1.0] {
            let found: Vec<f64> =
                (4..=10).map(|tenth| confidence(label_of * f64::from(tenth) / 10.0)).collect();
            assert!(found.is_sorted(), "{found:?}");
        }
        assert!(confidence(0.0) > confidence(0.2));
    }
}
