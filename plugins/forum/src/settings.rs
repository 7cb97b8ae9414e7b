//! What the operator sets for one forum.

use hark_sdk::prelude::*;

/// What the forum runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Software {
    /// Discourse, by its REST API and webhooks.
    Discourse,
    /// NodeBB, by its read and write API.
    Nodebb,
    /// phpBB 3.3, by its Atom feeds.
    Phpbb,
}

/// Who may read something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Everybody.
    Public,
    /// The members of a community.
    Community,
    /// The people of the company.
    #[default]
    Internal,
    /// Some of them.
    Restricted,
}

impl From<Audience> for Visibility {
    fn from(audience: Audience) -> Self {
        match audience {
            Audience::Public => Self::Public,
            Audience::Community => Self::Community,
            Audience::Internal => Self::Internal,
            Audience::Restricted => Self::Restricted,
        }
    }
}

/// Settings of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What the forum runs on.
    pub software: Software,
    /// Address of the forum, as `https://forum.example.com` or `https://example.com/forum`.
    #[schemars(regex(pattern = "^https?://[^/?#]+[^?#]*$"))]
    pub url: String,
    /// Read as a guest, without a key.
    #[serde(default)]
    pub anonymous: bool,
    /// Discourse: the user that the key acts as.
    #[serde(default = "api_user")]
    pub api_user: String,
    /// phpBB: the member to read as, whose password is bound to `phpbb-password`; as a guest without.
    #[serde(default)]
    pub phpbb_user: String,
    /// Who may read what every member of the forum may read.
    #[serde(default)]
    pub audience: Audience,
    /// Ids of categories that only some members may read, beside those of which the forum says so itself.
    #[serde(default)]
    pub restricted: Vec<u64>,
    /// Ids of the categories to listen to; all that the key may read where none is named.
    #[serde(default)]
    pub categories: Vec<u64>,
    /// How many days back the first read goes.
    #[serde(default = "lookback_days")]
    #[schemars(range(max = 36500))]
    pub lookback_days: u32,
    /// Discourse: read the private messages of the key's user, too.
    #[serde(default)]
    pub private_messages: bool,
    /// Discourse: look for the staff's whispers, too; needs the key of one of the staff, and a request for each id
    /// that no page of posts shows.
    #[serde(default)]
    pub whispers: bool,
    /// Discourse and NodeBB: read what members report to the moderators, too; needs a moderator's key.
    #[serde(default)]
    pub flags: bool,
    /// Discourse: who may read the posts that a webhook delivers, as a delivery does not say whether their
    /// category is restricted; without it a delivered post only makes the forum be read.
    #[serde(default)]
    pub webhook_audience: Option<Audience>,
}

fn api_user() -> String {
    "system".to_owned()
}

fn lookback_days() -> u32 {
    30
}

impl Settings {
    /// Says which setting is wrong where the types cannot.
    pub fn checked(&self) -> Result<&Self, Fault> {
        let rest = self.url.strip_prefix("https://").or_else(|| self.url.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split('/').next()).unwrap_or_default();
        if host.is_empty() || self.url.contains(|c: char| c.is_whitespace() || matches!(c, '?' | '#' | '@')) {
            let detail = format!("{:?} is no http or https address of a forum", self.url);
            return Err(Fault::config("url", detail));
        }
        if self.api_user.trim().is_empty() || self.api_user.chars().any(char::is_control) {
            return Err(Fault::config("api_user", "it is empty or holds control characters"));
        }
        if self.phpbb_user.contains(':') || self.phpbb_user.chars().any(char::is_control) {
            let detail = "it holds a colon or control characters, which cannot stand in a login over HTTP";
            return Err(Fault::config("phpbb_user", detail));
        }
        if self.lookback_days > 36_500 {
            return Err(Fault::config("lookback_days", "it is more than a hundred years"));
        }
        Ok(self)
    }

    /// Returns the same settings for a guest of a phpBB.
    pub fn of_guest(&self) -> Self {
        Self { phpbb_user: String::new(), ..self.clone() }
    }

    /// Tells whether a phpBB is read as a member.
    pub fn signs_in(&self) -> bool {
        !self.anonymous && !self.phpbb_user.is_empty()
    }

    /// Returns the address of the forum without a slash at its end.
    pub fn base(&self) -> &str {
        self.url.trim_end_matches('/')
    }

    /// Returns an address as a browser would, for one that the forum gives; none if it is no web address.
    pub fn absolute(&self, address: &str) -> Option<String> {
        let address = address.trim();
        let is_web = |text: &str| text.starts_with("https://") || text.starts_with("http://");
        if is_web(address) {
            return Some(address.to_owned());
        }
        if address.starts_with("//") {
            return Some(format!("https:{address}"));
        }
        let origin_end = self.url.find("://").map_or(0, |at| at + 3);
        let origin_end = self.url[origin_end..].find('/').map_or(self.url.len(), |at| origin_end + at);
        address.starts_with('/').then(|| format!("{}{address}", &self.url[..origin_end]))
    }

