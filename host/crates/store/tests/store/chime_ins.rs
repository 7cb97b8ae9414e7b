//! Questions to experts: what opens, what closes, and that no question ever shows another thread.

use hark_model::*;
use hark_store::*;
use proptest::prelude::*;

use crate::given::{Given, item};

/// A thread of the first source for each of `visibilities`, with one item of its own and one that is direct.
fn threads(given: &Given, visibilities: &[Visibility]) -> Vec<ConversationKey> {
    let events = visibilities.iter().enumerate().flat_map(|(n, visibility)| {
        let of = |id: String, text: String, visibility| Item {
            conversation: format!("thread {n}"),
            visibility,
            ..item(&id, &text)
        };
        [
            Event::Item(of(format!("{n} open"), format!("words of thread {n}"), *visibility)),
            Event::Item(of(format!("{n} direct"), format!("secret of thread {n}"), Visibility::Direct)),
        ]
    });
    given.says(10, events.collect());
    let db = given.db();
    db.execute_batch("INSERT OR IGNORE INTO user (id, login, name, role) VALUES (1, 'ann', 'Ann', 'smm')")
        .unwrap();
    for person in 1..=4 {
        db.execute("INSERT OR IGNORE INTO person (id, created_at) VALUES (?1, 0)", [person]).unwrap();
    }
    (0..visibilities.len())
        .map(|n| {
            let find = "SELECT id FROM conversation WHERE native_id = ?1";
            db.query_row(find, [format!("thread {n}")], |row| row.get(0)).unwrap()
        })
        .collect()
}

/// The connector says of a thread how private it is; without that the most private item decides.
fn set(given: &Given, thread: ConversationKey, zone: Zone, visibility: Visibility) {
    given
        .db()
        .execute(
            "UPDATE conversation SET zone = ?2, visibility = ?3 WHERE id = ?1",
            rusqlite::params![thread, zone.as_str(), visibility.as_str()],
        )
        .unwrap();
}

fn question(conversation: ConversationKey, expert: i64, may_see: Visibility) -> NewChimeIn {
    NewChimeIn {
        conversation,
        asked_by: 1,
        expert,
        reason: "you wrote the manual".to_owned(),
        channel: "experts".to_owned(),
        address: Some("expert@corp.example".to_owned()),
        may_see,
        seed: [1; 32],
        link_sha256: [2; 32],
        reply_sha256: [3; 32],
        expires_at: 1_000,
        subject: "A question".to_owned(),
        body: "words".to_owned(),
        at: 100,
    }
}

fn ask(given: &Given, new: NewChimeIn) -> ChimeInAsked {
    given.run(given.store.ask_chime_in(new)).unwrap()
}

fn asked(given: &Given, new: NewChimeIn) -> ChimeInId {
    match ask(given, new) {
        ChimeInAsked::New(id) => id,
        other => panic!("{other:?}"),
    }
}

fn page(given: &Given, id: ChimeInId, now: Ms) -> Option<ChimeInPage> {
    given.run(given.store.chime_in_page(id, now)).unwrap()
}

fn row(given: &Given, id: ChimeInId) -> ChimeInRow {
    given.run(given.store.chime_in(id)).unwrap().unwrap()
}

fn answer(given: &Given, id: ChimeInId, at: Ms) -> ChimeInStanding {
    let answer = NewAnswer { text: "42".to_owned(), kind: AnswerAs::Reply, via: AnswerVia::Link, at };
    given.run(given.store.answer_chime_in(id, answer)).unwrap()
}

fn texts(page: &ChimeInPage) -> Vec<String> {
    page.thread.nodes.iter().map(|node| node.row.text.clone()).collect()
}

fn notice_state(given: &Given, id: ChimeInId) -> NoticeState {
    given.run(given.store.notice(&format!("chime-in:{id}"))).unwrap().unwrap().state
}

