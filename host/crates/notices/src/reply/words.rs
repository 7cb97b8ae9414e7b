//! A person's own words in a mail: without what they quote, without their signature.
//!
//! Holds: what cannot be told apart stays: a quote too much can be deleted by who reads it, a word too little cannot
//! be brought back. Pure.

use mail_parser::decoders::html::html_to_text;
use mail_parser::{Message, PartType};

use crate::limits;

/// How a line begins that says whom the quote below is from.
const OPENERS: &[&str] = &["on ", "am ", "le ", "el ", "il ", "op ", "em ", "den ", "w dniu "];
/// What such a line says, with the colon that ends it left out.
const VERBS: &[&str] = &[
    "wrote",
    "schrieb",
    "a écrit",
    "escribió",
    "ha scritto",
    "schreef",
    "escreveu",
    "skrev",
    "napisał",
    "napisał(a)",
];
/// Most lines that such a line is broken into.
const ATTRIBUTION_LINES_MAX: usize = 4;
/// Lines that stand above a whole mail that follows, in lower case, without dashes.
const DIVIDERS: &[&str] = &[
    "original message",
    "ursprüngliche nachricht",
    "originalnachricht",
    "message d'origine",
    "message original",
    "mensaje original",
    "messaggio originale",
    "forwarded message",
    "weitergeleitete nachricht",
];
/// First words of headers that stand above a whole mail that follows: sender, then one of the others.
const HEADER_FROM: &[&str] = &["from:", "von:", "de :", "de:", "da:", "van:"];
const HEADER_NEXT: &[&str] = &[
    "sent:",
    "date:",
    "gesendet:",
    "datum:",
    "envoyé :",
    "envoyé:",
    "date :",
    "enviado:",
    "enviado el:",
    "fecha:",
    "inviato:",
    "verzonden:",
];
/// Lines that phones and programs add below.
const ADDED: &[&str] = &[
    "sent from my ",
    "sent from outlook",
    "get outlook for ",
    "von meinem iphone gesendet",
    "von meinem ipad gesendet",
    "gesendet von meinem ",
    "gesendet von outlook",
    "envoyé de mon ",
    "envoyé depuis mon ",
    "enviado desde mi ",
    "inviato da iphone",
    "outlook für ",
    "obtenir outlook pour ",
];
/// Where HTML says that what follows is quoted.
const HTML_QUOTES: &[&str] = &[
    "<blockquote",
    "class=\"gmail_quote",
    "id=\"divrplyfwdmsg",
    "id=\"appendonsend",
    "class=\"moz-cite-prefix",
    "id=\"mail-editor-reference-message",
];

/// Returns the author's own words of a mail.
pub(super) fn of(mail: &Message<'_>) -> String {
    let text = mail.text_part(0).map(|part| &part.body);
    match text {
        Some(PartType::Text(text)) => own_words(text),
        Some(PartType::Html(html)) => own_words(&html_to_text(without_quotes(html))),
        _ => String::new(),
    }
}

/// Returns HTML up to the tag that begins the quote.
fn without_quotes(html: &str) -> &str {
    let lower = html.to_ascii_lowercase();
    let first = HTML_QUOTES.iter().filter_map(|sign| lower.find(sign)).min();
    let end = first.map_or(html.len(), |at| lower[..=at].rfind('<').unwrap_or(at));
    &html[..end]
}

/// Returns the author's own words of a text, which may stand above, below and between what they quote.
pub fn own_words(text: &str) -> String {
    let lines: Vec<&str> = text.lines().take(limits::MAIL_LINES_MAX).map(str::trim_end).collect();
    let mut own: Vec<&str> = Vec::new();
    let mut block = 0;
    let mut at = 0;
    while at < lines.len() {
        if is_divider(&lines, at) {
            break;
        }
        if let Some(quote) = attribution(&lines, at) {
            end_block(&mut own, block);
            if !is_quoted_below(&lines, quote) {
                // The program quotes without a mark: all below is the quote, if the words are above.
                if own.iter().any(|line| !line.is_empty()) {
                    break;
                }
            }
            at = quote;
            block = own.len();
            continue;
        }
        if lines[at].trim_start().starts_with('>') {
            end_block(&mut own, block);
            while at < lines.len() && lines[at].trim_start().starts_with('>') {
                at += 1;
            }
            block = own.len();
            continue;
        }
        own.push(lines[at]);
        at += 1;
    }
    end_block(&mut own, block);
    tidy(&own)
}

/// Takes the signature, and what a phone adds, off the block of own lines that begins at `block`.
fn end_block(own: &mut Vec<&str>, block: usize) {
    let signature = own[block..].iter().position(|line| matches!(*line, "--" | "-- "));
    own.truncate(signature.map_or(own.len(), |at| block + at));
    while own.len() > block && own.last().is_some_and(|line| line.trim().is_empty() || is_added(line)) {
        own.pop();
    }
    own.push("");
}

