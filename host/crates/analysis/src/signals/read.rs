//! TOML text into rules.
//!
//! Holds: every complaint about the values of a file comes at once; what comes with Hark is never to blame for
//! what an operator wrote. Not here: what rules do.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::Spanned;

use crate::hash::digest;
use crate::lexicon::Lexicon;
use crate::signals::error::{Complaints, RuleErrors};
use crate::signals::phrases::{Phrases, WORDS_MAX, words_of};
use crate::signals::rules::{RuleFile, WrittenRule};
use crate::signals::{
    Levels, OWN_SIGNALS_PRODUCER, Rule, SIGNALS_PRODUCER, SIGNALS_VERSION, Signal, Signals, Speaks,
};
use crate::tag;

/// Most rules.
const RULES_MAX: usize = 1_000;
/// Most words of all phrases, once lists are written out.
const WORDS_ALL_MAX: usize = 200_000;
/// Most phrases that one phrase with lists stands for.
const WRITTEN_OUT_MAX: usize = 1_000;
/// Most languages that rules name: a bit each, and one for any.
const LANGUAGES_MAX: usize = 63;

/// Reads the rules that come with Hark.
pub(crate) fn shipped(text: &str) -> Result<Signals, RuleErrors> {
    let path = Path::new("rules/signals.toml");
    let mut complaints = Complaints::new(text, path);
    let Some(file) = read(text, &mut complaints) else { return complaints.into_result(Signals::none()) };
    let mut maker = Maker::new(SIGNALS_PRODUCER, SIGNALS_VERSION);
    maker.add(&file, &[], &mut complaints);
    complaints.into_result(maker.made)
}

/// Reads an operator's rules, beside those in `shipped` where they say nothing else.
pub(crate) fn own(text: &str, path: &Path, shipped: &str) -> Result<Signals, RuleErrors> {
    let mut complaints = Complaints::new(text, path);
    let Some(file) = read(text, &mut complaints) else { return complaints.into_result(Signals::none()) };
    // What stands beside them speaks with them.
    let mut maker = Maker::new(OWN_SIGNALS_PRODUCER, digest(&[text.as_bytes(), shipped.as_bytes()].concat()));
    let mut below = Complaints::new(shipped, Path::new("rules/signals.toml"));
    let shipped = file.shipped.then(|| read(shipped, &mut below)).flatten();
    if let Some(mut shipped) = shipped {
        let known = |name: &str| shipped.rule.iter().any(|rule| rule.name.get_ref() == name);
        for name in file.without.iter().filter(|name| !known(name.get_ref())) {
            complaints.add(
                name.span(),
                "without",
                format!("no rule that comes with Hark is called {:?}", name.get_ref()),
            );
        }
        let is_gone = |rule: &WrittenRule| {
            let is = |name: &Spanned<String>| name.get_ref() == rule.name.get_ref();
            file.without.iter().any(is) || file.rule.iter().any(|own| is(&own.name))
        };
        shipped.rule.retain(|rule| !is_gone(rule));
        for (name, words) in &file.lists {
            shipped.lists.insert(name.clone(), words.clone());
        }
        maker.add(&shipped, &[], &mut below);
        blame_lists(below, &file.lists, &mut complaints);
        maker.add(&file, &[&shipped.lists], &mut complaints);
    } else {
        maker.add(&file, &[], &mut complaints);
    }
    complaints.into_result(maker.made)
}

