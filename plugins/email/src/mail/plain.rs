//! Short lines for names and titles, and text whose line ends are soft.

use hark_sdk::text;

use crate::limits;

/// Returns `text` as one line: runs of blanks and controls are one blank, at most 1,000 bytes; none if empty.
pub fn line(text: &str) -> Option<String> {
    // Control characters stand where blanks were meant: in folded and in forged lines.
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut out = String::new();
    for word in words {
        out.push_str(word);
        out.push(' ');
        if out.len() > limits::LINE_TEXT_BYTES_MAX {
            break;
        }
    }
    let out = cut(text::line(&out), limits::LINE_TEXT_BYTES_MAX);
    (!out.is_empty()).then_some(out)
}

/// Cuts `text` to at most `bytes_max` bytes, at a character.
pub fn cut(mut text: String, bytes_max: usize) -> String {
    text.truncate(text.floor_char_boundary(bytes_max));
    text
}

/// Joins the soft line ends of `format=flowed` (RFC 3676); `del_sp` drops the blank that marked them.
pub fn unflow(text: &str, del_sp: bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    // Depth of the quotation whose last line goes on, if one does.
    let mut open: Option<usize> = None;
    for line in text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)) {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let content = line[depth..].strip_prefix(' ').unwrap_or(&line[depth..]);
        let is_signature = content == "-- ";
        let flows = content.ends_with(' ') && !is_signature;
        let content = if flows && del_sp { &content[..content.len() - 1] } else { content };
        match lines.last_mut() {
            Some(last) if open == Some(depth) && !is_signature => last.push_str(content),
            _ => {
                let mark = if depth > 0 { format!("{} ", ">".repeat(depth)) } else { String::new() };
                lines.push(mark + content);
            }
        }
        open = flows.then_some(depth);
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_short_and_single() {
        assert_eq!(line(" a\r\n\tb  c "), Some("a b c".into()));
        assert_eq!(line(" \u{0} "), None);
        assert!(line(&"ü".repeat(5_000)).unwrap().len() <= limits::LINE_TEXT_BYTES_MAX);
    }

    #[test]
    fn flowed_text_is_joined_within_its_quotation() {
        for (from, want) in [
            ("one \ntwo\nthree", "one two\nthree"),
            ("> old \n> text\nnew \nwords\n", "> old text\nnew words\n"),
            ("hi\n-- \nJo \nFictional", "hi\n-- \nJo Fictional"),
            ("\nsecond", "\nsecond"),
        ] {
            assert_eq!(unflow(from, false), want, "{from:?}");
        }
        assert_eq!(unflow("日本 \n語", true), "日本語");
    }
}
