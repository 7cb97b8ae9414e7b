//! What the program prints: the same facts as text for people or as JSON, one value a line.
//!
//! Holds: facts go to standard output, colours only to a terminal; nothing heard can steer the terminal.

mod analysis;
mod attempt;
mod backfill;
mod capsule;
mod certificate;
mod clean;
mod connector;
mod experts;
mod feed;
mod measure;
mod people;
mod powers;
mod reanalysis;
mod replay;
mod routing;
mod source;
mod spikes;
mod supply;
mod target;

use std::net::SocketAddr;
use std::path::Path;

use hark_pipeline::PipelineReport;
use serde_json::json;

pub use analysis::{evaluated, progress, trained};
pub use attempt::{Attempt, attempt};
pub use backfill::{backfill_line, backfill_note};
pub use capsule::capsule;
pub use certificate::{certificate, counts, recorded, ruling, trial};
pub use connector::{built, double, inspection, made};
pub use experts::experts;
pub use feed::feed;
pub use measure::measures;
pub use people::{asked, asks, news_finding, notice, notices, report_steps, reports};
pub use powers::{build_difference, to_be_granted};
pub use reanalysis::{reanalysis_end, reanalysis_line};
pub use replay::{difference, replayed};
pub use routing::{dry_run, explanation, rules_are_good, silence_changed, silences, tried};
pub use source::{config_is_good, finding, released, sources};
pub use spikes::{spikes, topics};
pub use supply::{Progress, added, key, pulled, pushed, signed, verified};
pub use target::{acted, targets, to_be_said};

/// Prints one JSON value on a line.
fn line(value: &serde_json::Value) {
    say!("{value}");
}

/// How it is said where the page is.
#[derive(Debug, Clone, Copy)]
pub struct Served {
    /// As JSON.
    pub json: bool,
}

impl Served {
    /// Says where the page is.
    pub fn say(self, address: SocketAddr) {
        if self.json {
            return line(&json!({ "listening": format!("http://{address}") }));
        }
        let bold = anstyle::Style::new().bold();
        anstream::eprintln!("the feed is at {bold}http://{address}{bold:#} (Ctrl-C stops)");
    }
}

impl Served {
    /// Says where deliveries are taken, where that is an address of its own.
    pub fn say_webhooks(self, address: SocketAddr) {
        if self.json {
            return line(&json!({ "webhooks": format!("http://{address}/in/") }));
        }
        anstream::eprintln!("deliveries are taken at http://{address}/in/NAME");
    }
}

/// Says what a demo has brought up.
pub fn demo(config: &Path, json: bool) {
    if json {
        return line(&json!({ "config": config }));
    }
    anstream::eprintln!("in another terminal: hark --config {} feed --follow", config.display());
}

/// Prints what one run over all streams did.
pub fn run_report(report: &PipelineReport, json: bool) {
    for (name, stream) in report {
        if json {
            line(&json!({
                "stream": name, "batches": stream.batches, "new_items": stream.new_items,
                "quarantined": stream.quarantined, "trouble": stream.trouble,
            }));
            continue;
        }
        let trouble =
            stream.trouble.as_ref().map_or_else(String::new, |text| format!("; {}", clean::line(text)));
        say!("{name}: {} new items, {} in quarantine{trouble}", stream.new_items, stream.quarantined);
    }
}
