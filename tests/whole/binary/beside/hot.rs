//! What changes while Hark listens: the configuration, sources, rules, builds of a connector.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::folder::{Folder, PATIENCE};

const AT: i64 = 1_790_000_000_000;

async fn serve(router: Router) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    port
}

/// Waits until `is_so`.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = tokio::time::Instant::now();
    let mut look = tokio::time::interval(Duration::from_millis(20));
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "never: {what}");
        look.tick().await;
    }
}

/// How often each list was asked for.
type Asked = Arc<Mutex<Vec<String>>>;

#[derive(serde::Deserialize)]
struct Page {
    from: usize,
    count: usize,
}

fn posts(list: &str, page: &Page, total: usize) -> Json<Value> {
    let items = (page.from..total.min(page.from + page.count)).map(
        |at| json!({ "id": format!("{list}-{at}"), "text": format!("said {at}"), "at": AT + at as i64 }),
    );
    Json(json!({ "total": total, "items": items.collect::<Vec<_>>() }))
}

async fn list(
    State(asked): State<Asked>,
    axum::extract::Path(list): axum::extract::Path<String>,
    Query(page): Query<Page>,
) -> Json<Value> {
    asked.lock().unwrap().push(list.clone());
    posts(&list, &page, 3)
}

fn source(name: &str, port: u16, more: &str) -> String {
    let connector = hark_kit::guest("pages");
    format!(
        r#"
[source.{name}]
connector = {connector:?}
poll_secs = 600
settings = {{ url = "http://127.0.0.1:{port}/{name}", page_items = 10 }}
grant = {{ hosts = ["http://127.0.0.1:{port}"], private_addresses = ["127.0.0.1/32"] }}
{more}
"#
    )
}

