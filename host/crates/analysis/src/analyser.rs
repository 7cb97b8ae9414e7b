//! One text in, what can be said of it out.

use std::borrow::Cow;
use std::iter::repeat_n;
use std::ops::Range;

use hark_model::{Annotation, AnnotationKind, Sentiment};

use crate::blend;
use crate::habit::Habit;
use crate::hash::digest;
use crate::language::{self, Verdict};
use crate::lexicon::Lexicon;
use crate::limits;
use crate::linear::Model;
use crate::own_words;
use crate::reading::Reading;
use crate::sentiment;
use crate::signals::Signals;
use crate::tag;
use crate::tokens::{Part, Token, Tokens};
use crate::valence::{self, Valence};

/// Who says how a text feels.
pub const SENTIMENT_PRODUCER: &str = "hark-sentiment";
/// Which version of it: raised whenever one text could get another score, label or confidence.
pub const SENTIMENT_VERSION: &str = "2";
/// Who says it with a model of the operator's own.
pub const OWN_PRODUCER: &str = "hark-sentiment-own";
/// Who says it where the lexicon alone decides: signs in an unknown language, or no model of English.
pub const LEXICON_PRODUCER: &str = "hark-lexicon";
/// Which version of the lexicon and its rules.
pub const LEXICON_VERSION: &str = "1";
/// Who says in which language a text is, where the platform does not.
pub const LANGUAGE_PRODUCER: &str = "hark-language";
/// Which version of it: raised whenever one text could get another language or confidence.
pub const LANGUAGE_VERSION: &str = "2";
/// Who says in which language a text is, where the platform does.
pub const PLATFORM_PRODUCER: &str = "platform";
/// Platforms have no version that we know of.
pub const PLATFORM_VERSION: &str = "";

/// Beginnings of the title of an answer or a forwarded mail: such a title is somebody else's.
const ANSWER_PREFIXES: &[&str] =
    &["re:", "re[", "aw:", "sv:", "antw:", "fw:", "fwd:", "wg:", "tr:", "rv:", "vs:"];

/// The models that come with Hark; `models/NOTICE` says what they were made from, and how.
const SHIPPED: [&[u8]; 2] =
    [include_bytes!("../models/english.model"), include_bytes!("../models/languages.model")];

/// Reads texts: in which language they are and how they feel. One serves all threads; the same text gets
/// the same answer always.
pub struct Analyser {
    lexicon: Lexicon,
    /// The first that serves a language is asked.
    models: Vec<(Model, Maker)>,
    pub(crate) signals: Signals,
}

impl std::fmt::Debug for Analyser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Analyser({:?})", self.models)
    }
}

impl Default for Analyser {
    fn default() -> Self {
        Self::new()
    }
}

/// Who speaks, in which version.
#[derive(Debug, Clone)]
struct Maker {
    producer: &'static str,
    version: Cow<'static, str>,
}

const SHIPPED_MAKER: Maker =
    Maker { producer: SENTIMENT_PRODUCER, version: Cow::Borrowed(SENTIMENT_VERSION) };

/// What was found in one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// In which language, as a BCP 47 tag; absent when that cannot be told. The confidence is how often
    /// such a guess is right; there is none where the platform said so.
    pub language: Option<Annotation>,
    /// How it feels. `unknown` without a score where there is no model for the language, or nothing to go
    /// by. The confidence is how likely the model finds the label, times that of the language.
    pub sentiment: Annotation,
    /// How it feels by what was said first, where a second opinion decided.
    pub first: Option<Annotation>,
    /// What it wants and how it is meant, where rules tell: how urgent it is, whether it asks, thanks, complains,
    /// wants a human, or has strong language. There is no confidence.
    pub signals: Vec<Annotation>,
}

impl Analysis {
    /// Returns every opinion, for the store; of two on one thing the one that decided is last.
    pub fn annotations(self) -> Vec<Annotation> {
        let feelings = self.first.into_iter().chain([self.sentiment]);
        self.language.into_iter().chain(feelings).chain(self.signals).collect()
    }
}

