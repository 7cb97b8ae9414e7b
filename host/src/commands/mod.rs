//! One module a command.

pub mod backfill;
pub mod check;
pub mod compile;
pub mod demo;
pub mod discover;
pub mod doctor;
pub mod eval;
pub mod feed;
pub mod plugin_add;
pub mod plugin_build;
pub mod plugin_capsule;
pub mod plugin_double;
pub mod plugin_inspect;
pub mod plugin_new;
pub mod plugin_pull;
pub mod plugin_push;
pub mod plugin_record;
pub mod plugin_sign;
pub mod plugin_test;
pub mod plugin_try;
pub mod plugin_verify;
pub mod replay;
pub mod reply;
pub mod run;
pub mod sources;
pub mod train;
