//! Connectors as `hark plugin` prints them.

use std::path::Path;

use hark_model::{CredentialInfo, Manifest, Placement, StreamInfo};
use hark_runtime::Connector;
use serde_json::{Value, json};

use crate::commands::plugin_inspect::Use;
use crate::print::{clean, line};

/// Says what `plugin new` has made, and the command that builds it, with its tools where it has any.
pub fn made(folder: &Path, tools: bool, json: bool) {
    if json {
        line(&json!({ "folder": folder }));
        return;
    }
    say!("made {}", folder.display());
    let install = if tools { "--install " } else { "" };
    say!("next: hark plugin build {install}{}", folder.display());
}

/// Says what `plugin build` has built.
pub fn built(file: &Path, connector: &Connector, json: bool) {
    if json {
        let mut value = connector_json(connector);
        value["file"] = json!(file);
        line(&value);
        return;
    }
    let manifest = connector.manifest();
    say!("{} {}: {}", manifest.id, manifest.version, file.display());
    say!("    {} KiB, sha256:{}", connector.size() / 1024, hex::encode(connector.digest()));
}

/// Says where a double is served.
pub fn double(folder: &Path, at: std::net::SocketAddr, json: bool) {
    if json {
        line(&json!({ "folder": folder, "url": format!("http://{at}") }));
        return;
    }
    say!("{} is served at http://{at}", folder.display());
}

/// Prints what a connector is and asks for, and what each source that uses it is granted.
pub fn inspection(connector: &Connector, uses: &[Use], json: bool) {
    if json {
        let mut value = connector_json(connector);
        value["sources"] = uses.iter().map(use_json).collect();
        line(&value);
        return;
    }
    connector_text(connector);
    for used in uses {
        use_text(used);
    }
}

fn connector_json(connector: &Connector) -> Value {
    let manifest = connector.manifest();
    json!({
        "id": manifest.id.as_str(), "version": manifest.version, "title": manifest.title, "platform": manifest.platform,
        "sha256": hex::encode(connector.digest()), "bytes": connector.size(), "imports": connector.imports(),
        "contract": connector.contract().to_string(), "contracts_served": served(connector),
        "default_zone": manifest.default_zone.as_str(), "hosts": manifest.hosts, "endpoints": manifest.endpoints,
        "credentials": manifest.credentials.iter().map(credential_json).collect::<Value>(),
        "streams": manifest.streams.iter().map(stream_json).collect::<Value>(),
        "actions": manifest.actions.iter().map(|action| action.name.clone()).collect::<Vec<_>>(),
        "settings_schema": serde_json::from_str::<Value>(&manifest.config_schema).unwrap_or(Value::Null),
        "cursor_version": manifest.cursor_version,
    })
}

/// Returns the versions of the contract that this host serves.
fn served(connector: &Connector) -> Vec<String> {
    connector.contracts_served().versions().iter().map(ToString::to_string).collect()
}

fn credential_json(info: &CredentialInfo) -> Value {
    json!({ "name": info.name, "title": info.title, "placement": placement(&info.placement), "audience": info.audience, "optional": info.optional })
}

fn stream_json(stream: &StreamInfo) -> Value {
    json!({
        "name": stream.name, "modes": stream.modes.iter().map(|mode| mode.as_str()).collect::<Vec<_>>(),
        "visibility_floor": stream.visibility_floor.as_str(), "edits_seen": stream.edits_seen,
        "removals_seen": stream.removals_seen, "webhook": stream.webhook, "min_poll_ms": stream.min_poll_ms,
    })
}

fn use_json(used: &Use) -> Value {
    let permissions = match &used.permissions {
        Ok(permissions) => {
            permissions.iter().map(|p| json!({ "pattern": p.pattern, "granted": p.granted })).collect()
        }
        Err(why) => json!({ "unknown": why }),
    };
    let credentials: Value =
        used.credentials.iter().map(|(name, set)| json!({ "name": name, "set": set })).collect();
    json!({ "source": used.source, "permissions": permissions, "credentials": credentials })
}