impl Analyser {
    /// Loads what is compiled in: some milliseconds, once.
    pub fn new() -> Self {
        let shipped = SHIPPED.iter().map(|bytes| {
            (Model::parse(bytes).expect("the models that come with Hark are whole"), SHIPPED_MAKER)
        });
        Self { lexicon: Lexicon::new(), models: shipped.collect(), signals: Signals::shipped() }
    }

    /// Loads the lexicon alone, which knows English and signs: scores are VADER's.
    pub fn plain() -> Self {
        Self { lexicon: Lexicon::new(), models: Vec::new(), signals: Signals::shipped() }
    }

    /// Asks `model` first in the languages that it serves.
    #[must_use]
    pub fn with_model(mut self, model: Model) -> Self {
        let version = digest(&model.to_bytes()).into();
        self.models.insert(0, (model, Maker { producer: OWN_PRODUCER, version }));
        self
    }

    /// Asks `signals` instead of the rules that come with Hark.
    #[must_use]
    pub fn with_signals(mut self, signals: Signals) -> Self {
        self.signals = signals;
        self
    }

    /// Returns everybody who may speak, each with the version, in a fixed order: another list means that a text
    /// may get other opinions.
    pub fn makers(&self) -> String {
        let own = self.models.iter().map(|(_, maker)| (maker.producer, maker.version.as_ref()));
        let built_in = [(LANGUAGE_PRODUCER, LANGUAGE_VERSION), (LEXICON_PRODUCER, LEXICON_VERSION)];
        let mut makers: Vec<String> = built_in
            .into_iter()
            .chain(own)
            .chain([self.signals.maker()])
            .map(|(producer, version)| format!("{producer} {version}"))
            .collect();
        // Two models come with Hark and speak as one.
        makers.dedup();
        makers.join(", ")
    }

    /// Says in which language `text` and `title` are, and nothing else.
    pub fn language(
        &self,
        text: &str,
        title: Option<&str>,
        claimed_language: Option<&str>,
    ) -> Option<Annotation> {
        let title = title_of(title, text);
        let ranges = own_words::ranges(text, &self.lexicon);
        language_of(verdict(title, text, &ranges, claimed_language))
    }

    /// Says what can be said of `text` and `title`; `claimed_language` is what the platform says.
    ///
    /// Only the author's own words count: not quoted lines, salutation, closing and signature, and not the
    /// title of an answer. Offsets of evidence are bytes of `text`; words of the title have 0 for both.
    pub fn analyse(&self, text: &str, title: Option<&str>, claimed_language: Option<&str>) -> Analysis {
        self.analyse_by(text, title, claimed_language, None)
    }

    /// Says what `analyse` says; where the language cannot be told from the text, it is that of `habit`, which
    /// is its author's or its place's.
    pub fn analyse_by(
        &self,
        text: &str,
        title: Option<&str>,
        claimed_language: Option<&str>,
        habit: Option<&Habit>,
    ) -> Analysis {
        self.read(text, title, claimed_language, habit).analysis()
    }

