//! Which rules take an item, who gets it, who is told, and that all of it can be explained.

use std::path::Path;

use hark_model::{ItemUid, Sentiment};
use hark_query::{NoLists, Record, WordCounts};

use super::*;
use crate::decision::{Owner, Quiet, Reason, Unfit, WhyQueued, WhyRefused};
use crate::people::{Expert, NoExperts};
use crate::read::Surroundings;
use crate::state::Presence;
use crate::{Difference, Explanation, Outcome, ReplayError};

const MINUTE: Ms = 60_000;

fn ms(text: &str) -> Ms {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

fn tree(text: &str) -> Tree {
    let counts = WordCounts::default();
    Tree::parse(text, Path::new("rules.toml"), &Surroundings { lists: &NoLists, counts: &counts })
        .unwrap_or_else(|errors| panic!("{errors}"))
}

fn item<'a>(text: &'a str, conversation: &'a str) -> Item<'a> {
    let record = Record {
        sources: vec!["blog"],
        sentiment: Sentiment::Negative,
        score: Some(-0.5),
        ..Record::new(ItemUid::from_bytes([0; 16]), Zone::Social, text, 0)
    };
    Item { record, conversation, author: Some("jo") }
}

fn context(now: &str) -> Context<'static> {
    Context { now: ms(now), experts: &NoExperts, silences: None }
}

const NOON: &str = "2026-11-23T12:00Z";

fn route(tree: &Tree, item: &Item<'_>, state: &State) -> Decision {
    tree.route(item, &context(NOON), state, &mut RouteScratch::default())
}

fn rules(decision: &Decision) -> Vec<&str> {
    decision.taken.iter().map(|taken| &*taken.rule).collect()
}

fn person(name: &str, team: &str) -> Owner {
    Owner::Person { person: name.into(), team: Some(team.into()) }
}

const RULES: &str = r#"
[person.ann]
zones = ["social"]
capacity = 2
[person.bob]
zones = ["social", "extranet"]
skills = ["cards"]
[team.a]
members = ["ann", "bob"]
assign = "round-robin"
[team.b]
members = ["bob"]
zones = ["extranet"]
[root]
tags = ["all"]
[[rule]]
name = "card"
when = "card"
team = "a"
priority = "low"
[[rule]]
name = "card-lost"
under = "card"
when = "lost"
priority = "high"
tags = ["lost"]
[[rule]]
name = "card-eaten"
under = "card-lost"
when = "eaten"
[[rule]]
name = "card-lost-last"
under = "card"
when = "lost or stolen"
stop = true
[[rule]]
name = "card-never"
under = "card"
when = "stolen or lost"
[[rule]]
name = "b"
when = "card or bill"
team = "b"
"#;

#[test]
fn an_item_goes_down_as_far_as_filters_let_it() {
    let tree = tree(RULES);
    for (text, taken) in [
        ("nothing", vec!["root"]),
        ("card", vec!["card", "b"]),
        ("bill lost", vec!["b"]),
        ("card lost", vec!["card-lost", "card-lost-last", "b"]),
        ("card lost eaten", vec!["card-eaten", "card-lost-last", "b"]),
        ("card stolen", vec!["card-lost-last", "b"]),
        ("lost eaten stolen", vec!["root"]),
    ] {
        let item = item(text, "c");
        let decision = route(&tree, &item, &State::default());
        assert_eq!(rules(&decision), taken, "{text}");
        let explanation = tree.explain(&item, &context(NOON), &State::default());
        let took = explanation.came_to.iter().filter(|seen| seen.outcome == Outcome::Took);
        assert_eq!(took.map(|seen| &*seen.rule).collect::<Vec<_>>(), taken, "{text}");
    }
    let decision = route(&tree, &item("card lost", "c"), &State::default());
    assert_eq!((decision.priority, &*decision.named_by), (Some(Priority::High), "card-lost"));
    assert_eq!(decision.tags, [Name::from("all"), "lost".into()]);
    assert_eq!(decision.owner, person("ann", "a"));
}

