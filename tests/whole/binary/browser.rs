//! The feed in a real browser: new items appear by themselves, the words of a search are found, a thread opens.
//!
//! Where no Chromium is installed the tests are ignored and say so; with `CI=true` they fail.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

#[allow(dead_code, reason = "the demo is told when to end by another test")]
mod started_demo;

use std::path::Path;
use std::process::ExitCode;

use fantoccini::Locator;
use fantoccini::wd::TimeoutConfiguration;
use hark_kit::browser::Browser;
use hark_kit::needs;
use serde_json::Value;

use started_demo::{Demo, PATIENCE};

/// Answers with the words of the first row that appears after this was asked.
const NEXT_ROW: &str = r#"
    const done = arguments[arguments.length - 1];
    const rows = document.getElementById("rows");
    const known = new Set(Array.from(rows.children, (row) => row.id));
    new MutationObserver(() => {
        const fresh = Array.from(rows.children).find((row) => !known.has(row.id));
        if (fresh) done(fresh.textContent);
    }).observe(rows, { childList: true });
"#;

fn main() -> ExitCode {
    let trials: [(&'static str, fn()); 2] = [
        ("new_items_appear_by_themselves", || run(new_items_appear)),
        ("a_search_finds_and_a_thread_opens", || run(a_thread_opens)),
    ];
    needs::run(Browser::installed().err(), trials)
}

/// Runs a test with the demo in a window.
fn run(test: impl AsyncFnOnce(&Browser)) {
    let threads = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    threads.block_on(async {
        let demo = Demo::start();
        let browser = Browser::start().await;
        let patience = TimeoutConfiguration::new(Some(PATIENCE), Some(PATIENCE), None);
        browser.window.update_timeouts(patience).await.unwrap();
        browser.window.goto(&demo.address).await.unwrap();
        let mail = Locator::Css("#rows .row.extranet");
        browser.window.wait().at_most(PATIENCE).for_element(mail).await.expect("the mails are shown");
        test(&browser).await;
        assert_eq!(strangers(&browser, &demo.address).await, Vec::<String>::new(), "no third-party request");
        browser.stop().await;
    });
}

/// Returns the addresses outside the page's own server that the window asked for anything.
async fn strangers(browser: &Browser, address: &str) -> Vec<String> {
    let all = "return performance.getEntriesByType('resource').map((entry) => entry.name)";
    let all = browser.window.execute(all, Vec::new()).await.unwrap();
    let all: Vec<String> = serde_json::from_value(all).unwrap();
    assert!(!all.is_empty(), "styles and script are resources");
    all.into_iter().filter(|url| !url.starts_with(address)).collect()
}

async fn new_items_appear(browser: &Browser) {
    let window = &browser.window;
    window.execute("window.neverLoadedAgain = true", Vec::new()).await.unwrap();
    let words = window.execute_async(NEXT_ROW, Vec::new()).await.unwrap();
    assert!(words.as_str().is_some_and(|words| !words.trim().is_empty()), "{words}");
    let same = window.execute("return window.neverLoadedAgain === true", Vec::new()).await.unwrap();
    assert_eq!(same, Value::Bool(true), "the page was not loaded again");
    browser.keep_picture(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("feed.png")).await;
}

async fn a_thread_opens(browser: &Browser) {
    let window = &browser.window;
    window.find(Locator::Id("q")).await.unwrap().send_keys("invoice\n").await.unwrap();
    let hit = window.wait().at_most(PATIENCE).for_element(Locator::Css("#rows mark")).await.unwrap();
    assert!(hit.text().await.unwrap().to_lowercase().starts_with("invoice"));
    let title = window.find(Locator::Css("#rows .row a.open")).await.unwrap();
    let words = title.text().await.unwrap();
    title.click().await.unwrap();
    let thread = window.wait().at_most(PATIENCE).for_element(Locator::Css("article.item")).await.unwrap();
    assert!(!thread.text().await.unwrap().is_empty());
    assert!(window.source().await.unwrap().contains(&words), "the thread has the row's title: {words}");
    browser.keep_picture(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("thread.png")).await;
}