    /// Reads `text` once, for all that can be asked of it.
    pub fn read<'t>(
        &'t self,
        text: &'t str,
        title: Option<&'t str>,
        claimed_language: Option<&str>,
        habit: Option<&Habit>,
    ) -> Reading<'t> {
        let title = title_of(title, text);
        let ranges = own_words::ranges(text, &self.lexicon);
        let verdict = match (verdict(title, text, &ranges, claimed_language), habit.and_then(Habit::usual)) {
            (Verdict::Unknown | Verdict::PerhapsEnglish(_), Some((language, share))) => {
                Verdict::Usual(language.to_owned(), share)
            }
            (verdict, _) => verdict,
        };
        let mut tokens = Tokens::with_room_for(title.len() + text.len());
        tokens.add(Part::Title, title, 0..title.len(), &self.lexicon);
        ranges.into_iter().for_each(|range| tokens.add(Part::Text, text, range, &self.lexicon));
        Reading { analyser: self, text, title, tokens, verdict }
    }

    /// Returns what of `text` and `title` is read for its sentiment, as one text.
    #[cfg(feature = "onnx")]
    pub(crate) fn own_words(&self, text: &str, title: Option<&str>) -> String {
        let ranges = own_words::ranges(text, &self.lexicon);
        let parts = ranges.into_iter().map(|range| &text[range]);
        let parts = std::iter::once(title_of(title, text)).chain(parts).map(str::trim);
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn sentiment_of(
        &self,
        tokens: &Tokens,
        verdict: &Verdict,
        text: &str,
        title: &str,
    ) -> Annotation {
        let (language, sureness) = match verdict {
            _ if !tokens.has_words => return unknown(),
            Verdict::Claimed(tag) => (tag::primary(tag), 1.0),
            Verdict::Found(language, confidence) => (*language, *confidence),
            Verdict::Usual(tag, share) => (tag::primary(tag), *share),
            Verdict::PerhapsEnglish(confidence) => ("en", *confidence),
            // A face means the same whatever is said around it; words may be anything.
            Verdict::Unknown | Verdict::Nothing => return of_signs(tokens, text, title),
        };
        let serving =
            self.models.iter().find_map(|(model, maker)| Some((model, model.serves(language)?, maker)));
        let Some((model, served, maker)) = serving else {
            return if language == "en" { of_lexicon(tokens, sureness, text, title) } else { unknown() };
        };
        let valence = valence::score(tokens, |token| language == "en" || token.is_sign);
        // Not `vec!`, as in `Model::shares`.
        let mut pieces: Vec<f32> = repeat_n(0.0, tokens.pieces.len()).collect();
        let shares = model.shares(tokens, Some(&valence), served, &mut pieces);
        let found = blend::opinion(tokens, &shares, &pieces, (language == "en").then_some(valence));
        Annotation {
            kind: AnnotationKind::Sentiment,
            value: found.label.to_string(),
            score: Some(sentiment::rounded(found.valence.score)),
            confidence: Some(sentiment::rounded(found.share * sureness)),
            evidence: sentiment::evidence(&found.valence, limits::WEIGHT_MIN, tokens, text, title),
            producer: maker.producer,
            producer_version: maker.version.clone(),
        }
    }
}

fn verdict(title: &str, text: &str, ranges: &[Range<usize>], claimed_language: Option<&str>) -> Verdict {
    let title_range = 0..title.len();
    let parts = [(title, std::slice::from_ref(&title_range)), (text, ranges)];
    language::decide(&parts, claimed_language)
}

/// Returns what of `title` is read.
fn title_of<'t>(title: Option<&'t str>, text: &str) -> &'t str {
    let title = title.filter(|title| is_own_title(title, text)).unwrap_or("");
    &title[..title.floor_char_boundary(limits::TITLE_BYTES_MAX)]
}

/// Tells whether `title` is the author's and is not simply the beginning of the text once more.
fn is_own_title(title: &str, text: &str) -> bool {
    let title = title.trim();
    let is_answer = ANSWER_PREFIXES.iter().any(|prefix| {
        title
            .as_bytes()
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    });
    let begins_text = text.trim_start().starts_with(title.trim_end_matches(['…', '.']).trim_end());
    !is_answer && !begins_text
}

pub(crate) fn language_of(verdict: Verdict) -> Option<Annotation> {
    let (value, confidence, producer, producer_version) = match verdict {
        Verdict::Claimed(tag) => (tag, None, PLATFORM_PRODUCER, PLATFORM_VERSION),
        Verdict::Found(language, confidence) => {
            (language.to_owned(), Some(confidence), LANGUAGE_PRODUCER, LANGUAGE_VERSION)
        }
        Verdict::Usual(language, share) => (language, Some(share), LANGUAGE_PRODUCER, LANGUAGE_VERSION),
        Verdict::PerhapsEnglish(_) | Verdict::Unknown | Verdict::Nothing => return None,
    };
    let kind = AnnotationKind::Language;
    Some(Annotation {
        kind,
        value,
        score: None,
        confidence,
        evidence: Vec::new(),
        producer,
        producer_version: producer_version.into(),
    })
}