#[test]
fn people_take_turns_and_who_has_it_keeps_it() {
    let tree = tree(RULES);
    let mut state = State::default();
    let mut owners = Vec::new();
    for conversation in ["1", "2", "3", "4", "1", "5"] {
        let decision = route(&tree, &item("card", conversation), &state);
        state.apply(&decision);
        let Owner::Person { person, .. } = &decision.owner else { panic!("{:?}", decision.owner) };
        owners.push(person.to_string());
    }
    // Ann is full with two; the fifth item is of a conversation that she has.
    assert_eq!(owners, ["ann", "bob", "ann", "bob", "ann", "bob"]);
    let decision = route(&tree, &item("card", "6"), &state);
    let full = Unfit::Full { load: 2, capacity: 2 };
    assert_eq!(
        decision.reasons,
        [Reason::Passed { person: "ann".into(), why: full }, Reason::Turn("bob".into())]
    );
    assert_eq!((state.load("ann"), state.load("bob")), (2, 3));
    assert_eq!(state.close("1").unwrap().hand_overs, 0);
    assert_eq!(state.load("ann"), 1);
    assert_eq!(route(&tree, &item("card", "6"), &state).owner, person("ann", "a"));
}

#[test]
fn who_is_away_hands_over_and_it_is_counted() {
    let tree = tree(RULES);
    let mut state = State::default();
    state.apply(&route(&tree, &item("card", "1"), &state));
    assert_eq!(state.work["1"].owner, person("ann", "a"));
    state.desks.get_mut("ann").unwrap().presence = Presence::Away(Some(ms("2026-11-24T08:00Z")));
    let decision = route(&tree, &item("card", "1"), &state);
    assert_eq!(decision.owner, person("bob", "a"));
    assert_eq!(decision.handed_over_from.as_deref(), Some("ann"));
    state.apply(&decision);
    assert_eq!((state.load("ann"), state.load("bob"), state.work["1"].hand_overs), (0, 1, 1));
    let later =
        tree.route(&item("card", "2"), &context("2026-11-24T08:00Z"), &state, &mut RouteScratch::default());
    assert_eq!(later.owner, person("ann", "a"), "she is back");
}

#[test]
fn nobody_gets_what_her_zone_does_not_allow() {
    let tree = tree(RULES);
    let mut intranet = item("card", "1");
    intranet.record.zone = Zone::Intranet;
    let decision = route(&tree, &intranet, &State::default());
    assert_eq!(decision.owner, Owner::Root);
    let refused = Reason::TeamRefused { team: "a".into(), why: WhyRefused::Zone(Zone::Intranet) };
    assert_eq!(decision.reasons, [refused]);
    let mut extranet = item("card", "1");
    extranet.record.zone = Zone::Extranet;
    let decision = route(&tree, &extranet, &State::default());
    assert_eq!(decision.owner, person("bob", "a"));
    let why = Unfit::Zone(Zone::Extranet);
    assert_eq!(decision.reasons[0], Reason::Passed { person: "ann".into(), why });
    // She had the conversation when it was in the open; now it is not.
    let mut state = State::default();
    state.give("1", person("ann", "a"));
    assert_eq!(route(&tree, &extranet, &state).owner, person("bob", "a"));
}

