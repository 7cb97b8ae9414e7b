//! Whatever the text: an answer, and evidence that points at what it names.

use hark_analysis::topics::Topics;
use hark_analysis::{Analyser, LEXICON_PRODUCER, limits};
use proptest::prelude::*;

/// Pieces that rules look at, between pieces that nobody looks at.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => "[a-zA-Z]{1,8}",
        2 => proptest::sample::select(vec![
            "good", "GREAT", "bad", "not", "no", "never", "so", "this", "without", "doubt", "but", "least", "at",
            "urgent", "asap", "thanks", "in", "advance", "damn", "speak", "by", "friday", "17", "refund", "?",
            "very", "kind", "of", "the", "shit", "bomb", "to", "die", "for", "don’t", "can't", "really", "hardly",
            "😂", "❤\u{fe0f}", "👩\u{200d}🚀", ":)", ">:(", "!!", "?!?", "@jo", "#happy", "https://love.example/?",
        ]).prop_map(str::to_owned),
        1 => proptest::sample::select(vec![
            "\n", "\r\n", "\n> ", "\n-- \n", "On x wrote:\n", "From: a\nSent: b\n", "\u{202e}", "\0", "e\u{301}\u{301}",
            "決済", "Ünïcödé", "\u{2028}", "\u{1c}", "--", "Best regards\n", "Dear x,\n", "Re: ",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    let spaced = (piece, proptest::bool::weighted(0.8))
        .prop_map(|(piece, space)| if space { piece + " " } else { piece });
    proptest::collection::vec(spaced, 0..40).prop_map(|pieces| pieces.concat())
}

/// What rules tell points at what it names and adds up; what else is read of the text comes to an end.
fn check_others(analyser: &Analyser, text: &str, title: Option<&str>, claim: Option<&str>) {
    let reading = analyser.read(text, title, claim, None);
    for signal in reading.signals() {
        assert!(signal.score.is_some_and(|score| score > 0.0 && score <= 1.0) && signal.confidence.is_none());
        let mut sum = 0.0;
        for evidence in &signal.evidence {
            assert!(evidence.end == 0 || text[evidence.start..evidence.end] == evidence.text, "{evidence:?}");
            sum += evidence.weight;
        }
        // A sum below 0 is not told; each weight is told to four places.
        assert!((sum - signal.score.unwrap_or(0.0)).abs() < 0.0001 * 64.0, "{signal:?}");
    }
    if let Some(signature) = reading.signature() {
        assert_eq!(signature.same(&signature), 64);
    }
    let mut topics = Topics::default();
    topics.note(&reading.terms());
    assert!(topics.len() <= 3 * text.len() + 3 * title.map_or(0, str::len));
}

fn check(analyser: &Analyser, text: &str, title: Option<&str>, claim: Option<&str>) {
    let found = analyser.analyse(text, title, claim);
    assert_eq!(found, analyser.analyse(text, title, claim), "the same text, the same answer");
    check_others(analyser, text, title, claim);
    let sentiment = found.sentiment;
    assert!(sentiment.evidence.len() <= limits::EVIDENCE_MAX);
    let Some(score) = sentiment.score else {
        assert!(sentiment.value == "unknown" && sentiment.evidence.is_empty());
        return;
    };
    assert!((-1.0..=1.0).contains(&score));
    assert!(sentiment.confidence.is_some_and(|confidence| (0.0..=1.0).contains(&confidence)));
    let mut sum = 0.0;
    let mut last = 0;
    for evidence in &sentiment.evidence {
        assert!(evidence.weight.is_finite() && evidence.weight != 0.0);
        assert!(evidence.start >= last, "spans are in order and do not overlap");
        match evidence.end {
            0 => assert!(title.is_some_and(|title| title.contains(&evidence.text))),
            end => assert_eq!(&text[evidence.start..end], evidence.text),
        }
        last = evidence.end;
        sum += evidence.weight;
    }
    if sentiment.producer == LEXICON_PRODUCER && sentiment.evidence.len() < limits::EVIDENCE_MAX {
        // Each weight is told to four places, and those below are not told.
        assert!((sum - score).abs() < 0.0001 * 64.0, "weights add up to {sum}, the score is {score}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_text_gets_an_answer_that_holds_together(
        text in text(),
        title in proptest::option::of(text()),
        claim in proptest::option::of("[a-z]{2}|en|en-US|.{0,6}"),
    ) {
        thread_local!(static ANALYSERS: [Analyser; 2] = [Analyser::new(), Analyser::plain()]);
        ANALYSERS.with(|both| both.iter().for_each(|one| check(one, &text, title.as_deref(), claim.as_deref())));
    }

    #[test]
    fn any_string_at_all_gets_an_answer(text in ".*", title in ".*") {
        thread_local!(static ANALYSER: Analyser = Analyser::new());
        ANALYSER.with(|analyser| check(analyser, &text, Some(&title), Some("en")));
    }
}

#[test]
fn huge_texts_are_read_to_a_bound() {
    let analyser = Analyser::new();
    for piece in [
        "😂",
        "not good ",
        "!",
        "\n",
        "> x\n",
        "\u{301}",
        "\u{202e}a",
        "\0",
        "but ",
        "a",
        "On x\n",
        "From:\n",
        // What is left of a lone surrogate, of a joined family, and of letters without spaces.
        "\u{fffd}",
        "👩\u{200d}👩\u{200d}👧",
        "\u{2067}b\u{2069}",
        "e\u{301}\u{302}\u{303}",
        "ที่",
        "決済",
        "!?.\"",
        "@a ",
        "#A",
    ] {
        let text = piece.repeat((1 << 20) / piece.len());
        check(&analyser, &text, Some(&text), None);
        check(&analyser, &text, None, Some("en"));
    }
}
