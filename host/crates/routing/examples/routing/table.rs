//! The engines side by side.
//!
//! Holds: every engine finds the same rules in the same items; only then is its time told.

use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use hark_query::{Ambient, Filter, NoLists, Record, Scratch, Standing, WordCounts, Words};
use hark_routing::{Context, NoExperts, RouteScratch, State, Surroundings, Tree};
use regex::RegexSet;

use crate::made::{self, DAY, Draw, ITEMS, RuleText, Said};

/// The fastest of so many runs is told: others share the machine.
const RUNS: usize = 3;
/// Work is repeated for at least so long, for the system counts computing time in steps of some milliseconds.
const RUN_TIME: Duration = Duration::from_millis(300);
/// Slow engines get so many items.
const FEW_ITEMS: usize = 1_000;

/// The company, and what was said in a day.
pub struct Company {
    pub rules: Vec<RuleText>,
    pub tree: Tree,
    pub day: Vec<Said>,
    counts: WordCounts,
}

impl Company {
    pub fn new() -> Self {
        let mut draw = Draw(7);
        let rules = made::rules(&mut draw);
        let toml = made::toml(&rules, &mut draw);
        let day = made::day(ITEMS, &mut draw);
        let counts = WordCounts::of(day.iter().map(|said| said.text.as_str()));
        let around = Surroundings { lists: &NoLists, counts: &counts };
        let start = Instant::now();
        let tree = Tree::parse(&toml, Path::new("rules.toml"), &around).unwrap();
        println!(
            "{} rules, {} people, {} teams read and checked in {:.1} ms",
            tree.rules(),
            tree.people().len(),
            tree.teams().len(),
            start.elapsed().as_secs_f64() * 1e3
        );
        Self { rules, tree, day, counts }
    }
}

struct Row {
    name: &'static str,
    micros: f64,
    items: usize,
    found: usize,
}

/// The rows so far.
pub struct Table<'a> {
    company: &'a Company,
    filters: Vec<Filter>,
    /// For each item the rules that are found in it.
    expected: Vec<Vec<usize>>,
    rows: Vec<Row>,
}

impl<'a> Table<'a> {
    pub fn new(company: &'a Company) -> Self {
        let filters: Vec<Filter> = company.rules.iter().map(|rule| rule.filter().parse().unwrap()).collect();
        let named = company.rules.iter().zip(&filters);
        let standing =
            Standing::new(named.map(|(rule, filter)| (rule.name.clone(), filter.clone())), &company.counts)
                .unwrap();
        let mut scratch = Scratch::default();
        let mut table = Self { company, filters, expected: Vec::new(), rows: Vec::new() };
        for said in &company.day {
            let found = standing.matches(&said.item().record, said.at, &mut scratch);
            table.expected.push(found.iter().map(|number| *number as usize).collect());
        }
        table.row("rules alone: standing index", ITEMS, |said, found| {
            let numbers = standing.matches(&said.item().record, said.at, &mut scratch);
            found.extend(numbers.iter().map(|number| *number as usize));
        });
        table
    }

    /// The whole stage. Its rules are a tree, so what it takes is counted, not compared; `tests/company` compares.
    pub fn stage(&mut self) {
        let Company { tree, day, .. } = self.company;
        let mut found = 0;
        let best = timed(|| {
            let (mut state, mut scratch) = (State::default(), RouteScratch::default());
            found = 0;
            for said in day {
                if let Some(conversation) = &said.closes {
                    state.close(conversation);
                }
                let context = Context { now: said.at, experts: &NoExperts, silences: None };
                let decision = tree.route(&said.item(), &context, &state, &mut scratch);
                found += decision.taken.len();
                state.apply(&decision);
            }
            black_box(state.due(DAY));
        });
        let micros = best.as_secs_f64() * 1e6 / day.len() as f64;
        self.rows.insert(0, Row { name: "whole stage", micros, items: day.len(), found });
    }

    pub fn plain_loop(&mut self) {
        let filters = std::mem::take(&mut self.filters);
        self.row("rules alone: plain loop", FEW_ITEMS, |said, found| {
            let record: Record<'_> = said.item().record;
            let words = Words::of(record.title, record.text);
            let ambient = Ambient { now: said.at, me: None };
            let holds = |filter: &Filter| filter.matches(&record, &words, ambient).unwrap();
            found.extend(
                filters.iter().enumerate().filter(|(_, filter)| holds(filter)).map(|(number, _)| number),
            );
        });
        self.filters = filters;
    }

    /// One pattern for the words of each rule; the rest is asked where one is found.
    pub fn regex_set(&mut self) {
        let rules = &self.company.rules;
        let patterns = rules.iter().map(|rule| format!(r"\b(?:{})\b", rule.any.join("|")));
        let words = RegexSet::new(patterns).unwrap();
        self.row("rules alone: regex::RegexSet", FEW_ITEMS, |said, found| {
            let padded = format!(" {} ", said.text);
            found.extend(
                words
                    .matches(&said.text)
                    .into_iter()
                    .filter(|number| rest_holds(&rules[*number], said, &padded)),
            );
        });
    }

    /// Measures an engine that says which rules are found in an item, after its answers were compared.
    pub fn row(&mut self, name: &'static str, items: usize, mut find: impl FnMut(&Said, &mut Vec<usize>)) {
        let mut found = Vec::new();
        let day = &self.company.day[..items];
        for (said, expected) in day.iter().zip(&self.expected) {
            found.clear();
            find(said, &mut found);
            assert_eq!(&found, expected, "{name}: {}", said.text);
        }
        let best = timed(|| {
            for said in day {
                found.clear();
                find(said, &mut found);
                black_box(&found);
            }
        });
        let micros = best.as_secs_f64() * 1e6 / items as f64;
        let found = self.expected[..items].iter().map(Vec::len).sum();
        self.rows.push(Row { name, micros, items, found });
    }

    pub fn print(&self) {
        println!("{:<32} {:>8} {:>14} {:>16} {:>8}", "", "items", "us per item", "rules per item", "times");
        let stage = self.rows[0].micros;
        for Row { name, micros, items, found } in &self.rows {
            let each = *found as f64 / *items as f64;
            println!("{name:<32} {items:>8} {micros:>14.2} {each:>16.2} {:>8.2}", micros / stage);
        }
    }
}

/// What a rule asks beside its words.
pub fn rest_holds(rule: &RuleText, said: &Said, padded: &str) -> bool {
    rule.not.as_ref().is_none_or(|word| !padded.contains(&format!(" {word} ")))
        && (!rule.is_negative || said.score < -0.3)
        && rule.lang.is_none_or(|lang| lang == said.language)
}

/// Runs `work` a few times; returns the shortest time.
fn timed(mut work: impl FnMut()) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let (start, begun) = (Instant::now(), computed());
        let mut times = 0;
        while times == 0 || start.elapsed() < RUN_TIME {
            work();
            times += 1;
        }
        let passed = computed().zip(begun).map(|(end, begun)| end - begun);
        best = best.min(passed.unwrap_or_else(|| start.elapsed()) / times);
    }
    best
}

/// Returns the computing time of this thread so far, where the system tells it: what others compute is not in it.
fn computed() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}