#[test]
fn nobody_left_means_the_queue_of_the_team_and_then_that_of_the_root() {
    let text = "[person.ann]\nzones = [\"social\"]\n[team.a]\nmembers = [\"ann\"]\nqueue_max = 1\n\
                [[rule]]\nname = \"r\"\nwhen = \"card\"\nteam = \"a\"\nassign = \"least-loaded\"\n\
                [[rule]]\nname = \"q\"\nwhen = \"bill\"\nteam = \"a\"\nassign = \"queue\"\n";
    let tree = tree(text);
    let mut state = State::default();
    state.desks.entry("ann".into()).or_default().presence = Presence::Away(None);
    let first = route(&tree, &item("card", "1"), &state);
    let queued = Reason::Queued { team: "a".into(), why: WhyQueued::NobodyLeft };
    assert_eq!(first.reasons, [Reason::Passed { person: "ann".into(), why: Unfit::Away(None) }, queued]);
    assert_eq!(first.owner, Owner::Team("a".into()));
    state.apply(&first);
    let second = route(&tree, &item("bill", "2"), &state);
    let full = WhyRefused::Full { load: 1, queue_max: 1 };
    assert_eq!(second.reasons, [Reason::TeamRefused { team: "a".into(), why: full }]);
    assert_eq!(second.owner, Owner::Root);
    assert_eq!(route(&tree, &item("bill", "1"), &state).owner, Owner::Team("a".into()), "it has its place");
    assert_eq!(route(&tree, &item("nothing", "3"), &state).reasons, [Reason::NobodyNamed]);
}

struct Knows(&'static [&'static str]);

impl Experts for Knows {
    fn rank(&self, _: &Item<'_>, _: &str) -> Vec<Expert> {
        let expert =
            |name: &&str| Expert { person: (*name).into(), score: 1.0, evidence: "answered it".into() };
        self.0.iter().map(expert).collect()
    }
}

#[test]
fn each_method_has_its_own_order() {
    let text = r#"
[person.ann]
zones = ["social"]
[person.bob]
zones = ["social"]
[person.cid]
zones = ["social"]
skills = ["x"]
[rotation.r]
time_zone = "UTC"
hand_over = "00:00"
first = "2026-11-22"
people = ["ann", "bob", "cid"]
[team.a]
members = ["ann", "bob", "cid"]
rotation = "r"
[root]
team = "a"
[[rule]]
name = "expert"
when = "expert"
assign = "expert"
[[rule]]
name = "sticky"
when = "sticky"
assign = "sticky"
[[rule]]
name = "shift"
when = "shift"
assign = "on-call"
[[rule]]
name = "skill"
when = "skill"
skills = ["x"]
[[rule]]
name = "named"
when = "named"
person = "bob"
"#;
    let tree = tree(text);
    let mut state = State::default();
    state.desks.entry("ann".into()).or_default().load = 5;
    state.desks.entry("cid".into()).or_default().load = 7;
    let ask = |text: &str, experts: &dyn Experts, state: &State| {
        let context = Context { now: ms(NOON), experts, silences: None };
        let decision = tree.route(&item(text, "new"), &context, state, &mut RouteScratch::default());
        let Owner::Person { person, .. } = decision.owner else { panic!("{:?}", decision.owner) };
        person.to_string()
    };
    assert_eq!(ask("anything", &NoExperts, &state), "bob", "the fewest");
    assert_eq!(ask("expert", &Knows(&["zoe", "cid", "ann"]), &state), "cid", "the best that is in the team");
    assert_eq!(ask("expert", &Knows(&[]), &state), "bob", "nobody knows: the fewest");
    assert_eq!(ask("shift", &NoExperts, &state), "bob", "2026-11-23 is the second day");
    assert_eq!(ask("skill", &NoExperts, &state), "cid", "who can do it");
    assert_eq!(ask("named", &NoExperts, &state), "bob");
    assert_eq!(ask("sticky", &NoExperts, &state), "bob", "no memory: the fewest");
    let mut before = route(&tree, &item("anything", "old"), &state);
    before.owner = person("cid", "a");
    state.apply(&before);
    assert_eq!(ask("sticky", &NoExperts, &state), "cid", "who had this author");
}

