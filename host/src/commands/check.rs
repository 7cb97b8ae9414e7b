//! `hark check`: is everything in place? Settings, permissions, credentials, sign-in; targets of notices, and what
//! questions to experts are made of.

use hark_config::{Config, SourceConfig};
use hark_pipeline::SourceSetup;

use crate::cli::{CheckArgs, Cli};
use crate::exit::{Done, Exit, Failure, chain};
use crate::{notices, print, settings, wiring};

/// What was found about one source.
#[derive(Debug, serde::Serialize)]
pub struct SourceFinding {
    /// Its name.
    pub source: String,
    /// It can be listened to.
    pub ok: bool,
    /// Account that was signed in.
    pub account: Option<String>,
    /// What the admin should know.
    pub warnings: Vec<String>,
    /// What is wrong.
    pub problems: Vec<String>,
}

/// Runs the command.
pub async fn run(cli: &Cli, args: &CheckArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    let rules = wiring::enricher(&config).await?.tree().rules();
    let mut assembler = wiring::Assembler::new(Some(&config))?;
    let mut wrong = 0;
    for source in chosen(&config.sources, &args.sources)? {
        let finding = check(&mut assembler, source, args.offline).await;
        wrong += usize::from(!finding.ok);
        print::finding(&finding, cli.json);
    }
    let unfit = if args.sources.is_empty() { look_at_news(cli, &config).await } else { 0 };
    if wrong > 0 {
        return Err(Failure::new(Exit::Source, format!("{wrong} of the sources cannot be listened to")));
    }
    if unfit > 0 {
        let message = format!("{unfit} of the targets of notices and [ask] cannot be used");
        return Err(Failure::new(Exit::Config, message));
    }
    print::config_is_good(&config, rules, cli.json);
    Ok(())
}

/// Makes every target ready, and what questions are made of; returns how many of them cannot be used. Nothing is sent:
/// `hark notices test` does that.
async fn look_at_news(cli: &Cli, config: &Config) -> usize {
    let mut unfit = 0;
    let mut tell = |what: &str, found: Result<(), Failure>| {
        unfit += usize::from(found.is_err());
        print::news_finding(what, found.err().map(|failure| failure.to_string()).as_deref(), cli.json);
    };
    for target in &config.notices {
        tell(&format!("notices.{}", target.name), notices::target(config, target).await.map(drop));
    }
    if config.ask.is_some() {
        tell("ask", notices::question_options(config).await.map(drop));
    }
    unfit
}

fn chosen<'a>(sources: &'a [SourceConfig], names: &[String]) -> Result<Vec<&'a SourceConfig>, Failure> {
    if names.is_empty() {
        return Ok(sources.iter().collect());
    }
    let find = |name: &String| {
        sources.iter().find(|source| source.name.as_str() == name).ok_or_else(|| {
            let known: Vec<&str> = sources.iter().map(|source| source.name.as_str()).collect();
            Failure::new(Exit::Usage, format!("there is no source `{name}`"))
                .hint(format!("there are: {}", known.join(", ")))
        })
    };
    names.iter().map(find).collect()
}

async fn check(assembler: &mut wiring::Assembler, source: &SourceConfig, offline: bool) -> SourceFinding {
    let mut finding = SourceFinding {
        source: source.name.to_string(),
        ok: false,
        account: None,
        warnings: Vec::new(),
        problems: Vec::new(),
    };
    if let Err(failure) = look(assembler, source, offline, &mut finding).await {
        finding.problems.push(failure.to_string());
    }
    finding.ok = finding.problems.is_empty();
    finding
}

async fn look(
    assembler: &mut wiring::Assembler,
    source: &SourceConfig,
    offline: bool,
    finding: &mut SourceFinding,
) -> Result<(), Failure> {
    let connector = assembler.connector(&source.connector).await?;
    finding.problems.extend(settings::problems(source, connector.manifest()));
    if !finding.problems.is_empty() {
        return Ok(());
    }
    let setup = assembler.source(source).await?;
    look_at_permissions(&setup, finding);
    if !offline && finding.problems.is_empty() {
        sign_in(&setup, finding).await;
    }
    Ok(())
}

/// A connector may ask for more than it needs here (TLS or STARTTLS, say): one withheld place is
/// told, none granted at all is a problem.
fn look_at_permissions(setup: &SourceSetup, finding: &mut SourceFinding) {
    let (granted, withheld): (Vec<_>, Vec<_>) =
        setup.permissions.iter().partition(|permission| permission.granted);
    let patterns: Vec<_> = withheld.iter().map(|permission| permission.pattern.as_str()).collect();
    if patterns.is_empty() {
        return;
    }
    let key = if patterns.iter().all(|pattern| pattern.starts_with("http")) { "hosts" } else { "endpoints" };
    let text = format!(
        "the connector asks for {}, which [source.{}.grant] {key} does not grant",
        patterns.join(" and "),
        setup.name
    );
    if granted.is_empty() { finding.problems.push(text) } else { finding.warnings.push(text) }
}

async fn sign_in(setup: &SourceSetup, finding: &mut SourceFinding) {
    let call = setup.connector.check(setup.context(), &setup.settings).await;
    match call.result {
        Ok(report) => {
            finding.account = report.account;
            finding.warnings.extend(report.warnings);
        }
        Err(error) => finding.problems.push(setup.gate.scrub(&chain(&error))),
    }
}