/// What the faces in a text say, where its words say nothing that we know.
fn of_signs(tokens: &Tokens, text: &str, title: &str) -> Annotation {
    let is_sign = |token: &Token| token.is_sign;
    if !tokens.list.iter().any(is_sign) {
        return unknown();
    }
    of_valence(&valence::score(tokens, is_sign), 1.0, tokens, text, title)
}

/// What the lexicon says of a text in English.
fn of_lexicon(tokens: &Tokens, sureness: f64, text: &str, title: &str) -> Annotation {
    of_valence(&valence::score(tokens, |_| true), sureness, tokens, text, title)
}

fn of_valence(valence: &Valence, sureness: f64, tokens: &Tokens, text: &str, title: &str) -> Annotation {
    let score = sentiment::rounded(valence.score);
    Annotation {
        kind: AnnotationKind::Sentiment,
        value: sentiment::label(score).to_string(),
        score: Some(score),
        confidence: Some(sentiment::rounded(sentiment::confidence(score) * sureness)),
        evidence: sentiment::evidence(valence, 0.0, tokens, text, title),
        producer: LEXICON_PRODUCER,
        producer_version: LEXICON_VERSION.into(),
    }
}

fn unknown() -> Annotation {
    Annotation {
        kind: AnnotationKind::Sentiment,
        value: Sentiment::Unknown.to_string(),
        score: None,
        confidence: None,
        evidence: Vec::new(),
        producer: SENTIMENT_PRODUCER,
        producer_version: SENTIMENT_VERSION.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentiment(text: &str) -> (String, Option<f64>, Vec<String>) {
        let found = Analyser::plain().analyse(text, None, None).sentiment;
        (found.value, found.score, found.evidence.into_iter().map(|evidence| evidence.text).collect())
    }

    #[test]
    fn labels_come_with_the_words_that_made_them() {
        for (text, label, words) in [
            ("The new checkout is really great!", "positive", vec!["great"]),
            ("I HATE the new checkout, it is horrible", "negative", vec!["HATE", "horrible"]),
            ("The meeting is at three in room five", "neutral", vec![]),
        ] {
            let found = Analyser::new().analyse(text, None, None).sentiment;
            assert_eq!((found.value.as_str(), found.producer), (label, SENTIMENT_PRODUCER), "text: {text:?}");
            let told: Vec<&str> = found.evidence.iter().map(|evidence| evidence.text.as_str()).collect();
            assert!(words.iter().all(|word| told.contains(word)), "text: {text:?}, {told:?}");
        }
        for (text, label, words) in [
            ("The new checkout is really great!", "positive", vec!["really", "great", "!"]),
            ("The new checkout is not good at all", "negative", vec!["not", "good"]),
            ("I HATE the new checkout, it is horrible", "negative", vec!["HATE", "horrible"]),
            ("The meeting is at three in room five", "neutral", vec![]),
            ("The new checkout came 😂 and went", "positive", vec!["😂"]),
            ("😠😠", "negative", vec!["😠", "😠"]),
        ] {
            let (found, score, evidence) = sentiment(text);
            assert_eq!((found.as_str(), score.is_some()), (label, true), "text: {text:?}, {evidence:?}");
            if !words.is_empty() {
                assert_eq!(evidence, words, "text: {text:?}");
            }
        }
    }

    #[test]
    fn there_is_no_opinion_without_a_model() {
        for text in [
            "De kassa doet het weer niet en niemand antwoordt 😡",
            "決済ができません 😡",
            "tavolo",
            "",
            "@jo https://example.com/good",
            "> great quote\n> of somebody",
        ] {
            let found = Analyser::new().analyse(text, None, None).sentiment;
            assert_eq!(
                (found.value.as_str(), found.score, found.confidence),
                ("unknown", None, None),
                "{text:?}"
            );
        }
        let claimed = Analyser::new().analyse("I love it, it is great", None, Some("nl"));
        assert_eq!(claimed.sentiment.value, "unknown");
        assert_eq!(
            claimed.language.map(|found| (found.value, found.producer)),
            Some(("nl".to_owned(), "platform"))
        );
    }

    #[test]
    fn every_language_of_the_models_has_an_opinion() {
        for (language, text) in [
            ("de", "Danke, das ist wirklich super 😍"),
            ("fr", "Merci beaucoup, c'est génial !"),
            ("es", "Gracias, me encanta"),
        ] {
            let found = Analyser::new().analyse(text, None, Some(language)).sentiment;
            assert_eq!(found.value, "positive", "text: {text:?}, {found:?}");
        }
    }

    #[test]
    fn only_the_authors_own_words_count() {
        let mail = "Dear team,\nthe checkout is broken again.\n\nBest regards,\nJo\n\n\
                    On Monday support wrote:\n> We are happy to tell you that all is great now!\n";
        let (label, _, evidence) = sentiment(mail);
        assert_eq!((label.as_str(), evidence), ("negative", vec!["broken".to_owned()]));
    }

    #[test]
    fn a_title_counts_once_and_not_in_answers() {
        let analyser = Analyser::plain();
        let score = |title, text| analyser.analyse(text, title, Some("en")).sentiment.score.unwrap_or(0.0);
        let text = "The checkout does this since Monday";
        assert!(score(Some("Terrible service"), text) < -0.3);
        assert_eq!(score(Some("Re: Terrible service"), text), 0.0);
        assert_eq!(score(Some("Great news"), "Great news for all"), score(None, "Great news for all"));
        let titled = analyser.analyse(text, Some("Terrible service"), Some("en")).sentiment.evidence;
        assert_eq!((titled[0].start, titled[0].end, titled[0].text.as_str()), (0, 0, "Terrible"));
        assert_eq!(
            score(Some("It does not"), "Great news"),
            score(None, "Great news"),
            "no rule crosses over"
        );
    }

    #[test]
    fn a_habit_decides_where_the_text_does_not() {
        let analyser = Analyser::new();
        let mut habit = Habit::default();
        (0..4).for_each(|_| habit.note("de-AT"));
        let language = |text: &str, claim| {
            let found = analyser.analyse_by(text, None, claim, Some(&habit)).language;
            found.map(|found| (found.value, found.producer))
        };
        let german = Some(("de-AT".to_owned(), LANGUAGE_PRODUCER));
        assert_eq!(language("Super!", None), german);
        assert_eq!(language("The checkout fails again and nobody answers", None).unwrap().0, "en");
        assert_eq!(language("Super!", Some("fr")).unwrap().0, "fr");
        assert_eq!(language("👍", None), None);
        let found = analyser.analyse_by("Super!", None, None, Some(&habit)).sentiment;
        assert_eq!(found.value, "positive", "{found:?}");
    }

    #[test]
    fn everybody_who_speaks_is_named_with_the_version() {
        let shipped = Analyser::new().makers();
        assert_eq!(shipped, "hark-language 2, hark-lexicon 1, hark-sentiment 2, hark-signals 1");
        let model = Model::parse(SHIPPED[0]).unwrap();
        let own = Analyser::new().with_model(model.clone());
        assert!(own.makers().contains("hark-sentiment-own ") && own.makers().contains("hark-sentiment 2"));
        let found = own.analyse("I love it", None, Some("en")).sentiment;
        assert!(own.makers().contains(&format!("{} {}", found.producer, found.producer_version)));
        assert_eq!(own.makers(), Analyser::new().with_model(model).makers());
        let other = Analyser::new().with_model(Model::parse(SHIPPED[1]).unwrap());
        assert_ne!(own.makers(), other.makers());
    }

    #[test]
    fn confidence_falls_with_that_in_the_language() {
        let analyser = Analyser::new();
        let short = analyser.analyse("thanks!", None, None).sentiment;
        let claimed = analyser.analyse("thanks!", None, Some("en-GB")).sentiment;
        assert_eq!(short.score, claimed.score);
        assert!(short.confidence < claimed.confidence);
    }
}
