//! What items are grouped by.

use std::str::FromStr;

use hark_model::UnknownWord;

use crate::item::Item;

/// What an item has that groups and inhibitions hold side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Label {
    /// The sources that saw it.
    Source,
    /// Their platforms.
    Platform,
    /// Forum, channel, page or mailbox.
    Place,
    /// Its zone.
    Zone,
    /// Its author.
    Author,
    /// Its conversation.
    Conversation,
    /// Its language.
    Lang,
    /// Its kind.
    Kind,
    /// How it feels.
    Sentiment,
    /// Its tags.
    Tag,
}

impl Label {
    /// Every label, in order.
    pub const ALL: &'static [Self] = &[
        Self::Source,
        Self::Platform,
        Self::Place,
        Self::Zone,
        Self::Author,
        Self::Conversation,
        Self::Lang,
        Self::Kind,
        Self::Sentiment,
        Self::Tag,
    ];
    /// Every word, in the order of `ALL`.
    pub const WORDS: &'static [&'static str] = &[
        "source",
        "platform",
        "place",
        "zone",
        "author",
        "conversation",
        "lang",
        "kind",
        "sentiment",
        "tag",
    ];

    /// Returns the one spelling of this label.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.get(self as usize).copied().unwrap_or_default()
    }

    /// Returns `name` with what the item has of each of `labels`: `name{source="blog",place="news"}`.
    pub(crate) fn key(name: &str, labels: &[Self], item: &Item<'_>) -> Box<str> {
        if labels.is_empty() {
            return name.into();
        }
        let mut key = String::with_capacity(64);
        key.push_str(name);
        for (number, label) in labels.iter().enumerate() {
            key.push_str(if number == 0 { "{" } else { "," });
            key.push_str(label.as_str());
            key.push('=');
            label.write(item, &mut key);
        }
        key.push('}');
        key.into()
    }

    fn write(self, item: &Item<'_>, key: &mut String) {
        let record = &item.record;
        // Quotes around each keep two values from reading as one.
        let mut one = |text: &str| {
            key.push('"');
            for part in text.split_inclusive(['"', '\\']) {
                match part.strip_suffix(['"', '\\']) {
                    Some(plain) => key.extend([plain, "\\", &part[plain.len()..]]),
                    None => key.push_str(part),
                }
            }
            key.push('"');
        };
        match self {
            Self::Source => record.sources.iter().for_each(|name| one(name)),
            Self::Platform => record.platforms.iter().for_each(|name| one(name)),
            Self::Place => one(record.place.unwrap_or_default()),
            Self::Zone => one(record.zone.as_str()),
            Self::Author => one(item.author.unwrap_or_default()),
            Self::Conversation => one(item.conversation),
            Self::Lang => one(record.language.unwrap_or_default()),
            Self::Kind => one(record.kind.as_str()),
            Self::Sentiment => one(record.sentiment.as_str()),
            Self::Tag => record.tags.iter().for_each(|name| one(name)),
        }
    }
}

impl FromStr for Label {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        let found = Self::ALL.iter().find(|label| label.as_str() == word);
        found.copied().ok_or_else(|| UnknownWord { word: word.to_owned(), known: Self::WORDS })
    }
}

#[cfg(test)]
mod tests {
    use hark_model::{ItemUid, Zone};
    use hark_query::Record;

    use super::*;

    #[test]
    fn two_items_share_a_key_only_if_they_share_all_values() {
        let key = |sources: Vec<&str>, place: &str| {
            let record = Record {
                sources,
                place: Some(place),
                ..Record::new(ItemUid::from_bytes([0; 16]), Zone::Social, "", 0)
            };
            let item = Item { record, conversation: "c", author: None };
            Label::key("r", &[Label::Source, Label::Place], &item)
        };
        assert_eq!(&*key(vec!["blog"], "news"), r#"r{source="blog",place="news"}"#);
        assert_eq!(&*key(vec!["a", "b"], ""), r#"r{source="a""b",place=""}"#);
        assert_eq!(&*key(vec![r#"a",place="x"#], r"\\"), r#"r{source="a\",place=\"x",place="\\\\"}"#);
        assert_eq!(
            &*Label::key(
                "r",
                &[],
                &Item {
                    record: Record::new(ItemUid::from_bytes([0; 16]), Zone::Social, "", 0),
                    conversation: "c",
                    author: None
                }
            ),
            "r"
        );
    }
}
