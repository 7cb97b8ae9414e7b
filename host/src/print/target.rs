//! What could be listened to, what is about to be said, and what came of it.

use hark_model::Target;
use hark_pipeline::{Acted, SourceSetup};
use hark_store::ItemDetail;
use serde_json::json;

use crate::print::{clean, line, source::when};

/// Prints targets; `is_read` tells of a stream and an id whether the configuration names it.
pub fn targets(targets: &[Target], is_read: impl Fn(&str, &str) -> bool, json: bool) {
    for target in targets {
        let read = is_read(&target.stream, &target.id);
        if json {
            line(&json!({
                "id": target.id, "stream": target.stream, "title": target.title, "url": target.url,
                "visibility": target.visibility.as_str(), "members": target.members,
                "last_active": target.last_active, "ours": target.ours, "is_read": read,
            }));
        } else {
            say!("{}", text(target, read));
        }
    }
    if targets.is_empty() && !json {
        say!("the platform lists nothing to listen to");
    }
}

fn text(target: &Target, read: bool) -> String {
    let mut text = format!(
        "{} {:<12} {:<28} {}, {}",
        if read { "*" } else { " " },
        clean::short(&target.stream, 12),
        clean::short(&target.id, 60),
        clean::short(&target.title, 60),
        target.visibility
    );
    if let Some(members) = target.members {
        text.push_str(&format!(", {members} members"));
    }
    if let Some(at) = target.last_active {
        text.push_str(&format!(", last active {}", when(at)));
    }
    if target.ours {
        text.push_str(", ours");
    }
    text
}

/// Prints what is about to be said, on what, and through which source.
pub fn to_be_said(setup: &SourceSetup, item: &ItemDetail, text: &str, json: bool) {
    if json {
        return;
    }
    let author = item.row.author.as_ref();
    let author = author.and_then(|author| author.display_name.as_deref().or(author.handle.as_deref()));
    eprintln!("to {} on {}:", clean::short(author.unwrap_or("?"), 60), setup.name);
    eprintln!("    {}", clean::short(&item.row.text, 280));
    eprintln!("answer:");
    eprintln!("    {}", clean::short(text, 2_000));
}

/// Prints what came of an action.
pub fn acted(acted: &Acted, json: bool) {
    let (word, made) = match acted {
        Acted::Done(made) => ("done", made.as_deref()),
        Acted::AlreadyDone(made) => ("already-done", made.as_deref()),
        Acted::Uncertain { .. } => return,
    };
    if json {
        return line(&json!({ "outcome": word, "made": made }));
    }
    let made = made.map_or_else(String::new, |id| format!(" as {}", clean::short(id, 80)));
    match acted {
        Acted::AlreadyDone(_) => say!("was said before{made}"),
        _ => say!("said{made}"),
    }
}