    /// Tells whether the category is one of those to listen to.
    pub fn listens_to(&self, category: Option<u64>) -> bool {
        self.categories.is_empty() || category.is_some_and(|id| self.categories.contains(&id))
    }

    /// Returns who may read a category; `closed` where the forum says that it is for some members only.
    pub fn visibility_of(&self, category: Option<u64>, closed: bool) -> Visibility {
        match closed || category.is_some_and(|id| self.restricted.contains(&id)) {
            true => Visibility::Restricted,
            false => self.audience.into(),
        }
    }

    /// Returns the time before which a first read takes nothing.
    pub fn since(&self, request: &ReadRequest) -> Ms {
        let lookback = i64::from(self.lookback_days) * crate::limits::DAY_MS;
        request.since.unwrap_or_else(|| Clock::now().saturating_sub(lookback))
    }
}

/// Returns the category that a target names.
pub fn place_of(target: Option<&str>) -> Result<Option<u64>, Fault> {
    let Some(target) = target else { return Ok(None) };
    let id = target.strip_prefix("category:").and_then(|id| id.parse().ok());
    id.map(Some).ok_or_else(|| Fault::NotFound(format!("{target:?} is no category, as in \"category:5\"")))
}

/// Returns how private a visibility is, from 0, the least.
pub fn privacy(visibility: Visibility) -> u8 {
    match visibility {
        Visibility::Public => 0,
        Visibility::Unlisted => 1,
        Visibility::Community => 2,
        Visibility::Internal => 3,
        Visibility::Restricted => 4,
        Visibility::Direct => 5,
    }
}

/// Returns the more private of two.
pub fn more_private(one: Visibility, other: Visibility) -> Visibility {
    if privacy(one) >= privacy(other) { one } else { other }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn settings(software: &str) -> Settings {
        let text = format!(r#"{{"software":"{software}","url":"https://forum.example.com"}}"#);
        hark_sdk::parse_settings(&text).unwrap()
    }

    #[test]
    fn a_wrong_setting_is_named() {
        let right = settings("discourse");
        assert!(right.checked().is_ok());
        for (field, wrong) in [
            ("url", Settings { url: "forum.example.com".into(), ..right.clone() }),
            ("url", Settings { url: "https:///x".into(), ..right.clone() }),
            ("url", Settings { url: "https://a@forum.example.com".into(), ..right.clone() }),
            ("api_user", Settings { api_user: " ".into(), ..right.clone() }),
            ("phpbb_user", Settings { phpbb_user: "jo:fict".into(), ..right.clone() }),
            ("lookback_days", Settings { lookback_days: 40_000, ..right.clone() }),
        ] {
            match wrong.checked() {
                Err(Fault::Config(problem)) => assert_eq!(problem.field, field),
                other => panic!("{field}: {other:?}"),
            }
        }
        for (text, field) in [
            (r#"{"software":"vbulletin","url":"https://x"}"#, "software"),
            (r#"{"software":"phpbb"}"#, ""),
            (r#"{"software":"phpbb","url":"https://x","audience":"all"}"#, "audience"),
        ] {
            let fault = hark_sdk::parse_settings::<Settings>(text).unwrap_err();
            assert!(matches!(&fault, Fault::Config(problem) if problem.field == field), "{text}: {fault:?}");
        }
    }

    #[test]
    fn addresses_become_whole_and_scripts_become_none() {
        let mut settings = settings("discourse");
        settings.url = "https://example.com/forum/".to_owned();
        assert_eq!(settings.base(), "https://example.com/forum");
        for (address, want) in [
            ("/u/jo.png", Some("https://example.com/u/jo.png")),
            ("//cdn.example.com/jo.png", Some("https://cdn.example.com/jo.png")),
            ("https://cdn.example.com/jo.png", Some("https://cdn.example.com/jo.png")),
            ("javascript:alert(1)", None),
            ("data:image/png;base64,", None),
            ("", None),
        ] {
            assert_eq!(settings.absolute(address).as_deref(), want, "{address}");
        }
    }

    #[test]
    fn what_is_closed_or_set_so_is_restricted() {
        let mut settings = settings("discourse");
        settings.restricted = vec![9];
        for (category, closed, want) in [
            (Some(4), false, Visibility::Internal),
            (Some(4), true, Visibility::Restricted),
            (Some(9), false, Visibility::Restricted),
            (None, false, Visibility::Internal),
        ] {
            assert_eq!(settings.visibility_of(category, closed), want, "{category:?} {closed}");
        }
    }
}
