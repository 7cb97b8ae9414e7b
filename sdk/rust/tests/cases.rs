//! The helpers give what the cases of all languages want; see `sdk/cases`.
#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::path::Path;

use hark_sdk::types::{AuthWhy, Fault};
use hark_sdk::{html, http, testing, text, time};
use serde_json::{Value, json};

fn cases(name: &str) -> Vec<(Value, Value)> {
    let file = Path::new("../cases").join(name);
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

#[test]
fn html_becomes_the_words_that_a_reader_sees() {
    for (page, words) in cases("html.json") {
        assert_eq!(json!(html::to_text(page.as_str().unwrap())), words, "{page}");
    }
}

#[test]
fn text_is_plain() {
    for (raw, plain) in cases("text.json") {
        assert_eq!(json!(text::plain(raw.as_str().unwrap())), plain, "{raw}");
    }
}

#[test]
fn dates_of_all_forms_are_read() {
    for (written, at) in cases("dates.json") {
        let text = written.as_str().unwrap();
        assert_eq!(json!(time::parse_http_date(text).or(time::parse_rfc3339(text))), at, "{written}");
    }
}

#[test]
fn statuses_are_the_usual_faults() {
    testing::set_now(1_784_884_365_000);
    for (given, wanted) in cases("statuses.json") {
        let status = u16::try_from(given["status"].as_u64().unwrap()).unwrap();
        let wait = given["retry-after"].as_str().map(str::to_owned);
        testing::answer_http(move |_| {
            let headers: Vec<_> = wait.iter().map(|wait| ("retry-after", wait.as_str())).collect();
            Ok(testing::response(status, &headers, "<html>no</html>"))
        });
        let fault = http::get("https://x.test/a?b=c").send().unwrap().fault();
        assert_eq!(fault.as_ref().map_or(Value::Null, named), wanted, "{given}: {fault:?}");
    }
}

/// A fault as the cases write it: what is not said stands nowhere.
fn named(fault: &Fault) -> Value {
    let mut named = match fault {
        Fault::Transient(retry) => json!({ "fault": "transient", "after": retry.after_ms }),
        Fault::RateLimited(limit) => json!({ "fault": "rate-limited", "until": limit.until }),
        Fault::Auth(problem) if problem.why == AuthWhy::Expired => {
            json!({ "fault": "auth", "why": "expired" })
        }
        Fault::Auth(_) => json!({ "fault": "auth", "why": "forbidden" }),
        Fault::NotFound(_) => json!({ "fault": "not-found" }),
        Fault::Protocol(_) => json!({ "fault": "protocol" }),
        other => json!({ "fault": format!("{other:?}") }),
    };
    named.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    named
}