/// Complains about the operator's `lists` for what they broke in rules that come with Hark, once for each list: without
/// them nothing there is wrong.
fn blame_lists(below: Complaints<'_>, lists: &Lists, complaints: &mut Complaints<'_>) {
    let mut blamed = BTreeSet::new();
    for (phrase, message) in below.into_messages() {
        let named = |name: &str| phrase.contains(&format!("{{{name}}}"));
        let used = || lists.iter().filter(|(name, _)| named(name));
        let is_meant =
            |word: &&Spanned<String>| message.contains(word.get_ref().escape_debug().to_string().as_str());
        let meant = used().find_map(|(name, words)| Some((name, words.iter().find(is_meant)?)));
        let first = || used().chain(lists).find_map(|(name, words)| Some((name, words.first()?)));
        let (name, span) = match meant.or_else(first) {
            Some((name, word)) => (name.as_str(), word.span()),
            None => ("", 0..0),
        };
        if blamed.insert(name.to_owned()) {
            let message = format!(
                "{message}: a rule that comes with Hark uses this list; mend it, or call yours by another name"
            );
            complaints.add(span, format!("lists.{name}"), message);
        }
    }
}

fn read(text: &str, complaints: &mut Complaints<'_>) -> Option<RuleFile> {
    let parsed = match toml::Deserializer::parse(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            complaints.add(error.span().unwrap_or(0..0), "", format!("not TOML: {}", error.message()));
            return None;
        }
    };
    match serde_path_to_error::deserialize(parsed) {
        Ok(file) => Some(file),
        Err(error) => {
            // What `Spanned` calls its value stands in the path as well.
            let key = error.path().to_string();
            let key = key.split(".$__").next().unwrap_or("").to_owned();
            let error = error.into_inner();
            complaints.add(
                error.span().unwrap_or(0..0),
                if key == "." { String::new() } else { key },
                error.message(),
            );
            None
        }
    }
}

impl Signals {
    fn none() -> Self {
        Self {
            rules: Vec::new(),
            phrases: Phrases::default(),
            languages: Vec::new(),
            levels: Levels::default(),
            producer: OWN_SIGNALS_PRODUCER,
            producer_version: "".into(),
        }
    }
}

type Lists = BTreeMap<String, Vec<Spanned<String>>>;

/// Rules under way.
struct Maker {
    made: Signals,
    lexicon: Lexicon,
    words: usize,
}

impl Maker {
    fn new(producer: &'static str, producer_version: impl Into<Cow<'static, str>>) -> Self {
        let made = Signals { producer, producer_version: producer_version.into(), ..Signals::none() };
        Self { made, lexicon: Lexicon::new(), words: 0 }
    }

    fn add(&mut self, file: &RuleFile, lists: &[&Lists], complaints: &mut Complaints<'_>) {
        for (name, level) in &file.from {
            self.set_level(name, level, complaints);
        }
        for (language, words) in &file.negations {
            for word in words {
                let key = format!("negations.{language}");
                let Some(bit) = self.language(language) else {
                    complaints.add(
                        word.span(),
                        key,
                        format!("{language:?} is no language; write a code such as \"en\""),
                    );
                    break;
                };
                match self.words(word, &key, complaints).as_deref() {
                    Some([word]) => self.made.phrases.add_negation(*word, bit),
                    Some(_) => complaints.add(
                        word.span(),
                        key,
                        format!("{:?} is more than one word", word.get_ref()),
                    ),
                    None => {}
                }
            }
        }
        let mut names = BTreeSet::new();
        for (at, rule) in file.rule.iter().enumerate() {
            let key = format!("rule[{at}]");
            if !names.insert(rule.name.get_ref().as_str()) {
                let message = format!(
                    "there is another rule called {:?}; give this one a name of its own",
                    rule.name.get_ref()
                );
                complaints.add(rule.name.span(), format!("{key}.name"), message);
            }
            let lists: Vec<&Lists> = [&file.lists].into_iter().chain(lists.iter().copied()).collect();
            self.add_rule(rule, &key, &lists, complaints);
        }
    }

    fn set_level(&mut self, name: &str, level: &Spanned<f64>, complaints: &mut Complaints<'_>) {
        let key = format!("from.{name}");
        if !(0.0..=1.0).contains(level.get_ref()) {
            return complaints.add(
                level.span(),
                key,
                format!("{} is no score; write one from 0 to 1", level.get_ref()),
            );
        }
        let signal = if name == "soon" {
            Some(Signal::Urgency)
        } else {
            signal_of(name).filter(|signal| *signal != Signal::Urgency)
        };
        match signal {
            Some(signal) => self.made.levels.signals[signal as usize] = *level.get_ref(),
            None if name == "urgent" => self.made.levels.urgent = *level.get_ref(),
            None => {
                let known = "soon, urgent, question, thanks, complaint, strong-language, human";
                complaints.add(level.span(), key, format!("nothing is told as {name:?}; known are {known}"));
            }
        }
    }

