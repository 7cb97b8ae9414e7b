//! What is unusual is told, also of hours in which nobody listened; and what people speak about.

use serde_json::{Value, json};

use crate::folder::Folder;
use crate::platform::{self, World, item};

const BIN: i64 = 300_000;
const HOUR: i64 = 12 * BIN;

fn now() -> i64 {
    i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unusual_hour_is_told_with_its_team() {
    // Two days with an item every ten minutes; two hours ago, half an hour with eighty about the checkout.
    let begin = now() / BIN * BIN - 50 * HOUR;
    let usual =
        (0..276).map(|n| item(&format!("u{n}"), &format!("A post of number {n}"), begin + n * 2 * BIN));
    // Each in other words, so that none is a copy of another.
    let strange = |n: usize| -> String {
        let letter = |at: usize| char::from(b'a' + (((n + 7) * (at + 3) * (at + n + 11)) % 26) as u8);
        (0..60).map(|at| if at % 6 == 5 { ' ' } else { letter(at) }).collect()
    };
    let burst = (0..80_usize).map(|n| {
        item(&format!("b{n}"), &format!("checkout {}", strange(n)), begin + 48 * HOUR + n as i64 * 20_000)
    });
    let (world, port) = platform::start(World::default()).await;
    world.lock().unwrap().new.insert(String::new(), usual.chain(burst).collect());
    let folder = Folder::new(port, "", "");
    let rules = r#"
[team.watch]
zones = ["intranet", "extranet", "social"]
[[rule]]
name = "checkout"
when = "checkout"
tags = ["checkout"]
[[rule]]
name = "unusual"
when = "usual hour"
team = "watch"
"#;
    let text = std::fs::read_to_string(folder.path("hark.toml")).unwrap();
    std::fs::write(folder.path("hark.toml"), text + "[routing]\nrules = \"rules.toml\"\n").unwrap();
    std::fs::write(folder.path("rules.toml"), rules).unwrap();
    folder.json(&["run", "--once"]);
    // It was looked last before the burst, and nobody has listened since.
    let before = begin + 47 * HOUR;
    folder.change(&format!("INSERT INTO spike_watch (id, judged_until) VALUES (1, {before})"));
    assert!(folder.json(&["spikes"]).is_empty());
    let mut hark = folder.start(&["run", "--json"]);
    folder.becomes(&format!("SELECT judged_until > {} FROM spike_watch", begin + 49 * HOUR), 1).await;
    hark.signal("-INT");
    assert!(hark.process.wait().unwrap().success());

    let alarms = folder.json(&["spikes"]);
    let all = alarms.iter().find(|alarm| alarm["measured"] == "items" && alarm["label"].is_null()).unwrap();
    assert_eq!(
        (&all["source"], &all["team"], &all["rules"]),
        (&json!("plat"), &json!("watch"), &json!(["unusual"]))
    );
    assert!(all["observed"].as_f64().unwrap() >= 20.0 && all["expected"].as_f64().unwrap() < 12.0, "{all}");
    let until = all["until"].as_i64().unwrap();
    assert!((begin + 48 * HOUR..=begin + 49 * HOUR).contains(&until), "{all}");
    assert!(alarms.iter().all(|alarm| alarm["until"].as_i64().unwrap() > before), "{alarms:?}");
    let said = crate::folder::told(&folder.hark(&["spikes"]));
    assert!(said.contains("-> watch") && said.contains("are usual"), "{said}");

    let topics = folder.json(&["topics", "--window", "3h"]);
    let trend = topics.iter().find(|topic| topic["trending"] == true && topic["term"] == "checkout");
    let trend = trend.unwrap_or_else(|| panic!("{topics:?}"));
    assert!(trend["texts"].as_u64().unwrap() > 10 && trend["usual"].as_f64().unwrap() < 5.0, "{trend}");
    assert_eq!(folder.json(&["topics", "--zone", "intranet"]), [Value::Null; 0]);
}
