//! An item as the database knows it, and how it changes.
//!
//! Holds: every change is a merge that gives the same result in any order. The greatest content is shown;
//! zone and visibility become more private only; the earliest time counts as published; a removal holds
//! until the platform itself gives a later time for the item.

use hark_model::{Direction, Item, ItemKind, ItemUid, Ms, RemovalReason, Visibility, Zone};
use rusqlite::{OptionalExtension, Row, params};

use crate::StoreError;
use crate::apply::Batch;
use crate::apply::counters::Figures;
use crate::apply::rank::{Content, RevisionMark};
use crate::apply::{rechecks, revisions};
use crate::statements::Statements;
use crate::values::{Latest, word, word_maybe};

/// The row of an item.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Known {
    pub id: i64,
    pub zone: Zone,
    pub conversation: i64,
    pub author: Option<i64>,
    pub kind: ItemKind,
    pub direction: Direction,
    /// The revision that is shown.
    pub revision: u32,
    /// How many there are.
    pub revisions: u32,
    pub url: Option<String>,
    pub language: Option<String>,
    pub published_at: Ms,
    pub published_is_estimate: bool,
    pub observed_at: Ms,
    pub removal: Option<Gone>,
    pub claimed_at: Option<Ms>,
    pub visibility: Visibility,
    pub sensitive: bool,
    pub automated: bool,
    pub content: Content,
    pub counters: Latest<Figures>,
}

/// Why and when an item went away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gone {
    pub at: Ms,
    pub reason: RemovalReason,
    pub raw: Option<i64>,
}

impl Gone {
    /// Tells whether this removal counts more than `other`: later, or at the same time by the reason's word.
    pub fn outranks(&self, other: &Self) -> bool {
        (self.at, self.reason.as_str()) > (other.at, other.reason.as_str())
    }
}

impl Known {
    /// Reads the item of this uid, if it is known.
    pub fn find(db: &Statements<'_>, uid: &ItemUid) -> Result<Option<Self>, StoreError> {
        let mut find = db.prepare(
            "SELECT id, zone, conversation_id, author_id, kind, direction, revision, revisions, url, language,
               published_at, published_is_estimate, observed_at, removed_at, removal_reason, removal_raw_id,
               claimed_at, visibility, sensitive, automated, edited_at, platform_revision, content_sha256, facts,
               counters_at, likes, replies, shares, quotes, views, score
             FROM item WHERE uid = ?1",
        )?;
        Ok(find.query_row([uid.as_bytes()], Self::read).optional()?)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let removed_at: Option<Ms> = row.get(13)?;
        let reason: Option<RemovalReason> = word_maybe(row, 14)?;
        let raw = row.get(15)?;
        let platform_revision = row.get_ref(21)?.as_str()?;
        Ok(Self {
            id: row.get(0)?,
            zone: word(row, 1)?,
            conversation: row.get(2)?,
            author: row.get(3)?,
            kind: word(row, 4)?,
            direction: word(row, 5)?,
            revision: row.get(6)?,
            revisions: row.get(7)?,
            url: row.get(8)?,
            language: row.get(9)?,
            published_at: row.get(10)?,
            published_is_estimate: row.get(11)?,
            observed_at: row.get(12)?,
            removal: removed_at.zip(reason).map(|(at, reason)| Gone { at, reason, raw }),
            claimed_at: row.get(16)?,
            visibility: word(row, 17)?,
            sensitive: row.get(18)?,
            automated: row.get(19)?,
            content: Content {
                edited_at: row.get(20)?,
                platform_revision: RevisionMark::new(platform_revision),
                sha256: row.get(22)?,
                facts: row.get(23)?,
            },
            counters: Figures::read_latest(row, 24)?,
        })
    }

    /// Returns the item's time in the feed.
    pub fn feed_at(&self) -> Ms {
        feed_at(self.published_at, self.observed_at)
    }

    /// Returns the revision whose words are to be found; none of an item that is gone.
    fn shown(&self) -> Option<u32> {
        self.removal.is_none().then_some(self.revision)
    }

    /// Takes a removal in; one that is older than what the platform said since changes nothing.
    pub fn remove(&mut self, gone: Gone) {
        let counts = match &self.removal {
            Some(before) => gone.outranks(before),
            None => self.claimed_at.is_none_or(|claimed| claimed <= gone.at),
        };
        if counts {
            self.removal = Some(gone);
        }
    }

