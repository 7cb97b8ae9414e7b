//! What is remembered of items and of time: what opens work, what does not, what is due and what is told once.

use std::path::Path;

use hark_model::{ItemKind, Provenance, SourceName, Visibility, Zone};
use hark_query::{NoLists, WordCounts};
use hark_routing::Surroundings;
use hark_store::WorkRow;

use super::*;

const HOUR: Ms = 3_600_000;

const RULES: &str = r#"
[calendar.always]
time_zone = "UTC"
hours = ["daily 00:00-24:00"]
[person.ann]
zones = ["social"]
[person.bob]
zones = ["social"]
[team.cards]
members = ["ann", "bob"]
[team.desk]
zones = ["social"]
[service.customers]
zones = ["social"]
calendar = "always"
first_response = "4h"
resolve = "16h"
reopen_after = "72h"
[[service.customers.step]]
of = "first-response"
after_percent = 75
notify = ["team:desk"]
[root]
service = "customers"
[[rule]]
name = "card"
when = "card"
team = "cards"
notify = ["team:cards"]
group_wait = "0s"
repeat = "never"
"#;

struct Given {
    tree: Tree,
    source: SourceRecord,
    memory: Memory,
    familiar: Familiar,
}

impl Given {
    fn new() -> Self {
        let counts = WordCounts::default();
        let around = Surroundings { lists: &NoLists, counts: &counts };
        let tree = Tree::parse(RULES, Path::new("rules.toml"), &around).unwrap_or_else(|why| panic!("{why}"));
        let source = SourceRecord {
            name: SourceName::parse("forum").unwrap(),
            connector: hark_model::ConnectorId::parse("forum").unwrap(),
            connector_version: "1".to_owned(),
            component_sha256: [0; 32],
            platform: "forum".to_owned(),
            scope: "forum".to_owned(),
            zone: Zone::Social,
            owner_function: None,
            retention_days: None,
            enabled: true,
            at: 0,
        };
        let memory = Memory::new(RoutingRows::default(), 0);
        Self { tree, source, memory, familiar: Familiar::default() }
    }

    fn says(&mut self, item: hark_model::Item, now: Ms) -> (hark_model::Route, Option<RoutingStep>) {
        let entry = Entry {
            event: Event::Item(item),
            annotations: Vec::new(),
            route: None,
            copy_of: None,
            cuts: Vec::new(),
        };
        let mut entries = [entry];
        let about = About::default();
        let sitting =
            Sitting { tree: &self.tree, about: &about, source: &self.source, familiar: &self.familiar, now };
        let step = self.memory.decide(&mut entries, &sitting);
        let [entry] = entries;
        (entry.route.unwrap(), step)
    }

    /// The same that was remembered, read back from rows as after a crash.
    fn restarted(&mut self, work: Vec<WorkRow>, groups: Vec<hark_store::GroupRow>, now: Ms) {
        self.memory = Memory::new(RoutingRows { work, groups, ..RoutingRows::default() }, now);
    }
}

/// Nobody is told, and no promise is broken.
fn is_quiet(step: Option<RoutingStep>) -> bool {
    step.is_none_or(|step| step.notices.is_empty() && step.steps.is_empty())
}

fn item(id: &str, conversation: &str, text: &str) -> hark_model::Item {
    hark_model::Item {
        id: id.to_owned(),
        revision: String::new(),
        kind: ItemKind::Comment,
        direction: Direction::Inbound,
        conversation: conversation.to_owned(),
        author: Some("jo".to_owned()),
        text: text.to_owned(),
        html: None,
        title: None,
        url: None,
        language: None,
        published_at: 0,
        published_is_estimate: false,
        edited_at: None,
        visibility: Visibility::Public,
        sensitive: false,
        automated: false,
        relations: Vec::new(),
        attachments: Vec::new(),
        tags: Vec::new(),
        counters: None,
        origin: Provenance::default(),
    }
}

