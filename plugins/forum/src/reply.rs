//! What an answer consists of, whatever software the forum runs on.

use hark_sdk::prelude::*;

use crate::{limits, manifest};

/// An answer, before it is known whether it was given already.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// Without white space around it; from 1 to [`limits::REPLY_CHARS_MAX`] characters.
    pub text: String,
    /// For the staff only.
    #[serde(default)]
    pub whisper: bool,
}

impl Reply {
    /// Reads the arguments of `action`; what is no answer is refused.
    pub fn read(action: &Action) -> Result<Self, Fault> {
        if action.name != manifest::REPLY {
            return Err(Fault::unsupported(format!("action {:?}", action.name)));
        }
        let reply: Self = serde_json::from_str(&action.arguments)
            .map_err(|error| Fault::Refused(format!("the arguments of the answer are wrong: {error}")))?;
        let text = reply.text.trim().to_owned();
        if text.is_empty() || text.chars().count() > limits::REPLY_CHARS_MAX as usize {
            let max = limits::REPLY_CHARS_MAX;
            return Err(Fault::Refused(format!("an answer has from 1 to {max} characters")));
        }
        Ok(Self { text, ..reply })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, arguments: &str) -> Result<Reply, Fault> {
        let action = Action {
            name: name.to_owned(),
            on: None,
            arguments: arguments.to_owned(),
            idempotency_key: "k".to_owned(),
        };
        Reply::read(&action)
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let whisper = Reply { text: "we are on it".to_owned(), whisper: true };
        assert_eq!(read("reply", r#"{"text":" we are on it\n","whisper":true}"#), Ok(whisper));
        let long = format!(r#"{{"text":"{}"}}"#, "x".repeat(limits::REPLY_CHARS_MAX as usize + 1));
        for arguments in ["", "{}", r#"{"text":" "}"#, r#"{"text":"x","loud":true}"#, &long] {
            let refused = read("reply", arguments);
            assert!(matches!(refused, Err(Fault::Refused(_))), "{arguments:.20}: {refused:?}");
        }
        assert!(matches!(read("like", r#"{"text":"x"}"#), Err(Fault::Unsupported(_))));
    }
}
