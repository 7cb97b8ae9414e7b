//! A law: its name, what it says, and what came of a trial.

use std::fmt::Write as _;
use std::future::Future;
use std::pin::Pin;

use crate::{Bench, laws, limits};

/// How a law is tried.
pub(crate) type Trial = for<'a> fn(&'a Bench) -> Pin<Box<dyn Future<Output = Verdict> + Send + 'a>>;

/// One law.
pub struct Law {
    /// Its name.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub sentence: &'static str,
    pub(crate) trial: Trial,
}

impl std::fmt::Debug for Law {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Why a law does not hold.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Breach {
    /// What should have come.
    pub expected: String,
    /// What came.
    pub came: String,
    /// Where in the cassette.
    pub place: String,
}

/// What came of a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The law holds, in so many trials.
    Held(usize),
    /// It does not; never empty.
    Broken(Vec<Breach>),
    /// It could not be tried, and why.
    NotTried(String),
}

/// Collects breaches of one law; says at the end what came of it.
#[derive(Debug, Default)]
pub(crate) struct Trying {
    breaches: Vec<Breach>,
    tried: usize,
}

impl Trying {
    /// Notes that something was tried.
    pub fn tried(&mut self) {
        self.tried += 1;
    }

    /// Notes a breach.
    pub fn breach(&mut self, expected: impl Into<String>, came: impl Into<String>, place: impl Into<String>) {
        self.tried += 1;
        if self.breaches.len() < limits::BREACHES_MAX {
            let came = cut(came.into());
            self.breaches.push(Breach { expected: expected.into(), came, place: place.into() });
        }
    }

    /// Notes a breach unless `holds`.
    pub fn expect(
        &mut self,
        holds: bool,
        expected: impl Into<String>,
        came: impl FnOnce() -> String,
        place: impl Into<String>,
    ) {
        self.tried();
        if !holds {
            self.breach(expected, came(), place);
        }
    }

    /// Returns the verdict; `why_not` says why nothing was tried, if nothing was.
    pub fn verdict(self, why_not: &str) -> Verdict {
        match (self.breaches.is_empty(), self.tried) {
            (false, _) => Verdict::Broken(self.breaches),
            (true, 0) => Verdict::NotTried(why_not.to_owned()),
            (true, tried) => Verdict::Held(tried),
        }
    }
}

fn cut(mut text: String) -> String {
    if text.len() > limits::QUOTE_BYTES_MAX {
        text.truncate(text.floor_char_boundary(limits::QUOTE_BYTES_MAX));
        text.push('…');
    }
    text
}

macro_rules! laws {
    ($($name:literal, $sentence:literal, $trial:path;)+) => {
        /// Every law, in the order of trial.
        pub const LAWS: &[Law] = &[$(Law {
            name: $name,
            sentence: $sentence,
            trial: |bench| Box::pin($trial(bench)),
        }),+];
    };
}

