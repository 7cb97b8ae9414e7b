//! What rules match, what they say, and that the index finds what a plain loop finds.

use std::path::Path;

use hark_config::Config;
use hark_model::{Priority, Sentiment, Zone};
use proptest::prelude::*;

use super::*;
use crate::matcher::match_at;

fn rules(toml: &str) -> Vec<RuleConfig> {
    Config::parse(toml, Path::new("hark.toml")).unwrap().rules
}

fn facts(text: &str) -> Facts<'_> {
    Facts {
        zone: Zone::Social,
        source: "blog",
        place: Some("Widget blog"),
        author_id: Some("jo@example.org"),
        author_handle: Some("jo"),
        author_emails: &[],
        title: None,
        text,
        language: Some("en-GB"),
        sentiment: Sentiment::Negative,
        score: Some(-0.5),
        confidence: Some(0.8),
    }
}

fn reasons(toml: &str, facts: &Facts<'_>) -> Vec<String> {
    Router::new(&rules(toml)).route(facts).reasons.into_iter().map(|reason| reason.rule).collect()
}

#[test]
fn each_condition_decides() {
    let text = "The card was declined twice, says #outage of payments";
    let cases = [
        ("words = [\"declined\"]", true),
        ("words = [\"DECLINED\", \"never\"]", true),
        ("words = [\"decline\"]", false),
        ("words = [\"decline*\"]", true),
        ("words = [\"was declined\"]", true),
        ("words = [\"card declined\"]", false),
        ("words = [\"#outage\"]", true),
        ("words = [\"#payments\"]", false),
        ("words_all = [\"card\", \"twice\"]", true),
        ("words_all = [\"card\", \"never\"]", false),
        ("words = [\"card\"]\nnot_words = [\"twice\"]", false),
        ("zone = \"social\"", true),
        ("zone = [\"intranet\", \"extranet\"]", false),
        ("place = \"widget*\"", true),
        ("author = \"@Jo\"", true),
        ("author = \"*@example.org\"", true),
        ("author = \"ann\"", false),
        ("sentiment = \"negative\"", true),
        ("sentiment = \"positive\"", false),
        ("score_below = -0.3", true),
        ("score_below = -0.5", false),
        ("score_above = -0.6", true),
        ("language = \"en\"", true),
        ("language = \"de\"", false),
    ];
    for (conditions, want) in cases {
        let toml = format!("[[rule]]\nname = \"r\"\nteam = \"t\"\n{conditions}\n");
        assert_eq!(!reasons(&toml, &facts(text)).is_empty(), want, "{conditions}");
    }
}

#[test]
fn no_score_is_neither_below_nor_above() {
    let facts = Facts { score: None, ..facts("x") };
    for condition in ["score_below = 1.0", "score_above = -1.0"] {
        assert!(reasons(&format!("[[rule]]\nname = \"r\"\nteam = \"t\"\n{condition}\n"), &facts).is_empty());
    }
}

#[test]
fn rules_speak_in_the_order_of_the_file() {
    let toml = r#"
        [[rule]]
        name = "tagged"
        words = ["card"]
        tags = ["b", "a"]
        priority = "high"
        [[rule]]
        name = "first-team"
        words = ["declined"]
        team = "payments"
        priority = "low"
        tags = ["a"]
        stop = true
        [[rule]]
        name = "never-reached"
        words = ["card"]
        team = "other"
    "#;
    let route = Router::new(&rules(toml)).route(&facts("card declined"));
    assert_eq!((route.team.as_deref(), route.priority), (Some("payments"), Some(Priority::High)));
    assert_eq!(route.tags, ["a", "b"]);
    let evidence = |start, end, text: &str| vec![Evidence { start, end, text: text.into(), weight: 1.0 }];
    assert_eq!(
        route.reasons,
        [
            RouteReason { rule: "tagged".into(), evidence: evidence(0, 4, "card") },
            RouteReason { rule: "first-team".into(), evidence: evidence(5, 13, "declined") },
        ]
    );
}

#[test]
fn words_of_the_title_count_and_have_no_place_in_the_text() {
    let facts = Facts { title: Some("Card"), ..facts("declined") };
    let toml = |words: &str| format!("[[rule]]\nname = \"r\"\nteam = \"t\"\nwords = [\"{words}\"]\n");
    let route = Router::new(&rules(&toml("card"))).route(&facts);
    assert_eq!(route.reasons[0].evidence, [Evidence { start: 0, end: 0, text: "Card".into(), weight: 1.0 }]);
    assert!(reasons(&toml("card declined"), &facts).is_empty(), "a phrase does not cross from title to text");
}

/// The plain loop: every rule, every pattern, every place.
fn plain(rules: &[RuleConfig], facts: &Facts<'_>) -> Vec<String> {
    let tokens = Tokens::of(facts.title, facts.text);
    let stands = |pattern: &WordPattern| (0..tokens.len()).any(|at| match_at(pattern, &tokens, at).is_some());
    let mut names = Vec::new();
    for rule in rules {
        let words = (rule.words.is_empty() || rule.words.iter().any(stands))
            && rule.words_all.iter().all(stands)
            && !rule.not_words.iter().any(stands);
        if words && fields_match(rule, facts) {
            names.push(rule.name.clone());
            if rule.stop {
                break;
            }
        }
    }
    names
}

fn any_pattern() -> impl Strategy<Value = WordPattern> {
    let word = prop::sample::select(vec!["ab", "abc", "abcd", "b", "ü", "cd"]);
    let sigil = prop::sample::select(vec!["", "", "#"]);
    (sigil, prop::collection::vec(word, 1..3), any::<bool>()).prop_filter_map(
        "a pattern",
        |(sigil, words, open)| {
            WordPattern::parse(&format!("{sigil}{}{}", words.join(" "), if open { "*" } else { "" })).ok()
        },
    )
}

fn any_rule() -> impl Strategy<Value = RuleConfig> {
    let patterns = || prop::collection::vec(any_pattern(), 0..3);
    (patterns(), patterns(), prop::collection::vec(any_pattern(), 0..2), any::<bool>(), any::<bool>())
        .prop_map(|(words, words_all, not_words, negative, stop)| RuleConfig {
            words,
            words_all,
            not_words,
            sentiments: if negative {
                vec![Sentiment::Negative]
            } else {
                vec![Sentiment::Positive, Sentiment::Negative]
            },
            stop,
            ..RuleConfig::default()
        })
}

proptest! {
    #[test]
    fn the_index_finds_what_a_plain_loop_finds(
        mut rules in prop::collection::vec(any_rule(), 0..12),
        text in "(#?(ab|abc|abcd|abcde|b|ü|Ü|cd)[ ,]){0,12}",
        title in prop::option::of("(ab|cd|b) (ü|ab)"),
    ) {
        for (number, rule) in rules.iter_mut().enumerate() {
            rule.name = number.to_string();
        }
        let facts = Facts { title: title.as_deref(), ..facts(&text) };
        let found: Vec<String> = Router::new(&rules).route(&facts).reasons.into_iter().map(|reason| reason.rule).collect();
        prop_assert_eq!(found, plain(&rules, &facts));
    }
}
