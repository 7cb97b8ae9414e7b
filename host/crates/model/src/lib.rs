//! The conversation schema: what a connector may say, and what the host knows of it.
//!
//! Holds: every value here is platform-neutral; text enums have one spelling, shared by the contract,
//! the database and the screens. Not here: I/O, clocks, JSON, SQL.

mod annotation;
mod batch;
mod event;
mod fault;
mod grant;
mod ids;
mod kinds;
pub mod limits;
mod manifest;
mod payload;
mod route;
mod source_limits;

pub use annotation::{Annotation, AnnotationKind, Evidence, Sentiment};
pub use batch::{
    Action, Batch, Budget, CheckReport, Delivery, DeliveryResult, Outcome, Raw, ReadRequest, Target,
};
pub use event::{
    Actor, Attachment, Conversation, Counters, Engagement, Event, FlagReport, Gap, Item, Poison, Provenance,
    Relation, Removal,
};
pub use fault::{AuthWhy, Fault, FaultClass};
pub use grant::{
    Endpoint, EndpointPattern, Grant, HostPattern, InvalidPattern, Oauth1Ref, Oauth2Ref, SecretRef,
    WireSecurity,
};
pub use ids::{ConnectorId, InvalidName, ItemUid, Ms, SourceName};
pub use kinds::{
    ActorKind, Direction, ItemKind, Priority, ReadMode, RelationKind, RemovalReason, UnknownWord, Visibility,
    Zone,
};
pub use manifest::{ActionInfo, CredentialInfo, Manifest, Placement, StreamInfo};
pub use payload::{KeptPayload, Via};
pub use route::{Route, RouteReason};
pub use source_limits::SourceLimits;
