//! Personal data of a zone that masks it: nowhere in the database, or nowhere in what leaves the host.

use serde_json::json;

use crate::folder::{Folder, told};
use crate::platform::{self, World, item};
use crate::webhooks::push_body;

const AT: i64 = 1_790_000_000_000;
const MAIL: &str = "jo.doe@customers.example";
const PERSONAL: [&str; 4] = [MAIL, "901820", "4111 1111", "pat@customers.example"];

/// A source of the zone social, of which `policy` is the policy.
async fn folder(policy: &str) -> Folder {
    let (world, port) = platform::start(World::default()).await;
    let said = [
        item("a", &format!("Please write to {MAIL} or call +49 30 901820"), AT),
        item("b", &format!("{MAIL} is so angry, what a terrible card 4111 1111 1111 1111"), AT + 1),
    ];
    world.lock().unwrap().new.insert(String::new(), said.to_vec());
    let folder = Folder::new(port, "zone = \"social\"", "");
    let text = std::fs::read_to_string(folder.path("hark.toml")).unwrap();
    let zone = format!("\n[zone.social]\npersonal_data = \"{policy}\"\n");
    std::fs::write(folder.path("hark.toml"), text + &zone).unwrap();
    folder.json(&["run", "--once"]);
    folder
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_masked_before_it_is_stored_is_nowhere() {
    let folder = folder("mask-store").await;
    let mut hark = folder.start(&["run", "--json"]);
    let port = hark.door();
    let pushed =
        json!({ "event": "e", "items": [item("c", "from pat@customers.example", AT + 2)], "poll": false });
    assert_eq!(push_body(port, &pushed).await.unwrap().status, 200);
    folder.becomes("SELECT count(*) FROM item", 3).await;
    folder.becomes("SELECT count(*) FROM delivery", 0).await;
    hark.signal("-INT");
    assert!(hark.process.wait().unwrap().success());

    let feed = folder.json(&["feed"]);
    let words: Vec<&str> = feed.iter().map(|item| item["text"].as_str().unwrap()).collect();
    assert_eq!(words.len(), 3);
    let name = words[0].split(' ').nth(3).unwrap();
    assert!(
        name.starts_with("_mail:") && words[1].starts_with(name),
        "the same person has one name: {words:?}"
    );
    assert!(words[0].contains("_phone:") && words[1].contains("_card:"), "{words:?}");
    let raw = folder.number("SELECT count(*) FROM raw");
    assert!(raw > 1);
    assert_eq!(folder.number("SELECT count(*) FROM raw WHERE encoding = 'erased' AND body IS NULL"), raw);
    assert!(folder.path("hark.db").exists());
    for file in ["hark.db", "hark.db-wal"] {
        let bytes = std::fs::read(folder.path(file)).unwrap_or_default();
        let holds = |secret: &str| bytes.windows(secret.len()).any(|piece| piece == secret.as_bytes());
        assert!(file != "hark.db" || holds("_mail:"), "it is looked for in the right place");
        for secret in PERSONAL {
            assert!(!holds(secret), "{file} holds {secret}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_masked_on_its_way_out_is_stored_as_it_was_said() {
    let folder = folder("mask-out").await;
    assert_eq!(folder.number(&format!("SELECT count(*) FROM item_revision WHERE text LIKE '%{MAIL}%'")), 2);
    assert!(folder.number("SELECT count(*) FROM raw WHERE body IS NOT NULL") > 0, "payloads stay");
    let is_masked = |said: &str| {
        assert!(said.contains("_mail:"), "{said}");
        for secret in PERSONAL {
            assert!(!said.contains(secret), "{said}");
        }
    };
    is_masked(&told(&folder.hark(&["feed"])));
    is_masked(&told(&folder.hark(&["feed", "--json"])));
    let found = folder.json(&["feed", MAIL.split('@').next().unwrap()]);
    assert_eq!(found.len(), 2, "it is looked for in what is stored");
    let angry = found.iter().find(|item| item["text"].as_str().unwrap().contains("angry")).unwrap();
    let text = angry["text"].as_str().unwrap();
    let evidence = angry["sentiment"]["evidence"].as_array().unwrap();
    assert!(evidence.iter().any(|piece| piece["text"] == "angry"), "{evidence:?}");
    for piece in evidence {
        let at = |key: &str| usize::try_from(piece[key].as_u64().unwrap()).unwrap();
        let word = text[at("start")..at("end")].to_lowercase();
        assert_eq!(word, piece["text"].as_str().unwrap().to_lowercase(), "words are at their new places");
    }
    assert!(folder.path("hark-names.key").exists());
}