const TOLD: &str = r#"
[calendar.office]
time_zone = "Europe/Berlin"
hours = ["mon-fri 09:00-17:00"]
[calendar.lunch]
time_zone = "Europe/Berlin"
hours = ["daily 17:00-18:00"]
[person.ann]
zones = ["social"]
[person.eve]
zones = ["intranet"]
[team.a]
members = ["ann"]
[root]
group_by = ["source"]
group_wait = "1m"
group_interval = "10m"
repeat = "1h"
[[rule]]
name = "card"
when = "card"
team = "a"
notify = ["team:a", "person:eve"]
[[rule]]
name = "office"
when = "bill"
notify = ["team:a"]
active = ["office"]
mute = ["lunch"]
[[inhibit]]
name = "card-speaks"
while = "card"
quiet = ["office"]
equal = ["source"]
lasts = "30m"
[[silence]]
name = "fair"
when = "fair"
until = "2026-11-24T00:00Z"
author = "ann"
reason = "known"
"#;

#[test]
fn what_comes_together_is_told_together() {
    let tree = tree(TOLD);
    let mut state = State::default();
    let mut scratch = RouteScratch::default();
    let start = ms(NOON);
    let mut take = |minute: Ms, conversation: &str, state: &mut State| {
        let context = Context { now: start + minute * MINUTE, experts: &NoExperts, silences: None };
        let decision = tree.route(&item("card", conversation), &context, state, &mut scratch);
        state.apply(&decision);
        decision.notices[0].due_at.map(|due| (due - start) / MINUTE)
    };
    assert_eq!(take(0, "1", &mut state), Some(1));
    assert_eq!(take(0, "2", &mut state), Some(1), "the group waits already");
    assert_eq!(state.next_due(), Some(start + MINUTE));
    assert!(state.due(start + MINUTE - 1).is_empty());
    let told = state.due(start + MINUTE);
    assert_eq!((told.len(), told[0].news, &*told[0].group), (1, 2, "card{source=\"blog\"}"));
    assert_eq!(told[0].to, [Addressee::Team("a".into())], "Eve may not see it");
    assert!(state.due(start + MINUTE).is_empty(), "once");
    assert_eq!(take(3, "3", &mut state), Some(11), "the interval");
    assert_eq!(state.due(start + 11 * MINUTE)[0].news, 1);
    // Nothing new: told again after an hour, while work is open.
    assert_eq!(state.next_due(), Some(start + 71 * MINUTE));
    let again = state.due(start + 71 * MINUTE);
    assert_eq!((again[0].news, again[0].open.len()), (0, 3));
    for conversation in ["1", "2", "3"] {
        state.close(conversation);
    }
    assert_eq!(state.next_due(), None);
    state.prune(start + 24 * 60 * MINUTE, 0);
    assert!(state.groups.is_empty() && state.raised.is_empty());
}

#[test]
fn silences_inhibitions_and_calendars_keep_quiet() {
    let tree = tree(TOLD);
    let mut state = State::default();
    let at = |text: &str, now: &str, state: &State| {
        let decision = tree.route(&item(text, "1"), &context(now), state, &mut RouteScratch::default());
        decision.notices.into_iter().next().map(|notice| (notice.due_at, notice.quiet)).unwrap()
    };
    let (due, quiet) = at("card fair", NOON, &state);
    assert_eq!(due, None);
    let Some(Quiet::Silenced { silence, author, reason, until }) = quiet else { panic!("{quiet:?}") };
    assert_eq!((&*silence, &*author, &*reason, until), ("fair", "ann", "known", ms("2026-11-24T00:00Z")));
    assert_eq!(at("card fair", "2026-11-24T00:00Z", &state).1, None, "it ended");
    // Open: at 12:01 UTC. After five, lunch and night put it off until nine in Berlin, which is 08:00 UTC.
    assert_eq!(at("bill", NOON, &state), (Some(ms("2026-11-23T12:01Z")), None));
    let morning = ms("2026-11-24T08:00Z");
    let muted = Quiet::Muted { calendar: "office".into(), until: morning };
    assert_eq!(at("bill", "2026-11-23T16:30Z", &state), (Some(morning), Some(muted)));
    // The other rule spoke of the same source less than half an hour ago.
    state.apply(&route(&tree, &item("card", "2"), &state));
    let (due, quiet) = at("bill", "2026-11-23T12:29Z", &state);
    let by = Quiet::Inhibited { by: "card-speaks".into(), until: ms("2026-11-23T12:30Z") };
    assert_eq!((due, quiet), (None, Some(by)));
    assert_eq!(at("bill", "2026-11-23T12:30Z", &state).1, None);
    let mut other = item("bill", "3");
    other.record.sources = vec!["forum"];
    let decision = tree.route(&other, &context("2026-11-23T12:29Z"), &state, &mut RouteScratch::default());
    assert_eq!(decision.notices[0].quiet, None, "another source");
}

