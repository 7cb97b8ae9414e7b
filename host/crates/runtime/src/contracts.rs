//! The versions of the contract that a runtime serves: a list that its owner makes.
//!
//! Holds: sorted, never empty, one version for each track. Not here: which of them a component was built for.

use std::fmt;

use semver::Version;
use wasmtime::Engine;
use wasmtime::component::{InstancePre, Linker};

use crate::contract::Contract;
use crate::fitted::{self, Fitted};
use crate::guest_state::GuestState;
use crate::inspect::World;
use crate::v0_1::V0_1;

/// The versions of the contract that a runtime serves. The default are those that are published.
#[derive(Debug, Clone)]
pub struct Contracts(Vec<Served>);

impl Default for Contracts {
    fn default() -> Self {
        Self(vec![Served::of::<V0_1>()])
    }
}

impl Contracts {
    /// Serves `C`, too; it takes the place of an earlier one that components of it get along with.
    #[must_use]
    pub fn with<C: Contract>(mut self) -> Self {
        self.0.retain(|served| track(&served.version) != track(&C::VERSION));
        self.0.push(Served::of::<C>());
        self.0.sort_by(|a, b| a.version.cmp(&b.version));
        self
    }

    /// Returns the versions, the oldest first.
    pub fn versions(&self) -> Vec<Version> {
        self.0.iter().map(|served| served.version.clone()).collect()
    }

    pub(crate) fn served(&self) -> &[Served] {
        &self.0
    }
}

impl fmt::Display for Contracts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&in_words(&self.versions()))
    }
}

/// Returns "0.1.0", "0.1.0 and 0.2.0", "0.1.0, 0.2.0 and 1.0.0".
pub(crate) fn in_words(versions: &[Version]) -> String {
    let texts: Vec<String> = versions.iter().map(Version::to_string).collect();
    match &texts[..] {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// Returns what versions that get along have in common: before 1.0.0 the second number counts, too, and one that is
/// not released gets along with itself alone.
pub(crate) fn track(version: &Version) -> impl PartialEq + use<> {
    let patch = match (version.major, version.minor, version.pre.is_empty()) {
        (0, 0, _) | (.., false) => Some(version.patch),
        _ => None,
    };
    (version.major, (version.major == 0).then_some(version.minor), patch, version.pre.clone())
}

/// One version, as the runtime calls its adapter.
#[derive(Clone)]
pub(crate) struct Served {
    pub version: Version,
    /// Interfaces that a component may import.
    pub imports: &'static [&'static str],
    link: fn(&mut Linker<GuestState>) -> wasmtime::Result<()>,
    link_wire: fn(&mut Linker<GuestState>) -> wasmtime::Result<()>,
    fit: fn(InstancePre<GuestState>) -> wasmtime::Result<Box<dyn Fitted>>,
}

impl fmt::Debug for Served {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Served({})", self.version)
    }
}

impl Served {
    pub(crate) fn of<C: Contract>() -> Self {
        Self {
            version: C::VERSION,
            imports: C::IMPORTS,
            link: C::imports,
            link_wire: C::wire,
            fit: fitted::fit::<C>,
        }
    }

    /// Makes the linker of a world: nothing in it that the world does not have.
    pub(crate) fn linker(&self, engine: &Engine, world: World) -> wasmtime::Result<Linker<GuestState>> {
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        (self.link)(&mut linker)?;
        if world == World::ListeningWire {
            (self.link_wire)(&mut linker)?;
        }
        Ok(linker)
    }

    /// Finds the exports of a linked component.
    pub(crate) fn fit(&self, linked: InstancePre<GuestState>) -> wasmtime::Result<Box<dyn Fitted>> {
        (self.fit)(linked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_get_along_within_a_track() {
        let version = |text: &str| Version::parse(text).unwrap();
        for (one, other, want) in [
            ("0.1.0", "0.1.9", true),
            ("0.1.0", "0.2.0", false),
            ("0.0.1", "0.0.2", false),
            ("0.1.0", "1.1.0", false),
            ("1.0.0", "1.9.3", true),
            ("1.0.0", "2.0.0", false),
            ("0.1.0-rc.1", "0.1.0", false),
            ("0.1.0-rc.1", "0.1.1-rc.1", false),
            ("0.1.0+one", "0.1.0+two", true),
        ] {
            assert_eq!(track(&version(one)) == track(&version(other)), want, "{one}, {other}");
        }
    }

    #[test]
    fn what_is_served_is_said_in_words() {
        let versions: Vec<_> = (1..=3).map(|minor| Version::new(0, minor, 0)).collect();
        for (count, want) in [(1, "0.1.0"), (2, "0.1.0 and 0.2.0"), (3, "0.1.0, 0.2.0 and 0.3.0")] {
            assert_eq!(in_words(&versions[..count]), want);
        }
        // What is built into a program, and what its users are told.
        assert_eq!(Contracts::default().to_string(), "0.1.0");
    }
}
