//! `[experts.NAME]`: who may be named as somebody who knows; who stands here has agreed to it.

use crate::error::ErrorKind;
use crate::limits;
use crate::reader::Section;

/// Somebody who agreed to be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpertConfig {
    /// The name that is told.
    pub name: String,
    /// By which authors are recognised as this person: handles, mail addresses, ids of platforms.
    pub accounts: Vec<String>,
}

/// Reads every `[experts.NAME]`, in the order of the file.
pub(crate) fn read_all(top: &mut Section<'_, '_>) -> Vec<ExpertConfig> {
    let Some(experts) = top.table("experts") else { return Vec::new() };
    let sink = experts.sink;
    let sections = experts.into_sections();
    if let Some((name, _)) = sections.get(limits::EXPERTS_MAX) {
        sink.key(ErrorKind::TooMuch, name, &format!("is one person more than {}", limits::EXPERTS_MAX));
        return Vec::new();
    }
    let read = |(name, mut section): (crate::reader::Value<&str>, Section<'_, '_>)| {
        let accounts = section.labels("accounts");
        if accounts.is_none() {
            section.missing(
                "accounts",
                "name what their items are signed with: accounts = [\"@ada\", \"ada@example.org\"]",
            );
        }
        section.finish("");
        let accounts = accounts.unwrap_or_default().iter().map(|account| account.inner.to_owned()).collect();
        ExpertConfig { name: name.inner.to_owned(), accounts }
    };
    sections.into_iter().map(read).collect()
}
