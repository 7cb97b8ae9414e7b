//! Names to look for: whole, by their beginning or by their end.
//!
//! Holds: upper and lower case of A to Z are the same; any other letter must be written as it is stored, for the
//! database can compare no more than that.

/// Which part of a name must be so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// All of it.
    Whole,
    /// Its beginning: `name*`.
    Start,
    /// Its end: `*name`.
    End,
}

/// A name to look for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NamePattern {
    text: Box<str>,
    folded: Box<str>,
    part: Part,
}

impl NamePattern {
    /// Takes `text`, without stars; `None` if it is empty, for that would be every name.
    pub fn new(text: &str, part: Part) -> Option<Self> {
        let folded = text.to_ascii_lowercase().into();
        (!text.is_empty()).then(|| Self { text: text.into(), folded, part })
    }

    /// Returns the name as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the name with A to Z in lower case.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Returns which part of a name must be so.
    pub fn part(&self) -> Part {
        self.part
    }

    /// Tells whether `name` is meant.
    pub fn matches(&self, name: &str) -> bool {
        let (own, name) = (self.folded.as_bytes(), name.as_bytes());
        let piece = match self.part {
            Part::Whole => Some(name),
            Part::Start => name.get(..own.len()),
            Part::End => name.len().checked_sub(own.len()).map(|from| &name[from..]),
        };
        piece.is_some_and(|piece| piece.eq_ignore_ascii_case(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_whole_by_start_or_by_end() {
        for (text, part, name, want) in [
            ("Jo", Part::Whole, "jo", true),
            ("jo", Part::Whole, "joe", false),
            ("jo", Part::Start, "JOE", true),
            ("@Example.org", Part::End, "ann@example.ORG", true),
            ("@example.org", Part::End, "org", false),
            ("é", Part::Whole, "É", false),
            ("\u{301}", Part::End, "e\u{301}", true),
        ] {
            let pattern = NamePattern::new(text, part).unwrap();
            assert_eq!(pattern.matches(name), want, "{text} {part:?} {name}");
        }
        assert_eq!(NamePattern::new("", Part::Start), None);
    }
}
