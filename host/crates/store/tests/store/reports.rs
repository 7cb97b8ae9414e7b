//! Reports of abuse: listed while open, settled by steps that are never taken twice from the same place.

use hark_model::*;
use hark_store::*;

use crate::given::{Given, item, origin};

fn report(id: &str, about: &str, at: Ms) -> Event {
    Event::FlagReport(FlagReport {
        id: id.to_owned(),
        about: about.to_owned(),
        reporter: None,
        reason: "spam".to_owned(),
        status: "pending".to_owned(),
        at,
        origin: origin(),
    })
}

fn standing(status: &str, outcome: Option<&str>) -> ReportStanding {
    ReportStanding { status: status.to_owned(), outcome: outcome.map(str::to_owned) }
}

fn step(report: i64, from: Option<ReportStanding>, steps: Vec<(&str, ReportStanding)>) -> NewReportStep {
    NewReportStep {
        report,
        from,
        steps: steps.into_iter().map(|(words, to)| (words.to_owned(), to)).collect(),
        who: "Ann".to_owned(),
        why: "seen".to_owned(),
        at: 900,
    }
}

#[test]
fn a_report_is_open_until_it_is_settled_and_no_step_is_taken_from_elsewhere() {
    let given = Given::new();
    given.says(
        10,
        vec![report("r2", "i", 20), report("r1", "unknown", 10), Event::Item(item("i", "buy pills"))],
    );
    let open = |all| given.run(given.store.reports(all, 10)).unwrap();
    let rows = open(false);
    let abouts: Vec<_> = rows.iter().map(|row| (row.about.as_str(), row.text.as_deref())).collect();
    assert_eq!(abouts, [("unknown", None), ("i", Some("buy pills"))], "the oldest first");
    assert_eq!((rows[1].source.as_str(), rows[1].platform_status.as_str()), ("source-0", "pending"));
    let id = rows[1].id;
    let take = |new| given.run(given.store.step_report(new)).unwrap();
    let review = || standing("in-review", None);
    let closed = || standing("closed", Some("removed"));
    assert!(!take(step(id, Some(review()), vec![("close", closed())])), "nobody has looked at it yet");
    assert!(take(step(id, None, vec![("review", review()), ("close", closed())])));
    assert!(!take(step(id, None, vec![("review", review())])), "it stands elsewhere by now");
    assert!(!take(step(9_999, None, vec![("review", review())])), "there is no such report");
    assert_eq!(open(false).len(), 1);
    assert_eq!(open(true).len(), 2);
    let row = given.run(given.store.report(id)).unwrap().unwrap();
    assert_eq!((row.standing, row.standing_at), (Some(closed()), Some(900)));
    let steps = given.run(given.store.report_steps(id)).unwrap();
    assert_eq!(steps.iter().map(|row| row.step.as_str()).collect::<Vec<_>>(), ["review", "close"]);
    assert!(take(step(id, Some(closed()), vec![("appeal", standing("appealed", Some("removed")))])));
    assert_eq!(open(false).len(), 2, "who objects opens it again");
}
