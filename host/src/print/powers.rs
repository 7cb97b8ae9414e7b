//! What builds of connectors ask for, one beside the other.

use hark_pipeline::Powers;
use hark_runtime::Connector;
use serde_json::{Value, json};

use crate::grants::Standing;
use crate::print::{clean, line};

fn powers(connector: &Connector) -> Powers {
    Powers::of(connector.manifest(), connector.imports())
}

fn build(connector: &Connector) -> Value {
    let manifest = connector.manifest();
    json!({
        "id": manifest.id.as_str(), "version": manifest.version, "sha256": hex::encode(connector.digest()),
    })
}

fn title(connector: &Connector) -> String {
    let manifest = connector.manifest();
    format!("{} {}", manifest.id, clean::line(&manifest.version))
}

/// Prints what `new` asks for that `old` does not, and the other way round; settings, too.
pub fn build_difference(old: &Connector, new: &Connector, json: bool) {
    let (before, after) = (powers(old), powers(new));
    let more: Vec<&str> = after.beyond(&before).collect();
    let less: Vec<&str> = before.beyond(&after).collect();
    let settings_change = old.manifest().config_schema != new.manifest().config_schema;
    if json {
        line(&json!({
            "old": build(old), "new": build(new), "more": more, "less": less, "settings_change": settings_change,
            "waits_for_grant": !more.is_empty(),
        }));
        return;
    }
    say!("{} -> {}", title(old), title(new));
    signed('+', &more);
    signed('-', &less);
    if settings_change {
        say!("  ~ the settings are others: hark plugin inspect tells them");
    }
    if more.is_empty() {
        say!("  it asks for nothing more; a source goes on with it without being asked about");
    } else {
        say!("  it asks for more; a source that listens with the first waits for `hark grant`");
    }
}

/// Prints what is about to be granted to a source.
pub fn to_be_granted(
    source: &str,
    connector: &Connector,
    standing: &Standing,
    beyond: &[String],
    json: bool,
) {
    let before = standing.before.as_ref().map(|before| before.version.as_str());
    if json {
        line(&json!({
            "source": source, "build": build(connector), "before": before, "more": beyond,
            "powers": standing.powers.lines().collect::<Vec<_>>(),
        }));
        return;
    }
    match before {
        None => say!(
            "source {source}: {} is granted what it asks for, within the grant of its table",
            title(connector)
        ),
        Some(_) if beyond.is_empty() => say!("source {source}: {} asks for nothing more", title(connector)),
        Some(before) => {
            say!("source {source}: {} asks for more than {}", title(connector), clean::line(before));
        }
    }
    signed('+', beyond);
}

fn signed(sign: char, lines: &[impl AsRef<str>]) {
    for each in lines {
        say!("  {sign} {}", clean::line(each.as_ref()));
    }
}
