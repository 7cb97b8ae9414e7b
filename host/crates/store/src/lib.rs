//! The only SQL and the only writer of Hark: one SQLite file.
//!
//! Holds: every function of [`Store`] is one whole business step, in one transaction or not at all;
//! what a batch says and the cursor behind it are stored together; the same events in any order, any
//! number of times, give the same content. Not here: what a connector may say (admission), opinions,
//! routes, JSON of a page.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod apply;
mod beside;
mod chime_ins;
mod commit;
mod error;
mod filter;
mod grants;
mod labels;
pub mod limits;
mod notices;
mod people;
mod prepare;
mod read;
mod reanalysis;
mod recheck_age;
mod reports;
mod routing;
mod rows;
mod said;
mod schema;
mod spikes;
mod statements;
mod store;
mod supervision;
mod values;
mod writer;

pub use beside::{
    ActionBegun, ActionEnd, ActionState, Along, BackfillKey, BackfillOrder, BackfillRest, BackfillState,
    BackfillStatus, BackfillStep, DeliveryEnd, DeliveryId, GapRow, KeptRaw, NewAction, NewDelivery,
    OutboxRow, PendingDelivery, ReadFrom, RecheckPlan, Whereabouts,
};
pub use chime_ins::{
    AnswerAs, AnswerVia, ChimeInAsked, ChimeInId, ChimeInPage, ChimeInRow, ChimeInSecrets, ChimeInStanding,
    ChimeInState, NewAnswer, NewChimeIn,
};
pub use commit::{
    BatchCommit, Checkpoint, CheckpointState, Committed, Entry, NewCheckpoint, Quarantined, SourceId,
    SourceRecord, StateUpdate,
};
pub use error::StoreError;
pub use filter::{Asked, FeedFilter, FeedKey};
pub use grants::SourceGrant;
pub use labels::{LabelKept, LabelRow, NewLabel};
pub use notices::{ClaimedNotice, NewNotice, NoticeClaim, NoticeEnd, NoticeId, NoticeRow, NoticeState};
pub use people::NewPerson;
pub use reanalysis::{
    ArchivedItem, ReanalysisOrder, ReanalysisStatus, ReanalysisStep, RecentItem, Reopinion,
};
pub use reports::{NewReportStep, ReportRow, ReportStanding, ReportStepRow};
pub use routing::{
    AuthorRow, Familiar, FamiliarAsk, GroupRow, RoutingRows, RoutingStep, ServiceStepRow, ServiceSummary,
    SilenceRow, StaffRecord, WorkRow, WorkStatus,
};
pub use rows::{
    ActorSummary, AttachmentRow, ConversationDetail, ConversationKey, CopyOf, FeedRow, ItemDetail,
    OpinionRow, PersonLabel, RelationRow, RevisionRow, SentimentSummary, SightingRow, SourceStatus,
    StreamStatus, Thread, ThreadNode,
};
pub use said::SaidItem;
pub use spikes::{AlarmRow, BinCount, NewAlarm};
pub use store::{Store, StoreOptions};
pub use supervision::{CapsuleRow, Crash, CrashNoted, SourceQuarantine, Spending, Spent};
