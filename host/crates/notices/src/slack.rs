//! Slack's incoming webhooks, and what takes the same form.
//!
//! Holds: no text pings a channel or makes a link of its own; the address is a secret and is never shown. Slack does
//! not fold repeats: what may have arrived is uncertain.

use hark_egress::{HostClient, HostRequest};
use hark_model::Ms;
use serde_json::json;

use crate::letter::Letter;
use crate::post::{Answer, post};
use crate::{Attempt, limits};

/// Where it goes.
pub(crate) struct Slack {
    pub url: url::Url,
    pub client: HostClient,
}

impl std::fmt::Debug for Slack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Slack(***)")
    }
}

impl Slack {
    /// Sends a letter once; whoever calls has noted that it is handed over.
    pub async fn send(&self, letter: &Letter, now: Ms) -> Attempt {
        let body = json!({ "text": text(letter) }).to_string();
        let request = HostRequest::post(self.url.clone(), "application/json", body);
        match post(&self.client, &request, now).await {
            Answer::Taken => Attempt::Taken,
            Answer::Failed { fault, rest_until } => Attempt::Failed { fault, rest_until },
            Answer::Silent { fault, may_have_arrived: true } => Attempt::Unknown { fault },
            Answer::Silent { fault, .. } => Attempt::failed(fault),
            Answer::Refused { fault, word } => {
                Attempt::Refused { fault: word.map_or(fault.clone(), |word| format!("{fault}: {word}")) }
            }
        }
    }
}

/// Returns the text in Slack's form, cut to what it takes; the link stays whole.
fn text(letter: &Letter) -> String {
    let link = letter.link.as_deref().map(|link| format!("\n{}", escape(link))).unwrap_or_default();
    let room = limits::SLACK_CHARS_MAX.saturating_sub(link.chars().count());
    let words = format!("*{}*\n{}", escape(&letter.subject).replace('*', "∗"), escape(&letter.body));
    format!("{}{link}", cut(words, room))
}

/// Slack asks for these three, and no others.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Cuts to so many characters, and never through an escape.
fn cut(text: String, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text;
    }
    let mut kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    let open = kept.rfind('&').filter(|at| !kept[*at..].contains(';'));
    kept.truncate(open.unwrap_or(kept.len()));
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(subject: &str, body: &str, link: Option<&str>) -> Letter {
        Letter {
            key: "k".to_owned(),
            subject: subject.to_owned(),
            body: body.to_owned(),
            link: link.map(str::to_owned),
            to: None,
            reply_to: None,
            thread: None,
            at: 0,
        }
    }

    #[test]
    fn nothing_in_a_text_speaks_to_slack() {
        let text = text(&letter("<!channel>", "a & b <@U1> <https://x|y>", Some("https://h/?a=1&b=2")));
        assert_eq!(
            text,
            "*&lt;!channel&gt;*\na &amp; b &lt;@U1&gt; &lt;https://x|y&gt;\nhttps://h/?a=1&amp;b=2"
        );
    }

    #[test]
    fn long_texts_are_cut_before_the_link_and_not_within_an_escape() {
        for shift in 0..6 {
            let body = format!("{}{}", "x".repeat(shift), "&".repeat(limits::SLACK_CHARS_MAX));
            let text = text(&letter("s", &body, Some("https://h/1")));
            assert!(text.chars().count() <= limits::SLACK_CHARS_MAX);
            let words = text.strip_suffix("…\nhttps://h/1").expect("cut, then the link");
            assert!(words.replace("&amp;", "").bytes().all(|b| b != b'&'), "shift {shift}");
        }
    }
}
