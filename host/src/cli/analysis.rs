//! Flags of the commands about what is thought of items.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use hark_model::{Ms, Zone};

use super::{parse_age, parse_dropout, parse_when};

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

/// Flags of `train`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// Labelled texts: .csv, .jsonl, .tsv, or _text.txt with _labels.txt beside it.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Where the model is written.
    #[arg(long, short, value_name = "FILE.model")]
    pub out: PathBuf,
    /// The language of texts that do not say, as two letters; that which the folder is named for, or English.
    #[arg(long, value_name = "CODE")]
    pub language: Option<String>,
    /// Where chance begins: the same texts and seed give the same model.
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub seed: u64,
    /// How often each text is seen.
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub epochs: u32,
    /// Share of features left out each time, from 0 to 0.9: less where there are few texts.
    #[arg(long, default_value_t = 0.3, value_name = "SHARE", value_parser = parse_dropout)]
    pub dropout: f32,
}

/// Flags of `eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// Folder of labelled texts.
    pub folder: PathBuf,
    /// A model of your own, asked before those that come with Hark. May be repeated.
    #[arg(long, value_name = "FILE.model")]
    pub model: Vec<PathBuf>,
}

/// Flags of `experts`.
#[derive(Debug, Args)]
pub struct ExpertsArgs {
    /// The item: its `uid` or `id` in `hark feed --json`.
    pub item: String,
    /// Who is on this now, instead of who knows this.
    #[arg(long)]
    pub active: bool,
}

/// How an item feels, as a person says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Label {
    /// Pleased.
    Positive,
    /// Neither, or both alike.
    Neutral,
    /// Displeased.
    Negative,
}

/// Flags of `label`.
#[derive(Debug, Args)]
pub struct LabelArgs {
    /// The item: its `uid` or `id` in `hark feed --json`.
    pub item: String,
    /// How it feels.
    #[arg(value_enum)]
    pub label: Label,
    /// Who says so.
    #[arg(long, value_name = "NAME", env = "USER")]
    pub by: String,
}

/// What to do with labels.
#[derive(Debug, Subcommand)]
pub enum LabelsCommand {
    /// Write labels that people gave, with their texts, as `hark train` reads them.
    #[command(
        after_help = "Examples:\n  hark labels export -o labels.csv && hark train labels.csv --out our.model\n  hark labels export --since 30d > labels.jsonl\n\nThe newest label of a text is written, and none of what is gone. Personal data is masked where `personal_data` of\nthe item's zone says so."
    )]
    Export(LabelsExportArgs),
}

/// Flags of `labels export`.
#[derive(Debug, Args)]
pub struct LabelsExportArgs {
    /// Only labels since: an age (30d) or a day (2026-01-31); all, if left out.
    #[arg(long, value_name = "WHEN", value_parser = parse_when)]
    pub since: Option<Ms>,
    /// Where to write them, by its ending as CSV (.csv) or JSON Lines (.jsonl); JSON Lines on standard output, if left out.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
