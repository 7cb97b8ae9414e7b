//! What a text wants and how it is meant, by rules that an operator can change: urgency, question, thanks,
//! complaint, strong language, a wish for a human.
//!
//! Holds: a rule for a language speaks in that language alone, and where the language is not known only those
//! for any; the weights of the evidence add up to the score. There is no confidence, as nobody measured how
//! often such rules are right. Strong language is words, and says nothing of hate. Not here: who should see it.

mod error;
mod find;
mod phrases;
mod read;
mod rules;

use std::borrow::Cow;

pub use error::{RuleError, RuleErrors};
pub(crate) use find::Asked;

use crate::signals::phrases::Phrases;

/// Who tells signals by the rules that come with Hark.
pub const SIGNALS_PRODUCER: &str = "hark-signals";
/// Which version of them: raised whenever one text could get another signal or score.
pub const SIGNALS_VERSION: &str = "1";
/// Who tells signals by rules of the operator's own.
pub const OWN_SIGNALS_PRODUCER: &str = "hark-signals-own";

/// The rules that come with Hark.
const SHIPPED: &str = include_str!("../../rules/signals.toml");

/// What rules can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Signal {
    /// It wants an answer soon.
    Urgency,
    /// It asks.
    Question,
    /// It thanks.
    Thanks,
    /// It complains.
    Complaint,
    /// It has words that are not said in company.
    StrongLanguage,
    /// It wants to speak with a human.
    Human,
}

impl Signal {
    /// Every signal.
    pub const ALL: [Self; 6] =
        [Self::Urgency, Self::Question, Self::Thanks, Self::Complaint, Self::StrongLanguage, Self::Human];

    /// Returns the one spelling of this signal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Urgency => "urgency",
            Self::Question => "question",
            Self::Thanks => "thanks",
            Self::Complaint => "complaint",
            Self::StrongLanguage => "strong-language",
            Self::Human => "human",
        }
    }
}

/// Rules, ready to be asked.
#[derive(Debug, Clone)]
pub struct Signals {
    rules: Vec<Rule>,
    phrases: Phrases,
    /// The languages that rules name, each with its bit.
    languages: Vec<String>,
    levels: Levels,
    producer: &'static str,
    producer_version: Cow<'static, str>,
}

/// One rule, without its words.
#[derive(Debug, Clone, PartialEq)]
struct Rule {
    name: Box<str>,
    signal: Signal,
    weight: f64,
    speaks: Speaks,
    /// A bit for each language; all where it is for any.
    languages: u64,
}

/// When a rule speaks.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Speaks {
    /// Where one of its phrases stands.
    Phrases {
        /// Only at the beginning of a sentence.
        opens_sentence: bool,
        /// A negation before it silences it.
        is_negatable: bool,
    },
    /// From so many `!` on.
    Exclamations(usize),
    /// From so many `?` on.
    Questions(usize),
    /// Where this share of the words is in capitals.
    Capitals(f64),
}

/// From which score on a signal is told.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Levels {
    signals: [f64; Signal::ALL.len()],
    /// From here on what is urgent is more than soon.
    urgent: f64,
}

impl Default for Levels {
    fn default() -> Self {
        Self { signals: [0.5; Signal::ALL.len()], urgent: 0.8 }
    }
}

impl Default for Signals {
    fn default() -> Self {
        Self::shipped()
    }
}

impl Signals {
    /// Takes the rules that come with Hark.
    pub fn shipped() -> Self {
        read::shipped(SHIPPED).expect("the rules that come with Hark are right")
    }

    /// Reads rules of the operator's own. They stand beside those that come with Hark, in place of those of the
    /// same name, or alone where the file says `shipped = false`; `path` is how the file is called.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with file, line, column and key.
    pub fn parse(text: &str, path: &std::path::Path) -> Result<Self, RuleErrors> {
        read::own(text, path, SHIPPED)
    }

