//! What is handed to the store of reports of abuse, and what it shows of them.
//!
//! Holds: what was done with a report is never changed, only added to. Not here: which step may follow which.

use hark_model::{ItemUid, Ms};

/// Where a report stands: the words of its last step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportStanding {
    /// in-review, escalated, closed or appealed.
    pub status: String,
    /// How it ended, where it has.
    pub outcome: Option<String>,
}

/// Something that is done with a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReportStep {
    /// Row of the report.
    pub report: i64,
    /// Where it must stand; none if nobody has looked at it.
    pub from: Option<ReportStanding>,
    /// What is done, in order: words for people, and where it then stands.
    pub steps: Vec<(String, ReportStanding)>,
    /// Who does it.
    pub who: String,
    /// Why.
    pub why: String,
    /// Now.
    pub at: Ms,
}

/// Something that was done with a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportStepRow {
    /// For people.
    pub step: String,
    /// Where it stood then.
    pub standing: ReportStanding,
    /// Who did it.
    pub who: String,
    /// Why.
    pub why: String,
    /// When.
    pub at: Ms,
}

/// One report of abuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// Its row.
    pub id: i64,
    /// The source that told of it.
    pub source: String,
    /// The platform's id of what it is about.
    pub about: String,
    /// The item that it is about, once it is known.
    pub item: Option<ItemUid>,
    /// Start of that item's text, while it is there.
    pub text: Option<String>,
    /// Who said that, as they are known.
    pub author: Option<String>,
    /// Who reported it, as they are known.
    pub reporter: Option<String>,
    /// What the reporter says.
    pub reason: String,
    /// How it stands on the platform, in its words.
    pub platform_status: String,
    /// When it was reported.
    pub at: Ms,
    /// Where it stands with us; none if nobody has looked at it.
    pub standing: Option<ReportStanding>,
    /// When it came to stand there.
    pub standing_at: Option<Ms>,
}