#[test]
fn a_question_is_asked_with_its_notice_seen_and_answered_once() {
    let given = Given::new();
    let threads = threads(&given, &[Visibility::Public]);
    set(&given, threads[0], Zone::Social, Visibility::Public);
    let id = asked(&given, question(threads[0], 1, Visibility::Community));
    assert_eq!(notice_state(&given, id), NoticeState::Waiting);
    assert_eq!(ask(&given, question(threads[0], 1, Visibility::Community)), ChimeInAsked::Already(id));
    assert_eq!(row(&given, id).state, ChimeInState::Asked);
    assert_eq!(texts(&page(&given, id, 200).unwrap()), ["words of thread 0"], "the direct item is left out");
    assert_eq!(row(&given, id).state, ChimeInState::Asked, "to look at the page changes nothing");
    assert_eq!(given.run(given.store.see_chime_in(id, 300)).unwrap(), ChimeInStanding::Open);
    assert_eq!(row(&given, id).seen_at, Some(300));
    assert_eq!(answer(&given, id, 400), ChimeInStanding::Open);
    assert_eq!(answer(&given, id, 401), ChimeInStanding::Answered);
    assert!(page(&given, id, 402).is_none());
    let row = row(&given, id);
    assert_eq!((row.answer.as_deref(), row.answered_at, row.seen_at), (Some("42"), Some(400), Some(300)));
    assert_eq!(given.run(given.store.chime_in_secrets(id)).unwrap().unwrap().address, None);
    assert_eq!(notice_state(&given, id), NoticeState::Dropped, "what was answered is not asked any more");
}

#[test]
fn declined_withdrawn_and_expired_questions_open_no_more() {
    let given = Given::new();
    let threads = threads(&given, &[Visibility::Public]);
    set(&given, threads[0], Zone::Social, Visibility::Public);
    let ids = [1, 2, 3].map(|person| asked(&given, question(threads[0], person, Visibility::Public)));
    assert_eq!(given.run(given.store.decline_chime_in(ids[0], 200)).unwrap(), ChimeInStanding::Open);
    assert!(given.run(given.store.withdraw_chime_in(ids[1], 200)).unwrap());
    assert!(!given.run(given.store.withdraw_chime_in(ids[0], 200)).unwrap());
    assert!(page(&given, ids[2], 999).is_some());
    let standings = [
        (ids[0], ChimeInStanding::Declined),
        (ids[1], ChimeInStanding::Withdrawn),
        (ids[2], ChimeInStanding::Expired),
    ];
    for (id, want) in standings {
        assert!(page(&given, id, 1_000).is_none());
        assert_eq!(answer(&given, id, 1_000), want);
    }
    assert_eq!(given.run(given.store.expire_chime_ins(1_000)).unwrap(), 1);
    assert_eq!(given.run(given.store.expire_chime_ins(1_000)).unwrap(), 0);
    assert_eq!(row(&given, ids[2]).state, ChimeInState::Expired);
}

#[test]
fn a_thread_that_becomes_more_private_or_moves_closes_its_questions() {
    let given = Given::new();
    let threads = threads(&given, &[Visibility::Public, Visibility::Public]);
    set(&given, threads[0], Zone::Extranet, Visibility::Community);
    let id = asked(&given, question(threads[0], 1, Visibility::Internal));
    let cases = [
        (Zone::Social, Visibility::Public, ChimeInStanding::Open),
        (Zone::Extranet, Visibility::Internal, ChimeInStanding::Open),
        (Zone::Extranet, Visibility::Restricted, ChimeInStanding::Closed),
        (Zone::Intranet, Visibility::Community, ChimeInStanding::Closed),
    ];
    for (zone, visibility, want) in cases {
        set(&given, threads[0], zone, visibility);
        assert_eq!(
            given.run(given.store.chime_in_standing(id, 200)).unwrap(),
            want,
            "{zone:?} {visibility:?}"
        );
        assert_eq!(page(&given, id, 200).is_some(), want == ChimeInStanding::Open);
    }
    assert_eq!(answer(&given, id, 200), ChimeInStanding::Closed);
    set(&given, threads[0], Zone::Extranet, Visibility::Community);
    let merge = "UPDATE conversation SET merged_into = ?1 WHERE id = ?2";
    given.db().execute(merge, [threads[1], threads[0]]).unwrap();
    assert_eq!(answer(&given, id, 200), ChimeInStanding::Closed);
    assert_eq!(ask(&given, question(threads[0], 2, Visibility::Direct)), ChimeInAsked::NoThread);
    assert_eq!(ask(&given, question(9_999, 2, Visibility::Direct)), ChimeInAsked::NoThread);
    set(&given, threads[1], Zone::Social, Visibility::Restricted);
    assert_eq!(ask(&given, question(threads[1], 2, Visibility::Internal)), ChimeInAsked::TooPrivate);
}

#[test]
fn a_mail_that_came_back_is_noted_unless_the_person_has_looked() {
    let given = Given::new();
    let threads = threads(&given, &[Visibility::Public]);
    set(&given, threads[0], Zone::Social, Visibility::Public);
    let ids = [1, 2].map(|person| asked(&given, question(threads[0], person, Visibility::Public)));
    given.run(given.store.see_chime_in(ids[1], 150)).unwrap();
    assert!(given.run(given.store.note_undeliverable_chime_in(ids[0], 200)).unwrap());
    assert!(!given.run(given.store.note_undeliverable_chime_in(ids[1], 200)).unwrap());
    assert_eq!(
        (row(&given, ids[0]).state, row(&given, ids[0]).undeliverable_at),
        (ChimeInState::Undeliverable, Some(200))
    );
    assert_eq!(answer(&given, ids[0], 300), ChimeInStanding::Open, "a copy may have arrived");
}

