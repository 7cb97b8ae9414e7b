//! The whole of it: items in, people out.

use super::*;

const DAY: i64 = DAY_SECS;
/// Today, some day in 2026.
const NOW: i64 = 20_600 * DAY;

/// Items with how many days ago somebody wrote them.
fn experts(items: &[(u64, &str, i64, Outcome, &str)]) -> Experts {
    let mut experts = Experts::new();
    for (id, person, days, outcome, text) in items {
        experts.opt_in(person).unwrap();
        assert_eq!(experts.keep((*id, text), person, *outcome, NOW - days * DAY, NOW), Kept::Kept, "{id}");
    }
    experts
}

fn question(text: &str, half_life_days: f32) -> Question<'_> {
    Question { text, now_secs: NOW, half_life_days, asked_by: "asker", open_items_max: 10 }
}

fn here(_: &str) -> Availability {
    Availability { presence: Presence::Here, open_items: 0 }
}

fn names(experts: &mut Experts, text: &str, half_life_days: f32) -> Vec<String> {
    experts.ask(&question(text, half_life_days), here).into_iter().map(|expert| expert.person).collect()
}

use Outcome::{Helped, Said};

#[test]
fn who_wrote_of_it_is_named_with_what_they_wrote() {
    let mut experts = experts(&[
        (1, "ann", 3, Said, "The VPN drops every hour on the new gateway"),
        (2, "ann", 9, Said, "Restart the VPN client after the gateway is patched"),
        (3, "bob", 3, Said, "Lunch is at noon in the new canteen"),
        (4, "cem", 5, Said, "The printer on floor two drops its paper"),
    ]);
    let found = experts.ask(&question("Why does my VPN drop at the gateway?", 60.0), here);
    assert_eq!(found[0].person, "ann");
    assert!(found[0].score > 0.9 && found[0].score <= 1.0, "{found:?}");
    let told: Vec<(u64, Vec<&str>)> = found[0]
        .evidence
        .iter()
        .map(|one| (one.item, one.words.iter().map(String::as_str).collect()))
        .collect();
    assert!(told.contains(&(1, vec!["VPN", "the", "gateway"])), "{told:?}");
    assert!(told.iter().any(|(item, _)| *item == 2));
    assert!(found.iter().all(|expert| !expert.evidence.is_empty() && expert.score <= found[0].score));
    assert_eq!(names(&mut experts, "xylophone", 60.0), [""; 0]);
    assert_eq!(names(&mut experts, "", 60.0), [""; 0]);
}

#[test]
fn one_number_turns_who_is_on_it_into_who_knows_it() {
    let old = "Card payments time out at the acquirer, raise the retry limit of payments";
    let mut items: Vec<(u64, &str, i64, Outcome, &str)> =
        (0..6).map(|id| (id, "knows", 500 + id as i64, Said, old)).collect();
    items.push((10, "is on it", 2, Said, "Card payments time out again since Monday"));
    items.push((11, "other", 2, Said, "The canteen is closed"));
    let mut experts = experts(&items);
    assert_eq!(names(&mut experts, "card payments time out", 60.0)[0], "is on it");
    assert_eq!(names(&mut experts, "card payments time out", 1_000.0)[0], "knows");
}

#[test]
fn an_answer_that_helped_counts_three_times() {
    for (first, second, want) in [(Said, Helped, "bob"), (Helped, Said, "ann")] {
        let text = "Clear the cache and sign in again";
        let mut experts = experts(&[(1, "ann", 3, first, text), (2, "bob", 3, second, text)]);
        let found = experts.ask(&question("cannot sign in", 60.0), here);
        assert_eq!(found[0].person, want);
        assert!(found[1].score < 0.8 * found[0].score, "{found:?}");
    }
}

#[test]
fn only_who_can_be_asked_is_named_and_three_at_most() {
    let people = ["ann", "asker", "away", "bob", "busy", "cem", "dan"];
    let items: Vec<_> =
        people.iter().enumerate().map(|(id, name)| (id as u64, *name, 1, Said, "invoice totals")).collect();
    let mut experts = experts(&items);
    let found = experts.ask(&question("the invoice", 60.0), |name| Availability {
        presence: if name == "away" { Presence::Away } else { Presence::Here },
        open_items: if name == "busy" { 10 } else { 9 },
    });
    let found: Vec<&str> = found.iter().map(|expert| expert.person.as_str()).collect();
    assert_eq!(found, ["ann", "bob", "cem"]);
}

