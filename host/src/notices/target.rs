//! A target of the configuration, made ready: its secrets fetched, its addresses read.
//!
//! Holds: what is wrong is said with file, line and table, and never with a secret.

use hark_config::{Config, HttpReach, MailConfig, MailSecurity, NoticeTarget, NoticeWay, WebhookUrl};
use hark_egress::Secret;
use hark_model::SecretRef;
use hark_notices::{HttpTrust, MailOptions, Policy, QuietHours, SmtpSecurity, Target};

use crate::exit::{Exit, Failure, chain};

/// Makes a target ready.
pub async fn target(config: &Config, of: &NoticeTarget) -> Result<Target, Failure> {
    let place = format!("{}:{}: [notices.{}]", config.path.display(), of.line, of.name);
    let failure = |what: &str, error: &dyn std::error::Error| {
        let what = if what.is_empty() { String::new() } else { format!(" {what}:") };
        Failure::new(Exit::Config, format!("{place}{what} {}", chain(error)))
    };
    let fetch = async |key: &str, from: &SecretRef| {
        Secret::resolve(from).await.map_err(|error| failure(&format!("`{key}`"), &error))
    };
    let policy = policy(of).map_err(|error| failure("`quiet`", &error))?;
    let made = match &of.way {
        NoticeWay::Mail(mail) => {
            let login = match &mail.login {
                Some((user, from)) => Some((user.clone(), fetch("password", from).await?)),
                None => None,
            };
            Target::mail(&of.name, policy, mail_options(mail, login))
        }
        NoticeWay::Webhook { url, secret, reach } => {
            let url = match url {
                WebhookUrl::Plain(url) => Secret::from(url.to_string()),
                WebhookUrl::Secret(from) => fetch("url", from).await?,
            };
            let secret = fetch("secret", secret).await?;
            Target::webhook(&of.name, policy, &url, &secret, trust(reach))
        }
        NoticeWay::Slack { url, reach } => {
            let url = fetch("url", url).await?;
            Target::slack(&of.name, policy, &url, trust(reach))
        }
    };
    made.map_err(|error| failure("", &error))
}

fn policy(of: &NoticeTarget) -> Result<Policy, hark_notices::QuietError> {
    let usual = Policy::default();
    let quiet = of.quiet.as_ref().map(|quiet| QuietHours::parse(&quiet.from, &quiet.until, &quiet.zone));
    Ok(Policy {
        per_minute_max: of.per_min.unwrap_or(usual.per_minute_max),
        digest_every: of.digest,
        quiet: quiet.transpose()?,
        repeats_max: of.repeats.unwrap_or(usual.repeats_max),
    })
}

fn mail_options(mail: &MailConfig, login: Option<(String, Secret)>) -> MailOptions {
    MailOptions {
        host: mail.host.clone(),
        port: mail.port,
        security: match mail.security {
            MailSecurity::Tls => SmtpSecurity::Tls,
            MailSecurity::StartTls => SmtpSecurity::StartTls,
            MailSecurity::Plain => SmtpSecurity::PlainOnLoopback,
        },
        login,
        from: mail.from.clone(),
        to: mail.to.clone(),
        ca_file: mail.ca_file.clone(),
    }
}

fn trust(reach: &HttpReach) -> HttpTrust {
    HttpTrust { private_addresses: reach.private_addresses.clone(), ca_file: reach.ca_file.clone() }
}
