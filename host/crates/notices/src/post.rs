//! One POST, and what its answer means.

use hark_egress::{HostClient, HostRequest, HostResponse};
use hark_model::Ms;

use crate::attempt::retry_after;
use crate::limits;

/// Longest word of Slack's that is repeated to people.
const WORD_CHARS_MAX: usize = 64;

/// What came of a POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// 2xx.
    Taken,
    /// It was not taken; later it may be.
    Failed { fault: String, rest_until: Option<Ms> },
    /// There was no answer.
    Silent { fault: String, may_have_arrived: bool },
    /// It will never be taken as things stand; with the one word in which some say why.
    Refused { fault: String, word: Option<String> },
}

/// What a status means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Taken,
    Later,
    Never,
}

/// Sends a request once.
pub(crate) async fn post(client: &HostClient, request: &HostRequest, now: Ms) -> Answer {
    let response = match client.send_once(request).await {
        Ok(response) => response,
        Err(none) => {
            return Answer::Silent { fault: none.to_string(), may_have_arrived: none.may_have_arrived };
        }
    };
    let fault = format!("the target answered with status {}", response.status);
    let rest_until = response.header("retry-after").and_then(|value| retry_after(value, now));
    match verdict(response.status) {
        Verdict::Taken => Answer::Taken,
        Verdict::Later => Answer::Failed { fault, rest_until },
        Verdict::Never => Answer::Refused { fault, word: word(response).await },
    }
}

/// A redirect is not followed: what is signed for one place is not for another.
fn verdict(status: u16) -> Verdict {
    match status {
        200..=299 => Verdict::Taken,
        408 | 409 | 425 | 429 | 500..=599 => Verdict::Later,
        _ => Verdict::Never,
    }
}

/// Returns what the answer says if it is one plain word; anything else could be anything.
async fn word(response: HostResponse) -> Option<String> {
    let body = response.body(limits::ANSWER_BYTES_MAX, |_, _| {}).await.ok()?;
    let word = std::str::from_utf8(&body).ok()?.trim();
    let plain = (1..=WORD_CHARS_MAX).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    plain.then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_tried_again_and_the_rest_is_not() {
        for (status, want) in [
            (200, Verdict::Taken),
            (204, Verdict::Taken),
            (301, Verdict::Never),
            (400, Verdict::Never),
            (401, Verdict::Never),
            (408, Verdict::Later),
            (410, Verdict::Never),
            (429, Verdict::Later),
            (500, Verdict::Later),
            (503, Verdict::Later),
        ] {
            assert_eq!(verdict(status), want, "{status}");
        }
    }
}
