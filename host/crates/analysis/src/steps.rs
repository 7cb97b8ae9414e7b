//! What work on a text costs, counted where tests ask for it and nowhere else.
//!
//! Holds: outside of tests nothing is counted and nothing is paid. Not here: time, which says less of code than of
//! the machine.

/// Notes that so many steps were taken: letters, words or rules looked at.
#[inline]
pub(crate) fn taken(count: usize) {
    #[cfg(test)]
    TAKEN.with(|taken| taken.set(taken.get() + count as u64));
    #[cfg(not(test))]
    let _ = count;
}

#[cfg(test)]
thread_local! {
    static TAKEN: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::duplicates::Duplicates;
    use crate::lexicon::Lexicon;
    use crate::topics::Topics;
    use crate::{Analyser, limits, own_words, personal};

    /// Returns the steps that `work` takes.
    fn steps<T>(work: impl FnOnce() -> T) -> u64 {
        let before = TAKEN.get();
        drop(work());
        TAKEN.get() - before
    }

    const NAMES: [&str; 8] =
        ["own words", "words", "language", "sentiment", "signals", "signature", "topics", "personal data"];

    /// Returns the steps of each part of the analysis, in the order of `NAMES`.
    fn all(analyser: &Analyser, lexicon: &Lexicon, text: &str) -> [u64; NAMES.len()] {
        let reading = analyser.read(text, None, Some("en"), None);
        let mut seen = Duplicates::with_room_for(2);
        let mut topics = Topics::default();
        [
            steps(|| own_words::ranges(text, lexicon)),
            reading.tokens.steps,
            steps(|| analyser.language(text, None, None)),
            steps(|| analyser.sentiment_of(&reading.tokens, &reading.verdict, text, "")),
            steps(|| reading.signals()),
            steps(|| reading.signature().map(|signature| seen.sight((), 0, &signature).count)),
            steps(|| topics.note(&reading.terms())),
            personal::steps(text),
        ]
    }

    /// Whatever stands in a text a hundred thousand times, each part takes steps in proportion to the bytes that it
    /// reads, and not for ever.
    #[test]
    fn hostile_texts_take_steps_in_proportion() {
        // For each byte, by part: measured, and half as much again.
        const MOST: [u64; NAMES.len()] = [5, 5, 5, 4, 5, 2, 1, 19];
        let (analyser, lexicon) = (Analyser::new(), Lexicon::new());
        let (mut taken, mut most) = ([0; NAMES.len()], [0.0_f64; NAMES.len()]);
        for piece in [
            // Emoji, joined and plain.
            "😂",
            "👩\u{200d}👩\u{200d}👧 ",
            "\u{200d}",
            // What JSON leaves of a lone surrogate, once it is text.
            "\u{fffd}",
            "\u{fffd} a",
            // Marks on marks, without a letter and with one.
            "\u{301}",
            "e\u{301}\u{302}\u{303}",
            "ที่",
            // Text turned round, and never turned back.
            "\u{202e}",
            "\u{202e}a ",
            "\u{2067}b\u{2069}",
            "مرحبا ",
            "\0",
            "a\0b ",
            "a",
            "a ",
            " ",
            "\n",
            "> x\n",
            "On x\n",
            "From:\nSent:\n",
            "x:\n\n> y\n",
            "not good ",
            "no ",
            "please ",
            "asap ",
            "thank you so ",
            "urgent! ",
            "?!",
            "FUCK ",
            "決済",
            "@a ",
            "a@b.de ",
            "1",
            "1 ",
            "1.1.1.",
            "::1 ",
            "+49 ",
            "4111 ",
            "DE89 ",
            "#A",
            "http://a ",
        ] {
            let of = |bytes: usize| all(&analyser, &lexicon, &piece.repeat(bytes / piece.len()));
            // The first two are read whole, the last to the bound.
            let [short, whole, long] = [1 << 12, limits::SCORED_BYTES_MAX, 1 << 20];
            let (few, many, most_of_all) = (of(short), of(whole), of(long));
            for (at, name) in NAMES.into_iter().enumerate() {
                taken[at] += many[at];
                most[at] = most[at].max(many[at] as f64 / whole as f64);
                assert!(many[at] <= MOST[at] * whole as u64, "{name}, {piece:?}: {} steps", many[at]);
                for ((one, bytes), (other, more)) in
                    [((few[at], short), (many[at], whole)), ((many[at], whole), (most_of_all[at], long))]
                {
                    let times = (more / bytes) as u64;
                    assert!(
                        other <= (one + 64) * times * 11 / 10,
                        "{name}, {piece:?}: {one} steps for {bytes} bytes, {other} for {more}"
                    );
                }
            }
        }
        println!("steps a byte at most: {NAMES:?} {most:.1?}");
        assert!(taken.iter().all(|steps| *steps > 0), "every part counts its steps: {taken:?}");
    }
}
