//! What an item may have or be: the values of `has:` and `is:`.
//!
//! Holds: one table, of which parser, errors, SQL, memory and reference are made.

/// A yes or no about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Flag {
    /// `has:report`
    Report,
    /// `has:attachment`
    Attachment,
    /// `has:link`
    Link,
    /// `has:title`
    Title,
    /// `is:reply`
    Reply,
    /// `is:quote`
    Quote,
    /// `is:share`
    Share,
    /// `is:edited`
    Edited,
    /// `is:removed`
    Removed,
    /// `is:automated`
    Automated,
    /// `is:sensitive`
    Sensitive,
    /// `is:verified`
    Verified,
    /// `is:ours`
    Ours,
    /// `is:duplicate`
    Duplicate,
}

/// What stands in the table for one flag.
#[derive(Debug, Clone, Copy)]
pub struct FlagInfo {
    /// Which flag.
    pub flag: Flag,
    /// Its word.
    pub word: &'static str,
    /// What it says of items, behind "that ": "have been reported".
    pub clause: &'static str,
    /// The same, denied.
    pub denied: &'static str,
    /// The condition over `item i`, as SQL.
    pub sql: &'static str,
}

macro_rules! info {
    ($flag:ident, $word:literal, $clause:literal, $denied:literal, $sql:literal) => {
        FlagInfo { flag: Flag::$flag, word: $word, clause: $clause, denied: $denied, sql: $sql }
    };
}

/// The values of `has:`.
pub static HAS: &[FlagInfo] = &[
    info!(
        Report,
        "report",
        "have been reported to moderators",
        "have not been reported to moderators",
        "EXISTS (SELECT 1 FROM flag_report f WHERE f.item_id = i.id)"
    ),
    info!(
        Attachment,
        "attachment",
        "have an attachment",
        "have no attachment",
        "EXISTS (SELECT 1 FROM attachment f WHERE f.item_id = i.id)"
    ),
    info!(
        Link,
        "link",
        "have a link",
        "have no link",
        "EXISTS (SELECT 1 FROM relation f WHERE f.item_id = i.id AND f.kind = 'link-to')"
    ),
    info!(
        Title,
        "title",
        "have a title",
        "have no title",
        "EXISTS (SELECT 1 FROM item_revision f WHERE f.item_id = i.id AND f.revision = i.revision AND f.title <> '')"
    ),
];

/// The values of `is:`.
pub static IS: &[FlagInfo] = &[
    info!(
        Reply,
        "reply",
        "answer another item",
        "answer no other item",
        "EXISTS (SELECT 1 FROM relation f WHERE f.item_id = i.id AND f.kind = 'reply-to')"
    ),
    info!(
        Quote,
        "quote",
        "quote another item",
        "quote no other item",
        "EXISTS (SELECT 1 FROM relation f WHERE f.item_id = i.id AND f.kind = 'quote-of')"
    ),
    info!(
        Share,
        "share",
        "pass another item on",
        "pass no other item on",
        "EXISTS (SELECT 1 FROM relation f WHERE f.item_id = i.id AND f.kind = 'share-of')"
    ),
    info!(
        Edited,
        "edited", "have been edited", "have not been edited", "(i.edited_at IS NOT NULL OR i.revisions > 1)"
    ),
    info!(
        Removed,
        "removed", "are gone from their platform", "are still on their platform", "i.removed_at IS NOT NULL"
    ),
    info!(
        Automated,
        "automated", "were written by a program", "were not written by a program", "i.automated <> 0"
    ),
    info!(
        Sensitive,
        "sensitive",
        "are marked as sensitive by their platform",
        "are not marked as sensitive by their platform",
        "i.sensitive <> 0"
    ),
    info!(
        Verified,
        "verified",
        "are by an author whom the platform has verified",
        "are not by an author whom the platform has verified",
        "i.author_id IN (SELECT f.id FROM actor f WHERE f.verified <> 0)"
    ),
    info!(
        Ours,
        "ours",
        "are by one of our own accounts",
        "are not by one of our own accounts",
        "i.author_id IN (SELECT f.id FROM actor f WHERE f.is_self <> 0)"
    ),
    info!(
        Duplicate,
        "duplicate",
        "read nearly like an earlier item",
        "do not read nearly like an earlier item",
        "i.near_dup_of IS NOT NULL"
    ),
];

impl Flag {
    /// Returns what stands in the table for this flag.
    pub fn info(self) -> &'static FlagInfo {
        let found = HAS.iter().chain(IS).find(|info| info.flag == self);
        found.expect("every flag stands in one of the two tables")
    }
}

/// Which flags hold of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(u16);

impl Flags {
    /// Returns these flags and `flag`.
    #[must_use]
    pub const fn with(self, flag: Flag) -> Self {
        Self(self.0 | 1 << flag as u8)
    }

    /// Tells whether `flag` holds.
    pub const fn has(self, flag: Flag) -> bool {
        self.0 & 1 << flag as u8 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_is_in_one_table_once() {
        let all: Vec<&FlagInfo> = HAS.iter().chain(IS).collect();
        for (at, info) in all.iter().enumerate() {
            assert!(std::ptr::eq(info.flag.info(), *info), "{}", info.word);
            assert_eq!(info.flag as usize, at, "the tables are in the order of the flags: {}", info.word);
            assert!(Flags::default().with(info.flag).has(info.flag));
            assert!(all.iter().filter(|other| Flags::default().with(other.flag).has(info.flag)).count() == 1);
        }
        // The last flag of the enum: a new one behind it must get a line.
        assert_eq!(all.len(), Flag::Duplicate as usize + 1);
    }
}
