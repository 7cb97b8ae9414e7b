//! What is let in, what is cut, what is refused.

use hark_model::{Direction, ItemKind, ReadMode, RelationKind};

use super::*;

fn stream(floor: Visibility) -> StreamInfo {
    StreamInfo {
        name: "inbox".into(),
        modes: vec![ReadMode::Incremental],
        visibility_floor: floor,
        edits_seen: false,
        removals_seen: false,
        webhook: false,
        min_poll_ms: 0,
        max_lookback_ms: None,
        priced: false,
    }
}

fn payload(id: u64) -> KeptPayload {
    KeptPayload {
        id,
        label: "page".into(),
        media_type: "text/plain".into(),
        body: b"x".to_vec(),
        url: None,
        status: None,
        received_at: 0,
        via: Via::Poll,
    }
}

fn item(id: &str) -> Item {
    Item {
        id: id.into(),
        revision: String::new(),
        kind: ItemKind::Post,
        direction: Direction::Inbound,
        conversation: "c".into(),
        author: Some("a".into()),
        text: "hello".into(),
        html: None,
        title: None,
        url: None,
        language: None,
        published_at: 1,
        published_is_estimate: false,
        edited_at: None,
        visibility: Visibility::Community,
        sensitive: false,
        automated: false,
        relations: vec![],
        attachments: vec![],
        tags: vec![],
        counters: None,
        origin: Provenance { payload: 1, pointer: "/0".into() },
    }
}

fn admit_one(event: Event) -> Admission {
    admit(vec![event], vec![payload(1), payload(2)], &stream(Visibility::Community), 0)
}

#[test]
fn a_good_item_goes_on_unchanged_with_its_payload() {
    let admission = admit_one(Event::Item(item("1")));
    assert_eq!(admission.admitted, [Admitted { event: Event::Item(item("1")), cuts: vec![] }]);
    assert_eq!(admission.payloads, [payload(1)], "payload 2 is referred to by nothing");
}

#[test]
fn events_outside_the_schema_are_refused_whole_and_the_rest_goes_on() {
    let cases: [(Item, &str); 8] = [
        (Item { id: String::new(), ..item("") }, "id has 0 bytes"),
        (Item { id: "x".repeat(513), ..item("") }, "id has 513 bytes"),
        (Item { conversation: String::new(), ..item("1") }, "conversation has 0 bytes"),
        (Item { published_at: Ms::MAX, ..item("1") }, "outside the years 1 to 9999"),
        (Item { edited_at: Some(Ms::MIN), ..item("1") }, "outside the years 1 to 9999"),
        (
            Item { visibility: Visibility::Public, ..item("1") },
            "less private than the stream's floor community",
        ),
        (Item { origin: Provenance { payload: 9, pointer: String::new() }, ..item("1") }, "names payload 9"),
        (
            Item {
                relations: vec![Relation {
                    kind: RelationKind::ReplyTo,
                    target: String::new(),
                    target_is_actor: false,
                }],
                ..item("1")
            },
            "relation target has 0 bytes",
        ),
    ];
    for (bad, why) in cases {
        let events = vec![Event::Item(item("before")), Event::Item(bad), Event::Item(item("after"))];
        let admission = admit(events, vec![payload(1)], &stream(Visibility::Community), 0);
        assert_eq!(admission.admitted.len(), 2, "{why}");
        assert!(admission.refused[0].why.contains(why), "{:?} has no {why:?}", admission.refused[0].why);
        let kept = admission.payloads.iter().any(|payload| payload.id == admission.refused[0].origin.payload);
        assert!(kept, "what was refused can be looked at: {why}");
    }
}

#[test]
fn what_is_too_long_is_cut_and_said() {
    let long = Item {
        text: "ü".repeat(limits::TEXT_BYTES_MAX),
        url: Some("https://x/".repeat(1_000)),
        tags: vec!["t".into(); 300],
        ..item("1")
    };
    let admission = admit_one(Event::Item(long));
    let Event::Item(cut) = &admission.admitted[0].event else { panic!("an item") };
    assert_eq!((cut.text.len(), cut.url.as_deref(), cut.tags.len()), (limits::TEXT_BYTES_MAX, None, 256));
    assert_eq!(
        admission.admitted[0].cuts,
        [
            "text: 2097152 bytes cut to 1048576",
            "url: left out, 10000 bytes are more than 8192",
            "tags: 300 cut to 256",
        ]
    );
}

#[test]
fn text_is_made_plain() {
    let item = Item { text: "a\r\nb\rc\0d e\u{301}".into(), language: Some("und".into()), ..item("1") };
    let admission = admit_one(Event::Item(item));
    let Event::Item(item) = &admission.admitted[0].event else { panic!("an item") };
    assert_eq!((item.text.as_str(), &item.language), ("a\nb\ncd é", &None));
}

#[test]
fn poison_goes_to_quarantine_with_its_place() {
    let origin = Provenance { payload: 2, pointer: "/entry/3".into() };
    let poison = Poison { hint: "17".into(), why: "no date".into(), origin: origin.clone() };
    let admission = admit_one(Event::Poison(poison));
    assert_eq!(admission.refused, [Refused { origin, hint: "17".into(), why: "no date".into() }]);
    assert_eq!(admission.payloads, [payload(2)]);
}

#[test]
fn poison_without_a_place_is_kept_all_the_same() {
    let poison = Poison { hint: String::new(), why: "?".into(), origin: Provenance::default() };
    let admission = admit(vec![Event::Poison(poison)], vec![], &stream(Visibility::Public), 7);
    assert_eq!(admission.payloads.len(), 1);
    assert_eq!(admission.refused[0].origin.payload, admission.payloads[0].id);
}
