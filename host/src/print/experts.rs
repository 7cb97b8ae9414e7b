//! Who likely knows.

use hark_pipeline::FoundExpert;
use hark_store::FeedRow;
use serde_json::json;

use crate::print::source::when;
use crate::print::{clean, line};

/// Characters of a text that are printed.
const TEXT_CHARS_MAX: usize = 160;

/// Prints each with the items that speak for them.
pub fn experts(found: &[(FoundExpert, Vec<FeedRow>)], json: bool) {
    if found.is_empty() && !json {
        eprintln!("nobody who agreed to be named wrote of this");
    }
    for (expert, rows) in found {
        let items = || {
            expert
                .items
                .iter()
                .filter_map(move |item| Some((item, rows.iter().find(|row| row.uid == item.uid)?)))
        };
        if json {
            let items = items().map(|(item, row)| {
                json!({ "uid": row.uid.to_string(), "words": item.words, "text": row.text, "published_at": row.published_at })
            });
            line(
                &json!({ "person": expert.name, "score": expert.score, "items": items.collect::<Vec<_>>() }),
            );
            continue;
        }
        say!("{:<30} {:.2}", clean::short(&expert.name, 30), expert.score);
        for (item, row) in items() {
            say!("  {}  {}  ({})", when(row.published_at), row.uid, clean::line(&item.words.join(", ")));
            say!("    {}", clean::short(&row.text, TEXT_CHARS_MAX));
        }
    }
}
