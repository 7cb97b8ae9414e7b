//! What routing remembers: stored with its items or not at all, refused from another version, read back as it was.

use hark_model::*;
use hark_store::*;

use crate::given::{Given, batch, item, removal};

fn work(conversation: &str) -> WorkRow {
    WorkRow {
        scope: "forum".to_owned(),
        conversation: conversation.to_owned(),
        status: WorkStatus::New,
        team: Some("cards".to_owned()),
        person: Some("ann".to_owned()),
        priority: Priority::High,
        hand_overs: 1,
        groups: vec!["card{source=\"a\"}".to_owned()],
        service: Some("customers".to_owned()),
        opened_at: 10,
        asked_at: 5,
        first_response_at: None,
        waiting_since: None,
        done_at: None,
        pauses: vec![(11, 12)],
        first_response_due: Some(100),
        resolve_due: Some(200),
        stepped_at: 10,
    }
}

fn step(from: i64, work: Vec<WorkRow>) -> RoutingStep {
    RoutingStep { from, at: 10, work, ..RoutingStep::default() }
}

fn notice(key: &str) -> NewNotice {
    NewNotice {
        key: key.to_owned(),
        target: "cards".to_owned(),
        urgent: false,
        held: false,
        subject: "1 new item".to_owned(),
        body: "c".to_owned(),
        link: None,
        due_at: 0,
        at: 0,
    }
}

#[test]
fn what_was_decided_is_stored_with_its_items_or_not_at_all() {
    let mut given = Given::new();
    let take = |given: &Given, id: &str, step: RoutingStep| {
        let commit = batch(given.sources[0], 10, vec![Event::Item(item(id, "card"))]);
        given.run(given.store.commit_routed(commit, Some(step)))
    };
    let group = GroupRow {
        key: "card{source=\"a\"}".to_owned(),
        rule: "card".to_owned(),
        told: vec!["team:cards".to_owned()],
        wait_ms: 1,
        interval_ms: 2,
        repeat_ms: None,
        opened_at: 3,
        told_at: None,
        news: 4,
        due_at: Some(5),
        open: vec!["forum c".to_owned()],
    };
    let author = AuthorRow { team: "cards".into(), author: "forum jo".into(), person: "ann".into(), at: 10 };
    let all = RoutingStep {
        turns: vec![("cards".into(), "ann".into())],
        authors: vec![author],
        groups: vec![group],
        raised: vec![("outage".into(), 1_000)],
        notices: vec![notice("a")],
        ..step(0, vec![work("c")])
    };
    assert_eq!(take(&given, "1", all.clone()).unwrap().new_items, 1);
    let refused = take(&given, "2", step(0, vec![work("c")])).unwrap_err();
    assert!(matches!(refused, StoreError::RoutingMoved), "{refused}");
    assert_eq!(given.ids(FeedFilter::default()), ["1"], "the item of the refused step is not there");

    for _ in 0..2 {
        let rows = given.run(given.store.routing(20)).unwrap();
        assert_eq!((rows.version, rows.work.as_slice()), (1, &[work("c")][..]));
        assert_eq!(
            (&rows.turns, &rows.authors, &rows.groups, &rows.raised),
            (&all.turns, &all.authors, &all.groups, &all.raised)
        );
        given.reopen();
    }
    let rest = RoutingStep {
        groups_gone: vec!["card{source=\"a\"}".to_owned()],
        authors_since: Some(11),
        at: 1_000,
        ..step(1, Vec::new())
    };
    given.run(given.store.step_routing(rest)).unwrap();
    let rows = given.run(given.store.routing(0)).unwrap();
    assert!(rows.groups.is_empty() && rows.authors.is_empty() && rows.raised.is_empty(), "{rows:?}");
}

#[test]
fn a_step_of_escalation_and_its_notice_are_there_once() {
    let given = Given::new();
    given.says(10, vec![Event::Item(item("1", "card"))]);
    let taken = |promise: &'static str, step: &str| ServiceStepRow {
        scope: "forum".to_owned(),
        conversation: "c".to_owned(),
        opened_at: 10,
        promise,
        step: step.to_owned(),
        due_at: 100,
    };
    for from in 0..2 {
        let again = RoutingStep {
            steps: vec![
                taken("first-response", "notify team:cards at 75 %"),
                taken("first-response", "breach"),
            ],
            notices: vec![notice("service/1")],
            ..step(from, vec![work("c")])
        };
        given.run(given.store.step_routing(again)).unwrap();
    }
    let service = given.detail("1").row.service.unwrap();
    assert_eq!(service.broken, ["first-response"]);
    assert_eq!(service.steps, ["first-response: notify team:cards at 75 %"]);
    assert_eq!((service.first_response_due, service.resolve_due), (Some(100), Some(200)));
    let count: i64 = given.db().query_row("SELECT count(*) FROM notice", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 1);
}

