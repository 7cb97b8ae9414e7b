//! The database and memory give the same items, for random filters over random items, under the store's own schema.

use hark_model::{Direction, ItemKind, Priority, Sentiment, Visibility, Zone};
use hark_query::{Ambient, Field, Filter, Flag, Flags, Param, Record, STATUSES, Unsupported, Words};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use crate::random::{NAMES, WORDS, filter, uid};

/// Noon of 2026-11-22, in UTC.
pub const NOW: i64 = 1_795_348_800_000;

const EVERY_FLAG: [Flag; 14] = [
    Flag::Report,
    Flag::Attachment,
    Flag::Link,
    Flag::Title,
    Flag::Reply,
    Flag::Quote,
    Flag::Share,
    Flag::Edited,
    Flag::Removed,
    Flag::Automated,
    Flag::Sensitive,
    Flag::Verified,
    Flag::Ours,
    Flag::Duplicate,
];

/// A random item, as both sides are told of it.
#[derive(Debug, Clone)]
pub struct Item {
    title: Option<String>,
    text: String,
    zone: Zone,
    kind: ItemKind,
    direction: Direction,
    visibility: Visibility,
    names: Names,
    language: Option<&'static str>,
    opinion: Option<&'static str>,
    sentiment: Option<(Sentiment, Option<f64>, Option<f64>)>,
    age_ms: i64,
    counts: [Option<u64>; 5],
    /// Of the conversation: status, team, priority.
    work: Option<(&'static str, Option<&'static str>, Priority)>,
    /// Of the rules: team, priority.
    route: Option<(Option<&'static str>, Option<Priority>)>,
    near_dup_of: u8,
    flags: u16,
}

#[derive(Debug, Clone)]
struct Names {
    sources: Vec<usize>,
    place: Option<&'static str>,
    handle: Option<&'static str>,
    display_name: Option<&'static str>,
    emails: Vec<&'static str>,
    has_author: bool,
    tags: Vec<&'static str>,
    /// Ids that are mentioned, and the handles of those that are known.
    mentions: Vec<(&'static str, Option<&'static str>)>,
    assignee: Option<&'static str>,
}

/// Sources with their platforms.
const SOURCES: [(&str, &str); 3] = [("acme", "forum"), ("Acme Cloud", "jo"), ("none", "forum")];

fn text() -> impl Strategy<Value = String> {
    let words = prop::collection::vec(select(WORDS), 0..10);
    (words, select(&[" ", ", ", "-", "\u{301} ", "👍"][..])).prop_map(|(words, between)| words.join(between))
}

fn some_names(max: usize) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::btree_set(select(NAMES), 0..=max).prop_map(|names| names.into_iter().collect())
}

fn names() -> impl Strategy<Value = Names> {
    let name = || prop::option::of(select(NAMES));
    let mentions = prop::collection::btree_map(select(NAMES), name(), 0..3);
    let sources = prop::collection::btree_set(0..SOURCES.len(), 1..3);
    (sources, name(), name(), name(), some_names(2), any::<bool>(), some_names(3), mentions, name()).prop_map(
        |(sources, place, handle, display_name, emails, has_author, tags, mentions, assignee)| Names {
            sources: sources.into_iter().collect(),
            place,
            handle,
            display_name,
            emails,
            has_author,
            tags,
            mentions: mentions.into_iter().collect(),
            assignee,
        },
    )
}

