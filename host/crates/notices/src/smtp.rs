//! Hands a mail to a server.
//!
//! Holds: TLS from the first byte or by STARTTLS, or no word is said; in plain only to this machine. Before the mail's
//! end is sent, that it is handed over is noted on the disk: from then on, without an answer, it may have arrived.

use std::net::{IpAddr, SocketAddr};

use hark_egress::Secret;
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;

use crate::courier::HandOver;
use crate::target::TargetError;
use crate::{Attempt, limits};

/// A mail address that is safe in an envelope and in a header: printable ASCII, at most 254 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress(Address);

impl MailAddress {
    /// Parses `text`; the only way to obtain one.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let wrong = || TargetError::Address(text.to_owned());
        let safe = |byte: u8| byte.is_ascii_graphic() && !b"<>(),;:\\\"[]".contains(&byte);
        if text.len() > 254 || !text.bytes().all(safe) {
            return Err(wrong());
        }
        text.parse().map(Self).map_err(|_| wrong())
    }

    /// Returns it as text.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// Returns what stands behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.domain()
    }
}

/// How a connection to a mail server is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, or nothing is sent.
    StartTls,
    /// None; only to this machine.
    PlainOnLoopback,
}

/// A mail server.
pub(crate) struct Smtp {
    pub host: String,
    pub port: u16,
    pub security: SmtpSecurity,
    pub login: Option<(String, Secret)>,
    pub tls: Option<TlsParameters>,
    pub hello: ClientId,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("host", &self.host).field("port", &self.port).finish_non_exhaustive()
    }
}

/// Prepares TLS to `host`: the system's authorities are trusted, or in their place the one in the PEM file's content.
pub(crate) fn tls(host: &str, authorities: Option<&[u8]>) -> Result<TlsParameters, TargetError> {
    let mut tls = TlsParameters::builder(host.to_owned());
    if let Some(pem) = authorities {
        let found = Certificate::from_pem(pem).map_err(|_| TargetError::Authorities)?;
        tls = tls.certificate_store(CertificateStore::None).add_root_certificate(found);
    }
    tls.build_rustls().map_err(|_| TargetError::Tls)
}

/// Why a step failed, and whether to try again.
struct Fault(Attempt);

impl From<lettre::transport::smtp::Error> for Fault {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        let fault = text(&error);
        // A certificate or a refusal for good is not mended by waiting.
        Self(if error.is_permanent() { Attempt::Refused { fault } } else { Attempt::failed(fault) })
    }
}

impl Smtp {
    /// Hands over one mail; that is noted right before its end is sent.
    pub async fn send(
        &self,
        from: &MailAddress,
        to: &[MailAddress],
        mail: &[u8],
        hand_over: &HandOver<'_>,
    ) -> Attempt {
        match self.steps(from, to, mail, hand_over).await {
            Ok(attempt) | Err(Fault(attempt)) => attempt,
        }
    }

    async fn steps(
        &self,
        from: &MailAddress,
        to: &[MailAddress],
        mail: &[u8],
        hand_over: &HandOver<'_>,
    ) -> Result<Attempt, Fault> {
        let mut line = self.connect().await?;
        if let Some((user, password)) = &self.login {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            line.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?;
        }
        line.command(Mail::new(Some(from.0.clone()), Vec::new())).await?;
        for address in to {
            line.command(Rcpt::new(address.0.clone(), Vec::new())).await?;
        }
        line.command(Data).await?;
        if !hand_over.note().await {
            line.abort().await;
            return Ok(Attempt::NotOurs);
        }
        let attempt = match line.message(mail).await {
            Ok(_) => Attempt::Taken,
            Err(error) if error.is_permanent() => Attempt::Refused { fault: text(&error) },
            Err(error) if error.is_transient() => Attempt::failed(text(&error)),
            Err(error) => Attempt::Unknown {
                fault: format!("the server did not answer to the end of the mail: {}", text(&error)),
            },
        };
        // What it says to a goodbye changes nothing.
        let _ = line.quit().await;
        Ok(attempt)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Fault> {
        let addresses = self.resolve().await?;
        let wait = Some(limits::SMTP_WAIT_MAX);
        let first = self.tls.clone().filter(|_| self.security == SmtpSecurity::Tls);
        let mut line =
            AsyncSmtpConnection::connect_tokio1(&addresses[..], wait, &self.hello, first, None).await?;
        if self.security == SmtpSecurity::StartTls {
            let Some(tls) = self.tls.clone() else { return Err(Fault(Attempt::failed("there is no TLS"))) };
            if !line.can_starttls() {
                line.abort().await;
                let fault = "the server does not offer STARTTLS: nothing was sent".to_owned();
                return Err(Fault(Attempt::Refused { fault }));
            }
            line.starttls(tls, &self.hello).await?;
        }
        Ok(line)
    }

    /// Returns where the server is; in plain, it must be this machine.
    async fn resolve(&self) -> Result<Vec<SocketAddr>, Fault> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let found: Vec<_> = found
            .map_err(|error| Fault(Attempt::failed(format!("{} cannot be resolved: {error}", self.host))))?
            .collect();
        let elsewhere = found.iter().map(SocketAddr::ip).find(|address| !is_loopback(*address));
        match elsewhere.filter(|_| self.security == SmtpSecurity::PlainOnLoopback) {
            Some(address) => Err(Fault(Attempt::Refused {
                fault: format!(
                    "{} is at {address}, which is not this machine: nothing was sent without TLS",
                    self.host
                ),
            })),
            None => Ok(found),
        }
    }
}

fn is_loopback(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Returns an error with its causes, as one line.
fn text(error: &dyn std::error::Error) -> String {
    let mut texts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        texts.push(cause.to_string());
        next = cause.source();
    }
    texts.dedup();
    texts.join(": ").chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_speak_to_the_server_or_write_a_header() {
        for good in ["a@b.example", "inbox+7-abc@b.example", "o'neil@b.example"] {
            assert_eq!(MailAddress::parse(good).unwrap().as_str(), good);
        }
        for bad in
            ["", "a", "a@", "@b", "a@b.example\r\nRCPT TO:<x@y>", "a b@c.example", "<a@b.example>", "a@b,c@d"]
        {
            assert!(MailAddress::parse(bad).is_err(), "{bad:?}");
        }
    }
}