#[test]
fn nobody_is_kept_who_has_not_opted_in_and_the_forgotten_leave_nothing() {
    let mut experts = experts(&[
        (1, "ann", 3, Said, "quarterly invoice totals"),
        (2, "bob", 3, Said, "quarterly invoice totals"),
        (3, "bob", 3, Said, "zebra"),
    ]);
    assert_eq!(experts.keep((9, "invoice"), "cem", Said, NOW, NOW), Kept::NotOptedIn);
    assert!(experts.forget("bob") && !experts.forget("bob"));
    assert_eq!((experts.items(), names(&mut experts, "invoice zebra", 60.0)), (1, vec!["ann".to_owned()]));
    // What is left is what an index has that never knew them.
    let never = self::experts(&[(1, "ann", 3, Said, "quarterly invoice totals")]);
    assert_eq!(experts.index, never.index);
    // Who comes back, or comes to their place, begins with nothing.
    experts.opt_in("eva").unwrap();
    assert_eq!(names(&mut experts, "invoice", 60.0), ["ann"]);
    assert_eq!(experts.keep((4, "invoice copy"), "eva", Said, NOW, NOW), Kept::Kept);
    assert_eq!(names(&mut experts, "invoice copy", 60.0), ["eva", "ann"]);
    experts.forget_items(&HashSet::from([4]));
    assert_eq!(names(&mut experts, "invoice copy", 60.0), ["ann"]);
}

#[test]
fn what_is_too_old_is_neither_kept_nor_counted() {
    let mut experts = Experts::new().with_age_days_max(100);
    for person in ["ann", "bob"] {
        experts.opt_in(person).unwrap();
    }
    let at = |days: i64| NOW - days * DAY;
    assert_eq!(experts.keep((1, "invoice"), "ann", Said, at(101), NOW), Kept::TooOld);
    assert_eq!(experts.keep((2, "invoice"), "ann", Said, at(100), NOW), Kept::Kept);
    assert_eq!(experts.keep((3, "invoice"), "bob", Said, at(50), NOW), Kept::Kept);
    assert_eq!(experts.keep((4, "!?"), "bob", Said, at(50), NOW), Kept::Empty);
    let later = Question { now_secs: NOW + DAY, ..question("invoice", 1_000.0) };
    let found: Vec<String> = experts.ask(&later, here).into_iter().map(|expert| expert.person).collect();
    assert_eq!(found, ["bob"], "not counted before it is forgotten");
    experts.forget_old(NOW + DAY);
    assert_eq!(experts.items(), 1);
}

#[test]
fn a_full_index_lets_the_oldest_go() {
    let mut experts = Experts::new().with_items_max(100);
    experts.opt_in("ann").unwrap();
    for id in 0..250_u64 {
        let kept = experts.keep((id, "invoice totals"), "ann", Said, NOW - (300 - id as i64) * DAY, NOW);
        assert_eq!(kept, Kept::Kept);
        assert!(experts.items() <= 100);
    }
    let found = experts.ask(&question("invoice", 60.0), here);
    assert_eq!(found[0].evidence[0].item, 249, "the newest is there");
    assert!(experts.items() >= 90);
}

#[test]
fn the_same_question_gets_the_same_answer_and_leaves_no_trace() {
    let words = ["card", "limit", "refund", "vpn", "gateway", "printer", "invoice", "door", "the", "of"];
    let names_of: Vec<String> = (0..40).map(|at| format!("p{at}")).collect();
    let texts: Vec<String> = (0..600_usize)
        .map(|at| {
            (0..5).map(|n| words[(at * 7 + n * n * 3 + at / 11) % words.len()]).collect::<Vec<_>>().join(" ")
        })
        .collect();
    let items: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| (at as u64, names_of[at * 13 % 40].as_str(), at as i64 % 400, Said, text.as_str()))
        .collect();
    let mut experts = experts(&items);
    let first = experts.ask(&question("refund of the card", 60.0), here);
    assert_eq!(first.len(), 3);
    assert_ne!(experts.ask(&question("vpn gateway", 60.0), here), first);
    assert_eq!(experts.ask(&question("refund of the card", 60.0), here), first);
    assert!(experts.ask(&question("refund", f32::NAN), here).len() <= 3);
}
