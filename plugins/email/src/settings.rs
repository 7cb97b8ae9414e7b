//! What the operator sets for one mailbox.

use hark_sdk::prelude::*;

use crate::limits;

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

/// What the credentials are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Auth {
    /// Passwords.
    #[default]
    Password,
    /// OAuth access tokens (SASL XOAUTH2).
    Xoauth2,
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
    /// What the credentials are: passwords, or OAuth access tokens.
    #[serde(default)]
    pub auth: Auth,
    /// Mailboxes to listen to, by name; `\Sent`, `\Archive` and their like stand for the mailbox that the
    /// server keeps for that use.
    #[serde(default = "mailboxes")]
    #[schemars(length(min = 1, max = 64))]
    pub mailboxes: Vec<String>,
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
    /// Where replies are handed in: `tls://HOST:PORT` or `starttls://HOST:PORT`. Without one nothing is sent.
    #[serde(default)]
    #[schemars(length(max = 1))]
    pub submission: Vec<String>,
    /// Mailbox that gets a copy of each reply; to be left out where the server keeps one by itself.
    #[serde(default)]
    pub sent_mailbox: Option<String>,
}

fn port() -> u16 {
    993
}

fn mailboxes() -> Vec<String> {
    vec!["INBOX".to_owned()]
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
            ("mailboxes", self.mailboxes.is_empty(), "it names no mailbox"),
            ("mailboxes", self.mailboxes.len() > limits::MAILBOXES_MAX, "it names more than 64 mailboxes"),
            ("max_message_kib", !(16..=16_384).contains(&self.max_message_kib), "it is not from 16 to 16384"),
            ("lookback_days", self.lookback_days > 36_500, "it is more than a hundred years"),
            ("port", self.port == 0, "it is 0"),
            ("submission", self.submission.len() > 1, "it names more than one server"),
        ];
        if let Some((field, _, why)) = checks.iter().find(|(_, wrong, _)| *wrong) {
            return Err(Fault::config(*field, *why));
        }
        self.validate_names()
    }

    fn validate_names(&self) -> Result<(), Fault> {
        let fits = |name: &str| {
            (1..=limits::MAILBOX_NAME_BYTES_MAX).contains(&name.len()) && !name.chars().any(char::is_control)
        };
        let why = "it is empty, too long or holds control characters";
        if let Some(place) = self.mailboxes.iter().position(|name| !fits(name)) {
            return Err(Fault::config(format!("mailboxes[{place}]"), why));
        }
        if self.sent_mailbox.as_deref().is_some_and(|name| !fits(name)) {
            return Err(Fault::config("sent_mailbox", why));
        }
        let is_endpoint = |text: &String| text.starts_with("tls://") || text.starts_with("starttls://");
        match self.submission.iter().all(is_endpoint) {
            true => Ok(()),
            false => {
                Err(Fault::config("submission[0]", "it is neither tls://HOST:PORT nor starttls://HOST:PORT"))
            }
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
        assert_eq!((settings.mailboxes.as_slice(), settings.lookback_days), (&["INBOX".to_owned()][..], 30));
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
            ("mailboxes", Settings { mailboxes: Vec::new(), ..right.clone() }),
            ("mailboxes[1]", Settings { mailboxes: vec!["a".into(), "b\n".into()], ..right.clone() }),
            ("submission[0]", Settings { submission: vec!["smtp.example.com".into()], ..right.clone() }),
            ("sent_mailbox", Settings { sent_mailbox: Some(String::new()), ..right.clone() }),
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
