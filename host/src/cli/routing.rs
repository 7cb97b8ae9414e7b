//! Flags of the commands about who gets what.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};
use hark_model::Ms;

use super::{parse_age, parse_when};

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub enum RouteCommand {
    /// Read a file of rules and say what is wrong with it; that of the configuration, if none is named.
    #[command(after_help = "Examples:\n  hark route check\n  hark route check new-rules.toml")]
    Check {
        /// The file.
        file: Option<PathBuf>,
    },
    /// Say why an item goes where it goes: which rules, which words at which places, which values, and what did not match.
    #[command(
        after_help = "Examples:\n  hark feed --json | jq '.uid, .text'\n  hark route explain 5f0c...\n  hark --json route explain 17 | jq .missed\n\nThe rules and desks are those of now; what was kept when it came in stands beside them."
    )]
    Explain {
        /// The item: its `uid` or `id` in `hark feed --json`.
        item: String,
        /// Ask this file of rules, and not that of the configuration.
        #[arg(long, value_name = "FILE")]
        rules: Option<PathBuf>,
    },
    /// Say what would have gone elsewhere by other rules; nothing is changed, nobody is told.
    #[command(
        after_help = "Examples:\n  hark route dry-run --since 7d --rules new-rules.toml\n  hark --json route dry-run --since 24h --rules new-rules.toml | jq -r .new.owner"
    )]
    DryRun(DryRunArgs),
}

/// Flags of `route dry-run`.
#[derive(Debug, Args)]
pub struct DryRunArgs {
    /// Only items since: an age (7d) or a day (2026-01-31).
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    pub since: Ms,
    /// The rules to try; without them, what the rules of the configuration do against no rules at all.
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
}

/// What to do with silences.
#[derive(Debug, Subcommand)]
pub enum SilenceCommand {
    /// Make one.
    Add(SilenceArgs),
    /// List those of the file of rules and those made here.
    List,
    /// End one before its time.
    End {
        /// Its name.
        name: String,
    },
}

/// Flags of `silence add`.
#[derive(Debug, Args)]
pub struct SilenceArgs {
    /// Its name: 1 to 64 letters, digits, `-`, `_`, `.`
    pub name: String,
    /// About which items, in the filter language.
    #[arg(long, value_name = "FILTER")]
    pub when: String,
    /// For how long: 90m, 24h, 7d.
    #[arg(long = "for", value_name = "AGE", value_parser = parse_age)]
    pub lasts: Duration,
    /// Only notices of this rule and those under it. May be repeated; of all, if left out.
    #[arg(long, value_name = "NAME")]
    pub rule: Vec<String>,
    /// Who makes it.
    #[arg(long, value_name = "NAME")]
    pub author: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}