#[test]
fn persons_of_the_rules_are_known_and_their_accounts_have_what_they_have() {
    let given = Given::new();
    given.says(10, vec![Event::Item(item("1", "card"))]);
    let ann = |shown: &str, account: Option<&str>| StaffRecord {
        name: "ann".to_owned(),
        shown: shown.to_owned(),
        account: account.map(str::to_owned),
        function: None,
    };
    given
        .db()
        .execute_batch("INSERT INTO user (login, name, role) VALUES ('a.example', 'Ann', 'admin')")
        .unwrap();
    for shown in ["Ann", "Ann Example"] {
        given.run(given.store.know_staff(vec![ann(shown, Some("a.example"))], 10)).unwrap();
    }
    given.run(given.store.step_routing(step(0, vec![work("c")]))).unwrap();
    let db = given.db();
    let whose = "SELECT u.login, u.role, p.display_name FROM work w JOIN user u ON u.id = w.assignee JOIN person p ON p.id = u.person_id";
    let found: (String, String, String) =
        db.query_row(whose, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    assert_eq!(found, ("a.example".into(), "admin".into(), "Ann Example".into()), "a role stays as it was");
    assert_eq!(given.detail("1").row.person.as_deref(), Some("ann"));
}

#[test]
fn what_is_known_already_is_told_before_it_is_decided() {
    let given = Given::new();
    let us = Actor { is_self: true, ..crate::given::actor("us", 1) };
    given.says(10, vec![Event::Actor(us), Event::Item(item("1", "card")), removal("gone", Some(5))]);
    given
        .db()
        .execute_batch(
            "INSERT INTO outbox (source_id, action, arguments, idempotency_key, state, made, at, updated_at)
             SELECT id, 'reply', '{}', 'key', 'done', 'sent', 0, 0 FROM source WHERE name = 'source-0'",
        )
        .unwrap();
    let closed = WorkRow { status: WorkStatus::Done, done_at: Some(20), ..work("c") };
    given.run(given.store.step_routing(step(0, vec![closed.clone()]))).unwrap();
    let uid = |id: &str| ItemUid::derive("forum", id);
    let items = ["1", "gone", "sent", "new"].map(|id| (uid(id), id.to_owned()));
    let ask = FamiliarAsk {
        scope: "forum".to_owned(),
        items: items.to_vec(),
        authors: vec!["us".to_owned(), "jo".to_owned()],
        conversations: vec!["c".to_owned(), "d".to_owned()],
    };
    let familiar = given.run(given.store.familiar(ask)).unwrap();
    assert_eq!(familiar.known, [uid("1"), uid("gone")].into());
    assert_eq!(
        (familiar.ours, familiar.sent),
        (["us".to_owned()].into(), vec![("sent".into(), "key".into())])
    );
    assert_eq!((familiar.closed, familiar.version), (vec![closed], 1));
    assert_eq!(given.run(given.store.routing(0)).unwrap().work, [], "only open work is remembered");
}

#[test]
fn a_silence_is_made_once_and_ended_once() {
    let given = Given::new();
    let silence = SilenceRow {
        name: "fair".to_owned(),
        filter: "#fair".to_owned(),
        rules: vec!["card".to_owned()],
        from: 10,
        until: 100,
        author: "ann".to_owned(),
        reason: "known".to_owned(),
        ended_at: None,
    };
    assert!(given.run(given.store.add_silence(silence.clone())).unwrap());
    assert!(!given.run(given.store.add_silence(silence.clone())).unwrap());
    let standing = given.run(given.store.routing(20)).unwrap().silences;
    assert_eq!(standing, std::slice::from_ref(&silence));
    assert_eq!(given.run(given.store.routing(100)).unwrap().silences, [], "its end has come");
    assert!(given.run(given.store.end_silence("fair".to_owned(), 50)).unwrap());
    assert!(!given.run(given.store.end_silence("fair".to_owned(), 60)).unwrap());
    assert_eq!(given.run(given.store.routing(20)).unwrap().silences, []);
    assert_eq!(given.run(given.store.silences()).unwrap(), [SilenceRow { ended_at: Some(50), ..silence }]);
    assert_eq!(given.run(given.store.routing_version()).unwrap(), 4, "whoever remembers looks again");
}