    /// Returns who speaks by these rules, and in which version.
    pub(crate) fn maker(&self) -> (&'static str, &str) {
        (self.producer, &self.producer_version)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use hark_model::AnnotationKind;

    use super::*;
    use crate::Analyser;

    fn told(signals: &Signals, text: &str, language: &str) -> Vec<String> {
        let analyser = Analyser::plain().with_signals(signals.clone());
        let found = analyser.analyse(text, None, Some(language)).signals;
        found.into_iter().map(|found| found.value).collect()
    }

    #[test]
    fn shipped_rules_tell_what_people_want() {
        let shipped = Signals::shipped();
        let cases: &[(&str, &str, &[&str])] = &[
            ("en", "The meeting is at three in room five.", &[]),
            ("en", "Urgent: the site is down, please fix it by 5pm!", &["urgent"]),
            ("en", "I need this by friday, please help", &["soon"]),
            ("en", "It is not urgent, whenever you have time", &[]),
            ("en", "How do I reset my password", &["question"]),
            ("en", "Where is it?", &["question"]),
            ("en", "Thank you so much!", &["thanks"]),
            ("en", "No thanks", &[]),
            ("en", "Thanks in advance", &[]),
            ("en", "I can't thank you enough", &["thanks"]),
            ("en", "My order still hasn't arrived and nobody answers", &["complaint"]),
            ("en", "I have no complaint", &[]),
            ("en", "What the fuck is this", &["strong-language"]),
            ("en", "I want to speak to a real person", &["human"]),
            ("de", "Bitte dringend bis morgen antworten", &["urgent"]),
            ("de", "Es eilt nicht", &[]),
            ("de", "Das funktioniert immer noch nicht", &["complaint"]),
            ("de", "Kann ich mit einem Menschen sprechen?", &["question", "human"]),
            ("fr", "Merci beaucoup", &["thanks"]),
            ("es", "¿Dónde está mi pedido?", &["question"]),
            ("it", "Grazie mille", &["thanks"]),
            ("pt", "Isto é urgente", &["soon"]),
            ("nl", "Met spoed graag", &["soon"]),
            ("en", "https://x.example/?a=1 is the page", &[]),
        ];
        for (language, text, want) in cases {
            assert_eq!(told(&shipped, text, language), *want, "text: {text:?}");
        }
    }

    #[test]
    fn a_language_has_its_own_rules_alone() {
        let shipped = Signals::shipped();
        assert_eq!(told(&shipped, "urgent, dringend, merci, gracias", "ja"), [""; 0]);
        assert_eq!(told(&shipped, "決済ができません?", "ja"), ["question"], "a rule for any language");
        let unknown = Analyser::plain().analyse("urgente", None, None);
        assert_eq!((unknown.language, unknown.signals), (None, Vec::new()));
    }

    #[test]
    fn evidence_says_where_and_adds_up() {
        let text = "Urgent!!! the site is down, I need it by tomorrow. Fix it asap, ASAP";
        let found = Analyser::plain().analyse(text, Some("Outage right now"), Some("en")).signals;
        let [urgency] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (urgency.kind, urgency.producer, urgency.confidence),
            (AnnotationKind::Urgency, SIGNALS_PRODUCER, None)
        );
        let words: Vec<&str> = urgency.evidence.iter().map(|evidence| evidence.text.as_str()).collect();
        let want = ["Outage", "right now", "Urgent", "!!!", "site is down", "need it", "by tomorrow", "asap"];
        assert_eq!(words, want);
        for evidence in urgency.evidence.iter().filter(|evidence| evidence.end > 0) {
            assert_eq!(&text[evidence.start..evidence.end], evidence.text);
        }
        let sum: f64 = urgency.evidence.iter().map(|evidence| evidence.weight).sum();
        assert!((sum - 1.0).abs() < 0.01 && urgency.score == Some(1.0), "{sum}");
    }

    #[test]
    fn nothing_reaches_over_a_break() {
        let shipped = Signals::shipped();
        for (text, want) in [
            ("I did not get it. Urgent", vec!["soon"]),
            ("No, urgent", vec!["soon"]),
            ("This is not so urgent", vec![]),
            ("money. back", vec![]),
            ("> urgent\nall is well", vec![]),
            ("money\n> so he said\nback", vec![]),
        ] {
            assert_eq!(told(&shipped, text, "en"), want, "text: {text:?}");
        }
        let titled = Analyser::plain().analyse("back", Some("money"), Some("en")).signals;
        assert_eq!(titled, []);
    }

    #[test]
    fn own_rules_stand_beside_or_instead() {
        let path = Path::new("own.toml");
        let own = r#"
            without = ["many exclamation marks"]
            [from]
            complaint = 0.9
            [lists]
            product = ["checkout", "till"]
            [[rule]]
            name = "question mark"
            signal = "question"
            weight = 0.1
            questions_min = 1
            [[rule]]
            name = "till"
            signal = "urgency"
            weight = 1
            phrases = ["{product} {day}", "{product} 2 times"]
        "#;
        let rules = Signals::parse(own, path).unwrap();
        for (text, want) in [
            ("The till, tomorrow", vec!["urgent"]),
            ("checkout 17 times", vec!["urgent"]),
            ("Where is it?", vec![]),
            ("It does not work", vec![]),
            ("Thank you", vec!["thanks"]),
        ] {
            assert_eq!(told(&rules, text, "en"), want, "text: {text:?}");
        }
        let found = |rules: &Signals| {
            Analyser::plain().with_signals(rules.clone()).analyse("thanks", None, Some("en")).signals
        };
        assert_eq!(found(&rules)[0].producer, OWN_SIGNALS_PRODUCER);
        let version = found(&rules)[0].producer_version.clone();
        assert_eq!(version, found(&Signals::parse(own, path).unwrap())[0].producer_version, "the same rules");
        let other = Signals::parse(&own.replace("weight = 1", "weight = 0.9"), path).unwrap();
        assert_ne!(version, found(&other)[0].producer_version);
        let alone = Signals::parse(
            &format!("shipped = false\n{}", own.replace("without", "# ").replace("{day}", "now")),
            path,
        );
        let alone = alone.unwrap();
        assert_eq!(told(&alone, "Thank you, till now", "en"), ["urgent"]);
    }