fn is_added(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    line.len() <= 120 && ADDED.iter().any(|start| line.starts_with(start))
}

/// Returns the line behind an attribution that begins at `at`.
fn attribution(lines: &[&str], at: usize) -> Option<usize> {
    let first = lines[at].trim().to_lowercase();
    let opens = OPENERS.iter().any(|opener| first.starts_with(opener));
    let count = if opens { ATTRIBUTION_LINES_MAX } else { 1 };
    let mut whole = String::new();
    for (n, line) in lines[at..].iter().take(count).enumerate() {
        let line = line.trim().to_lowercase();
        if line.is_empty() || line.starts_with('>') {
            return None;
        }
        whole = whole + " " + &line;
        let says = VERBS.iter().any(|verb| whole.contains(&format!(" {verb}")));
        // Without a quote below it, an address or a time of the day tells it from "As I wrote on 3 June:".
        if whole.ends_with(':') && says {
            let below = at + n + 1;
            let marked = whole.contains('@') || has_clock(&whole) || is_quoted_below(lines, below);
            return marked.then_some(below);
        }
    }
    None
}

/// Tells whether a time of the day is in it, as in 9:15.
fn has_clock(text: &str) -> bool {
    let digit = |byte: &u8| byte.is_ascii_digit();
    text.as_bytes().windows(4).any(|w| digit(&w[0]) && w[1] == b':' && digit(&w[2]) && digit(&w[3]))
}

fn is_quoted_below(lines: &[&str], from: usize) -> bool {
    lines[from..].iter().find(|line| !line.is_empty()).is_some_and(|line| line.trim_start().starts_with('>'))
}

/// Tells whether a whole mail follows.
fn is_divider(lines: &[&str], at: usize) -> bool {
    let line = lines[at].trim().to_lowercase();
    let dashed = line.starts_with("--") && line.ends_with("--");
    if dashed && DIVIDERS.contains(&line.trim_matches(['-', ' '])) {
        return true;
    }
    let line = line.trim_matches('*');
    let next = |line: &&str| {
        let line = line.trim().trim_matches('*').to_lowercase();
        HEADER_NEXT.iter().any(|start| line.starts_with(start))
    };
    let headed = |at: usize, line: &str| {
        HEADER_FROM.iter().any(|start| line.starts_with(start)) && lines.iter().skip(at + 1).take(3).any(next)
    };
    // Outlook draws a line above them.
    let ruled = line.len() >= 10 && line.bytes().all(|byte| byte == b'_');
    let below = lines[at + 1..].iter().position(|line| !line.trim().is_empty()).map(|n| at + 1 + n);
    headed(at, line)
        || (ruled
            && below.is_some_and(|below| headed(below, lines[below].trim().to_lowercase().trim_matches('*'))))
}

