//! Held against the reference and against people: agreement with VADER 3.3.2, with the labels of tweets,
//! and of the language with the one that is known.
//!
//! The texts are not part of this repository; they lie beside it. Without them these tests say so and pass,
//! but not where `CI` is set: there nothing may be left out unseen.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::path::{Path, PathBuf};

use hark_analysis::Analyser;

fn data(name: &str) -> Option<String> {
    let path: PathBuf = Path::new("../../../../shared/data").join(name);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if std::env::var_os("CI").is_none() => {
            eprintln!("skipped: {}: {error}", path.display());
            None
        }
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

/// What the reference does not know, in its words: the apostrophe of telephones, and the sign that makes an
/// emoji colourful.
fn in_plain_signs(text: &str) -> String {
    text.replace('’', "'").replace('\u{fe0f}', "")
}

#[test]
fn scores_are_those_of_the_reference() {
    let oracle = vader_parity::SentimentIntensityAnalyzer::new();
    let analyser = Analyser::plain();
    // Measured: 2,000 of 2,000; 19,997 of 19,998; 4,197 of 4,200. The rest: links, and the quirk of "but".
    for (name, share_min) in [
        ("sentiment_en/val_text.txt", 0.999),
        ("sentiment_en/train.tsv", 0.999),
        ("sentiment_rated/tweets.tsv", 0.997),
    ] {
        let Some(texts) = data(name) else { continue };
        let (mut all, mut same) = (0_u32, 0_u32);
        for text in texts.lines().take(20_000).filter_map(|line| line.rsplit('\t').next()) {
            let text = in_plain_signs(text);
            let Some(score) = analyser.analyse(&text, None, Some("en")).sentiment.score else { continue };
            all += 1;
            same += u32::from((score - oracle.polarity_scores(&text).compound).abs() < 0.000_6);
        }
        println!("{name}: {same} of {all} scores are those of the reference to three places");
        assert!(all > 1_900 && f64::from(same) >= share_min * f64::from(all), "{name}: {same} of {all}");
    }
}

#[test]
fn labels_are_those_of_people_as_often_as_is_said() {
    let (Some(texts), Some(labels)) =
        (data("sentiment_en/val_text.txt"), data("sentiment_en/val_labels.txt"))
    else {
        return;
    };
    let analyser = Analyser::new();
    let (mut right, mut all, mut expected) = ([0.0; 3], [0.0; 3], 0.0);
    for (text, label) in texts.lines().zip(labels.lines()) {
        let found = analyser.analyse(text, None, Some("en")).sentiment;
        let gold: usize = label.trim().parse().unwrap();
        all[gold] += 1.0;
        right[gold] += f64::from(found.value == ["negative", "neutral", "positive"][gold]);
        expected += found.confidence.unwrap_or(0.0);
    }
    let recall = (0..3).map(|label| right[label] / all[label]).sum::<f64>() / 3.0;
    let (accuracy, confidence) = (right.iter().sum::<f64>() / 2_000.0, expected / 2_000.0);
    println!("macro recall {recall:.4}, accuracy {accuracy:.4}, mean confidence {confidence:.4}");
    // Measured: macro recall 0.707, accuracy 0.690, mean confidence 0.667.
    assert!(recall > 0.69, "macro recall {recall}");
    assert!((accuracy - confidence).abs() < 0.03, "accuracy {accuracy}, but mean confidence {confidence}");
}

#[test]
fn languages_are_found_as_often_as_is_said() {
    let analyser = Analyser::new();
    let (mut named, mut right, mut all, mut wrong_english) = (0.0, 0.0, 0.0, 0.0);
    for (name, code) in [
        ("arabic", "ar"),
        ("english", "en"),
        ("french", "fr"),
        ("german", "de"),
        ("italian", "it"),
        ("portuguese", "pt"),
        ("spanish", "es"),
    ] {
        let Some(texts) = data(&format!("sentiment_8lang/{name}/val_text.txt")) else { return };
        for text in texts.lines() {
            all += 1.0;
            let Some(found) = analyser.analyse(text, None, None).language else { continue };
            named += 1.0;
            right += f64::from(found.value == code);
            wrong_english += f64::from(found.value == "en" && code != "en");
        }
    }
    println!("{named} of {all} named, {right} of them right, {wrong_english} wrongly English");
    // Measured: 2,235 of 2,268 named, 2,197 of them right, 13 wrongly English.
    assert!(named > 0.97 * all && right > 0.96 * all && wrong_english < 0.01 * all);
}