pub fn item() -> impl Strategy<Value = Item> {
    let count = || prop::option::of(select(&[0_u64, 1, 2, 999, 1000, 1001, i64::MAX as u64][..]));
    let counts = [count(), count(), count(), count(), count()];
    let language = || prop::option::of(select(&["en", "EN-gb", "de", "english", "pt-BR"][..]));
    let score = || prop::option::of(select(&[-1.0, -0.5, 0.0, 0.1, 0.5, 1.0][..]));
    let sentiment = prop::option::of((select(Sentiment::ALL), score(), score()));
    let team = || prop::option::of(select(NAMES));
    let work = prop::option::of((select(STATUSES), team(), select(Priority::ALL)));
    let route = prop::option::of((team(), prop::option::of(select(Priority::ALL))));
    let age = select(
        &[0, 1, -1, 59_999, 60_000, 60_001, 3_600_000, 43_200_000, 43_200_001, 86_400_000, 700_000_000][..],
    );
    let kinds = (select(Zone::ALL), select(ItemKind::ALL), select(Direction::ALL), select(Visibility::ALL));
    let opinions = (language(), language(), sentiment, age, counts);
    let more = (work, route, 0..4_u8, any::<u16>());
    (prop::option::of(text()), text(), kinds, names(), opinions, more).prop_map(
        |(title, text, (zone, kind, direction, visibility), names, opinions, more)| {
            let (language, opinion, sentiment, age_ms, counts) = opinions;
            let (work, route, near_dup_of, flags) = more;
            Item {
                title,
                text,
                zone,
                kind,
                direction,
                visibility,
                names,
                language,
                opinion,
                sentiment,
                age_ms,
                counts,
                work,
                route,
                near_dup_of,
                flags,
            }
        },
    )
}

impl Item {
    fn has(&self, flag: Flag) -> bool {
        match flag {
            // These follow from what is stored otherwise.
            Flag::Title => self.title.as_ref().is_some_and(|title| !title.is_empty()),
            Flag::Verified | Flag::Ours => self.names.has_author && self.flags & 1 << flag as u16 != 0,
            // A mention or a link is a relation; an item is no duplicate without one before it.
            Flag::Duplicate => self.near_dup_of > 0,
            flag => self.flags & 1 << flag as u16 != 0,
        }
    }

    pub fn record(&self, number: u8) -> Record<'_> {
        let names = &self.names;
        let author = names.handle.into_iter().chain(names.display_name).chain(["author"]);
        let author = author.chain(names.emails.iter().copied());
        let team = self.work.and_then(|(_, team, _)| team);
        let routed = self.route.unwrap_or_default();
        let near_dup_of = (self.near_dup_of > 0).then(|| uid(self.near_dup_of - 1));
        Record {
            near_dup_of,
            title: self.title.as_deref(),
            kind: self.kind,
            direction: self.direction,
            visibility: self.visibility,
            sources: names.sources.iter().map(|source| SOURCES[*source].0).collect(),
            platforms: names.sources.iter().map(|source| SOURCES[*source].1).collect(),
            place: names.place,
            author: if names.has_author { author.collect() } else { Vec::new() },
            followers: self.counts[0].filter(|_| names.has_author),
            mentions: names.mentions.iter().flat_map(|(id, handle)| [Some(*id), *handle]).flatten().collect(),
            tags: names.tags.clone(),
            language: self.opinion.or(self.language),
            sentiment: self.sentiment.map_or(Sentiment::Unknown, |(label, ..)| label),
            score: self.sentiment.and_then(|(_, score, _)| score),
            confidence: self.sentiment.and_then(|(.., confidence)| confidence),
            likes: self.counts[1],
            replies: self.counts[2],
            shares: self.counts[3],
            views: self.counts[4],
            status: self.work.map(|(status, ..)| status),
            assignee: names.assignee.filter(|_| self.work.is_some()),
            team: team.or(routed.0),
            priority: self.work.map(|(.., priority)| priority).or(routed.1),
            flags: EVERY_FLAG.into_iter().filter(|flag| self.has(*flag)).fold(Flags::default(), Flags::with),
            ..Record::new(uid(number), self.zone, &self.text, NOW - self.age_ms)
        }
    }
}

