//! `[[silence]]` and `[[inhibit]]`.

use hark_config::{ErrorKind, Section, Value};

use super::Surroundings;
use super::parts::{Named, filter, length, moment, must_label, name, place_of, places_of, words};
use crate::Name;
use crate::label::Label;
use crate::quiet::{Inhibition, Silence, Silences};

pub(super) fn read_silences(
    top: &mut Section<'_, '_>,
    rules: &Named<'_, Name>,
    around: &Surroundings<'_>,
) -> Silences {
    let sink = top.sink;
    let mut names = Named::new("silence");
    let sections = top.tables("silence");
    let silences = sections.into_iter().map(|section| read_silence(section, &mut names, rules, around));
    let silences: Vec<Silence> = silences.collect();
    Silences::new(silences).unwrap_or_else(|refused| {
        let at = Value { inner: (), span: 0..0, key: refused.rule.clone(), table: "silence".to_owned() };
        sink.value(ErrorKind::Value, &at, &refused.why.to_string());
        Silences::default()
    })
}

fn read_silence<'a>(
    mut section: Section<'a, '_>,
    names: &mut Named<'a, ()>,
    rules: &Named<'_, Name>,
    around: &Surroundings<'_>,
) -> Silence {
    let sink = section.sink;
    let before = sink.count();
    let own = name(&mut section);
    section.name = format!("silence.{}", own.inner);
    if !own.inner.is_empty() {
        names.add(&own, sink, ());
    }
    let when = filter(&mut section, "when", around);
    if when.as_ref().is_none_or(|when| when.root().is_none()) && sink.count() == before {
        section.missing(
            "when",
            "it says of which items; for all of them write \"zone:intranet,extranet,social\"",
        );
    }
    let listed = section.strings("rules").unwrap_or_default();
    for rule in &listed {
        rules.find(rule, sink);
    }
    let until = moment(&mut section, "until");
    if until.is_none() && section.string("until").is_none() {
        section.missing("until", "a silence ends; write a moment such as \"2026-12-24T09:00Z\"");
    }
    let from = moment(&mut section, "from");
    if let (Some(from), Some(end)) = (from, until)
        && end <= from
        && let Some(text) = section.string("until")
    {
        sink.key(ErrorKind::Value, &text, "is not behind `from`");
    }
    let silence = Silence {
        name: own.inner.into(),
        when: when.unwrap_or_default(),
        rules: listed.iter().map(|rule| rule.inner.into()).collect(),
        from: from.unwrap_or(i64::MIN),
        until: until.unwrap_or(i64::MIN),
        author: must_label(&mut section, "author", "who made the silence"),
        reason: must_label(&mut section, "reason", "why there is a silence"),
    };
    section.finish("");
    silence
}

pub(super) fn read_inhibitions(top: &mut Section<'_, '_>, rules: &Named<'_, Name>) -> Vec<Inhibition> {
    let mut names = Named::new("inhibition");
    let sections = top.tables("inhibit").into_iter();
    sections.filter_map(|section| read_inhibition(section, &mut names, rules)).collect()
}

fn read_inhibition<'a>(
    mut section: Section<'a, '_>,
    names: &mut Named<'a, ()>,
    rules: &Named<'_, Name>,
) -> Option<Inhibition> {
    let sink = section.sink;
    let own = name(&mut section);
    section.name = format!("inhibit.{}", own.inner);
    if !own.inner.is_empty() {
        names.add(&own, sink, ());
    }
    let source = place_of(&mut section, "while", rules);
    let targets = places_of(&mut section, "quiet", rules);
    let equal = words::<Label>(&mut section, "equal").unwrap_or_default();
    let lasts_ms = length(&mut section, "lasts");
    for key in ["while", "lasts"] {
        if section.string(key).is_none() {
            section.missing(
                key,
                "an inhibition says while which rule, what is quiet, and for how long it lasts",
            );
        }
    }
    if targets.as_ref().is_none_or(Vec::is_empty)
        && section.strings("quiet").is_none_or(|list| list.is_empty())
    {
        section.missing("quiet", "the rules that are kept quiet");
    }
    let targets = targets.unwrap_or_default();
    if source.is_some_and(|source| targets.contains(&source) || source == 0) {
        let at =
            Value { inner: (), span: section.span.clone(), key: section.name.clone(), table: String::new() };
        sink.key(
            ErrorKind::Value,
            &at,
            "would keep a rule quiet by itself; `while` and `quiet` name different rules",
        );
    }
    section.finish("");
    Some(Inhibition { name: own.inner.into(), source: source?, targets, equal, lasts_ms: lasts_ms? })
}
