//! Which version of the contract a component was built for, and why this host does not serve it.
//!
//! Holds: told from the names of imports and exports alone, so nothing of the component has run or was compiled; each
//! answer is one line that says what it was built for, what is served, and what to do.

use semver::Version;

use crate::contracts::{in_words, track};
use crate::limits;

/// What the names of the contract's interfaces begin with.
pub(crate) const PACKAGE: &str = "hark:connector/";

/// Why a component's version of the contract and those of this host do not go together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Skew {
    /// No adapter here speaks it.
    #[error(
        "built for hark:connector {built_for}, this host serves {}: {}", in_words(.served), remedy(.built_for, .served)
    )]
    NotServed {
        /// The version it was built for.
        built_for: Version,
        /// The versions of this host.
        served: Vec<Version>,
    },
    /// It needs what came later within a version that is served.
    #[error(
        "built for hark:connector {built_for}, this host serves {served}, which has not all that it needs: {} ({why})",
        remedy(.built_for, std::slice::from_ref(.served))
    )]
    Later {
        /// The version it was built for.
        built_for: Version,
        /// The version that serves it as far as it can.
        served: Version,
        /// What is missing.
        why: String,
    },
    /// It names interfaces of two versions.
    #[error(
        "built for two versions of hark:connector at once ({one} and {other}), this host serves {}, one for each component: {}",
        in_words(.served), rebuild(.served)
    )]
    Mixed {
        /// An interface of one version.
        one: String,
        /// An interface of another.
        other: String,
        /// The versions of this host.
        served: Vec<Version>,
    },
    /// It names an interface without a version.
    #[error(
        "built for hark:connector without a version ({name}), this host serves {}: {}",
        in_words(.served), rebuild(.served)
    )]
    Unversioned {
        /// The interface.
        name: String,
        /// The versions of this host.
        served: Vec<Version>,
    },
    /// Its version is none.
    #[error(
        "built for hark:connector of a version that is none ({name}), this host serves {}: {}",
        in_words(.served), rebuild(.served)
    )]
    Unreadable {
        /// The interface.
        name: String,
        /// The versions of this host.
        served: Vec<Version>,
    },
}

fn rebuild(served: &[Version]) -> String {
    served.last().map_or_else(String::new, |newest| format!("rebuild it with the SDK for {newest}"))
}

/// What is newer than all that is served may be served by a newer host; what is older comes back with none.
fn remedy(built_for: &Version, served: &[Version]) -> String {
    let is_newer = served.iter().all(|version| built_for > version);
    let newer =
        if is_newer { format!(", or take a newer Hark that serves {built_for}") } else { String::new() };
    rebuild(served) + &newer
}

/// Returns the version that these imports and exports were built for, if they name an interface of the contract.
pub(crate) fn built_for<'a>(
    names: impl Iterator<Item = &'a str>,
    served: &[Version],
) -> Result<Option<Version>, Skew> {
    let mut found: Option<(Version, &str)> = None;
    for name in names.filter(|name| name.starts_with(PACKAGE)) {
        let version = version_of(name, served)?;
        match &found {
            Some((first, one)) if track(first) != track(&version) => {
                let (one, other) = (readable(one), readable(name));
                return Err(Skew::Mixed { one, other, served: served.to_owned() });
            }
            Some((first, _)) if *first >= version => {}
            _ => found = Some((version, name)),
        }
    }
    Ok(found.map(|(version, _)| version))
}

fn version_of(name: &str, served: &[Version]) -> Result<Version, Skew> {
    let Some((_, version)) = name.split_once('@') else {
        return Err(Skew::Unversioned { name: readable(name), served: served.to_owned() });
    };
    let short = version.len() <= limits::VERSION_BYTES_MAX;
    let parsed = short.then(|| Version::parse(version).ok()).flatten();
    parsed.ok_or_else(|| Skew::Unreadable { name: readable(name), served: served.to_owned() })
}

