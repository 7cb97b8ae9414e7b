//! What the operator sets for one page.

use hark_sdk::prelude::*;

/// Settings of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Id of the page: digits, not its name.
    #[schemars(regex(pattern = "^[0-9]{1,32}$"))]
    pub page: String,
    /// Where the Graph API is.
    #[serde(default = "api")]
    #[schemars(regex(pattern = "^https?://[^/?#]+(/[^?#]*)?$"))]
    pub api: String,
    /// Version of the Graph API; each lives about two years.
    #[serde(default = "version")]
    #[schemars(regex(pattern = "^v[0-9]{1,3}\\.[0-9]{1,2}$"))]
    pub version: String,
    /// Posts of so many days are watched for new comments; so far back goes the first read.
    #[serde(default = "watch_days")]
    #[schemars(range(min = 1, max = 365))]
    pub watch_days: u32,
}

fn api() -> String {
    "https://graph.facebook.com".to_owned()
}

fn version() -> String {
    "v26.0".to_owned()
}

fn watch_days() -> u32 {
    28
}

impl Settings {
    /// Refuses what the Graph API could make no sense of; names the field.
    pub fn checked(&self) -> Result<&Self, Fault> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_version = self
            .version
            .strip_prefix('v')
            .and_then(|rest| rest.split_once('.'))
            .is_some_and(|(major, minor)| digits(major) && digits(minor));
        let is_address = ["https://", "http://"]
            .iter()
            .any(|scheme| self.api.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
        let checks = [
            ("page", !digits(&self.page) || self.page.len() > 32, "it is not the number of a page"),
            ("api", !is_address || self.api.contains(['?', '#']), "it is no http or https address"),
            ("version", !is_version, "it is not of the form v26.0"),
            ("watch_days", !(1..=365).contains(&self.watch_days), "it is not from 1 to 365"),
        ];
        match checks.iter().find(|(_, wrong, _)| *wrong) {
            Some((field, _, why)) => Err(Fault::config(*field, *why)),
            None => Ok(self),
        }
    }

    /// Returns the address of `path` in the Graph API.
    pub fn address(&self, path: &str) -> String {
        format!("{}/{}/{path}", self.api.trim_end_matches('/'), self.version)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn settings() -> Settings {
        hark_sdk::parse_settings(r#"{"page":"104000000000001"}"#).unwrap()
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let settings = settings();
        assert_eq!(settings.checked(), Ok(&settings));
        assert_eq!(settings.address("me/accounts"), "https://graph.facebook.com/v26.0/me/accounts");
        let local = Settings { api: "http://127.0.0.1:8080/".to_owned(), ..settings };
        assert_eq!(local.address("me"), "http://127.0.0.1:8080/v26.0/me");
    }

    #[test]
    fn a_wrong_setting_is_named() {
        let right = settings();
        for (field, wrong) in [
            ("page", Settings { page: "acme".into(), ..right.clone() }),
            ("page", Settings { page: String::new(), ..right.clone() }),
            ("api", Settings { api: "graph.facebook.com".into(), ..right.clone() }),
            ("api", Settings { api: "https://x.test/?a=b".into(), ..right.clone() }),
            ("version", Settings { version: "26.0".into(), ..right.clone() }),
            ("version", Settings { version: "v26/x.0".into(), ..right.clone() }),
            ("watch_days", Settings { watch_days: 0, ..right.clone() }),
        ] {
            match wrong.checked() {
                Err(Fault::Config(problem)) => assert_eq!(problem.field, field),
                other => panic!("{field}: {other:?}"),
            }
        }
    }
}
