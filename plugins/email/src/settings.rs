//! What the operator sets for one mailbox.

use hark_sdk::prelude::*;

/// How the connection to the server is secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first byte.
    #[default]
    Tls,
    /// TLS before the sign-in, by the STARTTLS command.
    Starttls,
}

/// Settings of one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Name of the IMAP server.
    pub host: String,
    /// Port of the IMAP server; servers that want STARTTLS mostly listen on 143.
    #[serde(default = "port")]
    #[schemars(range(min = 1))]
    pub port: u16,
    /// How the connection is secured.
    #[serde(default)]
    pub security: Security,
    /// Name to sign in with.
    pub user: String,
    /// Mailbox to listen to.
    #[serde(default = "mailbox")]
    pub mailbox: String,
    /// Larger mails are read without their attachments; to raise it, raise the source's `host_call_kib`, too.
    #[serde(default = "max_message_kib")]
    #[schemars(range(min = 16, max = 16384))]
    pub max_message_kib: u32,
    /// How many days back the first read goes.
    #[serde(default = "lookback_days")]
    #[schemars(range(max = 36500))]
    pub lookback_days: u32,
    /// Addresses that are ours beside `user`: mail from them counts as sent by us.
    #[serde(default)]
    pub own_addresses: Vec<String>,
}

fn port() -> u16 {
    993
}

fn mailbox() -> String {
    "INBOX".to_owned()
}

fn max_message_kib() -> u32 {
    768
}

fn lookback_days() -> u32 {
    30
}

impl Settings {
    /// Refuses what no server could make sense of; names the field.
    pub fn validate(&self) -> Result<(), Fault> {
        let has_control = |text: &str| text.chars().any(char::is_control);
        let checks = [
            ("host", self.host.trim().is_empty(), "it is empty"),
            (
                "user",
                self.user.is_empty() || has_control(&self.user),
                "it is empty or holds control characters",
            ),
            (
                "mailbox",
                self.mailbox.is_empty() || has_control(&self.mailbox),
                "it is empty or holds control characters",
            ),
            ("max_message_kib", !(16..=16_384).contains(&self.max_message_kib), "it is not from 16 to 16384"),
            ("lookback_days", self.lookback_days > 36_500, "it is more than a hundred years"),
            ("port", self.port == 0, "it is 0"),
        ];
        match checks.iter().find(|(_, wrong, _)| *wrong) {
            Some((field, _, why)) => Err(Fault::config(*field, *why)),
            None => Ok(()),
        }
    }

    /// Returns the endpoint to connect to, as the manifest names it.
    pub fn endpoint(&self) -> String {
        let scheme = match self.security {
            Security::Tls => "tls",
            Security::Starttls => "starttls",
        };
        format!("{scheme}://{}:{}", self.host, self.port)
    }

    /// Tells whether `address`, in lower case, is one of ours.
    pub fn is_own(&self, address: &str) -> bool {
        let ours = self.own_addresses.iter().chain(std::iter::once(&self.user));
        ours.map(|own| own.trim()).any(|own| own.contains('@') && own.to_lowercase() == address)
    }

    /// Returns the largest mail that is fetched whole.
    pub fn message_bytes_max(&self) -> u64 {
        u64::from(self.max_message_kib) << 10
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn settings() -> Settings {
        hark_sdk::parse_settings(r#"{"host":"mail.example.com","user":"Listen@example.com","own_addresses":["support@example.com"]}"#)
            .unwrap()
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let settings = settings();
        assert_eq!(settings.endpoint(), "tls://mail.example.com:993");
        assert_eq!((settings.mailbox.as_str(), settings.lookback_days), ("INBOX", 30));
        assert!(settings.is_own("listen@example.com") && settings.is_own("support@example.com"));
        assert!(!settings.is_own("jo@example.org"));
        assert_eq!(settings.validate(), Ok(()));
    }

    #[test]
    fn a_wrong_setting_is_named() {
        let right = settings();
        for (field, wrong) in [
            ("host", Settings { host: " ".into(), ..right.clone() }),
            ("user", Settings { user: "a\r\nb".into(), ..right.clone() }),
            ("mailbox", Settings { mailbox: String::new(), ..right.clone() }),
            ("max_message_kib", Settings { max_message_kib: 1, ..right.clone() }),
            ("port", Settings { port: 0, ..right.clone() }),
        ] {
            match wrong.validate() {
                Err(Fault::Config(problem)) => assert_eq!(problem.field, field),
                other => panic!("{field}: {other:?}"),
            }
        }
    }
}