#[test]
fn only_what_is_new_and_theirs_opens_work() {
    let mut given = Given::new();
    let (route, step) = given.says(item("1", "c", "my card"), 0);
    assert_eq!((route.team.as_deref(), route.person.as_deref()), (Some("cards"), Some("ann")));
    let work = step.unwrap().work.remove(0);
    assert_eq!((work.person.as_deref(), work.status), (Some("ann"), WorkStatus::New));
    assert_eq!((work.first_response_due, work.resolve_due), (Some(4 * HOUR), Some(16 * HOUR)));

    // Known, ours, a machine's: it has a route, and nobody is chosen.
    given.familiar.known.insert(ItemUid::derive("forum", "2"));
    given.familiar.ours.insert("us".to_owned());
    given.familiar.sent.push(("5".to_owned(), "key".to_owned()));
    for said in [
        item("2", "d", "card"),
        hark_model::Item { author: Some("us".to_owned()), ..item("3", "d", "card") },
        hark_model::Item { automated: true, ..item("4", "d", "card") },
        item("5", "d", "card"),
        hark_model::Item { direction: Direction::Outbound, ..item("6", "d", "card") },
    ] {
        let (route, step) = given.says(said.clone(), 0);
        assert_eq!((route.team.as_deref(), route.person, step), (Some("cards"), None, None), "{said:?}");
    }
    assert_eq!(given.memory.state.load("ann"), 1);
}

#[test]
fn an_answer_of_ours_is_noted_once_and_one_from_before_is_none() {
    let mut given = Given::new();
    given.says(hark_model::Item { published_at: 100, ..item("1", "c", "my card") }, 1_000);
    let ours = |id: &str, at: Ms| hark_model::Item {
        direction: Direction::Outbound,
        published_at: at,
        ..item(id, "c", "we look into it")
    };
    assert_eq!(given.says(ours("2", 99), 2_000).1, None);
    let answered = given.says(ours("3", 100), 3_000).1.unwrap().work.remove(0);
    assert_eq!(answered.first_response_at, Some(3_000));
    assert_eq!(given.says(ours("4", 200), 4_000).1, None);
}

#[test]
fn what_is_over_goes_on_or_begins_anew() {
    let mut given = Given::new();
    let step = given.says(item("1", "c", "my card"), 0).1.unwrap();
    let done =
        WorkRow { status: WorkStatus::Done, done_at: Some(HOUR), hand_overs: 2, ..step.work[0].clone() };
    given.restarted(Vec::new(), Vec::new(), HOUR);
    given.familiar.closed = vec![done];
    let (route, again) = given.says(item("2", "c", "thank you"), 2 * HOUR);
    let again = again.unwrap().work.remove(0);
    assert_eq!((again.status, again.person.as_deref(), again.hand_overs), (WorkStatus::Open, Some("ann"), 2));
    assert_eq!((again.opened_at, again.pauses.as_slice()), (0, &[(HOUR, 2 * HOUR)][..]));
    assert_eq!(route.person.as_deref(), Some("ann"));

    given.restarted(Vec::new(), Vec::new(), HOUR);
    let (_, anew) = given.says(item("3", "c", "my card again"), 100 * HOUR);
    let anew = anew.unwrap().work.remove(0);
    assert_eq!((anew.status, anew.opened_at, anew.hand_overs), (WorkStatus::New, 100 * HOUR, 0));
}

#[test]
fn steps_and_notices_are_told_once_over_a_restart() {
    let mut given = Given::new();
    let first = given.says(item("1", "c", "my card"), 0).1.unwrap();
    let told = given.memory.tick(&given.tree, 0).unwrap();
    let named = |step: &RoutingStep| -> Vec<(String, String)> {
        step.notices.iter().map(|own| (own.target.clone(), own.subject.clone())).collect()
    };
    assert_eq!(named(&told), [("cards".to_owned(), "1 new item: rule card".to_owned())]);
    assert!(is_quiet(given.memory.tick(&given.tree, 2 * HOUR)));
    given.restarted(first.work, told.groups, 2 * HOUR);
    assert!(is_quiet(given.memory.tick(&given.tree, 3 * HOUR - 1)), "the group was told of before");

    let warned = given.memory.tick(&given.tree, 3 * HOUR).unwrap();
    assert_eq!(
        named(&warned),
        [("desk".to_owned(), "75 % of the time for the first-response is over".to_owned())]
    );
    assert_eq!((warned.steps.len(), warned.work[0].stepped_at), (1, 3 * HOUR));
    given.restarted(warned.work, Vec::new(), 3 * HOUR);
    assert!(is_quiet(given.memory.tick(&given.tree, 4 * HOUR)), "due is not late");
    let broken = given.memory.tick(&given.tree, 4 * HOUR + 1).unwrap();
    assert_eq!((broken.steps[0].promise, broken.steps[0].step.as_str()), ("first-response", "breach"));
    assert_eq!(broken.steps[0].due_at, 4 * HOUR);
    given.restarted(broken.work, Vec::new(), 5 * HOUR);
    assert!(is_quiet(given.memory.tick(&given.tree, 6 * HOUR)));
}