laws! {
    "manifest", "The manifest makes sense: its schemas are JSON Schema 2020-12 and take the recorded settings, and no credential's audience lies outside what the connector may reach.", laws::manifest::sane;
    "describe-pure", "`describe` gives the same manifest each time and asks the host for nothing.", laws::manifest::describe_pure;
    "settings", "Settings that lack what is required are a fault `config`, never a crash.", laws::manifest::settings;
    "replay", "Each recorded call, played again, asks what it asked then and gives the events that it gave then.", laws::replay::replay;
    "check", "`check` makes at most three requests.", laws::replay::check;
    "granted-hosts", "No request, connection or credential is asked for where the manifest does not point.", laws::replay::granted_hosts;
    "user-agent", "Requests say who asks: a User-Agent of the connector's own is neither empty nor that of a browser.", laws::replay::user_agent;
    "events-valid", "Every event of a recorded call is let in by admission, whole.", laws::events::valid;
    "visibility-floor", "No event is less private than the floor of its stream.", laws::events::visibility_floor;
    "provenance", "Every origin names a payload of the call and, where that is JSON, a place that is in it.", laws::events::provenance;
    "times", "Times are milliseconds since 1970 and believable: from 1990 to a day after the recording.", laws::events::times;
    "pauses", "`not-before` and `limit-resets` lie ahead, by a week at most.", laws::events::pauses;
    "repeat", "The same question gets the same events.", laws::paging::repeat;
    "resume", "Nothing is lost when reading is resumed from any cursor that the connector gave.", laws::paging::resume;
    "nothing-twice", "No item comes twice, neither in one run nor after resuming from a cursor that was given with it.", laws::paging::nothing_twice;
    "nothing-lost", "Every item that the platform lists comes, over all pages.", laws::listing::nothing_lost;
    "listing-grows", "Items that are added between two pages neither hide nor double others, and come at the latest in the next run.", laws::listing::grows;
    "listing-shrinks", "Items that are deleted between two pages hide no others.", laws::listing::shrinks;
    "edits", "Where a stream says that it sees edits, an edited item comes again.", laws::listing::edits;
    "budget-events", "No batch holds more events than the budget says, one item apart, and nothing is lost by it.", laws::budget::events;
    "budget-requests", "No call makes more requests than the budget says, and nothing is lost by it.", laws::budget::requests;
    "limits", "A limit of the host that strikes ends the call with a fault or less, never with a crash.", laws::budget::limits;
    "foreign-cursor", "A cursor that cannot be read is a fault `stale-cursor`, never a crash and never a silent new start.", laws::cursor::foreign;
    "migrate-cursor", "`migrate-cursor` takes the connector's own version and refuses versions that it cannot know.", laws::cursor::migrate;
    "status-401", "401 is a fault `auth`; the request is not sent again.", laws::status::unauthorised;
    "status-403", "403 is told as a fault; the request is not sent again.", laws::status::forbidden;
    "status-429", "429 is told as a limit that lasts as long as `Retry-After` says; the request is not sent again.", laws::status::too_many;
    "status-500", "500 is passing trouble, and nothing is lost by it.", laws::status::server_error;
    "html-page", "An HTML page in place of an answer is a fault, no crash and no item, and nothing is lost by it.", laws::body::html_page;
    "truncated", "An answer that is cut in the middle is no crash, and nothing is lost by it.", laws::body::truncated;
    "empty-answer", "A 200 with nothing in it is no crash, and nothing is lost by it.", laws::body::empty;
    "huge", "An answer beyond the limit and a text of 10 MB are no crash.", laws::body::huge;
    "hostile-text", "Hostile content in an answer (NUL, right-to-left, lone surrogates, nesting, scripts, wrong types) is no crash.", laws::body::hostile;
    "slow", "An answer that does not come in time is passing trouble, and nothing is lost by it.", laws::status::slow;
    "reset", "A connection that breaks is passing trouble, and nothing is lost by it.", laws::status::reset;
    "wire-cut", "A wire that does not come about, or is cut anywhere, in the middle of a literal too, is passing trouble, and nothing is lost by it.", laws::wire::cut;
    "wire-drip", "A wire that gives a byte or a few at a time gives the same events.", laws::wire::drip;
    "wire-garbage", "Garbage on a wire is no crash.", laws::wire::garbage;
    "signature", "A delivery with a wrong, missing, re-encoded or foreign signature is answered 401 or 403, without events.", laws::delivery::signature;
    "delivery", "A delivery is answered without the network and with a key to tell it from others.", laws::delivery::answer;
    "normalise-pure", "`normalise` gives the same events for the same payload and asks the host for nothing.", laws::manifest::normalise_pure;
}

/// Returns the laws as a table of Markdown, for people to read.
pub fn rules_text() -> String {
    let mut text = String::from("| law | what it says |\n| --- | --- |\n");
    for law in LAWS {
        writeln!(text, "| `{}` | {} |", law.name, law.sentence).expect("a string can be written to");
    }
    text
}