    fn add_rule(
        &mut self,
        written: &WrittenRule,
        key: &str,
        lists: &[&Lists],
        complaints: &mut Complaints<'_>,
    ) {
        let signal = signal_of(written.signal.get_ref());
        if signal.is_none() {
            let known: Vec<&str> = Signal::ALL.iter().map(|signal| signal.as_str()).collect();
            let message = format!("{:?} is not one of {}", written.signal.get_ref(), known.join(", "));
            complaints.add(written.signal.span(), format!("{key}.signal"), message);
        }
        let weight = *written.weight.get_ref();
        if !(-1.0..=1.0).contains(&weight) {
            complaints.add(
                written.weight.span(),
                format!("{key}.weight"),
                format!("{weight} is no weight; write one from -1 to 1"),
            );
        }
        let languages = self.languages(written, key, complaints);
        let Some(speaks) = speaks(written, key, complaints) else { return };
        let Some(number) =
            u16::try_from(self.made.rules.len()).ok().filter(|at| usize::from(*at) < RULES_MAX)
        else {
            return complaints.add(
                written.name.span(),
                key,
                format!("more than {RULES_MAX} rules; leave some out"),
            );
        };
        let name = written.name.get_ref().as_str().into();
        let signal = signal.unwrap_or(Signal::Question);
        self.made.rules.push(Rule { name, signal, weight, speaks, languages });
        for phrase in written.phrases.iter().flatten() {
            self.add_phrase(number, phrase, &format!("{key}.phrases"), lists, complaints);
        }
    }

    /// Returns the bits of the languages of a rule.
    fn languages(&mut self, written: &WrittenRule, key: &str, complaints: &mut Complaints<'_>) -> u64 {
        let Some(languages) = &written.languages else { return u64::MAX };
        let mut bits = 0;
        for language in languages {
            match self.language(language.get_ref()) {
                Some(bit) => bits |= bit,
                None => {
                    let message =
                        format!("{:?} is no language; write a code such as \"en\"", language.get_ref());
                    complaints.add(language.span(), format!("{key}.languages"), message);
                }
            }
        }
        if languages.is_empty() {
            let message = "a rule for no language never speaks; leave the key out for any language";
            complaints.add(written.name.span(), format!("{key}.languages"), message);
        }
        bits
    }

    /// Returns the bit of a language, if it is one and there is room.
    fn language(&mut self, code: &str) -> Option<u64> {
        let code = tag::normalised(code).filter(|tag| tag == code && !tag.contains('-'))?;
        let known = &mut self.made.languages;
        let at = known.iter().position(|known| *known == code).unwrap_or_else(|| {
            known.push(code);
            known.len() - 1
        });
        (at < LANGUAGES_MAX).then(|| 2 << at)
    }

    fn add_phrase(
        &mut self,
        rule: u16,
        phrase: &Spanned<String>,
        key: &str,
        lists: &[&Lists],
        complaints: &mut Complaints<'_>,
    ) {
        let written = match written_out(phrase.get_ref(), lists) {
            Ok(written) => written,
            Err(message) => return complaints.add(phrase.span(), key, message),
        };
        for text in written {
            let text = Spanned::new(phrase.span(), text);
            let Some(words) = self.words(&text, key, complaints) else { return };
            let (signal, languages) =
                (self.made.rules[usize::from(rule)].signal, self.made.rules[usize::from(rule)].languages);
            let rules = &self.made.rules;
            let before = self.made.phrases.add(&words, rule).iter().map(|rule| &rules[usize::from(*rule)]);
            let twice =
                before.filter(|other| other.signal == signal && other.languages & languages & !1 != 0);
            if let Some(other) = twice.map(|other| other.name.to_string()).next() {
                let message = format!(
                    "{:?} stands in the rule {other:?} already; take it out of one, or name that rule in `without`",
                    text.get_ref()
                );
                return complaints.add(phrase.span(), key, message);
            }
        }
    }

