//! Replies: said once, whatever goes wrong.

use crate::folder::{Folder, told};
use crate::platform::{self, Shared, World, item};

async fn given() -> (Shared, Folder, String) {
    let (world, port) = platform::start(World::default()).await;
    let posts = vec![item("q", "does it work?", 1_790_000_000_000)];
    world.lock().unwrap().new.insert(String::new(), posts);
    let folder = Folder::new(port, "", "");
    folder.json(&["run", "--once"]);
    let uid = folder.json(&["feed"])[0]["uid"].as_str().unwrap().to_owned();
    (world, folder, uid)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_is_said_and_enters_the_thread() {
    let (world, folder, uid) = given().await;
    let unasked = folder.hark(&["reply", &uid, "--text", "yes"]);
    assert!(unasked.status.code() == Some(2) && told(&unasked).contains("--yes"), "{}", told(&unasked));
    let long = "x".repeat(101);
    let long = folder.hark(&["reply", &uid, "--text", &long, "--yes"]);
    assert!(told(&long).contains("101 characters"), "{}", told(&long));
    let nobody = folder.hark(&["reply", "999", "--text", "yes", "--yes"]);
    assert!(nobody.status.code() == Some(2) && told(&nobody).contains("no item"), "{}", told(&nobody));
    assert!(world.lock().unwrap().replies.is_empty());

    let said = folder.json(&["reply", &uid, "--text", "yes", "--yes"]);
    assert_eq!((&said[0]["outcome"], &said[0]["made"]), (&"done".into(), &"answer-1".into()));
    assert_eq!(
        folder.number("SELECT count(*) FROM item WHERE native_id = 'answer-1' AND direction = 'outbound'"),
        1
    );
    assert_eq!(folder.number("SELECT count(*) FROM outbox WHERE state = 'done' AND item_native_id = 'q'"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_never_came_is_asked_for_under_the_same_key() {
    let (world, folder, uid) = given().await;
    world.lock().unwrap().reply_status = vec![504];
    let unknown = folder.hark(&["reply", &uid, "--text", "yes", "--yes"]);
    assert!(
        unknown.status.code() == Some(4) && told(&unknown).contains("may have been said"),
        "{}",
        told(&unknown)
    );
    assert_eq!(folder.number("SELECT count(*) FROM outbox WHERE state = 'uncertain'"), 1);
    let again = folder.json(&["reply", &uid, "--text", "yes", "--yes"]);
    assert_eq!(again[0]["outcome"], "already-done");
    assert_eq!(world.lock().unwrap().replies.len(), 1, "it was said once");

    // As after a crash between the call and its outcome.
    let db = rusqlite::Connection::open(folder.path("hark.db")).unwrap();
    db.execute("UPDATE outbox SET state = 'sending'", []).unwrap();
    let after_crash = folder.json(&["reply", &uid, "--text", "yes", "--yes"]);
    assert_eq!(after_crash[0]["outcome"], "already-done");
    assert_eq!(world.lock().unwrap().replies.len(), 1, "it was said once");
    assert_eq!(folder.number("SELECT attempts FROM outbox"), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_told_and_nothing_was_said() {
    let (world, folder, uid) = given().await;
    world.lock().unwrap().reply_status = vec![403];
    let refused = folder.hark(&["reply", &uid, "--text", "yes", "--yes"]);
    assert!(
        refused.status.code() == Some(4) && told(&refused).contains("the thread is closed"),
        "{}",
        told(&refused)
    );
    assert!(world.lock().unwrap().replies.is_empty());
    assert_eq!(folder.number("SELECT count(*) FROM outbox WHERE state = 'failed'"), 1);
}