#[test]
fn an_explanation_says_words_values_and_misses_and_can_be_played_again() {
    let tree = tree(RULES);
    let mut state = State::default();
    state.apply(&route(&tree, &item("card", "1"), &state));
    let context = Context { experts: &Knows(&["bob"]), ..context(NOON) };
    let explanation: Explanation = tree.explain(&item("My card is lost.", "2"), &context, &state);
    assert_eq!(
        explanation.decision,
        tree.route(&item("My card is lost.", "2"), &context, &state, &mut RouteScratch::default())
    );
    assert_eq!(explanation.replay(&tree).unwrap(), explanation.decision);
    assert!(matches!(explanation.replay(&self::tree(TOLD)), Err(ReplayError::OtherRules)));
    let text = explanation.to_string();
    for line in [
        "person bob of team a, named by rule card-lost",
        "  it is bob's turn",
        "rule card (line 16) led on: card [\"card\" at text 3..7]",
        "rule card-lost (line 21) took it: lost [\"lost\" at text 11..15]",
        "rule card-never (line 36) came behind card-lost-last, which said stop: (stolen or lost [\"lost\" at text 11..15])",
        "rule card-eaten",
    ] {
        let is_there = text.lines().any(|own| own.starts_with(line));
        assert_eq!(is_there, line != "rule card-eaten", "{line}\n{text}");
    }
    let miss = tree.explain_rule("card-eaten", &item("card lost", "2"), 0).unwrap().unwrap();
    assert_eq!(miss.misses(), ["eaten"]);
    assert!(tree.explain_rule("no-such-rule", &item("card", "2"), 0).is_none());
}

#[test]
fn a_dry_run_says_what_would_go_elsewhere() {
    let (old, new) = (tree(RULES), tree(&RULES.replace("when = \"card or bill\"", "when = \"invoice\"")));
    let texts = ["card", "bill", "nothing", "bill card", "invoice"];
    let conversations = ["1", "2", "3", "4", "5"];
    let mut items: Vec<Item<'_>> =
        texts.iter().zip(conversations).map(|(text, conversation)| item(text, conversation)).collect();
    items.iter_mut().for_each(|item| item.record.zone = Zone::Extranet);
    let state = State::default();
    let same = Difference::between(&old, &old, &items, &context(NOON), &state);
    assert_eq!((same.items, same.moves.len(), same.owners.len()), (5, 0, 0));
    let difference = Difference::between(&old, &new, &items, &context(NOON), &state);
    // Cards lose a rule that only looked on; bills lose their team, invoices gain one.
    assert_eq!(difference.moves.iter().map(|own| own.item).collect::<Vec<_>>(), [0, 1, 3, 4]);
    let owners: Vec<String> =
        difference.owners.iter().map(|((old, new), count)| format!("{count}: {old} -> {new}")).collect();
    assert_eq!(
        owners,
        ["1: person bob of team b -> queue of the root", "1: queue of the root -> person bob of team b"]
    );
    assert!(difference.to_string().starts_with("4 of 5 items would be routed otherwise\n"));
}
