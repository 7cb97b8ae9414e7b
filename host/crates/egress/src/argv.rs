//! Splits a command into program and arguments, without a shell: blanks part words, quotes hold them
//! together, a backslash takes the next character as it is. No variables, patterns or pipes.

/// A command that cannot be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArgvError {
    /// Nothing is there.
    #[error("it names no program")]
    Empty,
    /// A quote is open at the end.
    #[error("a quote is not closed")]
    OpenQuote,
    /// A backslash is last.
    #[error("a backslash stands at the end")]
    OpenEscape,
}

/// Returns the words of `command`.
pub(crate) fn split(command: &str) -> Result<Vec<String>, ArgvError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut rest = command.chars();
    while let Some(next) = rest.next() {
        match (quote, next) {
            (Some(open), close) if open == close => quote = None,
            (None, '\'' | '"') => {
                quote = Some(next);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => {
                word.get_or_insert_default().push(rest.next().ok_or(ArgvError::OpenEscape)?);
            }
            (None, blank) if blank.is_whitespace() => words.extend(word.take()),
            (_, plain) => word.get_or_insert_default().push(plain),
        }
    }
    if quote.is_some() {
        return Err(ArgvError::OpenQuote);
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_parted_by_blanks_and_held_by_quotes() {
        let cases: [(&str, &[&str]); 6] = [
            ("pass show  mail", &["pass", "show", "mail"]),
            ("op read 'op://a b/c'", &["op", "read", "op://a b/c"]),
            (r#"x "a \"b\"" 'c\d' e\ f"#, &["x", "a \"b\"", "c\\d", "e f"]),
            ("x '' \"\"", &["x", "", ""]),
            ("x $HOME; rm *", &["x", "$HOME;", "rm", "*"]),
            ("  ", &[]),
        ];
        for (command, want) in cases {
            assert_eq!(split(command).unwrap(), want, "command: {command}");
        }
        assert_eq!(split("x 'a"), Err(ArgvError::OpenQuote));
        assert_eq!(split("x \\"), Err(ArgvError::OpenEscape));
    }
}
