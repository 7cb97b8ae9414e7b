//! Makes heard text harmless for a terminal.

/// Returns `text` on one line, without anything that could steer a terminal or turn its direction.
pub fn line(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => clean.push(' '),
            c if c.is_control() || is_steering(c) => clean.push('\u{fffd}'),
            c => clean.push(c),
        }
    }
    clean
}

/// Returns the start of `text`, at most `chars` long, on one line.
pub fn short(text: &str, chars: usize) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match folded.char_indices().nth(chars) {
        Some((end, _)) => format!("{}…", line(&folded[..end])),
        None => line(&folded),
    }
}

/// Bidirectional overrides and isolates, line and paragraph separators, tags.
fn is_steering(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_heard_steers_the_terminal() {
        assert_eq!(line("a\x1b[31mb\u{202e}c\nd"), "a\u{fffd}[31mb\u{fffd}c d");
        assert_eq!(short("one  two\nthree", 7), "one two…");
        assert_eq!(short("größe", 10), "größe");
    }
}
