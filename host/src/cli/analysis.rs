//! Flags of the commands about what is thought of items.

use clap::Args;
use hark_model::Ms;

use super::parse_when;

/// Flags of `reanalyse`.
#[derive(Debug, Args)]
pub struct ReanalyseArgs {
    /// Only items since: an age (90d) or a day (2026-01-31); all, if left out.
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    pub since: Option<Ms>,
    /// Write nothing; tell what would be added.
    #[arg(long)]
    pub dry_run: bool,
}
