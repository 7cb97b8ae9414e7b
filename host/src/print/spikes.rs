//! What is unusual, and what people speak about.

use hark_analysis::topics::{Keyword, Trend};
use hark_store::AlarmRow;
use serde_json::json;

use crate::print::source::when;
use crate::print::{clean, line};

/// Prints alarms in their order.
pub fn spikes(alarms: &[AlarmRow], json: bool) {
    if alarms.is_empty() && !json {
        eprintln!("nothing unusual is known; `hark run` looks while it listens, after a day of learning");
    }
    for alarm in alarms {
        if json {
            line(&alarm_json(alarm));
            continue;
        }
        let team = alarm.team.as_ref().map_or_else(String::new, |team| format!("  -> {}", clean::line(team)));
        say!("{}  {}{team}", when(alarm.until), clean::line(&alarm.why));
    }
}

fn alarm_json(alarm: &AlarmRow) -> serde_json::Value {
    json!({
        "id": alarm.id, "topic": alarm.topic, "source": alarm.source, "zone": alarm.zone.as_str(),
        "measured": alarm.measured, "label": alarm.label.map(hark_model::Sentiment::as_str), "until": alarm.until,
        "expected": alarm.expected, "observed": alarm.observed, "items": alarm.items, "tail": alarm.tail,
        "why": alarm.why, "team": alarm.team, "person": alarm.person,
        "priority": alarm.priority.map(hark_model::Priority::as_str), "tags": alarm.tags, "rules": alarm.rules,
        "at": alarm.at,
    })
}

/// Prints what the window of `texts` texts is about.
pub fn topics(texts: u32, keywords: &[Keyword], trends: &[Trend], json: bool) {
    if json {
        for keyword in keywords {
            line(&json!({
                "term": keyword.text, "trending": false, "texts": keyword.texts, "weight": keyword.weight,
            }));
        }
        for trend in trends {
            line(&json!({
                "term": trend.text, "trending": true, "texts": trend.texts, "usual": trend.usual,
                "surprise": trend.surprise,
            }));
        }
        return;
    }
    say!("{texts} texts; what they are about:");
    for keyword in keywords {
        say!("  {:<40} in {} texts", clean::short(&keyword.text, 40), keyword.texts);
    }
    say!("more than before:");
    for trend in trends {
        say!(
            "  {:<40} in {} texts, where {:.1} are usual",
            clean::short(&trend.text, 40),
            trend.texts,
            trend.usual
        );
    }
}
