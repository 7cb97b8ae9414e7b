//! What the operator sets for one source.

use hark_sdk::prelude::*;

use crate::{ids, limits};

/// Settings of one source.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What the stream `search` looks for, in X's search language; `-is:retweet` keeps reposts out.
    #[schemars(length(min = 1, max = 4096))]
    pub query: Option<String>,
    /// Number of our account, whose mentions are read; without it the account of the token.
    #[schemars(regex(pattern = "^[0-9]{1,19}$"))]
    pub user_id: Option<String>,
    /// Address of the API; another one for a proxy or a test.
    #[serde(default = "api")]
    #[schemars(regex(pattern = "^https?://[^/?#]+$"))]
    pub api: String,
    /// How many hours back the first read goes; every post that is read costs money.
    #[serde(default = "lookback_hours")]
    #[schemars(range(min = 1, max = 167))]
    pub lookback_hours: u32,
}

fn api() -> String {
    "https://api.x.com".to_owned()
}

fn lookback_hours() -> u32 {
    24
}

impl Settings {
    /// Says which setting is wrong where the types cannot.
    pub fn checked(&self) -> Result<&Self, Fault> {
        let length = self.query.as_ref().map(|query| query.trim().chars().count());
        if length.is_some_and(|length| !(1..=limits::QUERY_CHARS_MAX).contains(&length)) {
            return Err(Fault::config(
                "query",
                format!("it has not 1 to {} characters", limits::QUERY_CHARS_MAX),
            ));
        }
        if self.user_id.as_ref().is_some_and(|id| !ids::is_id(id)) {
            return Err(Fault::config(
                "user_id",
                "it is not the number of an account: 1 to 19 digits, without @",
            ));
        }
        let host = self.api.strip_prefix("https://").or_else(|| self.api.strip_prefix("http://"));
        if host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#', '@'])) {
            return Err(Fault::config("api", "it is not https:// and a host, without a path"));
        }
        match self.lookback_hours {
            1..=limits::LOOKBACK_HOURS_MAX => Ok(self),
            _ => {
                Err(Fault::config("lookback_hours", format!("it is not 1 to {}", limits::LOOKBACK_HOURS_MAX)))
            }
        }
    }

    /// Returns the address of `path`, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.api)
    }
}
