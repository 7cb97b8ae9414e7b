//! TOML text into checked settings.
//!
//! Holds: a `Config` has passed every check that needs only its text; every complaint names file, line,
//! column, key and what to write instead, and all complaints come at once. A secret never stands here:
//! only where it comes from. Not here: reading secrets, connectors' own settings against their schema.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod analysis;
mod ask;
mod compile;
mod config;
mod error;
mod example;
mod experts;
mod json;
pub mod limits;
mod notices;
mod place;
mod process;
mod reader;
mod reference;
mod registry;
mod secret;
mod source;
mod trust;
mod zone;

pub use analysis::SecondOpinionConfig;
pub use ask::{AnswersConfig, AskConfig};
pub use compile::CompileConfig;
pub use config::{Config, read_table, read_text};
pub use error::{ConfigError, ConfigErrors, ErrorKind, Sink};
pub use example::EXAMPLE;
pub use experts::ExpertConfig;
pub use notices::{HttpReach, MailConfig, MailSecurity, NoticeTarget, NoticeWay, QuietConfig, WebhookUrl};
pub use process::Confine;
pub use reader::{Entry, Section, Value, did_you_mean};
pub use reference::{HttpsRef, InvalidReference, OciRef, RemoteRef};
pub use registry::RegistryConfig;
pub use source::{ConnectorRef, SourceConfig, TargetChoice};
pub use trust::{ConnectorPattern, Publisher, Require, TrustConfig};
pub use zone::PersonalData;
