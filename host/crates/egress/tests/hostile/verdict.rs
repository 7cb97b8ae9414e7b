//! Whether an attack was refused, and by the rule that its case names.

use hark_egress::{HttpFault, WireFault};

/// What became of one attack.
pub struct Verdict {
    case: &'static str,
    rule: &'static str,
    told: String,
    /// What reached a place that it must not reach.
    leaked: Option<String>,
}

impl Verdict {
    pub fn http<T: std::fmt::Debug>(
        case: &'static str,
        rule: &'static str,
        result: &Result<T, HttpFault>,
    ) -> Self {
        let told = match result {
            Err(HttpFault::Denied(why)) => why.clone(),
            Err(HttpFault::Timeout) => "timeout".to_owned(),
            Err(HttpFault::TooLarge(_)) => "too-large".to_owned(),
            Err(HttpFault::Budget) => "budget".to_owned(),
            Err(HttpFault::Tls(why)) => format!("tls {why}"),
            Err(HttpFault::Connect(why)) => format!("broken {why}"),
            Ok(answer) => format!("PASSED {answer:?}"),
        };
        Self { case, rule, told, leaked: None }
    }

    pub fn wire<T>(case: &'static str, rule: &'static str, result: &Result<T, WireFault>) -> Self {
        let told = match result {
            Err(WireFault::Denied(why)) => why.clone(),
            Err(WireFault::Timeout) => "timeout".to_owned(),
            Err(WireFault::Budget) => "budget".to_owned(),
            Err(WireFault::Closed) => "closed".to_owned(),
            Err(WireFault::Connect(why)) => format!("broken {why}"),
            Err(WireFault::Tls(why)) => format!("tls {why}"),
            Ok(_) => "PASSED".to_owned(),
        };
        Self { case, rule, told, leaked: None }
    }

    /// Notes that something got through, if `what` says so.
    pub fn leak(mut self, what: bool, how: &str) -> Self {
        self.leaked = self.leaked.or(what.then(|| how.to_owned()));
        self
    }

    fn wrong(&self) -> Option<String> {
        let Self { case, rule, told, leaked } = self;
        if let Some(leaked) = leaked {
            return Some(format!("{case}: {leaked} ({told})"));
        }
        (!fits(told, rule)).then(|| format!("{case}: wants {rule:?}, was told {told:?}"))
    }
}

/// Tells whether `told` is what `rule` names: rules of the gate stand behind `rule `; beside them there are the
/// kinds of fault, with words that must be in them behind `|`.
fn fits(told: &str, rule: &str) -> bool {
    let mut parts = rule.split('|');
    let first = parts.next().unwrap_or_default();
    let named = told.strip_prefix("rule ").and_then(|rest| rest.split(": ").next());
    let right = match named {
        Some(named) => named == first,
        None => told.split(' ').next() == Some(first),
    };
    right && parts.all(|words| told.contains(words))
}

/// Fails with every case that was not refused as it must be.
#[track_caller]
pub fn judge(verdicts: &[Verdict], cases: usize) {
    assert_eq!(verdicts.len(), cases, "every case was tried");
    let wrong: Vec<String> = verdicts.iter().filter_map(Verdict::wrong).collect();
    assert!(wrong.is_empty(), "{} of {cases} were not refused:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_verdict_can_be_wrong() {
    let denied = |why: &str| -> Result<(), HttpFault> { Err(HttpFault::Denied(why.to_owned())) };
    let wrong = |verdict: Verdict| verdict.wrong().is_some();
    assert!(!wrong(Verdict::http("x", "url-form", &denied("rule url-form: the address"))));
    assert!(!wrong(Verdict::http("x", "redirect, url-form", &denied("rule redirect, url-form: the answer"))));
    assert!(wrong(Verdict::http("x", "url-form", &denied("rule url-user: the address"))));
    assert!(wrong(Verdict::http("x", "url-form", &denied("rule redirect, url-form: the answer"))));
    assert!(wrong(Verdict::http("x", "url-form", &denied("the address, by url-form"))));
    assert!(wrong(Verdict::http("x", "url-form", &Ok::<(), HttpFault>(()))));
    assert!(wrong(Verdict::http("x", "timeout", &Err::<(), _>(HttpFault::Budget))));
    let tls = || Err::<(), _>(HttpFault::Tls("certificate expired".to_owned()));
    assert!(!wrong(Verdict::http("x", "tls|expired", &tls())));
    assert!(wrong(Verdict::http("x", "tls|not valid for name", &tls())));
    assert!(wrong(Verdict::http("x", "url-form", &denied("rule url-form: x")).leak(true, "a connection")));
}
