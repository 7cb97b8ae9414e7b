//! Personal data where it leaves the host: what `[zone.NAME] personal_data` says, under the key of names.
//!
//! Holds: the same value has the same name for as long as the key is kept, which nobody but its owner can read. Not here:
//! masking before storing, which `pipeline` does, and the pages, which show people what is stored.

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

use hark_analysis::personal::{Masked, Policy, Pseudonyms, mask};
use hark_config::{Config, PersonalData};
use hark_egress::VaultKey;
use hark_model::{Evidence, SecretRef, Zone};
use hark_pipeline::Masking;
use hark_store::FeedRow;
use rand::Rng;

use crate::exit::{Exit, Failure, chain};

/// Bytes of a key.
const KEY_BYTES: usize = 32;
/// Says what the key is for; another purpose has another key of it.
const PURPOSE: &str = "personal data";

/// What is masked of which zone.
#[derive(Debug, Clone, Default)]
pub struct Masks {
    /// By zone, where it is not simply kept.
    masked: Vec<(Zone, PersonalData)>,
    /// None where nothing is masked.
    names: Option<Pseudonyms>,
}

impl Masks {
    /// Reads what `config` wants masked, and the key if anything is; makes a key where none is named and none is there.
    pub async fn of(config: &Config) -> Result<Self, Failure> {
        let masked = config.personal_data.iter().filter(|(_, policy)| **policy != PersonalData::Keep);
        let masked: Vec<_> = masked.map(|(zone, policy)| (*zone, *policy)).collect();
        let names = if masked.is_empty() { None } else { Some(names(config).await?) };
        Ok(Self { masked, names })
    }

    /// Returns the names that stand for what is masked; none where nothing is.
    pub fn names(&self) -> Option<&Pseudonyms> {
        self.names.as_ref()
    }

    /// Returns what masks before anything is stored; none where nothing is.
    pub fn before_storing(&self) -> Option<Masking> {
        let zones = self.masked.iter().filter(|(_, policy)| *policy == PersonalData::MaskStore);
        let zones: Vec<_> = zones.map(|(zone, _)| *zone).collect();
        let names = self.names.clone().filter(|_| !zones.is_empty())?;
        Some(Masking::new(zones, names))
    }

    /// Returns `text` of `zone` as it may leave.
    pub fn cover<'t>(&self, zone: Zone, text: &'t str) -> Cow<'t, str> {
        match self.names_of(zone) {
            Some(names) => mask(text, Policy::ALL, names).text,
            None => Cow::Borrowed(text),
        }
    }

    /// Returns a text that may be of any zone, as notices are, as it may leave: masked if one of them is.
    pub fn cover_any(&self, text: &str) -> String {
        match &self.names {
            Some(names) => mask(text, Policy::ALL, names).text.into_owned(),
            None => text.to_owned(),
        }
    }

    /// Makes of `row` what may leave.
    pub fn cover_row(&self, row: &mut FeedRow) {
        let Some(names) = self.names_of(row.zone) else { return };
        let cover = |text: &mut String| cover_in_place(text, names);
        let masked = mask(&row.text, Policy::ALL, names);
        if let Some(sentiment) = &mut row.sentiment {
            sentiment.evidence.retain_mut(|piece| move_piece(piece, &masked));
        }
        row.text = masked.text.into_owned();
        let words = [&mut row.conversation_title, &mut row.place, &mut row.title, &mut row.url];
        words.into_iter().flatten().for_each(cover);
        row.tags.iter_mut().for_each(cover);
        if let Some(author) = &mut row.author {
            cover(&mut author.native_id);
            let words = [&mut author.display_name, &mut author.handle, &mut author.profile_url];
            words.into_iter().flatten().for_each(cover);
        }
    }

    fn names_of(&self, zone: Zone) -> Option<&Pseudonyms> {
        self.names.as_ref().filter(|_| self.masked.iter().any(|(masked, _)| *masked == zone))
    }
}

fn cover_in_place(text: &mut String, names: &Pseudonyms) {
    if let Cow::Owned(masked) = mask(text, Policy::ALL, names).text {
        *text = masked;
    }
}

/// Moves a piece of evidence to where it stands now; false if it was masked. Words of a title have no place.
fn move_piece(piece: &mut Evidence, masked: &Masked<'_>) -> bool {
    let place = masked.place(&(piece.start..piece.end));
    if let Some(place) = &place {
        (piece.start, piece.end) = (place.start, place.end);
    }
    place.is_some()
}

async fn names(config: &Config) -> Result<Pseudonyms, Failure> {
    let made = config.names_key_made();
    let from = match &config.names_key {
        Some(from) => from.clone(),
        None => {
            make_key(&made).map_err(|error| {
                let message = format!("the key of names cannot be made at {}: {error}", made.display());
                Failure::new(Exit::Config, message)
                    .hint("make it with `openssl rand -hex 32`, and let `names_key` say where it is")
            })?;
            SecretRef::File(made)
        }
    };
    let key = VaultKey::resolve(&from).await;
    let key = key.map_err(|error| Failure::new(Exit::Config, format!("names_key: {}", chain(&error))))?;
    Ok(Pseudonyms::new(*key.derived(PURPOSE)))
}

/// Makes a key where none is, whole or not at all; only its owner may read it. One that is there stays.
fn make_key(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut key = [0_u8; KEY_BYTES];
    rand::rng().fill(&mut key);
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{}", hex::encode(key))?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        // Somebody else was faster: that key is as good.
        Err(error) if error.error.kind() != std::io::ErrorKind::AlreadyExists => Err(error.error),
        _ => {
            tracing::info!(
                "the key of names was made: {}; with another, the same people have other names",
                path.display()
            );
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[tokio::test]
    async fn a_key_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hark.toml");
        let read = |text: &str| Config::parse(text, &path).unwrap();
        let kept = Masks::of(&read("")).await.unwrap();
        assert_eq!(kept.cover(Zone::Social, "jo@x.example"), "jo@x.example");
        assert!(!folder.path().join("hark-names.key").exists(), "who masks nothing needs no key");

        let config = read("[zone.social]\npersonal_data = \"mask-out\"");
        let masks = Masks::of(&config).await.unwrap();
        let mode = std::fs::metadata(config.names_key_made()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let masked = masks.cover(Zone::Social, "jo@x.example").into_owned();
        assert!(masked.starts_with("_mail:") && masks.before_storing().is_none(), "{masked}");
        assert_eq!(masks.cover(Zone::Intranet, "jo@x.example"), "jo@x.example");
        assert_eq!(masks.cover_any("jo@x.example"), masked);
        let again = Masks::of(&config).await.unwrap();
        assert_eq!(again.cover_any("Jo@X.example"), masked, "the key stays");
    }

    #[tokio::test]
    async fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::parse(
            "names_key = \"file:own.key\"\n[zone.social]\npersonal_data = \"mask-store\"",
            &folder.path().join("hark.toml"),
        );
        let config = config.unwrap();
        let missing = Masks::of(&config).await.unwrap_err().to_string();
        assert!(missing.contains("names_key") && missing.contains("own.key"), "{missing}");
        let path = folder.path().join("own.key");
        std::fs::write(&path, "5a".repeat(KEY_BYTES)).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let open = Masks::of(&config).await.unwrap_err().to_string();
        assert!(open.contains("chmod 600"), "{open}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(Masks::of(&config).await.unwrap().before_storing().is_some());
    }
}