    fn words(
        &mut self,
        phrase: &Spanned<String>,
        key: &str,
        complaints: &mut Complaints<'_>,
    ) -> Option<Vec<u64>> {
        let text = phrase.get_ref();
        let words = words_of(text, &self.lexicon);
        self.words += words.as_ref().map_or(0, Vec::len);
        let message = match &words {
            None => format!("{text:?} has a link, a mention or a mark; write words alone"),
            Some(words) if words.is_empty() => format!("{text:?} has no word"),
            Some(words) if words.len() > WORDS_MAX => format!("{text:?} has more than {WORDS_MAX} words"),
            Some(_) if self.words > WORDS_ALL_MAX => {
                format!("more than {WORDS_ALL_MAX} words in all; leave some out")
            }
            Some(_) => return words,
        };
        complaints.add(phrase.span(), key, message);
        None
    }
}

fn signal_of(name: &str) -> Option<Signal> {
    Signal::ALL.into_iter().find(|signal| signal.as_str() == name)
}

/// Returns when a rule speaks; a rule has one reason to.
fn speaks(written: &WrittenRule, key: &str, complaints: &mut Complaints<'_>) -> Option<Speaks> {
    let WrittenRule {
        phrases, opens_sentence, negatable, exclamations_min, questions_min, capitals_min, ..
    } = written;
    let phrases = phrases
        .as_ref()
        .map(|_| Speaks::Phrases { opens_sentence: *opens_sentence, is_negatable: *negatable });
    let whole = |least: &Option<Spanned<u32>>| least.as_ref().map(|least| (*least.get_ref()).max(1) as usize);
    let share = capitals_min.as_ref().map(|least| *least.get_ref());
    if let Some(least) = capitals_min.as_ref().filter(|least| !(0.0..=1.0).contains(least.get_ref())) {
        let message = format!("{} is no share; write one from 0 to 1", least.get_ref());
        complaints.add(least.span(), format!("{key}.capitals_min"), message);
    }
    let reasons = [
        phrases,
        whole(exclamations_min).map(Speaks::Exclamations),
        whole(questions_min).map(Speaks::Questions),
        share.map(Speaks::Capitals),
    ];
    let mut given = reasons.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(speaks), None) => Some(speaks),
        _ => {
            let message =
                "a rule has exactly one of `phrases`, `exclamations_min`, `questions_min`, `capitals_min`";
            complaints.add(written.name.span(), key, message);
            None
        }
    }
}

/// Returns what `phrase` stands for, each `{LIST}` in it once by every of its words.
fn written_out(phrase: &str, lists: &[&Lists]) -> Result<Vec<String>, String> {
    let mut all = vec![String::new()];
    let mut rest = phrase;
    while let Some((before, behind)) = rest.split_once('{') {
        let Some((name, behind)) = behind.split_once('}') else {
            return Err(format!("{phrase:?} has a {{ without a }}"));
        };
        let Some(words) = lists.iter().find_map(|lists| lists.get(name)) else {
            return Err(format!(
                "{phrase:?} names the list {name:?}, which is not there; write it under [lists]"
            ));
        };
        if all.len() * words.len() > WRITTEN_OUT_MAX {
            return Err(format!(
                "{phrase:?} stands for more than {WRITTEN_OUT_MAX} phrases; use fewer lists or shorter ones"
            ));
        }
        all = all
            .iter()
            .flat_map(|start| words.iter().map(move |word| format!("{start}{before}{}", word.get_ref())))
            .collect();
        rest = behind;
    }
    all.iter_mut().for_each(|start| start.push_str(rest));
    Ok(all)
}
