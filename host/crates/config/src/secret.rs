//! `[source.NAME.credentials]`: where each value comes from, never the value.

use std::collections::BTreeMap;
use std::path::Path;

use hark_model::SecretRef;
use toml::de::DeValue;

use crate::reader::Section;

const WHAT_TO_DO: &str = "write \"env:NAME\", \"file:PATH\" or \"cmd:PROGRAM ARGUMENTS\", \
                          so that the secret itself stays out of this file";

/// Reads where each credential of one source comes from.
pub(crate) fn read_all(section: Section<'_, '_>, folder: &Path) -> BTreeMap<String, SecretRef> {
    let mut found = BTreeMap::new();
    for (key, entry) in section.entries() {
        match entry.inner {
            DeValue::String(text) => match secret_ref(text, folder) {
                Ok(reference) => drop(found.insert(key.inner.to_owned(), reference)),
                Err(why) => section.sink.secret(&key, &why),
            },
            _ => section.sink.secret(&key, &format!("is not a string; {WHAT_TO_DO}")),
        }
    }
    found
}

/// Reads where a value comes from. What it says never repeats `text`: it may be the secret itself.
fn secret_ref(text: &str, folder: &Path) -> Result<SecretRef, String> {
    if let Some(name) = text.strip_prefix("env:") {
        let legal =
            |(n, c): (usize, char)| c == '_' || c.is_ascii_alphabetic() || (n > 0 && c.is_ascii_digit());
        return match !name.is_empty() && name.chars().enumerate().all(legal) {
            true => Ok(SecretRef::Env(name.to_owned())),
            false => Err("must name an environment variable behind env:, such as \
                          \"env:SUPPORT_PASSWORD\""
                .to_owned()),
        };
    }
    if let Some(path) = text.strip_prefix("file:") {
        return match path.is_empty() || path.contains('\0') {
            true => Err("must name a path behind file:, such as \"file:/run/secrets/support\"".to_owned()),
            false => Ok(SecretRef::File(folder.join(path))),
        };
    }
    if let Some(command) = text.strip_prefix("cmd:") {
        return match command.trim().is_empty() || command.contains('\0') {
            true => Err("must name a program behind cmd:, such as \"cmd:pass show support\"".to_owned()),
            false => Ok(SecretRef::Cmd(command.trim().to_owned())),
        };
    }
    Err(format!("is a bare value; {WHAT_TO_DO}"))
}
