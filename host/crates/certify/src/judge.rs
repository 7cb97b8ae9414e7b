//! A trial: every law on every cassette, one ruling for each law.

use crate::{Bench, Breach, Law, Verdict};

/// What came of one law over all cassettes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Ruling {
    /// Name of the law.
    pub law: &'static str,
    /// What it says.
    pub sentence: &'static str,
    /// "held", "broken" or "not-tried".
    pub verdict: &'static str,
    /// In how many trials it held: calls, places of a failure, events, whatever the law looks at.
    pub held: usize,
    /// Why it does not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub breaches: Vec<Breach>,
    /// Why it was not tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Ruling {
    /// Tells whether the law is broken.
    pub fn is_broken(&self) -> bool {
        self.verdict == "broken"
    }
}

/// Tries `law` on every bench: broken where it is broken on one, held where it is held on one and broken
/// on none.
pub async fn certify(benches: &[Bench], law: &'static Law) -> Ruling {
    let mut breaches = Vec::new();
    let mut held = 0;
    let mut why = None;
    for bench in benches {
        match (law.trial)(bench).await {
            Verdict::Held(trials) => held += trials,
            Verdict::NotTried(reason) => why = why.or(Some(reason)),
            Verdict::Broken(found) => breaches.extend(
                found
                    .into_iter()
                    .map(|breach| Breach { place: format!("{}: {}", bench.name, breach.place), ..breach }),
            ),
        }
    }
    let verdict = match (breaches.is_empty(), held > 0) {
        (false, _) => "broken",
        (true, true) => "held",
        (true, false) => "not-tried",
    };
    let why = why.filter(|_| verdict == "not-tried");
    Ruling { law: law.name, sentence: law.sentence, verdict, held, breaches, why }
}
