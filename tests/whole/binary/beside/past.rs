//! What was said before, what became of what was said, and what another build makes of it.

use serde_json::{Value, json};

use crate::folder::{Folder, told};
use crate::platform::{self, World, item};

const AT: i64 = 1_790_000_000_000;

fn items(count: usize) -> Vec<Value> {
    (0..count).map(|n| item(&format!("o{n}"), &format!("old {n}"), 1_700_000_000_000 + n as i64)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backfill_loses_nothing_when_one_request_of_ten_fails() {
    let world = World { old: items(1_000), fails_one_in: 10, ..World::default() };
    let (world, port) = platform::start(world).await;
    let folder = Folder::new(port, "", "");
    let said = folder.json(&["backfill", "plat", "--since", "2020-01-01", "--until", "2026-06-01"]);
    let last = said.last().unwrap();
    assert_eq!(
        (&last["state"], &last["items"], &last["new_items"]),
        (&json!("done"), &json!(1_000), &json!(1_000))
    );
    assert_eq!(last["reached_at"], 1_700_000_000_000_i64);
    assert_eq!(folder.number("SELECT count(*) FROM item"), 1_000);
    assert_eq!(folder.number("SELECT count(*) FROM checkpoint"), 0, "live reading has its own place");
    let asked = world.lock().unwrap().asked[0].1.clone();
    assert_eq!((asked["since"].as_str(), asked["until"].as_str()), ("1577836800000", "1780272000000"));
    assert!(folder.json(&["backfill", "plat"]).last().unwrap()["new_items"] == 0, "anew, and nothing twice");

    let wrong = folder.hark(&["backfill", "plat", "--stream", "pots"]);
    assert!(wrong.status.code() == Some(2) && told(&wrong).contains("`posts`"), "{}", told(&wrong));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backfill_that_is_stopped_goes_on_where_it_was() {
    let (world, port) = platform::start(World { old: items(10_000), ..World::default() }).await;
    let folder = Folder::new(port, "", "");
    let mut hark = folder.start(&["backfill", "plat", "--since", "2020-01-01", "--json"]);
    while hark.says("items")["items"].as_u64() < Some(50) {}
    hark.signal("-INT");
    assert!(hark.process.wait().unwrap().success(), "Ctrl-C is a clean end");
    assert_eq!(folder.number("SELECT count(*) FROM backfill WHERE state = 'paused'"), 1);
    let read = folder.number("SELECT count(*) FROM item");
    assert!((50..10_000).contains(&read), "{read}");
    let asked = world.lock().unwrap().asked.len();
    folder.json(&["backfill", "plat", "--since", "2020-01-01"]);
    assert_eq!(folder.number("SELECT count(*) FROM item"), 10_000);
    let first = world.lock().unwrap().asked[asked].1["from"].clone();
    assert_eq!(first.parse(), Ok(read), "it went on behind what was stored");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_source_reads_its_past_beside_its_present() {
    let world = World { old: items(300), ..World::default() };
    let (world, port) = platform::start(world).await;
    world.lock().unwrap().new.insert(String::new(), vec![item("live", "now", AT)]);
    let folder = Folder::new(port, "backfill_days = 3000", "");
    let mut hark = folder.start(&["run", "--json"]);
    folder.becomes("SELECT count(*) FROM item", 301).await;
    folder.becomes("SELECT count(*) FROM backfill WHERE state = 'done'", 1).await;
    hark.signal("-INT");
    assert!(hark.process.wait().unwrap().success());
    let asked = world.lock().unwrap().asked.iter().filter(|(path, _)| path == "/old").count();
    let mut hark = folder.start(&["run", "--json"]);
    hark.door();
    folder.becomes("SELECT count(*) FROM item", 301).await;
    let again = world.lock().unwrap().asked.iter().filter(|(path, _)| path == "/old").count();
    assert_eq!(asked, again, "a past is read once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_of_items_is_looked_up_and_counts_once() {
    let (world, port) = platform::start(World::default()).await;
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap() - 60_000;
    let posts = ["a", "b", "c"].map(|id| item(id, &format!("post {id}"), now));
    world.lock().unwrap().new.insert(String::new(), posts.to_vec());
    let folder = Folder::new(port, "", "");
    folder.json(&["run", "--once"]);
    assert_eq!(folder.number("SELECT count(*) FROM recheck"), 3);
    assert!(world.lock().unwrap().asked.iter().all(|(path, _)| path != "/look"), "nothing is due so soon");

    let edited = json!({ "id": "a", "text": "post a, edited", "at": now, "edited": now + 1_000 });
    let liked = json!({ "id": "c", "text": "post c", "at": now, "likes": 5 });
    world.lock().unwrap().look =
        [("a", edited), ("b", Value::Null), ("c", liked)].map(|(id, what)| (id.to_owned(), what)).into();
    let overdue = || {
        let db = rusqlite::Connection::open(folder.path("hark.db")).unwrap();
        db.execute("UPDATE recheck SET due_at = 0", []).unwrap();
    };
    for round in 0..2 {
        overdue();
        folder.json(&["run", "--once"]);
        for (query, want) in [
            ("SELECT revisions FROM item WHERE native_id = 'a'", 2),
            ("SELECT removed_at IS NOT NULL FROM item WHERE native_id = 'b'", 1),
            ("SELECT likes FROM item WHERE native_id = 'c'", 5),
            ("SELECT revisions FROM item WHERE native_id = 'c'", 1),
            ("SELECT count(*) FROM recheck WHERE due_at > 0", 3),
        ] {
            assert_eq!(folder.number(query), want, "round {round}: {query}");
        }
    }
    let world = world.lock().unwrap();
    let looks: Vec<&str> = world
        .asked
        .iter()
        .filter(|(path, _)| path == "/look")
        .map(|(_, asked)| asked["ids"].as_str())
        .collect();
    assert_eq!(looks, ["a,b,c", "a,b,c"], "what is gone is asked for once more: it may come back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_build_is_compared_before_it_is_accepted() {
    let (world, port) = platform::start(World::default()).await;
    let posts = ["a", "b"].map(|id| item(id, &format!("post {id}"), AT));
    world.lock().unwrap().new.insert(String::new(), posts.to_vec());
    let folder = Folder::new(port, "", "");
    folder.json(&["run", "--once"]);
    let summary = |said: Vec<Value>| said.last().unwrap().clone();
    let same = summary(folder.json(&["replay", "plat"]));
    assert_eq!(
        (&same["payloads"], &same["new"], &same["changed"], &same["gone"]),
        (&1.into(), &0.into(), &0.into(), &0.into())
    );

    folder.configure(port, "", "prefix = \"v2: \"");
    let said = folder.json(&["replay", "plat"]);
    let change = json!({ "field": "text", "before": "post a", "after": "v2: post a" });
    assert_eq!(said[0], json!({ "event": "changed", "id": "a", "changes": [change] }));
    assert_eq!((&said[2]["changed"], &said[2]["stored"]), (&2.into(), &0.into()));
    assert_eq!(
        folder.number("SELECT max(revisions) FROM item"),
        1,
        "nothing is changed unless it is accepted"
    );

    let accepted = summary(folder.json(&["replay", "plat", "--accept"]));
    assert_eq!((&accepted["stored"], &accepted["changed"]), (&2.into(), &2.into()));
    let shown =
        "SELECT count(*) FROM item i JOIN item_revision r ON r.item_id = i.id AND r.revision = i.revision
                 WHERE i.revisions = 2 AND r.text LIKE 'v2: post _'";
    assert_eq!(folder.number(shown), 2);
    assert_eq!(summary(folder.json(&["replay", "plat"]))["changed"], 0);
    assert_eq!(folder.number("SELECT count(*) FROM raw"), 1, "the payload is kept once");
    let feed = folder.json(&["feed", "\"v2\""]);
    assert_eq!(feed.len(), 2, "the new words are found: {feed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn targets_are_listed_and_read_in_turn() {
    let (world, port) = platform::start(World::default()).await;
    let many = (0..1_000).map(|n| item(&format!("g{n}"), "general", AT)).collect();
    world
        .lock()
        .unwrap()
        .new
        .extend([("general".to_owned(), many), ("random".to_owned(), vec![item("r", "random", AT)])]);
    let folder = Folder::new(port, "targets = [\"general\", \"random\"]", "");
    let targets = folder.json(&["sources", "discover", "plat"]);
    assert_eq!(
        (&targets[0]["id"], &targets[0]["is_read"], &targets[0]["members"]),
        (&"general".into(), &true.into(), &7.into())
    );
    folder.json(&["run", "--once"]);
    assert_eq!(folder.number("SELECT count(*) FROM item"), 1_001);
    assert_eq!(folder.number("SELECT count(*) FROM checkpoint WHERE target IN ('general', 'random')"), 2);
    let world = world.lock().unwrap();
    let turns: Vec<&str> = world.asked.iter().map(|(_, asked)| asked["target"].as_str()).collect();
    assert_eq!(turns.iter().position(|target| *target == "random"), Some(10), "{turns:?}");
    assert_eq!(turns.len(), 21);
}