    /// Takes in a time that the platform gave; the item is back if that is later than its removal.
    pub fn claim(&mut self, at: Option<Ms>) {
        self.claimed_at = self.claimed_at.max(at);
        if self.removal.as_ref().is_some_and(|gone| self.claimed_at > Some(gone.at)) {
            self.removal = None;
        }
    }

    /// Takes in what holds whichever content is shown.
    pub fn merge_around(&mut self, item: &Item, zone: Zone, observed_at: Ms) {
        self.zone = self.zone.min(zone);
        self.visibility = self.visibility.max(item.visibility);
        self.observed_at = self.observed_at.min(observed_at);
        let ours = (self.published_is_estimate, self.published_at);
        let said = (item.published_is_estimate, item.published_at);
        (self.published_is_estimate, self.published_at) = ours.min(said);
    }

    /// Shows another content.
    pub fn show(
        &mut self,
        item: &Item,
        content: &Content,
        revision: u32,
        conversation: i64,
        author: Option<i64>,
    ) {
        self.content = content.clone();
        self.revision = revision;
        self.conversation = conversation;
        self.author = author;
        self.kind = item.kind;
        self.direction = item.direction;
        self.url.clone_from(&item.url);
        self.language.clone_from(&item.language);
        self.sensitive = item.sensitive;
        self.automated = item.automated;
    }

    fn write(&self, db: &Statements<'_>) -> Result<(), StoreError> {
        let mut update = db.prepare(
            "UPDATE item SET zone = ?2, conversation_id = ?3, author_id = ?4, kind = ?5, direction = ?6, revision = ?7,
               revisions = ?8, url = ?9, language = ?10, published_at = ?11, published_is_estimate = ?12,
               observed_at = ?13, removed_at = ?14, removal_reason = ?15, removal_raw_id = ?16, claimed_at = ?17,
               visibility = ?18, sensitive = ?19, automated = ?20, edited_at = ?21, platform_revision = ?22,
               content_sha256 = ?23, facts = ?24, counters_at = ?25, likes = ?26, replies = ?27, shares = ?28,
               quotes = ?29, views = ?30, score = ?31
             WHERE id = ?1",
        )?;
        let gone = self.removal.as_ref();
        let [likes, replies, shares, quotes, views, score] = self.counters.value.unwrap_or_default().0;
        update.execute(params![
            self.id,
            self.zone.as_str(),
            self.conversation,
            self.author,
            self.kind.as_str(),
            self.direction.as_str(),
            self.revision,
            self.revisions,
            self.url,
            self.language,
            self.published_at,
            self.published_is_estimate,
            self.observed_at,
            gone.map(|gone| gone.at),
            gone.map(|gone| gone.reason.as_str()),
            gone.and_then(|gone| gone.raw),
            self.claimed_at,
            self.visibility.as_str(),
            self.sensitive,
            self.automated,
            self.content.edited_at,
            self.content.platform_revision.as_str(),
            self.content.sha256,
            self.content.facts,
            self.counters.at,
            likes,
            replies,
            shares,
            quotes,
            views,
            score,
        ])?;
        Ok(())
    }
}

/// Returns the time in the feed; the database derives its column in the same way.
pub(crate) fn feed_at(published_at: Ms, observed_at: Ms) -> Ms {
    published_at.min(observed_at.saturating_add(hark_model::limits::CLOCK_SKEW_MS_MAX))
}

/// Writes `after` in the place of `before` and brings search, counts and the report in line with it.
pub(crate) fn replace(
    batch: &mut Batch<'_, '_>,
    uid: ItemUid,
    before: &Known,
    after: &Known,
) -> Result<(), StoreError> {
    if before == after {
        return Ok(());
    }
    after.write(batch.db)?;
    if before.shown() != after.shown() {
        revisions::search_instead(batch.db, after.id, before.shown(), after.shown())?;
    }
    let place = |known: &Known| (known.conversation, known.removal.is_none(), known.feed_at());
    if place(before) != place(after) {
        batch.conversations.items_changed(before.conversation);
        batch.conversations.items_changed(after.conversation);
    }
    batch.done.removed += u32::from(before.removal.is_none() && after.removal.is_some());
    if before.removal.is_some() && after.removal.is_none() {
        batch.done.restored += 1;
        rechecks::back(batch.db, after.id, batch.observed_at)?;
    }
    let mut same = before.clone();
    same.counters.at = after.counters.at;
    if same != *after {
        batch.changed(uid);
    }
    Ok(())
}
