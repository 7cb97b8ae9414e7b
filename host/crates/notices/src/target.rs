//! Targets: where notices go, by the names that the settings give them.
//!
//! Holds: what is wrong with a target is said when it is made; secrets stay in here.

use std::path::PathBuf;
use std::time::Duration;

use hark_egress::{GateError, HostClient, HostClientOptions, Names, Secret};
use ipnet::IpNet;
use lettre::transport::smtp::extension::ClientId;
use url::{Host, Url};

use crate::limits;
use crate::quiet::QuietHours;
use crate::slack::Slack;
use crate::smtp::{self, MailAddress, Smtp, SmtpSecurity};
use crate::webhook::{Webhook, WebhookKey};

/// What is wrong with a target. Never shows a secret.
#[derive(Debug, thiserror::Error)]
pub enum TargetError {
    /// It has no usable name.
    #[error("{0:?} is not a name of a target: write 1 to 64 of a-z, 0-9 and -")]
    Name(String),
    /// Its mail address is none.
    #[error("{0:?} is not a mail address: write it as name@domain, in ASCII, without angle brackets")]
    Address(String),
    /// It tells too many.
    #[error("a mail target has at most {max} addresses, not {0}", max = limits::RECIPIENTS_MAX)]
    Recipients(usize),
    /// Its host is not one.
    #[error("{0:?} is not a host name of a mail server")]
    Host(String),
    /// In plain to another machine.
    #[error("the address of the target is neither https nor on this machine: use https")]
    Plain,
    /// It is no address. The address may be a secret.
    #[error("the address of the target is not a URL")]
    Url,
    /// It cannot sign.
    #[error(
        "the secret of the webhook is not `whsec_` and Base64 of 24 to 64 bytes: make one with `openssl rand -base64 32`"
    )]
    WebhookSecret,
    /// The file of authorities cannot be read.
    #[error("cannot read the authorities in {}", path.display())]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The file of authorities holds none.
    #[error("the file of authorities holds no certificate in PEM")]
    Authorities,
    /// TLS cannot be had.
    #[error("TLS to the mail server cannot be prepared")]
    Tls,
    /// HTTP cannot be had.
    #[error("HTTP to the target cannot be prepared")]
    Http(#[from] GateError),
}

/// When a target is written to.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Attempts in a minute.
    pub per_minute_max: u32,
    /// What is not urgent waits so long for others, and goes out as one.
    pub digest_every: Option<Duration>,
    /// Only urgent notices are sent then.
    pub quiet: Option<QuietHours>,
    /// How often what may have arrived is sent again by itself; 0 leaves it to a person.
    pub repeats_max: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            per_minute_max: limits::PER_MINUTE,
            digest_every: None,
            quiet: None,
            repeats_max: limits::REPEATS,
        }
    }
}

/// Which addresses HTTP may connect to, beside public ones; whom TLS trusts, beside the web's authorities.
#[derive(Debug, Clone, Default)]
pub struct HttpTrust {
    /// Private addresses that are meant.
    pub private_addresses: Vec<IpNet>,
    /// PEM file of authorities.
    pub ca_file: Option<PathBuf>,
}

/// A mail server, and to whom it writes.
#[derive(Debug)]
pub struct MailOptions {
    /// Its name, which its certificate must show.
    pub host: String,
    /// Its port: 465 for TLS, 587 for STARTTLS.
    pub port: u16,
    /// How the connection is kept from others.
    pub security: SmtpSecurity,
    /// User and password.
    pub login: Option<(String, Secret)>,
    /// Sender.
    pub from: String,
    /// Who is told; none for a target of questions alone.
    pub to: Vec<String>,
    /// PEM file with the one authority that is trusted in place of the system's.
    pub ca_file: Option<PathBuf>,
}

/// Where notices go.
#[derive(Debug)]
pub struct Target {
    pub(crate) name: String,
    pub(crate) policy: Policy,
    pub(crate) way: Way,
}

/// Which way they go.
#[derive(Debug)]
pub(crate) enum Way {
    Mail { smtp: Smtp, from: MailAddress, to: Vec<MailAddress> },
    Webhook(Webhook),
    Slack(Slack),
}

