//! Mail addresses, as people write them in texts.
//!
//! Holds: one pass from each `@` to both sides, each byte looked at twice at most. Quoted local parts, which
//! nobody has, are not found; one that is longer than it may be is, as to leave it would be worse. Not here: whether there is such a mailbox.

use crate::personal::PersonalKind;
use crate::personal::scan::Scan;

/// Fewest letters of the last part of a domain.
const TOP_LETTERS_MIN: usize = 2;

/// Finds the mail addresses of a text.
pub(crate) fn find(scan: &mut Scan<'_>) {
    let text = scan.text;
    for (at, _) in text.match_indices('@') {
        let local: usize = text[..at].chars().rev().take_while(|c| is_local(*c)).map(char::len_utf8).sum();
        let domain: usize = text[at + 1..].chars().take_while(|c| is_domain(*c)).map(char::len_utf8).sum();
        scan.steps += (local + domain) as u64;
        let local = text[at - local..at].trim_start_matches(['.', '\'', '*', '/', '{', '|', '=', '&', '?']);
        let Some(domain) = domain_of(&text[at + 1..at + 1 + domain]) else { continue };
        if !local.is_empty() && !local.ends_with('.') {
            scan.put(PersonalKind::Mail, at - local.len()..at + 1 + domain.len());
        }
    }
}

/// Returns the domain that `written` begins with, as long as it goes: names with dots between, the last of
/// letters. What ends the sentence, or a number behind it, is no part.
fn domain_of(written: &str) -> Option<&str> {
    let (mut at, mut end) = (0, None);
    for (place, name) in written.split('.').enumerate() {
        if name.is_empty() || name.starts_with('-') {
            break;
        }
        let is_top = name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"));
        let top = if is_top { name } else { name.split('-').next().unwrap_or(name) };
        let is_top = is_top || top.chars().count() >= TOP_LETTERS_MIN && top.chars().all(char::is_alphabetic);
        if place > 0 && is_top {
            end = Some(at + top.len());
        }
        at += name.len() + 1;
    }
    end.map(|end| written[..end].trim_end_matches('-'))
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '!' | '#'..='\'' | '*' | '+' | '-'..='/' | '=' | '?' | '^'..='`' | '{'..='~')
}

fn is_domain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '.')
}