fn config(sources: &[String]) -> String {
    let cache = concat!(env!("CARGO_TARGET_TMPDIR"), "/compiled");
    format!(
        "cache = {cache:?}\nlisten = \"127.0.0.1:0\"\n[web]\nwebhooks = \"127.0.0.1:0\"\n{}",
        sources.concat()
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sources_come_change_and_go_without_touching_the_others() {
    let asked = Asked::default();
    let router = Router::new().route("/{list}", get(list)).with_state(Arc::clone(&asked));
    let port = serve(router).await;
    let times = |name: &str| asked.lock().unwrap().iter().filter(|list| *list == name).count();
    let folder = Folder::new(port, "", "");
    let write = |sources: &[String]| std::fs::write(folder.path("hark.toml"), config(sources)).unwrap();
    write(&[source("one", port, "")]);
    let mut hark = folder.start(&["run", "--json"]);
    hark.door();
    folder.becomes("SELECT count(*) FROM item", 3).await;

    write(&[source("one", port, ""), source("two", port, "")]);
    folder.becomes("SELECT count(*) FROM item", 6).await;

    // What is broken changes nothing, and what is right again is taken.
    std::fs::write(folder.path("hark.toml"), "[source.three\n").unwrap();
    hark.signal("-HUP");
    write(&[source("one", port, ""), source("three", port, ""), source("two", port, "owner = \"Sales\"")]);
    hark.signal("-HUP");
    folder.becomes("SELECT count(*) FROM item", 9).await;
    folder.becomes("SELECT count(*) FROM source WHERE owner_function = 'Sales'", 1).await;

    write(&[source("three", port, "")]);
    hark.signal("-HUP");
    until("the page answers", || times("three") == 1).await;
    assert_eq!(times("one"), 1, "a source that did not change was not read again");
    hark.signal("-INT");
    assert!(hark.process.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_that_lacks_something_is_taken_once_it_is_there() {
    let (_world, port) = crate::platform::start(crate::platform::World::default()).await;
    let folder = Folder::new(port, "", "");
    let mut hark = folder.start(&["run", "--json"]);
    hark.door();
    folder.configure(port, "owner = \"Sales\"", "");
    let text = std::fs::read_to_string(folder.path("hark.toml")).unwrap();
    let text = text.replace("env:TEST_HOOK_KEY", "file:later.key") + &source("beside", port, "");
    std::fs::write(folder.path("hark.toml"), text).unwrap();
    hark.signal("-HUP");
    // The rest of the file is in force, so the change was tried and could not be made.
    folder.becomes("SELECT count(*) FROM source WHERE name = 'beside'", 1).await;
    assert_eq!(folder.number("SELECT count(*) FROM source WHERE owner_function = 'Sales'"), 0);
    std::fs::write(folder.path("later.key"), crate::folder::KEY).unwrap();
    folder.becomes("SELECT count(*) FROM source WHERE owner_function = 'Sales'", 1).await;
    hark.signal("-INT");
    assert!(hark.process.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_change_and_broken_ones_do_not() {
    let asked = Asked::default();
    let router = Router::new().route("/{list}", get(list)).with_state(Arc::clone(&asked));
    let port = serve(router).await;
    let folder = Folder::new(port, "", "");
    let rule = |team: &str| {
        format!(
            "[team.{team}]\nzones = [\"social\"]\n[[rule]]\nname = \"all\"\nwhen = \"said\"\nteam = \"{team}\"\n"
        )
    };
    let write = |sources: &[String], rules: &str| {
        std::fs::write(folder.path("rules.toml"), rules).unwrap();
        let text = config(sources) + "[routing]\nrules = \"rules.toml\"\n";
        std::fs::write(folder.path("hark.toml"), text).unwrap();
    };
    write(&[source("one", port, "")], &rule("first"));
    let mut hark = folder.start(&["run", "--json"]);
    let page = hark.says("listening")["listening"].as_str().unwrap().to_owned();
    folder.becomes("SELECT count(*) FROM route WHERE team = 'first'", 3).await;
    write(
        &[source("one", port, ""), source("two", port, "")],
        "[[rule]]\nname = \"all\"\ntaem = \"first\"\n",
    );
    hark.signal("-HUP");
    // Time to be read; whether it was is seen by nobody, for nothing may come of it.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let check = folder.hark(&["check", "--offline"]);
    let said = crate::folder::told(&check);
    assert_eq!(check.status.code(), Some(3), "{said}");
    assert!(said.contains("rules.toml:3:1: unknown key `taem` in rule.all; did you mean `team`?"), "{said}");
    write(&[source("one", port, ""), source("three", port, "")], &rule("second"));
    hark.signal("-HUP");
    folder.becomes("SELECT count(*) FROM route WHERE team = 'second'", 3).await;
    assert_eq!(folder.number("SELECT count(*) FROM source WHERE name = 'two'"), 0, "its file was refused");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let page = reqwest::get(page).await.unwrap().text().await.unwrap();
    assert!(page.contains("team=second") && !page.contains("team=first"), "the page knows the teams of now");
    hark.signal("-INT");
    assert!(hark.process.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_of_signals_change_and_broken_ones_do_not() {
    let router = Router::new().route("/{list}", get(list)).with_state(Asked::default());
    let port = serve(router).await;
    let folder = Folder::new(port, "", "");
    let signals = |text: &str| std::fs::write(folder.path("signals.toml"), text).unwrap();
    let rule = |signal: &str| {
        signals(&format!(
            "shipped = false\n[[rule]]\nname = \"said\"\nsignal = \"{signal}\"\nweight = 1\nphrases = [\"said\"]\n"
        ));
    };
    let write = |sources: &[String]| {
        let text = config(sources) + "[analysis]\nsignals = \"signals.toml\"\n";
        std::fs::write(folder.path("hark.toml"), text).unwrap();
    };
    rule("urgency");
    write(&[source("one", port, "")]);
    let mut hark = folder.start(&["run", "--json"]);
    hark.door();
    let told = |value: &str| {
        format!("SELECT count(*) FROM annotation WHERE producer = 'hark-signals-own' AND value = '{value}'")
    };
    folder.becomes(&told("urgent"), 3).await;

    signals("shipped = false\n[[rule]]\nname = \"said\"\nsignal = \"thanks\"\nwieght = 1\n");
    write(&[source("one", port, ""), source("two", port, "")]);
    hark.signal("-HUP");
    // Time to be read; whether it was is seen by nobody, for nothing may come of it.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let check = folder.hark(&["check", "--offline"]);
    let said = crate::folder::told(&check);
    assert_eq!(check.status.code(), Some(3), "{said}");
    assert!(said.contains("signals.toml:5:1") && said.contains("wieght"), "{said}");

    rule("thanks");
    write(&[source("one", port, ""), source("three", port, "")]);
    hark.signal("-HUP");
    folder.becomes(&told("thanks"), 3).await;
    assert_eq!(folder.number("SELECT count(*) FROM source WHERE name = 'two'"), 0, "its file was refused");
    assert_eq!(
        folder.number(
            "SELECT count(DISTINCT producer_version) FROM annotation WHERE producer = 'hark-signals-own'"
        ),
        2
    );
    hark.signal("-INT");
    assert!(hark.process.wait().unwrap().success());
}

async fn long_list(State(fails): State<Arc<AtomicUsize>>, Query(page): Query<Page>) -> Response {
    // One request of ten goes wrong.
    if fails.fetch_add(1, Ordering::SeqCst) % 10 == 9 {
        return axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    tokio::time::sleep(Duration::from_millis(5)).await;
    posts("long", &page, LONG).into_response()
}

const LONG: usize = 4_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_changes_again_and_again_under_load_loses_and_doubles_nothing() {
    let port = serve(Router::new().route("/long", get(long_list)).with_state(Arc::default())).await;
    let folder = Folder::new(port, "", "");
    let write = |owner: usize| {
        let text = config(&[source("long", port, &format!("owner = \"{owner}\""))]);
        // In one step, as a careful editor does it.
        std::fs::write(folder.path("new.toml"), text).unwrap();
        std::fs::rename(folder.path("new.toml"), folder.path("hark.toml")).unwrap();
    };
    write(0);
    let mut hark = folder.start(&["run", "--json"]);
    hark.door();
    let mut changes = 0;
    let done = LONG as i64;
    until("all is read", || {
        let read = folder.number("SELECT count(*) FROM item");
        // Each time that another piece is read, all that the source is made of is made anew.
        if read < done && read > (changes * LONG / 20) as i64 {
            changes += 1;
            write(changes);
            hark.signal("-HUP");
        }
        read == done
    })
    .await;
    assert!(changes >= 5, "{changes} changes");
    assert_eq!(folder.number("SELECT count(*) FROM item_revision"), done, "nothing was heard as another");
    assert_eq!(folder.number("SELECT count(DISTINCT native_id) FROM item"), done);
    hark.signal("-INT");
    assert!(hark.process.wait().unwrap().success());
}

async fn sometimes_html(State(is_ill): State<Arc<AtomicBool>>) -> Response {
    if is_ill.load(Ordering::SeqCst) {
        // Who meets this panics, once.
        is_ill.store(false, Ordering::SeqCst);
        return Html("<p>no posts</p>").into_response();
    }
    let post = json!({ "id": "1", "seq": 1, "text": "said", "at": AT });
    Json(json!({ "posts": [post], "next": null })).into_response()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_build_that_crashes_makes_room_for_the_one_before() {
    let is_ill = Arc::new(AtomicBool::new(false));
    let port =
        serve(Router::new().route("/posts", get(sometimes_html)).with_state(Arc::clone(&is_ill))).await;
    let folder = Folder::new(port, "", "");
    let build = std::fs::read(hark_kit::guest("faulty")).unwrap();
    let install = |build: &[u8]| {
        std::fs::write(folder.path("new.wasm"), build).unwrap();
        std::fs::rename(folder.path("new.wasm"), folder.path("plat.wasm")).unwrap();
    };
    install(&build);
    let text = format!(
        r#"
listen = "127.0.0.1:0"
[web]
webhooks = "127.0.0.1:0"
[source.plat]
connector = "plat.wasm"
poll_secs = 10
settings = {{ url = "http://127.0.0.1:{port}", list = "posts", fault = "panics-on-html" }}
credentials = {{ token = "env:TEST_HOOK_KEY", hook = "env:TEST_HOOK_KEY" }}
grant = {{ hosts = ["http://127.0.0.1:{port}"], private_addresses = ["127.0.0.1/32"] }}
"#
    );
    std::fs::write(folder.path("hark.toml"), text).unwrap();
    let mut hark = folder.start(&["run", "--json"]);
    hark.door();
    folder.becomes("SELECT count(*) FROM item", 1).await;
    let first = folder.digest();
    // The same code under another digest, which the process that listens may not compile.
    install(&[&build[..], b"\0\x05\x04note"].concat());
    let added = folder.json(&["plugin", "add"]);
    assert!(added[0]["compile_ms"].is_u64(), "{added:?}");
    until("the new build listens", || folder.digest() != first).await;
    is_ill.store(true, Ordering::SeqCst);
    folder.becomes("SELECT count(*) FROM capsule", 1).await;
    until("the build before is back", || folder.digest() == first).await;
    folder.becomes("SELECT count(*) FROM crashes", 0).await;
    assert_eq!(folder.number("SELECT count(*) FROM source_quarantine"), 0);
    hark.signal("-INT");
    assert!(hark.process.wait().unwrap().success());
}