impl Target {
    /// Makes a target of a mail server.
    pub fn mail(name: &str, policy: Policy, options: MailOptions) -> Result<Self, TargetError> {
        let MailOptions { host, port, security, login, from, to, ca_file } = options;
        let is_host = !host.is_empty() && Host::parse(&host).is_ok();
        if !is_host {
            return Err(TargetError::Host(host));
        }
        if to.len() > limits::RECIPIENTS_MAX {
            return Err(TargetError::Recipients(to.len()));
        }
        let from = MailAddress::parse(&from)?;
        let to = to.iter().map(|to| MailAddress::parse(to)).collect::<Result<_, _>>()?;
        let authorities = ca_file
            .map(|path| std::fs::read(&path).map_err(|cause| TargetError::Unreadable { path, cause }))
            .transpose()?;
        let tls = match security {
            SmtpSecurity::PlainOnLoopback => None,
            SmtpSecurity::Tls | SmtpSecurity::StartTls => Some(smtp::tls(&host, authorities.as_deref())?),
        };
        let hello = ClientId::Domain(from.domain().to_owned());
        let smtp = Smtp { host, port, security, login, tls, hello };
        Self::new(name, policy, Way::Mail { smtp, from, to })
    }

    /// Makes a target of a webhook that is signed with `secret`.
    pub fn webhook(
        name: &str,
        policy: Policy,
        url: &Secret,
        secret: &Secret,
        trust: HttpTrust,
    ) -> Result<Self, TargetError> {
        let (url, client) = http(url, trust)?;
        Self::new(name, policy, Way::Webhook(Webhook { url, key: WebhookKey::parse(secret)?, client }))
    }

    /// Makes a target of an incoming webhook of Slack, or of what takes the same form; its address is a secret.
    pub fn slack(name: &str, policy: Policy, url: &Secret, trust: HttpTrust) -> Result<Self, TargetError> {
        let (url, client) = http(url, trust)?;
        Self::new(name, policy, Way::Slack(Slack { url, client }))
    }

    fn new(name: &str, policy: Policy, way: Way) -> Result<Self, TargetError> {
        let legal = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        if !(1..=64).contains(&name.len()) || !name.bytes().all(legal) {
            return Err(TargetError::Name(name.to_owned()));
        }
        Ok(Self { name: name.to_owned(), policy, way })
    }

    /// Returns its name in the settings.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells whether a notice that is not urgent waits for a digest.
    pub fn holds(&self) -> bool {
        self.policy.digest_every.is_some()
    }
}

/// Returns the address, and a client that speaks to it.
fn http(url: &Secret, trust: HttpTrust) -> Result<(Url, HostClient), TargetError> {
    let url = Url::parse(url.expose()).map_err(|_| TargetError::Url)?;
    let plain_http = match url.scheme() {
        "https" => None,
        "http" if is_here(&url) => Some(origin(&url)),
        _ => return Err(TargetError::Plain),
    };
    let client = HostClient::new(HostClientOptions {
        plain_http,
        private_addresses: trust.private_addresses,
        ca_file: trust.ca_file,
        user_agent: concat!("hark/", env!("CARGO_PKG_VERSION")).to_owned(),
        names: Names::System,
    })?;
    Ok((url, client))
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn origin(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slack(url: &str) -> Result<Target, TargetError> {
        Target::slack("team", Policy::default(), &Secret::from(url.to_owned()), HttpTrust::default())
    }

    fn mail(change: impl FnOnce(&mut MailOptions)) -> Result<Target, TargetError> {
        let mut options = MailOptions {
            host: "mail.corp.example".to_owned(),
            port: 465,
            security: SmtpSecurity::Tls,
            login: None,
            from: "hark@corp.example".to_owned(),
            to: vec!["a@corp.example".to_owned()],
            ca_file: None,
        };
        change(&mut options);
        Target::mail("team", Policy::default(), options)
    }

    #[test]
    fn in_plain_only_to_this_machine_and_the_address_is_not_shown() {
        for good in ["https://hooks.example/canary", "http://127.0.0.1:9/canary", "http://localhost/canary"] {
            let target = slack(good).unwrap();
            assert!(!format!("{target:?}").contains("canary"), "{target:?}");
        }
        for bad in
            ["http://hooks.example/canary", "ftp://localhost/canary", "canary", "http://10.0.0.1/canary"]
        {
            let error = slack(bad).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{bad}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_mail_target_is_said() {
        assert!(mail(|_| {}).is_ok());
        assert!(matches!(mail(|o| o.from = "hark".to_owned()), Err(TargetError::Address(a)) if a == "hark"));
        assert!(matches!(mail(|o| o.host = String::new()), Err(TargetError::Host(_))));
        let many = vec!["a@b.example".to_owned(); limits::RECIPIENTS_MAX + 1];
        assert!(matches!(mail(|o| o.to = many), Err(TargetError::Recipients(_))));
        let nowhere = Some(PathBuf::from("no/such/file.pem"));
        assert!(matches!(mail(|o| o.ca_file = nowhere), Err(TargetError::Unreadable { .. })));
    }
}
