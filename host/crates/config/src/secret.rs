//! `[source.NAME.credentials]`, and every other secret of the file: where each value comes from, never the value.

use std::collections::BTreeMap;
use std::path::Path;

use hark_model::{Oauth1Ref, Oauth2Ref, SecretRef};
use toml::de::DeValue;

use crate::limits;
use crate::reader::{Section, Value};

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
            DeValue::Table(_) => {
                found.extend(
                    read_table(section.table_of(&entry), folder).map(|from| (key.inner.to_owned(), from)),
                );
            }
            _ => section.sink.secret(&key, &format!("is not a string; {WHAT_TO_DO}")),
        }
    }
    found
}

/// Reads where one value comes from.
pub(crate) fn read_one(section: &mut Section<'_, '_>, key: &'static str, folder: &Path) -> Option<SecretRef> {
    let text = section.string(key)?;
    secret_ref(text.inner, folder).map_err(|why| section.sink.secret(&text, &why)).ok()
}

/// Reads a credential that is more than one value: `kind` says what it is.
fn read_table(section: Option<Section<'_, '_>>, folder: &Path) -> Option<SecretRef> {
    let mut section = section?;
    let Some(kind) = section.string("kind") else {
        section.missing("kind", "write \"oauth2\" or \"oauth1\"");
        return None;
    };
    let read = match kind.inner {
        "oauth1" => oauth1(&mut section, folder).map(|keys| SecretRef::Oauth1(Box::new(keys))),
        "oauth2" => oauth2(&mut section, folder).map(|client| SecretRef::Oauth2(Box::new(client))),
        _ => {
            section.sink.secret(&kind, "must be \"oauth2\" or \"oauth1\"");
            return None;
        }
    };
    section.finish("");
    read
}

/// Reads a value that must be there.
pub(crate) fn needed(section: &mut Section<'_, '_>, key: &'static str, folder: &Path) -> Option<SecretRef> {
    let before = section.sink.count();
    let found = read_one(section, key, folder);
    if found.is_none() && section.sink.count() == before {
        section.missing(key, WHAT_TO_DO);
    }
    found
}

fn oauth1(section: &mut Section<'_, '_>, folder: &Path) -> Option<Oauth1Ref> {
    let consumer_key = needed(section, "consumer_key", folder);
    let consumer_secret = needed(section, "consumer_secret", folder);
    let token = needed(section, "token", folder);
    let token_secret = needed(section, "token_secret", folder);
    Some(Oauth1Ref {
        consumer_key: consumer_key?,
        consumer_secret: consumer_secret?,
        token: token?,
        token_secret: token_secret?,
    })
}

fn oauth2(section: &mut Section<'_, '_>, folder: &Path) -> Option<Oauth2Ref> {
    let before = section.sink.count();
    let token_url = word(section, "token_url");
    if token_url.is_none() && section.sink.count() == before {
        section.missing("token_url", "name the platform's token endpoint, https://HOST/PATH");
    }
    let between = section.sink.count();
    let client_id = word(section, "client_id");
    if client_id.is_none() && section.sink.count() == between {
        section.missing("client_id", "write the id that the platform gave to your app");
    }
    let client_secret = read_one(section, "client_secret", folder);
    let refresh_token = read_one(section, "refresh_token", folder);
    let scope = word(section, "scope");
    let client_in_form = section.boolean("client_in_form").unwrap_or(false);
    if section.sink.count() == before && client_secret.is_none() && refresh_token.is_none() {
        section.missing(
            "refresh_token",
            "without one, a client_secret must be there, so that the client can ask for itself",
        );
        return None;
    }
    let (token_url, client_id) = (token_url?, client_id?);
    Some(Oauth2Ref { token_url, client_id, client_secret, refresh_token, scope, client_in_form })
}

/// Reads a word that is no secret.
fn word(section: &mut Section<'_, '_>, key: &'static str) -> Option<String> {
    let text: Value<&str> = section.string(key)?;
    let legal = !text.inner.is_empty()
        && text.inner.len() <= limits::CREDENTIAL_WORD_BYTES_MAX
        && !text.inner.chars().any(char::is_control);
    if !legal {
        section.sink.secret(&text, "is empty, too long, or holds a control character");
        return None;
    }
    Some(text.inner.to_owned())
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