fn connector_text(connector: &Connector) {
    let bold = anstyle::Style::new().bold();
    let manifest = connector.manifest();
    say!(
        "{bold}{} {}{bold:#}  {}",
        manifest.id,
        clean::line(&manifest.version),
        clean::line(&manifest.title)
    );
    say!("  sha256       {}", hex::encode(connector.digest()));
    say!("  size         {} KiB ({})", connector.size() / 1024, connector.load_note());
    say!("  platform     {}, zone {} by default", clean::line(&manifest.platform), manifest.default_zone);
    say!("  contract     {} (this host serves {})", connector.contract(), connector.contracts_served());
    list("imports", connector.imports().iter().map(String::as_str));
    list("hosts", manifest.hosts.iter().map(String::as_str));
    list("endpoints", manifest.endpoints.iter().map(String::as_str));
    list_owned("credentials", manifest.credentials.iter().map(credential_text));
    list_owned("streams", manifest.streams.iter().map(stream_text));
    list("actions", manifest.actions.iter().map(|action| action.name.as_str()));
    list_owned("settings", settings(manifest));
}

fn list<'a>(title: &str, values: impl Iterator<Item = &'a str>) {
    list_owned(title, values.map(str::to_owned));
}

fn list_owned(title: &str, values: impl IntoIterator<Item = String>) {
    let mut title = title;
    let mut any = false;
    for value in values {
        say!("  {title:<12} {}", clean::line(&value));
        title = "";
        any = true;
    }
    if !any {
        say!("  {title:<12} none");
    }
}

fn credential_text(info: &CredentialInfo) -> String {
    let optional = if info.optional { ", optional" } else { "" };
    format!(
        "{} ({}): {}, only for {}{optional}",
        info.name,
        info.title,
        placement(&info.placement),
        info.audience.join(", ")
    )
}

fn stream_text(stream: &StreamInfo) -> String {
    let modes: Vec<_> = stream.modes.iter().map(|mode| mode.as_str()).collect();
    format!("{}: {}, nothing less private than {}", stream.name, modes.join(", "), stream.visibility_floor)
}

fn placement(placement: &Placement) -> String {
    match placement {
        Placement::Bearer => "bearer token".to_owned(),
        Placement::BearerProved { key, parameter } => {
            format!("bearer token, proved by {key} in query parameter {parameter}")
        }
        Placement::Basic(user) => format!("password of {user} (basic)"),
        Placement::Header(name) => format!("header {name}"),
        Placement::Query(name) => format!("query parameter {name}"),
        Placement::Oauth1 => "OAuth 1.0a signature".to_owned(),
        Placement::WebhookKey => "webhook key".to_owned(),
        Placement::WireLogin => "sign-in on a wire connection".to_owned(),
    }
}

/// Names of the settings with their descriptions.
fn settings(manifest: &Manifest) -> Vec<String> {
    let schema: Value = serde_json::from_str(&manifest.config_schema).unwrap_or(Value::Null);
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object();
    let describe = |(name, property): (&String, &Value)| {
        let needed = if required.contains(&name.as_str()) { " (needed)" } else { "" };
        format!("{name}{needed}: {}", property["description"].as_str().unwrap_or("no description"))
    };
    properties.into_iter().flatten().map(describe).collect()
}

fn use_text(used: &Use) {
    say!("  source {}", used.source);
    match &used.permissions {
        Ok(permissions) => {
            for permission in permissions {
                let (style, word) = if permission.granted {
                    (anstyle::AnsiColor::Green.on_default(), "granted")
                } else {
                    (anstyle::AnsiColor::Yellow.on_default(), "withheld")
                };
                say!("    {style}{word:<10}{style:#} {}", clean::line(&permission.pattern));
            }
        }
        Err(why) => say!("    cannot be told: {}", clean::line(why)),
    }
    for (name, set) in &used.credentials {
        say!("    {:<10} credential {}", if *set { "set" } else { "not set" }, clean::line(name));
    }
}
