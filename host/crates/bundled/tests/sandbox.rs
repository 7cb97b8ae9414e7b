//! The bundled connectors in the real sandbox: they load, say who they are, and ask for no more than they use.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::sync::Arc;

use hark_model::{Event, Raw, SourceLimits};
use hark_runtime::{CallContext, Connector, Runtime, RuntimeOptions};

async fn load(id: &str) -> Connector {
    let runtime: Arc<Runtime> = Runtime::new(RuntimeOptions::default()).unwrap();
    runtime.load(hark_bundled::component(id).unwrap()).await.unwrap()
}

fn context() -> CallContext {
    CallContext { source: "test".to_owned(), gate: None, limits: SourceLimits::STRICT, log: None }
}

#[tokio::test]
async fn each_loads_and_asks_for_no_more_than_it_uses() {
    for (id, own, foreign) in
        [("email", "wire", "http"), ("forum", "http", "wire"), ("rss", "http", "wire"), ("x", "http", "wire")]
    {
        let connector = load(id).await;
        assert_eq!(connector.manifest().id.as_str(), id);
        let schema: serde_json::Value = serde_json::from_str(&connector.manifest().config_schema).unwrap();
        assert_eq!(schema["type"], "object", "{id}");
        let has = |interface: &str| {
            connector.imports().iter().any(|name| name.contains(&format!("hark:connector/{interface}@")))
        };
        assert!(has(own) && has("host") && !has(foreign), "{id}: {:?}", connector.imports());
        for beyond in ["wasi:filesystem", "wasi:sockets", "wasi:http", "wasi:clocks"] {
            assert!(
                !connector.imports().iter().any(|name| name.contains(beyond)),
                "{id}: {:?}",
                connector.imports()
            );
        }
    }
}

#[tokio::test]
async fn a_feed_is_normalised_in_the_sandbox() {
    let entries: String = (0..100).map(|id| format!("<item><guid>https://x.test/{id}</guid><title>T</title><description>&lt;p&gt;words&lt;/p&gt;</description></item>")).collect();
    let raw = Raw {
        label: "GET https://x.test/feed".to_owned(),
        media_type: "application/rss+xml".to_owned(),
        body: format!("<rss version='2.0'><channel><title>T</title>{entries}<item><title>cut").into_bytes(),
        payload: 1,
        received_at: 1_784_894_400_000,
    };
    let report = load("rss").await.normalise(context(), r#"{"feeds":["https://x.test/feed"]}"#, raw).await;
    let events = report.result.unwrap();
    let items =
        events.iter().filter(|event| matches!(event, Event::Item(item) if item.text == "words")).count();
    let poisons = events.iter().filter(|event| matches!(event, Event::Poison(_))).count();
    assert_eq!((items, poisons), (100, 1));
}

#[tokio::test]
async fn a_wrong_setting_is_named_by_the_sandboxed_connector() {
    let connector = load("rss").await;
    for (config, field) in
        [("{}", "feeds"), (r#"{"feeds":["ftp://x"]}"#, "feeds[0]"), (r#"{"feeds":[1]}"#, "feeds[0]")]
    {
        let fault = connector.check(context(), config).await.result.unwrap_err();
        assert!(format!("{fault:?}").contains(field), "{config}: {fault:?}");
    }
}
