//! `hark reports`: reports of abuse, and what becomes of them.

use std::sync::Arc;

use hark_config::{Config, did_you_mean};
use hark_pipeline::{ActError, Acted, Deed, act, new_key, now};
use hark_routing::{ReportOutcome, ReportStatus, ReportStep};
use hark_store::{NewReportStep, ReportRow, ReportStanding, Store};

use crate::cli::{Cli, ReportsCommand, SettleArgs};
use crate::exit::{Done, Exit, Failure};
use crate::{ask, print, wiring};

/// The action that hides what a report is about.
const HIDE: &str = "hide";

/// Lists reports.
pub async fn list(cli: &Cli, all: bool, limit: u32) -> Done {
    let config = wiring::config(&cli.config)?;
    let store = wiring::existing_store(&config)?;
    let rows = store.reports(all, limit).await;
    store.close().map_err(|error| wiring::store_failure(&error))?;
    print::reports(&rows.map_err(|error| wiring::store_failure(&error))?, now(), cli.json);
    Ok(())
}

/// Does something with one report.
pub async fn run(cli: &Cli, command: &ReportsCommand) -> Done {
    let config = wiring::config(&cli.config)?;
    let store = wiring::existing_store(&config)?;
    let done = async {
        match command {
            ReportsCommand::Show { report } => {
                let row = find(&store, *report).await?;
                show(cli, &store, &row).await
            }
            ReportsCommand::Settle(args) => settle(cli, &config, &store, args).await,
            ReportsCommand::Escalate { report, why } => {
                step(cli, &store, *report, ReportStep::Escalate, why).await
            }
            ReportsCommand::Appeal { report, why } => {
                step(cli, &store, *report, ReportStep::Appeal, why).await
            }
        }
    }
    .await;
    store.close().map_err(|error| wiring::store_failure(&error))?;
    done
}

async fn find(store: &Store, id: i64) -> Result<ReportRow, Failure> {
    let found = store.report(id).await.map_err(|error| wiring::store_failure(&error))?;
    found.ok_or_else(|| {
        Failure::new(Exit::Usage, format!("there is no report {id}"))
            .hint("`hark reports --all` lists them with their numbers")
    })
}

async fn show(cli: &Cli, store: &Store, row: &ReportRow) -> Done {
    print::reports(std::slice::from_ref(row), now(), cli.json);
    let steps = store.report_steps(row.id).await.map_err(|error| wiring::store_failure(&error))?;
    print::report_steps(&steps, cli.json);
    Ok(())
}

async fn settle(cli: &Cli, config: &Config, store: &Store, args: &SettleArgs) -> Done {
    let outcome = outcome(&args.outcome)?;
    let row = find(store, args.report).await?;
    let wanted = ReportStep::Close(outcome);
    // Before anything is done on the platform: what may not be settled is not hidden either.
    let steps = way(status(&row)?, wanted)?;
    if args.hide {
        hide(cli, config, store, &row, args.yes).await?;
    }
    take(store, &row, steps, &args.why).await?;
    show(cli, store, &find(store, args.report).await?).await
}

async fn step(cli: &Cli, store: &Store, report: i64, wanted: ReportStep, why: &str) -> Done {
    let row = find(store, report).await?;
    take(store, &row, way(status(&row)?, wanted)?, why).await?;
    show(cli, store, &find(store, report).await?).await
}

fn outcome(text: &str) -> Result<ReportOutcome, Failure> {
    let found = ReportOutcome::ALL.iter().find(|outcome| outcome.as_str() == text).copied();
    found.ok_or_else(|| {
        let words: Vec<&str> = ReportOutcome::ALL.iter().map(|outcome| outcome.as_str()).collect();
        let near = did_you_mean(text, words.iter().copied(), '`');
        Failure::new(Exit::Usage, format!("`{text}` is not an outcome{near}"))
            .hint(format!("a report ends as one of {}", words.join(", ")))
    })
}

/// Returns the steps to where a report is wanted, each with where it then stands. Whoever settles or hands on what nobody
/// has taken up takes it up.
fn way(from: ReportStatus, wanted: ReportStep) -> Result<Vec<(ReportStep, ReportStatus)>, Failure> {
    let refused = |error: &dyn std::error::Error| Failure::new(Exit::Usage, error.to_string());
    if let Ok(to) = from.after(wanted) {
        return Ok(vec![(wanted, to)]);
    }
    let between = match from {
        ReportStatus::New => ReportStep::Review,
        ReportStatus::Appealed(_) => ReportStep::Reopen,
        _ => return from.after(wanted).map(|to| vec![(wanted, to)]).map_err(|error| refused(&error)),
    };
    let middle = from.after(between).map_err(|error| refused(&error))?;
    // What the report itself cannot do is said, not what it could not do on the way.
    let to = middle.after(wanted).or_else(|_| from.after(wanted)).map_err(|error| refused(&error))?;
    Ok(vec![(between, middle), (wanted, to)])
}

async fn take(store: &Store, row: &ReportRow, steps: Vec<(ReportStep, ReportStatus)>, why: &str) -> Done {
    let new = NewReportStep {
        report: row.id,
        from: row.standing.clone(),
        steps: steps.iter().map(|(step, to)| (words(*step), standing(*to))).collect(),
        who: std::env::var("USER")
            .ok()
            .filter(|who| !who.is_empty())
            .unwrap_or_else(|| "operator".to_owned()),
        why: why.to_owned(),
        at: now(),
    };
    match store.step_report(new).await.map_err(|error| wiring::store_failure(&error))? {
        true => Ok(()),
        false => Err(Failure::new(
            Exit::Usage,
            format!("report {} was changed by somebody else meanwhile", row.id),
        )
        .hint("look at it again: hark reports show")),
    }
}

