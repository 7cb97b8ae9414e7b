//! A whole company over a whole day: every item has one owner, who may see it, and every answer can be explained and
//! given again.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod made;

use std::collections::HashMap;
use std::path::Path;

use hark_model::Zone;
use hark_query::{NoLists, WordCounts};
use hark_routing::{
    Context, Decision, Expert, Experts, Explanation, Item, Outcome, Owner, Presence, RouteScratch, State,
    Surroundings, Tree,
};
use made::{DAY, Draw, ITEMS, PEOPLE, RULES, Said, TEAMS};

const SEED: u64 = 7;
const SAMPLES: usize = 200;

/// Knows people by the first letters of a text: enough to have an order of its own for each item.
struct ByText;

impl Experts for ByText {
    fn rank(&self, item: &Item<'_>, team: &str) -> Vec<Expert> {
        let team: usize = team.trim_start_matches('t').parse().unwrap();
        let start = item.record.text.bytes().map(usize::from).sum::<usize>();
        let person = |step: usize| format!("p{}", team + (start + step) % (PEOPLE / TEAMS) * TEAMS);
        let expert = |step| Expert { person: person(step).into(), score: 1.0, evidence: "made".to_owned() };
        (0..3).map(expert).collect()
    }
}

fn company() -> (Tree, Vec<Said>) {
    let mut draw = Draw(SEED);
    let rules = made::rules(&mut draw);
    let toml = made::toml(&rules, &mut draw);
    let day = made::day(ITEMS, &mut draw);
    let counts = WordCounts::of(day.iter().take(5_000).map(|said| said.text.as_str()));
    let around = Surroundings { lists: &NoLists, counts: &counts };
    let tree =
        Tree::parse(&toml, Path::new("rules.toml"), &around).unwrap_or_else(|errors| panic!("{errors}"));
    (tree, day)
}

/// Routes the day; `look` sees each item before it is routed, and the decision.
fn run(
    tree: &Tree,
    day: &[Said],
    mut look: impl FnMut(usize, &Item<'_>, &Context<'_>, &State, &Decision),
) -> State {
    let mut state = State::default();
    for person in (0..PEOPLE).step_by(17) {
        let desk = state.desks.entry(format!("p{person}").into()).or_default();
        desk.presence = Presence::Away((person % 2 == 0).then_some(DAY + 12 * 60 * 60 * 1000));
    }
    let mut scratch = RouteScratch::default();
    for (number, said) in day.iter().enumerate() {
        said.closes.iter().for_each(|conversation| {
            state.close(conversation);
        });
        state.due(said.at);
        let item = said.item();
        let context = Context { now: said.at, experts: &ByText, silences: None };
        let decision = tree.route(&item, &context, &state, &mut scratch);
        look(number, &item, &context, &state, &decision);
        state.apply(&decision);
    }
    state
}

#[test]
fn every_item_has_one_owner_who_may_see_it() {
    let (tree, day) = company();
    assert_eq!((tree.rules(), tree.people().len(), tree.teams().len()), (RULES, PEOPLE, TEAMS));
    let people: HashMap<&str, _> = tree.people().iter().map(|person| (&*person.name, person)).collect();
    let teams: HashMap<&str, _> = tree.teams().iter().map(|team| (&*team.name, team)).collect();
    let mut counts: HashMap<(Zone, &str), usize> = HashMap::new();
    let state = run(&tree, &day, |number, item, _, state, decision| {
        let zone = item.record.zone;
        let kind = match &decision.owner {
            Owner::Person { person, .. } => {
                let own = people[&**person];
                assert!(own.zones.contains(&zone), "{number}: {person} may not see {zone}");
                let had = state.work.get(item.conversation).is_some_and(|work| work.owner == decision.owner);
                let fits = own.capacity.is_none_or(|capacity| had || state.load(person) < capacity);
                assert!(fits, "{number}: {person} is full");
                "person"
            }
            Owner::Team(team) => {
                assert!(teams[&**team].zones.contains(&zone), "{number}: {team} may not see {zone}");
                "team"
            }
            Owner::Root => "root",
        };
        assert!(!decision.taken.is_empty() && !decision.reasons.is_empty(), "{number}: it is said why");
        for notice in &decision.notices {
            assert!(notice.to.iter().all(|who| tree.may_see(who, zone)), "{number}: {:?}", notice.to);
        }
        *counts.entry((zone, kind)).or_default() += 1;
    });
    assert_eq!(counts.values().sum::<usize>(), ITEMS);
    for zone in Zone::ALL {
        for kind in ["person", "team", "root"] {
            assert!(counts.contains_key(&(*zone, kind)), "{zone} {kind}: {counts:?}");
        }
    }
    // What is open is with somebody, once.
    let desks: u32 = state.desks.values().map(|desk| desk.load).sum();
    let queues: u32 = state.queues.values().sum();
    let root = state.work.values().filter(|work| work.owner == Owner::Root).count();
    assert_eq!(desks as usize + queues as usize + root, state.work.len());
    assert!(state.work.values().any(|work| work.hand_overs > 0), "hand-overs are counted");
}

#[test]
fn the_same_day_gives_the_same_answers() {
    let (tree, day) = company();
    let day = &day[..10_000];
    let mut first = Vec::new();
    let state = run(&tree, day, |_, _, _, _, decision| first.push(decision.clone()));
    let again = run(&tree, day, |number, _, _, _, decision| assert_eq!(*decision, first[number]));
    assert_eq!(state, again);
}

#[test]
fn explanations_give_the_same_answer_again() {
    let (tree, day) = company();
    let mut samples: Vec<Explanation> = Vec::new();
    run(&tree, &day, |number, item, context, state, decision| {
        if number % (ITEMS / SAMPLES) != 7 {
            return;
        }
        let explanation = tree.explain(item, context, state);
        assert_eq!(explanation.decision, *decision, "{number}");
        let took = explanation.came_to.iter().filter(|seen| seen.outcome == Outcome::Took);
        let took: Vec<_> = took.map(|seen| seen.rule.clone()).collect();
        let taken: Vec<_> = decision.taken.iter().map(|taken| taken.rule.clone()).collect();
        assert_eq!(took, taken, "{number}: one by one as by the index");
        samples.push(explanation);
    });
    assert_eq!(samples.len(), SAMPLES);
    let (mut with_words, mut with_state) = (0, 0);
    for explanation in &samples {
        let again = explanation.replay(&tree).unwrap();
        assert_eq!(again, explanation.decision, "{explanation}");
        with_words += usize::from(
            explanation
                .came_to
                .iter()
                .any(|seen| seen.trace.as_ref().is_some_and(|trace| !trace.spots().is_empty())),
        );
        with_state += usize::from(explanation.to_string().contains("passed over"));
    }
    assert!(
        with_words > SAMPLES / 2 && with_state > 0,
        "{with_words} with words, {with_state} passed somebody over"
    );
}
