//! What a connector asks for, as a set of lines: two builds are compared by it, and one that asks for more waits.
//!
//! Holds: whatever lets a connector reach, prove, read or do something more is a line of its own; the same manifest has
//! the same lines in every process. Not here: who granted what, and the values of settings, which are the operator's.

use std::collections::BTreeSet;

use hark_model::{CredentialInfo, Manifest, Placement};

/// The interface that connects to endpoints.
const WIRE: &str = "hark:connector/wire@";

/// What a connector asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Powers(BTreeSet<String>);

impl Powers {
    /// Returns what `manifest` asks for, and a component with `imports`.
    pub fn of(manifest: &Manifest, imports: &[String]) -> Self {
        let hosts = manifest.hosts.iter().map(|host| format!("requests to {host}"));
        let endpoints = manifest.endpoints.iter().map(|endpoint| format!("connections to {endpoint}"));
        let credentials = manifest.credentials.iter().flat_map(of_credential);
        let streams = manifest.streams.iter().map(|stream| {
            format!("stream {}, nothing less private than {}", stream.name, stream.visibility_floor)
        });
        let actions = manifest.actions.iter().map(|action| format!("action {}", action.name));
        let wire = imports_wire(imports).then(|| "import hark:connector/wire".to_owned());
        Self(hosts.chain(endpoints).chain(credentials).chain(streams).chain(actions).chain(wire).collect())
    }

    /// Returns what these ask for that `granted` does not hold.
    pub fn beyond<'a>(&'a self, granted: &'a Self) -> impl Iterator<Item = &'a str> {
        self.0.difference(&granted.0).map(String::as_str)
    }

    /// Tells whether all of these are among `granted`.
    pub fn are_within(&self, granted: &Self) -> bool {
        self.0.is_subset(&granted.0)
    }

    /// Returns the lines, in order.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl FromIterator<String> for Powers {
    fn from_iter<I: IntoIterator<Item = String>>(lines: I) -> Self {
        Self(lines.into_iter().collect())
    }
}

/// Tells whether a component with `imports` can connect to endpoints at all.
pub(crate) fn imports_wire(imports: &[String]) -> bool {
    imports.iter().any(|import| import.starts_with(WIRE))
}

/// One line for each place that may receive the credential: one more is one more power.
fn of_credential(info: &CredentialInfo) -> Vec<String> {
    let line = format!("credential {} as {}", info.name, way(&info.placement));
    match info.audience.as_slice() {
        [] => vec![line],
        audience => audience.iter().map(|place| format!("{line} to {place}")).collect(),
    }
}

fn way(placement: &Placement) -> String {
    match placement {
        Placement::Bearer => "bearer token".to_owned(),
        Placement::BearerProved { key, parameter } => {
            format!("bearer token proved by {key} in query parameter {parameter}")
        }
        Placement::Basic(user) => format!("password of {user}"),
        Placement::Header(name) => format!("header {name}"),
        Placement::Query(name) => format!("query parameter {name}"),
        Placement::Oauth1 => "OAuth 1.0a signature".to_owned(),
        Placement::WebhookKey => "webhook key".to_owned(),
        Placement::WireLogin => "sign-in on a connection".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use hark_model::{ActionInfo, ConnectorId, StreamInfo, Visibility, Zone};

    use super::*;

    fn manifest() -> Manifest {
        let credential = CredentialInfo {
            name: "token".to_owned(),
            title: String::new(),
            placement: Placement::Bearer,
            audience: vec!["https://api.example.com".to_owned()],
            optional: false,
        };
        let stream = StreamInfo {
            name: "posts".to_owned(),
            modes: Vec::new(),
            visibility_floor: Visibility::Direct,
            edits_seen: false,
            removals_seen: false,
            webhook: false,
            min_poll_ms: 0,
            max_lookback_ms: None,
            priced: false,
        };
        Manifest {
            id: ConnectorId::parse("sample").unwrap(),
            version: "1.0.0".to_owned(),
            title: String::new(),
            platform: String::new(),
            config_schema: "{}".to_owned(),
            credentials: vec![credential],
            hosts: vec!["https://api.example.com".to_owned()],
            endpoints: Vec::new(),
            streams: vec![stream],
            actions: Vec::new(),
            default_zone: Zone::Social,
            cursor_version: 1,
        }
    }

    #[test]
    fn whatever_lets_it_do_more_is_a_line_more() {
        type More = fn(&mut Manifest);
        let action = || ActionInfo {
            name: "hide".to_owned(),
            schema: String::new(),
            max_chars: None,
            needs_summon: false,
        };
        let widened: [(&str, More); 6] = [
            ("requests to https://*.example.com", |it| it.hosts.push("https://*.example.com".to_owned())),
            ("connections to imaps://mail:993", |it| it.endpoints.push("imaps://mail:993".to_owned())),
            ("credential token as bearer token to https://b.example", |it| {
                it.credentials[0].audience.push("https://b.example".to_owned());
            }),
            ("credential token as query parameter key to https://api.example.com", |it| {
                it.credentials[0].placement = Placement::Query("key".to_owned());
            }),
            ("stream posts, nothing less private than public", |it| {
                it.streams[0].visibility_floor = Visibility::Public;
            }),
            ("action hide", |_| {}),
        ];
        let before = Powers::of(&manifest(), &[]);
        for (line, widen) in widened {
            let mut wider = manifest();
            widen(&mut wider);
            if line == "action hide" {
                wider.actions.push(action());
            }
            let after = Powers::of(&wider, &[]);
            assert_eq!(after.beyond(&before).collect::<Vec<_>>(), [line]);
            assert!(!after.are_within(&before));
        }
        let wired = Powers::of(&manifest(), &["hark:connector/wire@0.1.0".to_owned()]);
        assert_eq!(wired.beyond(&before).collect::<Vec<_>>(), ["import hark:connector/wire"]);
    }

    #[test]
    fn what_asks_for_less_or_says_it_otherwise_is_within() {
        let before = Powers::of(&manifest(), &[]);
        let less = Manifest { hosts: Vec::new(), version: "2.0.0".to_owned(), ..manifest() };
        assert!(Powers::of(&less, &["wasi:io/poll@0.2.6".to_owned()]).are_within(&before));
        let kept: Powers = before.lines().map(str::to_owned).collect();
        assert_eq!(kept, before, "they are kept as lines");
    }
}
