//! Contents that break readers: texts, and shapes of conversation.
//!
//! Holds: each has a name, so that a platform's operation `torture` can be asked for one or for all.

use serde_json::Value;

use crate::{ControlError, Ms};

/// Stands for a lone high surrogate, which no Rust string can hold; written as the escape `\ud83d`.
pub const LONE_HIGH: char = '\u{f8f0}';
/// Stands for a lone low surrogate; written as the escape `\ude00`.
pub const LONE_LOW: char = '\u{f8f1}';
/// Bytes of the text `ten-megabytes`.
pub const LONG_BYTES: usize = 10 << 20;
/// Levels of `deep`.
pub const DEEP_LEVELS: u32 = 500;
/// The first number that a double-precision float cannot hold.
pub const BEYOND_FLOAT: u64 = (1 << 53) + 1;
/// Time of `before-1970`: 1969-07-20T20:17:40Z.
pub const BEFORE_1970_MS: Ms = -14_182_940_000;
/// How far ahead of the clock `future` is: a year.
pub const FUTURE_MS: Ms = 365 * 24 * 3_600_000;

/// One thing that breaks readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Case {
    /// A text.
    Text(String),
    /// A chain of answers, so many levels deep.
    Deep(u32),
    /// Two contributions that answer each other.
    Cycle,
    /// A contribution of the future.
    Future,
    /// A contribution from before 1970.
    Before1970,
    /// A contribution without an author.
    NoAuthor,
    /// A contribution whose id is above 2^53.
    BigId,
}

/// Names of all cases, in order.
pub const NAMES: [&str; 19] = [
    "emoji",
    "right-to-left",
    "joiners",
    "bidi-override",
    "lone-surrogates",
    "ten-megabytes",
    "nul",
    "script",
    "onerror",
    "javascript-link",
    "unclosed",
    "composed",
    "blank",
    "deep",
    "cycle",
    "future",
    "before-1970",
    "no-author",
    "big-id",
];

/// Returns the case of that name.
pub fn case(name: &str) -> Option<Case> {
    Some(match name {
        "deep" => Case::Deep(DEEP_LEVELS),
        "cycle" => Case::Cycle,
        "future" => Case::Future,
        "before-1970" => Case::Before1970,
        "no-author" => Case::NoAuthor,
        "big-id" => Case::BigId,
        _ => Case::Text(text(name)?),
    })
}

/// Returns what an operation `{"op":"torture"}` asks for: the case that `case` names, else all but the ten
/// megabytes.
pub fn asked(args: &Value) -> Result<Vec<(&'static str, Case)>, ControlError> {
    let wanted = args.get("case").and_then(Value::as_str);
    let names = NAMES.into_iter().filter(|name| match wanted {
        Some(wanted) => *name == wanted,
        None => *name != "ten-megabytes",
    });
    let cases: Vec<_> = names.filter_map(|name| Some((name, case(name)?))).collect();
    match (cases.is_empty(), wanted) {
        (true, Some(wanted)) => Err(ControlError::missing("case", wanted)),
        _ => Ok(cases),
    }
}

/// Returns the text of that name.
fn text(name: &str) -> Option<String> {
    Some(match name {
        "emoji" => "acme widget 👍🏽 👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 𝕏 broke 😡".to_owned(),
        "right-to-left" => "الجهاز acme widget لا يعمل \u{200f}(v4.2)\u{200e} שבור".to_owned(),
        "joiners" => "acme\u{200d} wid\u{200c}get zero\u{200b}width\u{2060} \u{feff}marks".to_owned(),
        "bidi-override" => "acme widget \u{202e}gpj.exe\u{202c} \u{2066}isolated\u{2069}".to_owned(),
        "lone-surrogates" => format!("acme widget {LONE_HIGH} high and {LONE_LOW} low"),
        "ten-megabytes" => {
            let mut text = "acme widget ".repeat(LONG_BYTES / 12 + 1);
            text.truncate(LONG_BYTES);
            text
        }
        "nul" => "acme widget\0 with NUL,\u{8} backspace,\u{1b}[31m escape and\r\nCRLF".to_owned(),
        "script" => {
            "acme widget <script>alert(document.cookie)</script><style>*{display:none}</style>".to_owned()
        }
        "onerror" => "acme widget <img src=x onerror=\"alert(1)\"><svg/onload=alert(1)>".to_owned(),
        "javascript-link" => {
            "acme widget <a href=\"javascript:alert(1)\">here</a> [x](javascript:alert(1)) data:text/html,x"
                .to_owned()
        }
        "unclosed" => {
            "acme widget <b><i><a href='x <!-- </b> ]]> &amp &#0; &#x110000; {{7*7}} ${x}".to_owned()
        }
        "composed" => {
            "acme widget cafe\u{301} A\u{30a} \u{1100}\u{1161} z\u{351}\u{36b}\u{343}\u{36a}".to_owned()
        }
        "blank" => " \t\u{a0}\u{3000}\n".to_owned(),
        _ => return None,
    })
}

/// Puts the escapes in the place of the marks that stand for lone surrogates.
pub fn unmask(json: String) -> String {
    match json.contains([LONE_HIGH, LONE_LOW]) {
        true => json.replace(LONE_HIGH, "\\ud83d").replace(LONE_LOW, "\\ude00"),
        false => json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_case_and_asked_for_by_it() {
        for name in NAMES {
            let asked = asked(&serde_json::json!({ "case": name })).unwrap();
            assert_eq!(asked, [(name, case(name).unwrap())]);
        }
        assert_eq!(asked(&Value::Null).unwrap().len(), NAMES.len() - 1);
        assert!(asked(&serde_json::json!({"case": "none"})).is_err());
        let Some(Case::Text(long)) = case("ten-megabytes") else { panic!("a text") };
        assert_eq!(long.len(), LONG_BYTES);
    }

    #[test]
    fn lone_surrogates_are_escapes_in_json() {
        let Some(Case::Text(text)) = case("lone-surrogates") else { panic!("a text") };
        let json = crate::reply::json_bytes(&serde_json::json!({ "text": text }));
        assert_eq!(json, br#"{"text":"acme widget \ud83d high and \ude00 low"}"#);
    }
}
