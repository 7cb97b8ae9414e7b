//! The closed word lists of the schema, each with one spelling.

/// A word that is not in the list it was looked up in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not one of {}", .known.join(", "))]
pub struct UnknownWord {
    /// What was read.
    pub word: String,
    /// What would have been understood.
    pub known: &'static [&'static str],
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Every word, in the order of `ALL`.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// Returns the one spelling of this value.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownWord;
            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(UnknownWord { word: word.to_owned(), known: Self::WORDS }),
                }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Where a conversation takes place, seen from the company.
    Zone {
        /// Inside, among staff.
        Intranet = "intranet",
        /// With customers and partners.
        Extranet = "extranet",
        /// In the open.
        Social = "social",
    }
}
words! {
    /// Who may read an item on its platform, from least to most private (`Ord` is by privacy).
    Visibility {
        /// Anybody.
        Public = "public",
        /// Anybody with the address.
        Unlisted = "unlisted",
        /// Members of a community or list.
        Community = "community",
        /// Staff.
        Internal = "internal",
        /// A named group.
        Restricted = "restricted",
        /// The people addressed.
        Direct = "direct",
    }
}
words! {
    /// What sort of utterance an item is.
    ItemKind {
        /// Opens a conversation in a public or community place.
        Post = "post",
        /// Answers within one.
        Comment = "comment",
        /// Chat.
        Message = "message",
        /// Mail.
        Email = "email",
        /// Long form with a title.
        Article = "article",
        /// Carries a rating.
        Review = "review",
        /// Passes another item on.
        Share = "share",
    }
}
words! {
    /// Who speaks to whom.
    Direction {
        /// To us.
        Inbound = "inbound",
        /// By us.
        Outbound = "outbound",
        /// About us, or near us.
        ThirdParty = "third-party",
    }
}
words! {
    /// What sort of author an actor is.
    ActorKind {
        /// A human being.
        Person = "person",
        /// A company or institution.
        Organisation = "organisation",
        /// A program.
        Service = "service",
        /// Several people under one name.
        Group = "group",
        /// Not told.
        Unknown = "unknown",
    }
}
words! {
    /// How an item points at another item or an actor.
    RelationKind {
        /// Answers it.
        ReplyTo = "reply-to",
        /// Quotes it.
        QuoteOf = "quote-of",
        /// Passes it on.
        ShareOf = "share-of",
        /// Names an actor.
        MentionOf = "mention-of",
        /// Links to it.
        LinkTo = "link-to",
    }
}
words! {
    /// Why an item is no longer there.
    RemovalReason {
        /// Its author took it back.
        DeletedByAuthor = "deleted-by-author",
        /// A moderator took it away.
        RemovedByModerator = "removed-by-moderator",
        /// The account was closed.
        AccountGone = "account-gone",
        /// We may not see it any more.
        NoLongerVisible = "no-longer-visible",
        /// Not told.
        Unknown = "unknown",
    }
}
words! {
    /// How a stream is read.
    ReadMode {
        /// What is new since the cursor.
        Incremental = "incremental",
        /// What was before, by time.
        Backfill = "backfill",
        /// What became of known items.
        Recheck = "recheck",
    }
}
words! {
    /// How soon somebody should look.
    Priority {
        /// When there is time.
        Low = "low",
        /// In its turn.
        Normal = "normal",
        /// Before the others.
        High = "high",
        /// Now.
        Urgent = "urgent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_as_itself() {
        for zone in Zone::ALL {
            assert_eq!(zone.as_str().parse(), Ok(*zone));
        }
        for visibility in Visibility::ALL {
            assert_eq!(visibility.as_str().parse(), Ok(*visibility));
        }
        let unknown = "loud".parse::<Zone>().unwrap_err();
        assert_eq!(unknown.to_string(), "\"loud\" is not one of intranet, extranet, social");
    }

    #[test]
    fn visibility_orders_from_public_to_direct() {
        assert!(Visibility::Direct > Visibility::Restricted && Visibility::Unlisted > Visibility::Public);
    }
}
