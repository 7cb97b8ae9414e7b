//! First look at a file, before the compiler sees it: is it a component, and one for this host?

use semver::Version;
use wasmparser::{Encoding, Parser, Payload};

use crate::call_log::one_line;
use crate::contracts::{Served, track};
use crate::skew::{self, PACKAGE, Skew, readable};
use crate::{LoadError, limits};

/// Which imports a component gets beside WASI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum World {
    /// Those of every component.
    Listening,
    /// And `wire`.
    ListeningWire,
}

/// What a component asks for and gives, by name.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub imports: Vec<String>,
    pub exports: Vec<String>,
}

impl Outline {
    /// Returns the imports that the component is to get.
    pub(crate) fn world(&self) -> World {
        let wire = self.imports.iter().any(|name| interface(name) == Some("wire"));
        if wire { World::ListeningWire } else { World::Listening }
    }

    /// Refuses what can be told from the names alone to be no connector of this host. Returns which of `entries`
    /// serves it, and the version that it was built for.
    pub(crate) fn judge<'a, T>(
        &self,
        entries: &'a [T],
        served: impl Fn(&'a T) -> &'a Served,
    ) -> Result<(&'a T, Version), LoadError> {
        let versions: Vec<Version> = entries.iter().map(|entry| served(entry).version.clone()).collect();
        let names = self.exports.iter().chain(&self.imports).map(String::as_str);
        let built_for = skew::built_for(names, &versions)?;
        let serving = |built_for: &Version| {
            let fits = |entry: &&'a T| track(&served(entry).version) == track(built_for);
            entries
                .iter()
                .find(fits)
                .ok_or_else(|| Skew::NotServed { built_for: built_for.clone(), served: versions.clone() })
        };
        let entry = built_for.as_ref().map(serving).transpose()?;
        self.judge_imports(entry.map(&served))?;
        match (entry, built_for) {
            (Some(entry), Some(version)) if self.exports.iter().any(|name| is_connector(name)) => {
                Ok((entry, version))
            }
            _ => Err(LoadError::NoConnector { served: versions }),
        }
    }

    fn judge_imports(&self, served: Option<&Served>) -> Result<(), LoadError> {
        let is_offered = |name: &&String| match (interface(name), served) {
            (Some(interface), Some(served)) => served.imports.contains(&interface),
            _ => name.starts_with("wasi:"),
        };
        match self.imports.iter().find(|name| !is_offered(name)) {
            Some(name) => Err(LoadError::UnknownImport { name: readable(name) }),
            None => Ok(()),
        }
    }
}

/// Returns which interface of the contract `name` is, of any version.
fn interface(name: &str) -> Option<&str> {
    let rest = name.strip_prefix(PACKAGE)?;
    Some(rest.split_once('@').map_or(rest, |(interface, _)| interface))
}

fn is_connector(name: &str) -> bool {
    interface(name) == Some("connector")
}

/// Reads the names of a component's imports and exports.
pub(crate) fn outline(file: &[u8]) -> Result<Outline, LoadError> {
    if file.is_empty() {
        return Err(LoadError::Empty);
    }
    if !file.starts_with(b"\0asm") {
        let start = &file[..file.len().min(16)];
        return Err(LoadError::NotWasm { starts_with: String::from_utf8_lossy(start).into_owned() });
    }
    if file.len() > limits::COMPONENT_BYTES_MAX {
        return Err(LoadError::TooLarge { bytes: file.len(), max: limits::COMPONENT_BYTES_MAX });
    }
    let mut outline = Outline::default();
    // Components nest; only what stands at the top is asked of the host.
    let mut depth = 0_u32;
    for payload in Parser::new(0).parse_all(file) {
        match payload.map_err(|error| broken(file, &error))? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(LoadError::CoreModule);
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports {
                    let import = import.map_err(|error| broken(file, &error))?;
                    outline.imports.push(import.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                for export in exports {
                    let export = export.map_err(|error| broken(file, &error))?;
                    outline.exports.push(export.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(outline)
}

fn broken(file: &[u8], error: &wasmparser::BinaryReaderError) -> LoadError {
    let at = error.offset();
    if error.message().contains("unexpected end") || at >= file.len() {
        return LoadError::Truncated { at: file.len() };
    }
    LoadError::Damaged { at, why: one_line(error.message()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Contracts;

    fn outline_of(imports: &[&str], exports: &[&str]) -> Outline {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Outline { imports: owned(imports), exports: owned(exports) }
    }

    #[test]
    fn files_that_are_no_components_are_told_apart() {
        let cases: [(&[u8], &str); 4] = [
            (b"", "the file is empty"),
            (b"#!/bin/sh\n", "this is not a WebAssembly file (it starts with \"#!/bin/sh\\n\")"),
            (b"\0asm\x01\0\0\0", "this is a core WebAssembly module, not a component"),
            (b"\0asm\x0d\0\x01\0\x07", "the component ends in the middle: the file is cut off at byte 9"),
        ];
        for (file, want) in cases {
            let told = outline(file).unwrap_err().to_string();
            assert!(told.starts_with(want), "{told}");
        }
    }

    /// What a host that serves what is published says of a component with these names.
    fn told(imports: &[&str], exports: &[&str]) -> Result<String, String> {
        let contracts = Contracts::default();
        let judged = outline_of(imports, exports).judge(contracts.served(), |served| served);
        judged.map(|(_, version)| version.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn versions_are_judged_before_anything_else() {
        let (wasi, strange) = ("wasi:cli/exit@0.2.6", "my:own/import");
        for (import, export, want) in [
            (wasi, "hark:connector/connector@0.1.0", Ok("0.1.0")),
            (wasi, "hark:connector/connector@0.1.7", Ok("0.1.7")),
            (
                strange,
                "hark:connector/connector@0.9.0",
                Err("built for hark:connector 0.9.0, this host serves 0.1.0: "),
            ),
            (
                strange,
                "hark:connector/connector@1.1.0",
                Err("built for hark:connector 1.1.0, this host serves 0.1.0: "),
            ),
            (strange, "hark:connector/connector", Err("built for hark:connector without a version ")),
            (
                wasi,
                "hark:connector/types@0.1.0",
                Err(
                    "the component does not export hark:connector/connector, so it is no connector; this host",
                ),
            ),
            (
                strange,
                "other:thing/connector@0.1.0",
                Err("the component imports my:own/import, which this host does not offer to connectors"),
            ),
        ] {
            let told = told(&[import], &[export]);
            match want {
                Ok(version) => assert_eq!(told.as_deref(), Ok(version), "export: {export}"),
                Err(why) => assert!(told.as_ref().is_err_and(|it| it.starts_with(why)), "{export}: {told:?}"),
            }
        }
    }

    #[test]
    fn an_import_that_nobody_offers_is_named() {
        for (import, named) in [
            ("my:own/import", "my:own/import"),
            ("my:own/\u{1b}[2J", "my:own/\\u{1b}[2J"),
            ("hark:connector/secrets@0.1.0", "hark:connector/secrets@0.1.0"),
        ] {
            let want = format!("the component imports {named}, which this host does not offer to connectors");
            assert_eq!(told(&[import], &["hark:connector/connector@0.1.0"]), Err(want));
        }
    }

    #[test]
    fn wire_is_linked_only_where_it_is_imported() {
        assert_eq!(outline_of(&["hark:connector/http@0.1.0"], &[]).world(), World::Listening);
        assert_eq!(outline_of(&["hark:connector/wire@0.1.0"], &[]).world(), World::ListeningWire);
    }
}
