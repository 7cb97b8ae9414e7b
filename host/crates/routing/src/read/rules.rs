//! `[root]` and `[[rule]]`: rules in the order of the file into a tree in which each inherits.

use std::collections::HashMap;
use std::sync::Arc;

use hark_config::{ErrorKind, Section, Sink, Value};
use hark_model::{Ms, Priority};
use hark_query::{Expr, Filter, Standing};

use super::Surroundings;
use super::parts::{
    Named, addressees, filter, labels, length, name, place_of, places_of, read_length, words,
};
use crate::Name;
use crate::calendar::Calendar;
use crate::decision::Waits;
use crate::label::Label;
use crate::limits;
use crate::people::{Method, Person, Team};
use crate::service::Level;
use crate::tree::{Node, ROOT};

/// As Alertmanager has them.
const WAITS: Waits =
    Waits { wait_ms: 30 * 1000, interval_ms: 5 * 60 * 1000, repeat_ms: Some(4 * 60 * 60 * 1000) };

/// The other tables of the file.
pub(super) struct Known<'a, 'k> {
    pub calendars: &'a Named<'k, Arc<Calendar>>,
    pub people: &'a Named<'k, Person>,
    pub teams: &'a Named<'k, Team>,
    pub levels: &'a Named<'k, Level>,
    pub around: &'a Surroundings<'a>,
}

/// What was read.
pub(super) struct Rules<'a> {
    /// Each before those under it.
    pub nodes: Vec<Node>,
    pub standing: Standing,
    /// Places in `nodes`, by name.
    pub names: Named<'a, Name>,
}

/// A rule in the order of the file; what stands in `node` about places is filled in later.
struct Draft {
    node: Node,
    /// Its filter and those above it.
    whole: Filter,
    depth: usize,
    /// Places of those under it, in the order of the file.
    children: Vec<usize>,
}

pub(super) fn read_all<'a>(top: &mut Section<'a, '_>, known: &Known<'_, '_>) -> Rules<'a> {
    let sink = top.sink;
    let mut names: Named<'a, Name> = Named::new("rule");
    let root = read_root(top, known);
    names.places.insert(ROOT, 0);
    names.list.push(ROOT.into());
    let mut drafts = vec![root];
    for mut section in top.tables("rule") {
        let name = name(&mut section);
        section.name = format!("rule.{}", name.inner);
        let parent = read_parent(&mut section, &names);
        let line = sink.line_of(section.span.start);
        let at =
            Value { inner: (), span: section.span.clone(), key: section.name.clone(), table: String::new() };
        let mut draft = read_draft(section, &name, parent, &drafts[parent], known);
        draft.node.line = line;
        if draft.depth > limits::DEPTH_MAX {
            sink.key(ErrorKind::TooMuch, &at, &format!("stands under more than {} rules", limits::DEPTH_MAX));
        }
        // A rule without a name is refused for it already.
        if !name.inner.is_empty() {
            names.add(&name, sink, name.inner.into());
        } else {
            names.list.push("".into());
        }
        let number = drafts.len();
        drafts[parent].children.push(number);
        drafts.push(draft);
    }
    arranged(drafts, names, known.around, sink)
}

fn read_parent(section: &mut Section<'_, '_>, names: &Named<'_, Name>) -> usize {
    let Some(under) = section.string("under") else { return 0 };
    if !names.places.contains_key(under.inner) {
        let hint = hark_config::did_you_mean(under.inner, names.places.keys().copied(), '"');
        let why = format!("there is no rule {:?} above this one{hint}", under.inner);
        section.sink.value(ErrorKind::Value, &under, &why);
    }
    names.places.get(under.inner).copied().unwrap_or(0)
}

fn read_root(top: &mut Section<'_, '_>, known: &Known<'_, '_>) -> Draft {
    let blank = Draft {
        node: Node {
            name: ROOT.into(),
            line: 1,
            parent: 0,
            end: 0,
            when: Filter::everything(),
            team: None,
            person: None,
            names_owner: false,
            assign: None,
            skills: Vec::new(),
            functions: Vec::new(),
            priority: None,
            tags: Vec::new(),
            group_by: Vec::new(),
            waits: WAITS,
            notify: Vec::new(),
            mute: Vec::new(),
            active: Vec::new(),
            service: None,
            stop: false,
        },
        whole: Filter::everything(),
        depth: 0,
        children: Vec::new(),
    };
    let Some(mut section) = top.table(ROOT) else { return blank };
    let line = section.sink.line_of(section.span.start);
    let mut node = Node { line, ..blank.node.clone() };
    read_body(&mut section, &mut node, known);
    node.names_owner = false;
    check_shift(&section, &node, known);
    section.finish("the root takes everything");
    Draft { node, ..blank }
}

fn read_draft(
    mut section: Section<'_, '_>,
    name: &Value<&str>,
    parent: usize,
    above: &Draft,
    known: &Known<'_, '_>,
) -> Draft {
    let mut node = above.node.clone();
    (node.name, node.parent, node.stop) = (name.inner.into(), parent, false);
    node.when = filter(&mut section, "when", known.around).unwrap_or_default();
    read_body(&mut section, &mut node, known);
    node.stop = section.boolean("stop").unwrap_or(false);
    check_shift(&section, &node, known);
    section.finish("");
    let parts = [&above.whole, &node.when].into_iter().filter_map(|filter| filter.root().cloned());
    let whole = Filter::new(Expr::all(parts.collect()));
    Draft { node, whole, depth: above.depth + 1, children: Vec::new() }
}