/// A database with the store's schema, and what every item needs.
fn database() -> Connection {
    let db = Connection::open_in_memory().unwrap();
    let mut files: Vec<_> =
        std::fs::read_dir("../store/migrations").unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 4, "the schema is read: {files:?}");
    for file in files {
        db.execute_batch(&std::fs::read_to_string(file).unwrap()).unwrap();
    }
    db.pragma_update(None, "foreign_keys", true).unwrap();
    db.execute_batch("INSERT INTO component VALUES (1, zeroblob(32))").unwrap();
    for ((name, platform), id) in SOURCES.iter().zip(1_i64..) {
        db.execute(
            "INSERT INTO source (id, name, connector, connector_version, component_id, platform, scope, zone, created_at)
             VALUES (?1, ?2, 'c', '1', 1, ?3, 's', 'social', 0)",
            params![id, name, platform],
        )
        .unwrap();
        db.execute(
            "INSERT INTO raw (id, source_id, sha256, label, media_type, received_at, via, encoding)
             VALUES (?1, ?1, zeroblob(32), 'l', 'm', 0, 'poll', 'erased')",
            [id],
        )
        .unwrap();
    }
    for (login, id) in NAMES.iter().zip(1_i64..) {
        db.execute("INSERT INTO user (id, login, name, role) VALUES (?1, ?2, 'n', 'r')", params![id, login])
            .unwrap();
    }
    db
}

fn store(db: &Connection, number: u8, item: &Item) {
    let id = i64::from(number) + 1;
    let names = &item.names;
    let flag = |flag| i64::from(item.has(flag));
    if names.has_author {
        db.execute(
            "INSERT INTO actor (id, scope, native_id, kind, handle, display_name, followers, verified, is_self,
               first_seen_at, last_seen_at) VALUES (?1, ?2, 'author', 'person', ?3, ?4, ?5, ?6, ?7, 0, 0)",
            params![
                id,
                format!("s{id}"),
                names.handle,
                names.display_name,
                item.counts[0].map(|n| n as i64),
                flag(Flag::Verified),
                flag(Flag::Ours)
            ],
        )
        .unwrap();
        for email in &names.emails {
            db.execute("INSERT INTO actor_email VALUES (?1, ?2)", params![id, email]).unwrap();
        }
    }
    db.execute(
        "INSERT INTO conversation (id, scope, native_id, zone, place, visibility) VALUES (?1, 's', ?1, 'social', ?2, 'public')",
        params![id, names.place],
    )
    .unwrap();
    let count = |n: usize| item.counts[n].map(|n| n as i64);
    let removed = item.has(Flag::Removed);
    db.execute(
        "INSERT INTO item (id, uid, scope, native_id, zone, conversation_id, author_id, kind, direction, revisions, language,
           published_at, observed_at, edited_at, removed_at, removal_reason, visibility, sensitive, automated,
           platform_revision, content_sha256, facts, near_dup_of, likes, replies, shares, views)
         VALUES (?1, ?2, 's', ?1, ?3, ?1, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10, ?11, ?12, ?13, ?14, ?15, '', zeroblob(32), 0, ?16,
           ?17, ?18, ?19, ?20)",
        params![
            id,
            uid(number).as_bytes(),
            item.zone.as_str(),
            names.has_author.then_some(id),
            item.kind.as_str(),
            item.direction.as_str(),
            // An edit that only we saw, or one that the platform told.
            if item.has(Flag::Edited) && number.is_multiple_of(2) { 2 } else { 1 },
            item.language,
            NOW - item.age_ms,
            (item.has(Flag::Edited) && number % 2 == 1).then_some(NOW),
            removed.then_some(NOW),
            removed.then_some("unknown"),
            item.visibility.as_str(),
            flag(Flag::Sensitive),
            flag(Flag::Automated),
            (item.near_dup_of > 0).then(|| i64::from(item.near_dup_of)),
            count(1),
            count(2),
            count(3),
            count(4)
        ],
    )
    .unwrap();
    store_words(db, id, item);
    store_parts(db, id, item);
    store_opinions(db, id, item);
}

