//! Texts of anybody: an answer, evidence that points at what it names, and masks over personal data.

use std::cell::OnceCell;

use hark_analysis::personal::{self, Found};
use hark_analysis::{Analyser, limits};

use crate::Verdict;

/// Reads a text: title, the language that the platform claims, and the words, each behind a zero byte.
pub fn analysis(data: &[u8]) -> Verdict {
    thread_local!(static ANALYSER: OnceCell<Analyser> = const { OnceCell::new() });
    let text = String::from_utf8_lossy(data);
    let mut parts = text.splitn(3, '\0');
    let (first, second) = (parts.next().unwrap_or_default(), parts.next());
    let (title, claim, text) = match (second, parts.next()) {
        (Some(claim), Some(text)) => (Some(first), Some(claim), text),
        (Some(text), None) => (Some(first), None, text),
        _ => (None, None, first),
    };
    hides(text);
    ANALYSER.with(|analyser| tells(analyser.get_or_init(Analyser::new), text, title, claim))
}

/// What is found lies in the text, in order, and stands no more in what is masked.
fn hides(text: &str) {
    let found = personal::find(text);
    let mut end = 0;
    for Found { span, .. } in &found {
        assert!(span.start >= end && span.start < span.end && span.end <= text.len(), "{found:?}");
        assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{found:?}");
        end = span.end;
    }
}

fn tells(analyser: &Analyser, text: &str, title: Option<&str>, claim: Option<&str>) -> Verdict {
    let reading = analyser.read(text, title, claim, None);
    let analysis = reading.analysis();
    let weighed = analysis.sentiment.score.is_some();
    for annotation in analysis.annotations() {
        assert!(annotation.evidence.len() <= limits::EVIDENCE_MAX, "{annotation:?}");
        assert!(annotation.score.is_none_or(|score| (-1.0..=1.0).contains(&score)), "{annotation:?}");
        assert!(annotation.confidence.is_none_or(|sure| (0.0..=1.0).contains(&sure)), "{annotation:?}");
        for evidence in &annotation.evidence {
            let at = text.get(evidence.start..evidence.end);
            assert!(evidence.end == 0 || at == Some(&evidence.text), "{evidence:?}");
            assert!(evidence.weight.is_finite(), "{evidence:?}");
        }
    }
    if let Some(signature) = reading.signature() {
        assert_eq!(signature.same(&signature), 64);
    }
    drop(reading.terms());
    if weighed { Verdict::Taken } else { Verdict::Refused }
}
