//! What is said again: told with the first of its kind, across sources and across a restart.

use serde_json::{Value, json};

use crate::folder::Folder;
use crate::platform::{self, World, item};

const TEXT: &str = "The checkout took my money twice this morning and nobody at support answers my mails";

fn now() -> i64 {
    i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap()
}

fn find<'f>(feed: &'f [Value], text: &str) -> &'f Value {
    feed.iter().find(|item| item["text"] == text).unwrap_or_else(|| panic!("{text} is in the feed"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_are_counted_with_the_first_and_stay_items() {
    let (world, port) = platform::start(World::default()).await;
    let at = now() - 3_600_000;
    let (again, once_more) = (TEXT.replace("morning", "weekend"), TEXT.to_uppercase());
    let other = "We are glad to say that our new shop opens its doors on Saturday, come and see us";
    let past = TEXT.replace("twice", "often");
    let said = [
        item("first", TEXT, at),
        item("again", &again, at + 1),
        item("other", other, at + 2),
        item("past", &past, at - 48 * 3_600_000),
    ];
    world.lock().unwrap().new.insert(String::new(), said.to_vec());
    let folder = Folder::new(port, "", "");
    folder.json(&["run", "--once"]);
    let late = item("late", &once_more, at + 3);
    world.lock().unwrap().new.get_mut("").unwrap().push(late);
    // Another process: what it knows of the first, it knows from the database.
    folder.json(&["run", "--once"]);
    let feed = folder.json(&["feed"]);
    assert_eq!(feed.len(), 5, "a copy is an item like any other");
    let first = find(&feed, TEXT);
    assert_eq!((&first["copies"], &first["copy_of"]), (&json!(2), &Value::Null));
    for copy in [&again, &once_more] {
        let copy = find(&feed, copy);
        assert_eq!((&copy["copies"], &copy["copy_of"]["uid"]), (&json!(0), &first["uid"]));
        assert!(
            copy["copy_of"]["similarity"].as_f64().is_some_and(|share| share > 0.3 && share <= 1.0),
            "{copy}"
        );
        assert!(copy["sentiment"]["label"].is_string(), "it is read as any other: {copy}");
    }
    for alone in [other, &past] {
        let alone = find(&feed, alone);
        assert_eq!((&alone["copies"], &alone["copy_of"]), (&json!(0), &Value::Null), "{alone}");
    }
    let said = crate::folder::told(&folder.hark(&["feed"]));
    assert!(said.contains("+2 nearly the same"), "{said}");
    assert_eq!(folder.number("SELECT count(*) FROM item_revision"), 5, "no item was changed");

    folder.change(
        "UPDATE item SET removed_at = 1, removal_reason = 'deleted-by-author' WHERE native_id = 'again'",
    );
    assert_eq!(find(&folder.json(&["feed"]), TEXT)["copies"], 1, "what is gone does not count");
}