    #[test]
    fn every_complaint_has_its_place_and_key() {
        let rule = |rest: &str| format!("[[rule]]\nname = \"a\"\n{rest}");
        for (text, place, want) in [
            ("x = ".to_owned(), (1, 5), "own.toml:1:5: not TOML: "),
            (
                "shiped = true".to_owned(),
                (1, 1),
                "`shiped`: unknown field `shiped`, expected one of `shipped`",
            ),
            ("shipped = 1".to_owned(), (1, 11), "`shipped`: invalid type: integer `1`, expected a boolean"),
            (rule("signal = \"urgency\""), (1, 1), "`rule[0]`: missing field `weight`"),
            (
                rule("signal = \"urgency\"\nweight = \"high\""),
                (4, 10),
                "`rule[0].weight`: invalid type: string \"high\"",
            ),
            (
                rule("signal = \"hate\"\nweight = 1\nphrases = [\"x\"]"),
                (3, 10),
                "\"hate\" is not one of urgency, question",
            ),
            (
                rule("signal = \"thanks\"\nweight = 7\nphrases = [\"x\"]"),
                (4, 10),
                "`rule[0].weight`: 7 is no weight",
            ),
            (rule("signal = \"thanks\"\nweight = 1\n"), (2, 8), "exactly one of `phrases`"),
            (
                rule("signal = \"thanks\"\nweight = 1\nphrases = [\"x\", \"!!\"]"),
                (5, 17),
                "`rule[0].phrases`: \"!!\" has a link",
            ),
            (rule("signal = \"thanks\"\nweight = 1\nphrases = [\"\"]"), (5, 12), "has no word"),
            (
                rule("signal = \"thanks\"\nweight = 1\nphrases = [\"a b c d e f g h i\"]"),
                (5, 12),
                "more than 8 words",
            ),
            (
                rule("signal = \"thanks\"\nweight = 1\nphrases = [\"by {dy}\"]"),
                (5, 12),
                "the list \"dy\", which is not there",
            ),
            (rule("signal = \"thanks\"\nweight = 1\nphrases = [\"by {day\"]"), (5, 12), "a { without a }"),
            (
                rule("signal = \"thanks\"\nweight = 1\nlanguages = [\"english\"]\nphrases = [\"x\"]"),
                (5, 14),
                "is no language",
            ),
            (
                rule("signal = \"thanks\"\nweight = 1\nlanguages = [\"en\"]\nphrases = [\"thx\"]"),
                (6, 12),
                "in the rule \"thanks, English\" already",
            ),
            (rule("signal = \"thanks\"\nweight = 1\ncapitals_min = 70"), (5, 16), "70 is no share"),
            ("without = [\"x\"]".to_owned(), (1, 12), "no rule that comes with Hark is called \"x\""),
            ("[from]\nhate = 0.5".to_owned(), (2, 8), "nothing is told as \"hate\""),
            ("[from]\nsoon = 2".to_owned(), (2, 8), "`from.soon`: 2 is no score"),
            ("[negations]\nen = [\"not at all\"]".to_owned(), (2, 7), "more than one word"),
            (
                "[lists]\nday = [\"monday\", \"!!\"]".to_owned(),
                (2, 18),
                "!!\" has a link, a mention or a mark; write words alone: a rule that comes with Hark uses this list",
            ),
            ("[lists]\nday = [\"a b c d e f g h i\"]".to_owned(), (2, 8), "`lists.day`: "),
        ] {
            let errors = Signals::parse(&text, Path::new("own.toml")).unwrap_err();
            let error = &errors.errors()[0];
            assert!(errors.to_string().contains(want), "{text}\n{errors}");
            assert_eq!((error.line, error.column), place, "{text}\n{errors}");
        }
        let two = rule("signal = \"hate\"\nweight = 7\nphrases = [\"x\"]");
        assert_eq!(Signals::parse(&two, Path::new("own.toml")).unwrap_err().errors().len(), 2, "all at once");
    }
}
