//! The connectors of this repository that are not in Rust: their own tests, and their components in the sandbox.

use std::fs;
use std::path::Path;

use hark_config::{Config, ConnectorRef};
use hark_model::{Delivery, Event, Raw};
use hark_pipeline::SourceSetup;
use hark_runtime::{Runtime, RuntimeOptions};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};

use crate::shell::{Double, hark, run, tree};

const NOW: i64 = 1_784_884_365_000;
const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";

pub fn mastodon() {
    let folder = tree("mastodon", "plugins/mastodon", "sdk/python");
    hark(&folder, &["plugin", "build", "--install"]);
    run(&folder, ".venv/bin/pytest", &["-q", "-p", "no:cacheprovider"]);
    let status = json!({
        "id": "10", "created_at": "2026-07-24T09:12:45.001Z", "edited_at": null, "in_reply_to_id": null,
        "visibility": "public", "sensitive": false, "spoiler_text": "", "language": "en", "url": "https://x.test/@jo/10",
        "content": "<p>widget stopped <b>again</b> &amp; again</p>", "reblog": null, "media_attachments": [],
        "mentions": [], "tags": [{ "name": "acme" }], "favourites_count": 2,
        "account": { "id": "55", "acct": "jo@x.test", "display_name": "Jo", "url": "https://x.test/@jo" },
    });
    play(&folder, "api/v1/timelines/home", &json!([status, { "id": "odd" }]));
    let double = Double::serve(&folder.join("played"));
    configure(
        &folder,
        "mastodon",
        &format!("instance = \"{}\"", double.url),
        &double.url,
        "token = \"file:secret\"",
    );
    let events = tried(&folder, &["plugin", "try", "mastodon", "--stream", "home"]);
    let item = events.iter().find(|event| event["event"] == "item").unwrap();
    assert_eq!((&item["text"], &item["author"]), (&json!("widget stopped again & again"), &json!("55")));
    assert!(events.iter().any(|event| event["event"] == "actor"), "{events:?}");

    let raw = serde_json::to_vec(&json!([status, { "id": "odd" }])).unwrap();
    let setup = set_up(&folder, "mastodon");
    let [first, second] = [0, 1].map(|_| again(&setup, raw.clone()));
    assert_eq!(first, second, "the same payload gives the same events");
    assert_eq!(first.iter().filter(|event| matches!(event, Event::Poison(_))).count(), 1);
}

pub fn slack() {
    let folder = tree("slack", "plugins/slack", "sdk/js");
    hark(&folder, &["plugin", "build", "--install"]);
    run(&folder, "npm", &["test"]);
    let message = json!({ "type": "message", "user": "U1", "text": "VPN drops &amp; drops", "ts": "1784884365.000200" });
    let page = json!({ "ok": true, "messages": [message], "has_more": false });
    play(&folder, "api/conversations.history", &page);
    let double = Double::serve(&folder.join("played"));
    let settings = format!("team = \"T1\"\nchannels = [\"C1\"]\napi = \"{}/api\"", double.url);
    configure(&folder, "slack", &settings, &double.url, "token = \"file:secret\"\nsigning = \"file:secret\"");
    let events = tried(&folder, &["plugin", "try", "slack"]);
    let item = events.iter().find(|event| event["event"] == "item").unwrap();
    assert_eq!((&item["text"], &item["visibility"]), (&json!("VPN drops & drops"), &json!("internal")));

    let setup = set_up(&folder, "slack");
    let mut event = message.clone();
    event["channel"] = json!("C1");
    let body = json!({ "type": "event_callback", "event_id": "Ev1", "event": event }).to_string();
    let good = delivered(&setup, &body, &signed(&body));
    assert_eq!((good.status, good.dedupe_key.as_deref()), (200, Some("Ev1")));
    assert!(
        good.events
            .iter()
            .any(|event| matches!(event, Event::Item(item) if item.id == "T1/C1/1784884365.000200"))
    );
    let bad = delivered(&setup, &format!("{body} "), &signed(&body));
    assert_eq!((bad.status, bad.events), (401, Vec::new()));
}

/// Keeps an answer of the platform where the double finds it.
fn play(folder: &Path, path: &str, answer: &Value) {
    let file = folder.join("played").join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, answer.to_string()).unwrap();
}

fn configure(folder: &Path, name: &str, settings: &str, host: &str, credentials: &str) {
    let config = format!(
        "[source.{name}]\nconnector = \"{name}.wasm\"\nzone = \"social\"\n\n[source.{name}.settings]\n{settings}\n\n\
         [source.{name}.credentials]\n{credentials}\n\n\
         [source.{name}.grant]\nhosts = [\"{host}\"]\nprivate_addresses = [\"127.0.0.1/32\"]\n"
    );
    fs::write(folder.join("hark.toml"), config).unwrap();
    fs::write(folder.join("secret"), SECRET).unwrap();
}

fn tried(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let said = hark(folder, &[&["--json"], arguments].concat());
    said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Puts the source together as `hark run` does.
fn set_up(folder: &Path, name: &str) -> SourceSetup {
    wait(async {
        let config = Config::load(&folder.join("hark.toml")).unwrap();
        let source = config.sources.iter().find(|source| source.name.as_str() == name).unwrap();
        let ConnectorRef::File(file) = &source.connector else { panic!("a file") };
        let options = RuntimeOptions { cache_dir: Some(config.cache.clone()), ..RuntimeOptions::default() };
        let connector = Runtime::new(options).unwrap().load(&fs::read(file).unwrap()).await.unwrap();
        SourceSetup::assemble(source, connector, NOW).await.unwrap()
    })
}

fn again(setup: &SourceSetup, body: Vec<u8>) -> Vec<Event> {
    let (label, media_type) = ("played".to_owned(), "application/json".to_owned());
    let raw = Raw { label, media_type, body, payload: 7, received_at: NOW };
    wait(setup.connector.normalise(setup.context(), &setup.settings, raw)).result.unwrap()
}

fn delivered(setup: &SourceSetup, body: &str, signature: &str) -> hark_model::DeliveryResult {
    let headers = [("x-slack-request-timestamp", "1784884365"), ("x-slack-signature", signature)];
    let delivery = Delivery {
        payload: 7,
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        body: body.as_bytes().to_vec(),
        received_at: NOW,
    };
    wait(setup.connector.receive(setup.context(), &setup.settings, delivery)).result.unwrap()
}

fn signed(body: &str) -> String {
    let mut signature = Hmac::<sha2::Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    signature.update(format!("v0:1784884365:{body}").as_bytes());
    format!("v0={}", hex::encode(signature.finalize().into_bytes()))
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(work)
}