#[test]
fn an_answer_becomes_a_note_or_a_draft_once() {
    let given = Given::new();
    let threads = threads(&given, &[Visibility::Public]);
    set(&given, threads[0], Zone::Social, Visibility::Public);
    let ids = [1, 2].map(|person| asked(&given, question(threads[0], person, Visibility::Community)));
    assert_eq!(answer(&given, ids[0], 400), ChimeInStanding::Open);
    assert_eq!(answer(&given, ids[0], 401), ChimeInStanding::Answered);
    let note = NewAnswer { text: "a note".to_owned(), kind: AnswerAs::Note, via: AnswerVia::Mail, at: 500 };
    assert_eq!(given.run(given.store.answer_chime_in(ids[1], note)).unwrap(), ChimeInStanding::Open);
    let db = given.db();
    let draft = "SELECT d.body || ' to ' || i.native_id || ' by ' || u.login || ' ' || d.state || ' ' || d.idempotency_key
                 FROM draft d JOIN item i ON i.id = d.reply_to JOIN user u ON u.id = d.author";
    let draft: Vec<String> =
        db.prepare(draft).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let key = format!("42 to 0 open by person:1 submitted chime-in:{}", ids[0]);
    assert_eq!(draft, [key], "what the person could not see is not what is answered");
    let note = "SELECT n.body || ' by ' || u.name || ' on ' || n.conversation_id FROM note n JOIN user u ON u.id = n.author";
    let note: String = db.query_row(note, [], |row| row.get(0)).unwrap();
    assert_eq!(note, format!("a note by an expert on {}", threads[0]));
    assert!(row(&given, ids[0]).draft.is_some() && row(&given, ids[0]).note.is_none());
    assert!(row(&given, ids[1]).note.is_some() && row(&given, ids[1]).draft.is_none());
    let listed = |state| -> Vec<ChimeInId> {
        let rows = given.run(given.store.all_chime_ins(state, 10)).unwrap();
        rows.iter().map(|row| row.id).collect()
    };
    assert_eq!(listed(None), [ids[1], ids[0]]);
    assert_eq!(listed(Some(ChimeInState::Asked)), []);
}

const VISIBILITIES: &[Visibility] = Visibility::ALL;

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_question_ever_shows_another_thread_or_what_its_person_may_not_see(
        items in prop::collection::vec(0..6_usize, 2..8),
        asks in prop::collection::vec((0..8_usize, 1..5_i64, 0..6_usize), 1..16),
        later in prop::collection::vec((0..3_usize, 0..6_usize), 8),
    ) {
        let given = Given::new();
        let visibilities: Vec<Visibility> = items.iter().map(|v| VISIBILITIES[*v]).collect();
        let threads = threads(&given, &visibilities);
        for thread in &threads {
            set(&given, *thread, Zone::Social, Visibility::Public);
        }
        let asked: Vec<_> = asks.iter().filter_map(|(thread, person, may_see)| {
            let (thread, may_see) = (thread % threads.len(), VISIBILITIES[*may_see]);
            match ask(&given, question(threads[thread], *person, may_see)) {
                ChimeInAsked::New(id) => Some((id, thread, may_see)),
                _ => None,
            }
        }).collect();
        prop_assert!(!asked.is_empty());
        for (n, thread) in threads.iter().enumerate() {
            set(&given, *thread, Zone::ALL[later[n].0], VISIBILITIES[later[n].1]);
        }
        for (id, thread, may_see) in asked {
            let stays = Zone::ALL[later[thread].0] == Zone::Social && VISIBILITIES[later[thread].1] <= may_see;
            let shown = page(&given, id, 500);
            prop_assert_eq!(shown.is_some(), stays);
            let Some(shown) = shown else { continue };
            prop_assert_eq!(shown.thread.conversation.id, threads[thread]);
            let mut want = Vec::new();
            if visibilities[thread] <= may_see { want.push(format!("words of thread {thread}")); }
            if may_see == Visibility::Direct { want.push(format!("secret of thread {thread}")); }
            let mut got = texts(&shown);
            got.sort();
            want.sort();
            prop_assert_eq!(got, want);
        }
    }
}