fn store_words(db: &Connection, id: i64, item: &Item) {
    db.execute(
        "INSERT INTO item_revision (item_id, revision, platform_revision, text, title, content_sha256, seen_at, raw_id,
           component_id) VALUES (?1, 1, '', ?2, ?3, zeroblob(32), 0, 1, 1)",
        params![id, item.text, item.title],
    )
    .unwrap();
    db.execute(
        "INSERT INTO item_fts (rowid, text, title) VALUES (?1, ?2, ?3)",
        params![id, item.text, item.title],
    )
    .unwrap();
}

fn store_parts(db: &Connection, id: i64, item: &Item) {
    for source in &item.names.sources {
        let source = *source as i64 + 1;
        db.execute("INSERT INTO sighting VALUES (?1, ?2, 'posts', ?2, 0)", params![id, source]).unwrap();
    }
    for tag in &item.names.tags {
        db.execute("INSERT INTO item_tag VALUES (?1, ?2, 'platform')", params![id, tag]).unwrap();
    }
    for (at, (native_id, handle)) in item.names.mentions.iter().enumerate() {
        let actor = id * 100 + at as i64;
        if handle.is_some() {
            db.execute(
                "INSERT INTO actor (id, scope, native_id, kind, handle, first_seen_at, last_seen_at)
                 VALUES (?1, ?2, ?3, 'person', ?4, 0, 0)",
                params![actor, format!("m{actor}"), native_id, handle],
            )
            .unwrap();
        }
        db.execute(
            "INSERT INTO relation (item_id, kind, target_is_actor, target_native_id, target_actor)
             VALUES (?1, 'mention-of', 1, ?2, ?3)",
            params![id, native_id, handle.is_some().then_some(actor)],
        )
        .unwrap();
    }
    for (flag, kind) in [
        (Flag::Link, "link-to"),
        (Flag::Reply, "reply-to"),
        (Flag::Quote, "quote-of"),
        (Flag::Share, "share-of"),
    ] {
        if item.has(flag) {
            db.execute(
                "INSERT INTO relation (item_id, kind, target_is_actor, target_native_id) VALUES (?1, ?2, 0, 'jo')",
                params![id, kind],
            )
            .unwrap();
        }
    }
    if item.has(Flag::Attachment) {
        db.execute("INSERT INTO attachment (item_id, position) VALUES (?1, 0)", [id]).unwrap();
    }
    if item.has(Flag::Report) {
        db.execute(
            "INSERT INTO flag_report (source_id, native_id, about_native_id, item_id, reason, status, at)
             VALUES (1, ?1, ?1, ?1, 'spam', 'open', 0)",
            [id],
        )
        .unwrap();
    }
}

fn store_opinions(db: &Connection, id: i64, item: &Item) {
    let say = |kind: &str,
               value: &str,
               score: Option<f64>,
               confidence: Option<f64>,
               version: &str,
               at: i64| {
        db.execute(
                "INSERT INTO annotation (item_id, revision, kind, value, score, confidence, evidence, producer, producer_version, at) VALUES (?1, 1, ?2, ?3, ?4, ?5, '[]', 'test', ?6, ?7)",
                params![id, kind, value, score, confidence, version, at],
            )
            .unwrap();
    };
    if let Some(opinion) = item.opinion {
        say("language", opinion, None, None, "1", 5);
    }
    if let Some((label, score, confidence)) = item.sentiment {
        say("sentiment", label.as_str(), score, confidence, "2", 5);
        // An older opinion, which has been replaced.
        say("sentiment", "positive", Some(0.9), Some(0.9), "1", 4);
        // One in whose place somebody else decided, whose name comes behind.
        db.execute(
            "INSERT INTO annotation (item_id, revision, kind, value, score, confidence, evidence, producer,
               producer_version, at, decided)
             VALUES (?1, 1, 'sentiment', 'positive', 0.9, 0.9, '[]', 'first', '1', 5, 0)",
            [id],
        )
        .unwrap();
    }
    if let Some((status, team, priority)) = item.work {
        let assignee =
            item.names.assignee.map(|own| NAMES.iter().position(|name| *name == own).unwrap() as i64 + 1);
        db.execute(
            "INSERT INTO work (conversation_id, status, assignee, team, priority, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, 0)",
            params![id, status, assignee, team, priority.as_str()],
        )
        .unwrap();
    }
    if let Some((team, priority)) = item.route {
        let priority = priority.map(Priority::as_str);
        db.execute("INSERT INTO route VALUES (?1, 1, ?2, NULL, ?3)", params![id, team, priority]).unwrap();
    }
}

