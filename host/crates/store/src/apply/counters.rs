//! Engagement figures: the newest stand with the item, every change of them in the history.

use hark_model::{Counters, Engagement, ItemUid, Ms};
use rusqlite::{Row, params};

use crate::StoreError;
use crate::apply::known::{self, Known};
use crate::apply::{Batch, awaited};
use crate::statements::Statements;
use crate::values::{Latest, column};

/// Likes, replies, shares, quotes, views, score: as the columns hold them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Figures(pub [Option<i64>; 6]);

impl Figures {
    /// Takes the figures of `counters`; `None` if it has none.
    pub fn of(counters: &Counters) -> Option<Self> {
        let c = counters;
        let figures = [
            column(c.likes),
            column(c.replies),
            column(c.shares),
            column(c.quotes),
            column(c.views),
            c.score,
        ];
        (figures.iter().any(Option::is_some) || !c.by_reaction.is_empty()).then_some(Self(figures))
    }

    /// Reads a time and the six figures behind it.
    pub fn read_latest(row: &Row<'_>, first: usize) -> rusqlite::Result<Latest<Self>> {
        let at: Option<Ms> = row.get(first)?;
        let mut figures = Self::default();
        for (column, figure) in figures.0.iter_mut().enumerate() {
            *figure = row.get(first + 1 + column)?;
        }
        Ok(Latest { value: at.is_some().then_some(figures), at })
    }
}

/// Figures with each reaction's count as JSON, which stands in the history only.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub figures: Latest<Figures>,
    pub by_reaction: Option<String>,
}

impl Told {
    pub fn new(counters: &Counters, at: Ms) -> Self {
        let by_reaction = (!counters.by_reaction.is_empty()).then(|| {
            let reactions = counters.by_reaction.iter();
            reactions.map(|(name, count)| (name.clone(), (*count).into())).collect::<serde_json::Map<_, _>>()
        });
        Self {
            figures: Latest::new(Figures::of(counters), at),
            by_reaction: by_reaction.map(|reactions| serde_json::Value::Object(reactions).to_string()),
        }
    }
}

/// Takes in figures that came by themselves.
pub(crate) fn apply(batch: &mut Batch<'_, '_>, engagement: &Engagement) -> Result<(), StoreError> {
    let told = Told::new(&engagement.counters, engagement.at);
    let uid = ItemUid::derive(&batch.source.scope, &engagement.id);
    let Some(before) = Known::find(batch.db, &uid)? else {
        return awaited::figures(batch, &engagement.id, told);
    };
    let mut after = before.clone();
    merge(batch.db, &mut after, told)?;
    known::replace(batch, uid, &before, &after)
}

/// Takes figures in; only newer ones change anything, and only other ones make history.
pub(crate) fn merge(db: &Statements<'_>, item: &mut Known, told: Told) -> Result<(), StoreError> {
    let before = item.counters.value;
    if item.counters.merge(told.figures.clone()) && item.counters.value != before {
        remember(db, item.id, &told)?;
    }
    Ok(())
}

/// Adds to the history of an item.
pub(crate) fn remember(db: &Statements<'_>, item: i64, told: &Told) -> Result<(), StoreError> {
    let (Some(Figures([likes, replies, shares, quotes, views, score])), Some(at)) =
        (told.figures.value, told.figures.at)
    else {
        return Ok(());
    };
    let mut insert = db.prepare(
        "INSERT INTO engagement (item_id, at, likes, replies, shares, quotes, views, score, by_reaction)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT DO UPDATE SET likes = excluded.likes, replies = excluded.replies, shares = excluded.shares,
           quotes = excluded.quotes, views = excluded.views, score = excluded.score, by_reaction = excluded.by_reaction",
    )?;
    insert.execute(params![item, at, likes, replies, shares, quotes, views, score, told.by_reaction])?;
    Ok(())
}
