//! What the process gives up, and what not.

use hark_confine::{Measure, State};
use serde_json::json;

/// Prints every measure with how far it is in force.
pub fn measures(measures: &[Measure], json: bool) {
    for measure in measures {
        if json {
            let state = measure.state.word();
            super::line(
                &json!({ "measure": measure.name, "state": state, "why": measure.state.why(), "means": measure.meaning() }),
            );
            continue;
        }
        let colour = match measure.state {
            State::On => anstyle::AnsiColor::Green,
            State::Partly(_) => anstyle::AnsiColor::Yellow,
            State::Off(_) => anstyle::AnsiColor::Red,
        };
        let style = colour.on_default();
        say!("{style}{:6}{style:#}  {:12}  {}", measure.state.word(), measure.name, measure.meaning());
        if let Some(why) = measure.state.why() {
            say!("{:22}{why}", "");
        }
    }
}