/// Returns a name out of a file that nobody has checked yet: cut, and without what steers a terminal.
pub(crate) fn readable(name: &str) -> String {
    let mut text: String = name.chars().take(limits::NAME_CHARS_SHOWN).flat_map(char::escape_debug).collect();
    if name.chars().nth(limits::NAME_CHARS_SHOWN).is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(texts: &[&str]) -> Vec<Version> {
        texts.iter().map(|text| Version::parse(text).unwrap()).collect()
    }

    fn told(names: &[&str]) -> Result<Option<String>, String> {
        let served = versions(&["0.1.0", "0.2.0"]);
        let found = built_for(names.iter().copied(), &served).map_err(|skew| skew.to_string())?;
        Ok(found.map(|version| version.to_string()))
    }

    #[test]
    fn the_version_is_read_from_the_names() {
        for (names, want) in [
            (&["wasi:cli/exit@0.2.6"][..], None),
            (&["hark:connector/host@0.1.0", "hark:connector/connector@0.1.0"], Some("0.1.0")),
            (&["hark:connector/host@0.1.0", "hark:connector/connector@0.1.4"], Some("0.1.4")),
            (&["hark:connector/host@0.1.4", "hark:connector/connector@0.1.0"], Some("0.1.4")),
            (&["hark:connector/host@7.0.0", "wasi:cli/exit@0.2.6"], Some("7.0.0")),
        ] {
            assert_eq!(told(names), Ok(want.map(str::to_owned)), "{names:?}");
        }
    }

    #[test]
    fn what_is_no_one_version_is_told_in_one_line() {
        let serves = "this host serves 0.1.0 and 0.2.0";
        let sdk = "rebuild it with the SDK for 0.2.0";
        for (names, want) in [
            (
                &["hark:connector/http@0.1.0", "hark:connector/connector@0.2.0"][..],
                format!(
                    "built for two versions of hark:connector at once (hark:connector/http@0.1.0 and hark:connector/connector@0.2.0), {serves}, one for each component: {sdk}"
                ),
            ),
            (
                &["hark:connector/connector"],
                format!(
                    "built for hark:connector without a version (hark:connector/connector), {serves}: {sdk}"
                ),
            ),
            (
                &["hark:connector/connector@0.1"],
                format!(
                    "built for hark:connector of a version that is none (hark:connector/connector@0.1), {serves}: {sdk}"
                ),
            ),
            (
                &["hark:connector/connector@\u{1b}[2J\n"],
                format!(
                    "built for hark:connector of a version that is none (hark:connector/connector@\\u{{1b}}[2J\\n), {serves}: {sdk}"
                ),
            ),
        ] {
            assert_eq!(told(names), Err(want));
        }
        let long = format!("hark:connector/connector@0.1.0-{}", "x".repeat(10_000));
        let line = told(&[&long]).unwrap_err();
        assert!(line.contains("xxx…), this host serves") && line.len() < 300, "{line}");
    }

    #[test]
    fn who_is_not_served_is_told_what_to_do() {
        for (built_for, served, want) in [
            (
                "0.3.0",
                &["0.1.0", "0.2.0"][..],
                "built for hark:connector 0.3.0, this host serves 0.1.0 and 0.2.0: rebuild it with the SDK for 0.2.0, or take a newer Hark that serves 0.3.0",
            ),
            (
                "1.0.0",
                &["0.1.0"],
                "built for hark:connector 1.0.0, this host serves 0.1.0: rebuild it with the SDK for 0.1.0, or take a newer Hark that serves 1.0.0",
            ),
            (
                "0.0.9",
                &["0.1.0"],
                "built for hark:connector 0.0.9, this host serves 0.1.0: rebuild it with the SDK for 0.1.0",
            ),
            (
                "0.2.0",
                &["0.1.0", "0.3.0"],
                "built for hark:connector 0.2.0, this host serves 0.1.0 and 0.3.0: rebuild it with the SDK for 0.3.0",
            ),
        ] {
            let built_for = Version::parse(built_for).unwrap();
            assert_eq!(Skew::NotServed { built_for, served: versions(served) }.to_string(), want);
        }
    }
}