fn words(step: ReportStep) -> String {
    match step {
        ReportStep::Review => "taken up".to_owned(),
        ReportStep::Escalate => "handed on".to_owned(),
        ReportStep::Close(outcome) => format!("closed as {}", outcome.as_str()),
        ReportStep::Appeal => "objected to".to_owned(),
        ReportStep::Uphold => "upheld".to_owned(),
        ReportStep::Reopen => "looked at anew".to_owned(),
    }
}

fn standing(status: ReportStatus) -> ReportStanding {
    let (status, outcome) = match status {
        ReportStatus::New | ReportStatus::InReview => ("in-review", None),
        ReportStatus::Escalated => ("escalated", None),
        ReportStatus::Closed(outcome) => ("closed", Some(outcome)),
        ReportStatus::Appealed(outcome) => ("appealed", Some(outcome)),
    };
    ReportStanding { status: status.to_owned(), outcome: outcome.map(|outcome| outcome.as_str().to_owned()) }
}

fn status(row: &ReportRow) -> Result<ReportStatus, Failure> {
    let Some(standing) = &row.standing else { return Ok(ReportStatus::New) };
    let unknown =
        || Failure::new(Exit::Store, format!("report {} stands where no report can: {standing:?}", row.id));
    let outcome = standing.outcome.as_deref().map(outcome).transpose().map_err(|_| unknown())?;
    match (standing.status.as_str(), outcome) {
        ("in-review", None) => Ok(ReportStatus::InReview),
        ("escalated", None) => Ok(ReportStatus::Escalated),
        ("closed", Some(outcome)) => Ok(ReportStatus::Closed(outcome)),
        ("appealed", Some(outcome)) => Ok(ReportStatus::Appealed(outcome)),
        _ => Err(unknown()),
    }
}

/// Hides on its platform what a report is about.
async fn hide(cli: &Cli, config: &Config, store: &Store, row: &ReportRow, yes: bool) -> Done {
    let source = wiring::find(config, &row.source)?;
    let setup = wiring::Assembler::new(Some(config))?.source(source).await?;
    if !setup.connector.manifest().actions.iter().any(|action| action.name == HIDE) {
        return Err(Failure::new(
            Exit::Source,
            format!("the connector of source {} cannot hide", row.source),
        )
        .hint("hide it on the platform, and settle the report without --hide"));
    }
    print::reports(std::slice::from_ref(row), now(), cli.json);
    if !yes && !ask::yes("Hide it on the platform?", "nothing was hidden")? {
        return Err(Failure::new(Exit::Usage, "nothing was hidden, and the report is as it was"));
    }
    let deed = Deed {
        name: HIDE.to_owned(),
        on: Some(row.about.clone()),
        arguments: "{}".to_owned(),
        key: new_key(),
    };
    let acted = act(Arc::new(setup), store.clone(), wiring::enricher(config).await?, deed).await;
    let acted = acted.map_err(|error| match &error {
        ActError::Store(_) | ActError::Unnoted(_) => Failure::of(Exit::Store, &error),
        ActError::UnknownAction { .. } | ActError::NotDone(_) => Failure::of(Exit::Source, &error),
    })?;
    match acted {
        Acted::Done(_) | Acted::AlreadyDone(_) => Ok(()),
        Acted::Uncertain { why, .. } => {
            let message = format!("it may have been hidden, or not, and the report is as it was: {why}");
            Err(Failure::new(Exit::Source, message)
                .hint("the same command again is safe: it uses the same key"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_takes_up_what_nobody_has_and_says_what_cannot_be() {
        let removed = ReportStep::Close(ReportOutcome::Removed);
        let way_of =
            |from, step| way(from, step).map(|steps| steps.len()).map_err(|failure| failure.to_string());
        assert_eq!(way_of(ReportStatus::New, removed), Ok(2));
        assert_eq!(way_of(ReportStatus::New, ReportStep::Close(ReportOutcome::Duplicate)), Ok(1));
        assert_eq!(way_of(ReportStatus::InReview, removed), Ok(1));
        assert_eq!(way_of(ReportStatus::Appealed(ReportOutcome::Removed), removed), Ok(2));
        let twice = way_of(ReportStatus::Closed(ReportOutcome::Removed), removed).unwrap_err();
        assert_eq!(
            twice,
            "a report that is closed as removed cannot be closed as removed; it can be appealed against"
        );
        let early = way_of(ReportStatus::New, ReportStep::Appeal).unwrap_err();
        assert!(
            early.starts_with("a report that is new cannot be appealed against; it can be reviewed"),
            "{early}"
        );
    }

    #[test]
    fn every_standing_is_read_back() {
        let outcomes = ReportOutcome::ALL.iter();
        let mut all: Vec<_> = outcomes
            .flat_map(|outcome| [ReportStatus::Closed(*outcome), ReportStatus::Appealed(*outcome)])
            .collect();
        all.extend([ReportStatus::InReview, ReportStatus::Escalated]);
        for want in all {
            let row = ReportRow {
                id: 1,
                source: String::new(),
                about: String::new(),
                item: None,
                text: None,
                author: None,
                reporter: None,
                reason: String::new(),
                platform_status: String::new(),
                at: 0,
                standing: Some(standing(want)),
                standing_at: None,
            };
            assert_eq!(status(&row).map_err(|failure| failure.to_string()), Ok(want));
        }
    }
}
