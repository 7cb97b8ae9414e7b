//! First look at a file, before the compiler sees it: is it a component, and one for this host?

use wasmparser::{Encoding, Parser, Payload};

use crate::imports::World;
use crate::{CONTRACT, LoadError, limits};

/// What a component asks for and gives, by name.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    pub imports: Vec<String>,
    pub exports: Vec<String>,
}

impl Outline {
    /// Returns the imports that the component is to get.
    pub(crate) fn world(&self) -> World {
        let wire = self.imports.iter().any(|name| name.starts_with("hark:connector/wire@"));
        if wire { World::ListeningWire } else { World::Listening }
    }

    /// Returns the version of the contract that the component was built for, if it names one.
    pub(crate) fn contract(&self) -> Option<&str> {
        let names = self.exports.iter().chain(&self.imports);
        names.filter_map(|name| name.strip_prefix("hark:connector/")?.split_once('@')).map(|it| it.1).next()
    }

    /// Refuses what can be told from the names alone to be no connector of this host.
    pub(crate) fn judge(&self) -> Result<(), LoadError> {
        if let Some(built_for) = self.contract().filter(|version| !serves(version)) {
            return Err(LoadError::OtherContract { built_for: built_for.to_owned() });
        }
        let ours = |name: &&String| {
            name.starts_with("wasi:")
                || ["types", "http", "host", "wire"]
                    .iter()
                    .any(|known| name.strip_prefix("hark:connector/").is_some_and(|it| names(it, known)))
        };
        if let Some(name) = self.imports.iter().find(|name| !ours(name)) {
            return Err(LoadError::UnknownImport { name: name.clone() });
        }
        let connector =
            |name: &String| name.strip_prefix("hark:connector/").is_some_and(|it| names(it, "connector"));
        if !self.exports.iter().any(connector) {
            return Err(LoadError::NoConnector);
        }
        Ok(())
    }
}

/// Tells whether `name` is `interface`, of any version.
fn names(name: &str, interface: &str) -> bool {
    name.strip_prefix(interface).is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
}

/// Tells whether this host serves connectors of `version`: before 1.0.0 the second number is what counts.
/// A later third number may work, and the linker says what does not.
fn serves(version: &str) -> bool {
    let track = |version: &str| -> Option<(u64, u64)> {
        let mut parts = version.split(['.', '-', '+']).map(str::parse);
        Some((parts.next()?.ok()?, parts.next()?.ok()?))
    };
    track(version).is_some() && track(version) == track(CONTRACT)
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
    LoadError::Damaged { at, why: error.message().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn versions_are_judged_before_anything_else() {
        let cases = [
            ("hark:connector/connector@0.1.0", None),
            ("hark:connector/connector@0.1.7", None),
            (
                "hark:connector/connector@0.9.0",
                Some("built for hark:connector 0.9.0, this host serves 0.1.0"),
            ),
            (
                "hark:connector/connector@1.1.0",
                Some("built for hark:connector 1.1.0, this host serves 0.1.0"),
            ),
            (
                "other:thing/connector@0.1.0",
                Some("the component does not export hark:connector/connector@0.1.0, so it is no connector"),
            ),
        ];
        for (export, want) in cases {
            let told = outline_of(&["wasi:cli/exit@0.2.6"], &[export]).judge().err().map(|e| e.to_string());
            assert_eq!(told.as_deref(), want, "export: {export}");
        }
    }

    #[test]
    fn an_import_that_nobody_offers_is_named() {
        let outline = outline_of(&["my:own/import"], &["hark:connector/connector@0.1.0"]);
        assert_eq!(
            outline.judge().unwrap_err().to_string(),
            "the component imports my:own/import, which this host does not offer to connectors"
        );
    }

    #[test]
    fn wire_is_linked_only_where_it_is_imported() {
        assert_eq!(outline_of(&["hark:connector/http@0.1.0"], &[]).world(), World::Listening);
        assert_eq!(outline_of(&["hark:connector/wire@0.1.0"], &[]).world(), World::ListeningWire);
    }
}
