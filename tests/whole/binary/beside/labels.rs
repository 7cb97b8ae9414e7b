//! What people say of how items feel: kept, exported without personal data, and learned from.

use serde_json::json;

use crate::folder::{Folder, told};
use crate::platform::{self, World, item};

const AT: i64 = 1_790_000_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn labels_are_kept_exported_masked_and_trained_on() {
    let (world, port) = platform::start(World::default()).await;
    let words = ["splendid", "dreadful", "ordinary"];
    let said = (0..60).map(|n| {
        let text = format!("This is a {} day at the till, write to jo{n}@x.example", words[n % 3]);
        item(&format!("l{n}"), &text, AT + n as i64)
    });
    world.lock().unwrap().new.insert(String::new(), said.collect());
    let folder = Folder::new(port, "zone = \"social\"", "");
    let text = std::fs::read_to_string(folder.path("hark.toml")).unwrap();
    let zone = "\n[zone.social]\npersonal_data = \"mask-out\"\n";
    std::fs::write(folder.path("hark.toml"), text + zone).unwrap();
    folder.json(&["run", "--once"]);
    let feed = folder.json(&["feed", "--limit", "100"]);
    for item in &feed {
        let text = item["text"].as_str().unwrap();
        let label =
            ["positive", "negative", "neutral"][words.iter().position(|word| text.contains(word)).unwrap()];
        let uid = item["uid"].as_str().unwrap();
        let kept = folder.json(&["label", uid, label, "--by", "ada"]).pop().unwrap();
        assert_eq!((&kept["label"], &kept["who"]), (&json!(label), &json!("ada")));
    }
    assert_eq!(folder.number("SELECT count(*) FROM label WHERE who = 'ada'"), 60);
    assert_eq!(folder.number("SELECT count(*) FROM item_revision WHERE text LIKE '%@x.example'"), 60);
    let shown = &folder.json(&["feed", "--limit", "100"])[0];
    assert_eq!(shown["decided"]["by"], "ada");
    assert_eq!(shown["sentiment"], feed[0]["sentiment"], "the machine's opinion stays beside it");
    assert!(told(&folder.hark(&["feed"])).contains(" by ada"));
    for name in ["labels.jsonl", "labels.csv"] {
        assert_eq!(folder.json(&["labels", "export", "-o", name]), [json!({ "labels": 60, "file": name })]);
        let text = std::fs::read_to_string(folder.path(name)).unwrap();
        assert_eq!(text.lines().count(), 60 + usize::from(name == "labels.csv"));
        assert!(text.contains("_mail:") && !text.contains("@x.example"), "masked before it leaves");
        let trained = folder.hark(&["train", name, "--out", "our.model", "--json"]);
        assert!(trained.status.success() && folder.path("our.model").exists(), "{}", told(&trained));
        std::fs::remove_file(folder.path("our.model")).unwrap();
    }
    assert_eq!(folder.json(&["labels", "export"]).len(), 60);
    let wrong = folder.hark(&["labels", "export", "-o", "labels.xlsx"]);
    assert!(wrong.status.code() == Some(2) && told(&wrong).contains(".csv"), "{}", told(&wrong));

    let uid = feed[0]["uid"].as_str().unwrap();
    let wrong = folder.hark(&["label", uid, "sad", "--by", "ada"]);
    assert!(wrong.status.code() == Some(2) && told(&wrong).contains("positive"), "{}", told(&wrong));
    let wrong = folder.hark(&["label", "none", "neutral", "--by", "ada"]);
    assert!(wrong.status.code() == Some(2) && told(&wrong).contains("there is no item"), "{}", told(&wrong));
}