pub fn by_sql(db: &Connection, filter: &Filter, ambient: Ambient<'_>) -> Result<Vec<u8>, Unsupported> {
    // Numbered behind one that is there already.
    let condition = filter.sql(ambient, 2)?;
    let values = condition.params.into_iter().map(|param| match param {
        Param::Text(text) => Value::Text(text),
        Param::Integer(number) => Value::Integer(number),
        Param::Real(number) => Value::Real(number),
        Param::Blob(bytes) => Value::Blob(bytes),
    });
    let sql = format!("SELECT i.id - 1 FROM item i WHERE i.id > ?1 AND {} ORDER BY i.id", condition.sql);
    let mut find = db.prepare(&sql).unwrap_or_else(|error| panic!("{error}\n{filter}\n{sql}"));
    let values = [Value::Integer(0)].into_iter().chain(values);
    let found = find.query_map(params_from_iter(values), |row| row.get(0)).unwrap();
    Ok(found.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{error}\n{filter}\n{sql}")))
}

fn in_memory(items: &[Item], filter: &Filter, ambient: Ambient<'_>) -> Result<Vec<u8>, Unsupported> {
    let mut found = Vec::new();
    for (item, number) in items.iter().zip(0..) {
        let words = Words::of(item.title.as_deref(), &item.text);
        if filter.matches(&item.record(number), &words, ambient)? {
            found.push(number);
        }
    }
    Ok(found)
}

const ITEMS: usize = 6;

pub fn stored(items: &[Item]) -> Connection {
    let db = database();
    db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    for (item, number) in items.iter().zip(0..) {
        store(&db, number, item);
    }
    db
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn the_database_and_memory_give_the_same_items(
        items in prop::collection::vec(item(), ITEMS),
        filters in prop::collection::vec(filter(|field| field != Field::Program), 40),
    ) {
        let db = stored(&items);
        let ambient = Ambient { now: NOW, me: Some("Jo") };
        for filter in &filters {
            let sql = by_sql(&db, filter, ambient);
            prop_assert_eq!(&sql, &in_memory(&items, filter, ambient), "{}", filter);
        }
    }

    #[test]
    fn what_cannot_be_asked_is_refused_alike(
        item in item(),
        filter in filter(|_| true),
        me in prop::option::of(Just("jo")),
    ) {
        let ambient = Ambient { now: NOW, me };
        let sql = filter.sql(ambient, 1).map(|_| ());
        prop_assert_eq!(&in_memory(&[item], &filter, ambient).map(|_| ()), &sql, "{}", filter);
        prop_assert!(!filter.fields().contains(&Field::Program) || sql.is_err(), "{}", filter);
        if let Err(Unsupported::NotStored { field, .. }) = sql {
            prop_assert_eq!(field, Field::Program);
        }
    }
}

/// How often random filters hold: a test over filters that never hold would show nothing.
#[test]
fn random_filters_let_some_items_through_and_others_not() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut some, mut asked) = (0, 0);
    for _ in 0..20 {
        let draw = (
            prop::collection::vec(item(), ITEMS),
            prop::collection::vec(filter(|f| f != Field::Program), 40),
        );
        let (items, filters) = draw.new_tree(&mut runner).unwrap().current();
        for filter in &filters {
            let ambient = Ambient { now: NOW, me: Some("Jo") };
            let found = in_memory(&items, filter, ambient).unwrap().len();
            asked += 1;
            some += usize::from(found > 0 && found < ITEMS);
        }
    }
    assert!(some * 4 > asked, "only {some} of {asked} filters tell items apart");
}