/// Joins lines, with at most one empty line between two.
fn tidy(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        if !line.trim().is_empty() {
            text.push_str(line);
            text.push('\n');
        } else if !text.is_empty() && !text.ends_with("\n\n") {
            text.push('\n');
        }
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail_parser::MessageParser;

    /// Program and way, text, own words.
    const CASES: &[(&str, &str, &str)] = &[
        ("plain", "Yes, in June.\n", "Yes, in June."),
        (
            "Gmail, above",
            "Yes, in June.\n\nOn Mon, Nov 23, 2026 at 9:15 AM Hark <hark@corp.example> wrote:\n\n> Ann asks you\n>\n> Why you: x\n",
            "Yes, in June.",
        ),
        (
            "Gmail, broken line",
            "Yes.\n\nOn Mon, Nov 23, 2026 at 9:15 AM A Very Long Name Indeed <\nhark@corp.example> wrote:\n\n> Ann asks\n",
            "Yes.",
        ),
        (
            "Gmail in German",
            "Ja, im Juni.\n\nAm Mo., 23. Nov. 2026 um 09:15 Uhr schrieb Hark <hark@corp.example>:\n\n> Ann fragt\n",
            "Ja, im Juni.",
        ),
        (
            "Gmail in French",
            "Oui, en juin.\n\nLe lun. 23 nov. 2026 à 09:15, Hark <hark@corp.example> a écrit :\n\n> Ann\n",
            "Oui, en juin.",
        ),
        (
            "Gmail in Spanish",
            "Sí, en junio.\n\nEl lun, 23 nov 2026 a las 9:15, Hark (<hark@corp.example>)\nescribió:\n\n> Ann\n",
            "Sí, en junio.",
        ),
        (
            "Apple Mail, above, with a phone's line",
            "Yes.\n\nSent from my iPhone\n\n> On 23 Nov 2026, at 09:15, Hark <hark@corp.example> wrote:\n> \n> Ann asks\n",
            "Yes.",
        ),
        (
            "Apple Mail in German",
            "Ja.\n\nVon meinem iPhone gesendet\n\n> Am 23.11.2026 um 09:15 schrieb Hark <hark@corp.example>:\n> \n> Ann\n",
            "Ja.",
        ),
        (
            "Thunderbird, below",
            "On 23/11/2026 09:15, Hark wrote:\n> Ann asks you\n> Why you: x\n\nYes, in June.\n\n-- \nZoe\nEngineering\n",
            "Yes, in June.",
        ),
        (
            "Thunderbird in German, between",
            "Am 23.11.26 um 09:15 schrieb Hark:\n> Wann?\nIm Juni.\n> Sicher?\nJa.\n-- \nZoe\n",
            "Im Juni.\n\nJa.",
        ),
        (
            "Outlook, with a rule",
            "Yes.\n\nZoe\n\n________________________________\nFrom: Hark <hark@corp.example>\nSent: Monday, November 23, 2026 9:15 AM\nTo: Zoe\nSubject: Ann asks\n\nAnn asks you\n",
            "Yes.\n\nZoe",
        ),
        (
            "Outlook in German, without a rule",
            "Ja.\n\nVon: Hark <hark@corp.example>\nGesendet: Montag, 23. November 2026 09:15\nAn: Zoe\nBetreff: x\n\nAnn fragt\n",
            "Ja.",
        ),
        (
            "Outlook in French",
            "Oui.\n\nDe : Hark <hark@corp.example>\nEnvoyé : lundi 23 novembre 2026 09:15\nÀ : Zoe\nObjet : x\n\nAnn\n",
            "Oui.",
        ),
        (
            "Outlook in Spanish, bold",
            "Sí.\n\n*De:* Hark <hark@corp.example>\n*Enviado:* lunes, 23 de noviembre de 2026 9:15\n*Para:* Zoe\n\nAnn\n",
            "Sí.",
        ),
        (
            "Outlook, old",
            "Yes.\n\n-----Original Message-----\nFrom: Hark\nSent: Monday\n\nAnn asks\n",
            "Yes.",
        ),
        (
            "old, in German",
            "Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Hark\nGesendet: Montag\n\nAnn\n",
            "Ja.",
        ),
        (
            "Outlook for a phone",
            "Yes.\n\nGet Outlook for iOS<https://aka.ms/x>\n________________________________\nFrom: Hark\nSent: Monday\nTo: Zoe\n\nAnn\n",
            "Yes.",
        ),
        (
            "no mark on the quote",
            "Yes.\n\nOn Mon, Nov 23, 2026 at 9:15 AM Hark <hark@corp.example> wrote:\n\nAnn asks you to chime in\n",
            "Yes.",
        ),
        ("signature without the space", "Yes.\n\n--\nZoe\nEngineering\n", "Yes."),
        ("only a quote", "On 23/11/2026 09:15, Hark wrote:\n> Ann asks\n", ""),
        // What looks like it and is none.
        ("own words about writing", "As I wrote:\nit is in June.\n", "As I wrote:\nit is in June."),
        (
            "own words with a year",
            "Yes.\nIn 2024 I wrote:\nit is in June.",
            "Yes.\nIn 2024 I wrote:\nit is in June.",
        ),
        (
            "own words with a day",
            "Yes.\nOn 3 June I wrote:\nit is out.",
            "Yes.\nOn 3 June I wrote:\nit is out.",
        ),
        ("own list with dashes", "- one\n-- two\n- three", "- one\n-- two\n- three"),
        (
            "own words from",
            "From: the manual, page 3.\nThat says June.",
            "From: the manual, page 3.\nThat says June.",
        ),
        (
            "on at the beginning",
            "On balance, yes.\nOn 3 June we ship.",
            "On balance, yes.\nOn 3 June we ship.",
        ),
        ("sent from as a sentence", "It was sent from my side.\nTwice.", "It was sent from my side.\nTwice."),
        ("empty", "", ""),
    ];

    #[test]
    fn own_words_are_found_above_below_and_between() {
        for (what, text, want) in CASES {
            assert_eq!(own_words(text), *want, "{what}");
            assert_eq!(own_words(&text.replace('\n', "\r\n")), *want, "{what}, with CR LF");
        }
    }

    #[test]
    fn html_alone_is_read_up_to_its_quote() {
        for (body, want) in [
            (
                "<p>Yes, in <b>June</b>.</p><div class=\"gmail_quote\">On Mon <blockquote>Ann</blockquote></div>",
                "Yes, in June.",
            ),
            ("<div>Yes.</div><hr><div id=\"divRplyFwdMsg\"><b>From:</b> Hark</div><div>Ann</div>", "Yes."),
            ("<p>Yes.</p>", "Yes."),
        ] {
            let raw =
                format!("From: a@b.example\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{body}\r\n");
            let mail = MessageParser::default().parse(raw.as_bytes()).unwrap();
            assert_eq!(of(&mail).trim_end_matches(['-', '_', '\n', ' ']), want, "{body}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn any_text_is_read_and_plain_words_stay(text in ".{0,400}", word in "[a-z]{3,12}") {
            let _any = own_words(&text);
            proptest::prop_assert_eq!(own_words(&word), word);
        }
    }
}
