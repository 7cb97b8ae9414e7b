//! TOML text into checked settings.
//!
//! Holds: a `Config` has passed every check that needs only its text; every complaint names file, line,
//! column, key and what to write instead, and all complaints come at once. A secret never stands here:
//! only where it comes from. Not here: reading secrets, connectors' own settings against their schema.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may end at once"))]

mod ask;
mod compile;
mod config;
mod error;
mod example;
mod json;
pub mod limits;
mod notices;
mod pattern;
mod place;
mod process;
mod reader;
mod reference;
mod registry;
mod rule;
mod secret;
mod source;
mod trust;

pub use ask::{AnswersConfig, AskConfig};
pub use compile::CompileConfig;
pub use config::{Config, read_table};
pub use error::{ConfigError, ConfigErrors, ErrorKind, Sink};
pub use example::EXAMPLE;
pub use notices::{HttpReach, MailConfig, MailSecurity, NoticeTarget, NoticeWay, QuietConfig, WebhookUrl};
pub use pattern::{InvalidNamePattern, InvalidWords, NamePattern, WordPattern, fold, fold_into, word_spans};
pub use process::Confine;
pub use reader::{Entry, Section, Value, did_you_mean};
pub use reference::{HttpsRef, InvalidReference, OciRef, RemoteRef};
pub use registry::RegistryConfig;
pub use rule::RuleConfig;
pub use source::{ConnectorRef, SourceConfig, TargetChoice};
pub use trust::{ConnectorPattern, Publisher, Require, TrustConfig};
