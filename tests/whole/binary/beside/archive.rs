//! What was thought of what was said, and what another analyser thinks of it.

use serde_json::{Value, json};

use crate::folder::{Folder, told};
use crate::platform::{self, World, item};

const AT: i64 = 1_700_000_000_000;
/// Rows of an older version in the place of those of now: what a file looks like after an update of Hark.
const OLDER: &str = "UPDATE annotation SET producer_version = '0' WHERE producer = 'hark-sentiment'";
const NEW: &str =
    "SELECT count(*) FROM annotation WHERE producer = 'hark-sentiment' AND producer_version <> '0'";

fn items(count: usize) -> Vec<Value> {
    (0..count)
        .map(|n| item(&format!("a{n}"), &format!("The checkout is great, number {n}"), AT + n as i64))
        .collect()
}

/// A folder whose database holds `count` items as an older version thought of them.
async fn older(count: usize) -> (platform::Shared, Folder) {
    let (world, port) = platform::start(World::default()).await;
    world.lock().unwrap().new.insert(String::new(), items(count));
    let folder = Folder::new(port, "", "");
    folder.json(&["run", "--once"]);
    assert_eq!(folder.number("SELECT count(*) FROM item"), count as i64);
    folder.change(OLDER);
    (world, folder)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opinions_are_added_and_items_stay_as_they_are() {
    let (_world, folder) = older(30).await;
    let items = folder.json(&["feed"]);
    let dry = folder.json(&["reanalyse", "--dry-run"]);
    assert_eq!((&dry.last().unwrap()["opinions"], folder.number(NEW)), (&json!(30), 0), "nothing is written");
    let done = folder.json(&["reanalyse"]).pop().unwrap();
    let figures = ["state", "items", "seen", "passed_over", "opinions"].map(|key| done[key].clone());
    assert_eq!(figures, [json!("done"), json!(30), json!(30), json!(0), json!(30)]);
    assert_eq!((folder.number(NEW), folder.number("SELECT count(*) FROM item_revision")), (30, 30));
    for (before, after) in items.iter().zip(folder.json(&["feed"])) {
        assert_eq!(
            (&before["uid"], &before["text"], &before["revision"]),
            (&after["uid"], &after["text"], &after["revision"])
        );
        assert_eq!(before["sentiment"]["by"], json!({ "producer": "hark-sentiment", "version": "0" }));
        assert_eq!(after["sentiment"]["by"]["version"], "2", "the newest speaks");
    }
    let again = folder.json(&["reanalyse"]).pop().unwrap();
    assert_eq!((&again["passed_over"], &again["opinions"]), (&json!(30), &json!(0)));
    let none = folder.json(&["reanalyse", "--since", "1s"]).pop().unwrap();
    assert_eq!((&none["state"], &none["items"]), (&json!("done"), &json!(0)), "all of it is older: {none}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_stopped_goes_on_where_it_was_while_hark_listens() {
    const COUNT: usize = 6_000;
    let (world, folder) = older(COUNT).await;
    let mut listening = folder.start(&["run", "--json"]);
    listening.door();
    let mut first = folder.start(&["reanalyse", "--json"]);
    while folder.number(NEW) == 0 {}
    first.signal("-INT");
    assert!(first.process.wait().unwrap().success(), "Ctrl-C is a clean end");
    let seen = folder.number("SELECT seen FROM reanalysis");
    assert!((1..COUNT as i64).contains(&seen), "{seen}");
    assert_eq!(folder.number(NEW), seen, "a piece and where it ends are stored together");
    let late = item("late", "This came while the archive was read again", AT + 1_000_000);
    world.lock().unwrap().new.get_mut("").unwrap().push(late);
    let done = folder.json(&["reanalyse"]);
    assert_eq!(done[0]["seen"], seen, "it goes on");
    let end = done.last().unwrap();
    assert_eq!((&end["seen"], &end["opinions"]), (&json!(COUNT), &json!(COUNT)));
    assert_eq!(folder.number("SELECT count(*) FROM reanalysis WHERE state = 'done'"), 1);
    listening.signal("-INT");
    assert!(listening.process.wait().unwrap().success());
}

#[test]
fn an_archive_that_is_not_there_is_told() {
    let folder = Folder::new(9, "", "");
    let wrong = folder.hark(&["reanalyse"]);
    assert!(wrong.status.code() == Some(5) && told(&wrong).contains("hark run"), "{}", told(&wrong));
}
