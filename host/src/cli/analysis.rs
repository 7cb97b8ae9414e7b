//! Flags of the commands about what is thought of items.

use std::time::Duration;

use clap::Args;
use hark_model::{Ms, Zone};

use super::{parse_age, parse_when};

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

/// Flags of `spikes`.
#[derive(Debug, Args)]
pub struct SpikesArgs {
    /// Only since: an age (7d) or a day (2026-01-31); all, if left out.
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    pub since: Option<Ms>,
    /// How many at most, the newest.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
}

/// Flags of `topics`.
#[derive(Debug, Args)]
pub struct TopicsArgs {
    /// How long the window is; it is held against the ten before it: 90m, 6h, 7d.
    #[arg(long, default_value = "6h", value_name = "AGE", value_parser = parse_age)]
    pub window: Duration,
    /// Only this zone: intranet, extranet, social. May be repeated.
    #[arg(long, value_name = "ZONE")]
    pub zone: Vec<Zone>,
    /// How many of each at most.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub limit: u32,
}