/// Reads what root and rules have in common into `node`, which has what it inherits.
fn read_body(section: &mut Section<'_, '_>, node: &mut Node, known: &Known<'_, '_>) {
    let team = place_of(section, "team", known.teams);
    let person = place_of(section, "person", known.people);
    let assign = section.word::<Method>("assign");
    if team.is_some() {
        // Another team shares its work out in its own way, and the person above is none of its own.
        (node.team, node.person, node.assign) = (team, None, None);
    }
    node.person = person.or(node.person);
    node.assign = assign.or(node.assign);
    let (skills, functions) = (labels(section, "skills"), labels(section, "functions"));
    let says_how = assign.is_some() || skills.is_some() || functions.is_some();
    node.names_owner |= team.is_some() || person.is_some() || says_how;
    replace(&mut node.skills, skills);
    replace(&mut node.functions, functions);
    check_known(section, "skills", &node.skills, known.people.list.iter().flat_map(|person| &person.skills));
    check_known(
        section,
        "functions",
        &node.functions,
        known.people.list.iter().flat_map(|person| &person.functions),
    );
    node.priority = section.word::<Priority>("priority").or(node.priority);
    node.tags.extend(labels(section, "tags").unwrap_or_default());
    node.tags.sort();
    node.tags.dedup();
    replace(&mut node.group_by, words::<Label>(section, "group_by"));
    node.waits.wait_ms = length(section, "group_wait").unwrap_or(node.waits.wait_ms);
    node.waits.interval_ms = length(section, "group_interval").unwrap_or(node.waits.interval_ms);
    node.waits.repeat_ms = read_repeat(section).unwrap_or(node.waits.repeat_ms);
    replace(&mut node.notify, addressees(section, "notify", known.teams, known.people));
    replace(&mut node.mute, places_of(section, "mute", known.calendars));
    replace(&mut node.active, places_of(section, "active", known.calendars));
    node.service = place_of(section, "service", known.levels).or(node.service);
}

fn replace<T>(own: &mut Vec<T>, found: Option<Vec<T>>) {
    if let Some(found) = found {
        *own = found;
    }
}

fn read_repeat(section: &mut Section<'_, '_>) -> Option<Option<Ms>> {
    let text = section.string("repeat")?;
    if text.inner == "never" { Some(None) } else { read_length(&text, section.sink).map(Some) }
}

/// Complains about a skill or function that nobody has: nobody would ever get what the rule takes.
fn check_known<'p>(
    section: &mut Section<'_, '_>,
    key: &'static str,
    wanted: &[Name],
    had: impl Iterator<Item = &'p Name> + Clone,
) {
    let sink = section.sink;
    let Some(list) = section.strings(key) else { return };
    for text in list.iter().filter(|text| wanted.iter().any(|own| **own == *text.inner)) {
        if !had.clone().any(|own| **own == *text.inner) {
            let hint = hark_config::did_you_mean(text.inner, had.clone().map(|own| &**own), '"');
            sink.value(ErrorKind::Value, text, &format!("no person of this file has {:?}{hint}", text.inner));
        }
    }
}

/// Complains about a rule that asks for a shift that its team does not have.
fn check_shift(section: &Section<'_, '_>, node: &Node, known: &Known<'_, '_>) {
    let team = node.team.and_then(|place| known.teams.list.get(place));
    if node.assign == Some(Method::OnCall) && team.is_none_or(|team| team.rotation.is_none()) {
        section.missing("team", "`assign = \"on-call\"` needs a team with a `rotation`");
    }
}

/// Puts each rule before those under it.
fn arranged<'a>(
    drafts: Vec<Draft>,
    mut names: Named<'a, Name>,
    around: &Surroundings<'_>,
    sink: &Sink<'_>,
) -> Rules<'a> {
    let mut order = Vec::with_capacity(drafts.len());
    let mut stack = vec![0];
    while let Some(number) = stack.pop() {
        order.push(number);
        stack.extend(drafts[number].children.iter().rev());
    }
    let places: HashMap<usize, usize> =
        order.iter().enumerate().map(|(place, number)| (*number, place)).collect();
    let mut sizes = vec![1; drafts.len()];
    // Whatever stands under a rule comes behind it in the file, too.
    for number in (1..drafts.len()).rev() {
        sizes[drafts[number].node.parent] += sizes[number];
    }
    let mut nodes: Vec<Node> = Vec::with_capacity(drafts.len());
    let mut filters = Vec::with_capacity(drafts.len());
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    for (place, number) in order.iter().enumerate() {
        let Some(Draft { mut node, whole, .. }) = drafts[*number].take() else { continue };
        node.parent = places.get(&node.parent).copied().unwrap_or(0);
        node.end = place + sizes[*number];
        if place > 0 {
            filters.push((node.name.to_string(), whole));
        }
        nodes.push(node);
    }
    for place in names.places.values_mut() {
        *place = places.get(place).copied().unwrap_or(0);
    }
    let standing = Standing::new(filters, around.counts).unwrap_or_else(|refused| {
        // Filters were asked whether they can stand as they were read; were it otherwise, the file is refused still.
        let at = Value { inner: (), span: 0..0, key: refused.rule.clone(), table: "rule".to_owned() };
        sink.value(ErrorKind::Value, &at, &refused.why.to_string());
        Standing::default()
    });
    Rules { nodes, standing, names }
}
