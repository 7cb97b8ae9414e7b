//! A right file is taken whole; a wrong one is refused with everything that is wrong with it.

use hark_query::NoLists;

use super::*;
use crate::example::EXAMPLE;

fn parse(text: &str) -> Result<Tree, ConfigErrors> {
    let counts = WordCounts::default();
    Tree::parse(text, Path::new("rules.toml"), &Surroundings { lists: &NoLists, counts: &counts })
}

/// Each complaint as line, key and message.
fn complaints(text: &str) -> Vec<String> {
    let errors = parse(text).unwrap_err();
    errors.errors().iter().map(|error| format!("{} {}: {}", error.line, error.key, error.message)).collect()
}

const PEOPLE: &str =
    "[person.ann]\nzones = [\"social\"]\nskills = [\"cards\"]\n[team.payments]\nmembers = [\"ann\"]\n";

#[test]
fn the_example_passes() {
    let tree = parse(EXAMPLE).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!((tree.rules(), tree.people().len(), tree.teams().len()), (3, 2, 2));
    assert_eq!(tree.unanchored().count(), 0);
    let names: Vec<&str> = tree.nodes.iter().map(|node| &*node.name).collect();
    assert_eq!(names, ["root", "money", "payment-outage", "card-question"]);
    assert_eq!(tree.nodes.iter().map(|node| node.end).collect::<Vec<_>>(), [4, 4, 3, 4]);
    let outage = &tree.nodes[2];
    assert_eq!(outage.tags, [Name::from("money")], "a rule inherits");
    assert_eq!((outage.waits.wait_ms, outage.waits.interval_ms), (0, 300_000));
    assert_ne!(tree.digest(), parse(&format!("{EXAMPLE}\n")).unwrap().digest());
}

#[test]
fn an_empty_file_sends_everything_to_the_queue_of_the_root() {
    let tree = parse("").unwrap();
    assert_eq!((tree.rules(), tree.nodes.len()), (0, 1));
}

#[test]
fn each_complaint_says_where_and_what_to_do() {
    let cases = [
        (
            "[team.payments]\nmembers = [\"an\"]",
            "7 team.payments.members: `members` in team.payments: there is no person \"an\" in this file; did you mean \"ann\"?",
        ),
        ("[root]\ntem = \"payments\"", "7 root.tem: unknown key `tem` in root; did you mean `team`?"),
        (
            "[root]\nteam = \"payment\"",
            "7 root.team: `team` in root: there is no team \"payment\" in this file; did you mean \"payments\"?",
        ),
        ("[root]\nwhen = \"card\"", "7 root.when: unknown key `when` in root"),
        (
            "[root]\nperson = \"bob\"",
            "7 root.person: `person` in root: there is no person \"bob\" in this file",
        ),
        (
            "[[rule]]\nname = \"r\"\nactive = [\"offise\"]",
            "8 rule.r.active: `active` in rule.r: there is no calendar \"offise\" in this file",
        ),
        ("[[rule]]\nwhen = \"card\"", "6 rule.name: `name` in rule is missing; it is shown as the reason"),
        (
            "[[rule]]\nname = \"r\"\nunder = \"s\"",
            "8 rule.r.under: `under` in rule.r: there is no rule \"s\" above this one",
        ),
        (
            "[[rule]]\nname = \"r\"\nskills = [\"card\"]",
            "8 rule.r.skills: `skills` in rule.r: no person of this file has \"card\"; did you mean \"cards\"?",
        ),
        (
            "[[rule]]\nname = \"r\"\nassign = \"robin\"",
            "8 rule.r.assign: `assign` in rule.r: \"robin\" is not one of round-robin, least-loaded, sticky, expert, on-call, queue",
        ),
        (
            "[[rule]]\nname = \"r\"\ngroup_by = [\"sorce\"]",
            "8 rule.r.group_by: `group_by` in rule.r: \"sorce\" is not one of source, platform, place, zone, author, conversation, lang, kind, sentiment, tag; did you mean \"source\"?",
        ),
        (
            "[[rule]]\nname = \"r\"\ngroup_wait = \"5 parsecs\"",
            "8 rule.r.group_wait: `group_wait` in rule.r: \"5 parsecs\" is no length of time",
        ),
        (
            "[[rule]]\nname = \"r\"\nnotify = [\"ann\"]",
            "8 rule.r.notify: `notify` in rule.r: \"ann\" is nobody; write \"team:NAME\" or \"person:NAME\"",
        ),
        (
            "[[rule]]\nname = \"r\"\nwhen = \"status:open\"",
            "8 rule.r.when: `when` in rule.r: `status:` is not known when an item comes in",
        ),
        (
            "[[rule]]\nname = \"r\"\nwhen = \"assignee:me\"",
            "8 rule.r.when: `when` in rule.r: `assignee:me` means who looks",
        ),
        (
            "[[rule]]\nname = \"r\"\n[[rule]]\nname = \"r\"",
            "9 rule.name: `name` in rule: there is a rule \"r\" above already",
        ),
        ("[[rule]]\nname = \"root\"", "7 rule.name: `name` in rule: there is a rule \"root\" above already"),
        (
            "[[rule]]\nname = \"r\"\nassign = \"on-call\"\nteam = \"payments\"",
            "6 rule.r.team: `team` in rule.r is missing; `assign = \"on-call\"` needs a team with a `rotation`",
        ),
        (
            "[person.bob]\n",
            "6 person.bob.zones: `zones` in person.bob is missing; it says of which zones she may see items",
        ),
        (
            "[calendar.c]\ntime_zone = \"Europe/Berln\"\nhours = [\"daily 00:00-24:00\"]",
            "7 calendar.c.time_zone: `time_zone` in calendar.c: there is no time zone \"Europe/Berln\"; did you mean \"Europe/Berlin\"?",
        ),
        (
            "[calendar.c]\ntime_zone = \"UTC\"\nhours = [\"mon 9-17\"]",
            "8 calendar.c.hours: `hours` in calendar.c: \"mon 9-17\" are no opening hours",
        ),
        (
            "[calendar.c]\ntime_zone = \"UTC\"\nhours = [\"sun 22:00-06:00\", \"mon 05:00-09:00\"]",
            "8 calendar.c.hours: `hours` in calendar.c: on mon these hours overlap with others of this calendar",
        ),
        (
            "[calendar.c]\ntime_zone = \"UTC\"\nhours = [\"daily 00:00-24:00\"]\nholidays = [\"02-30\"]",
            "9 calendar.c.holidays: `holidays` in calendar.c: \"02-30\" is no day",
        ),
        (
            "[rotation.r]\ntime_zone = \"UTC\"\nhand_over = \"mon 09:00\"\nfirst = \"2026-01-06\"\npeople = [\"ann\"]",
            "9 rotation.r.first: `first` in rotation.r: \"2026-01-06\" is another weekday than that of `hand_over`",
        ),
        (
            "[[silence]]\nname = \"s\"\nwhen = \"card\"\nauthor = \"ann\"\nreason = \"x\"",
            "6 silence.s.until: `until` in silence.s is missing; a silence ends",
        ),
        (
            "[[silence]]\nname = \"s\"\nwhen = \"card\"\nuntil = \"2026-11-24T18:00Z\"\nauthor = \"ann\"",
            "6 silence.s.reason: `reason` in silence.s is missing; why there is a silence",
        ),
        (
            "[[rule]]\nname = \"r\"\n[[inhibit]]\nname = \"i\"\nwhile = \"r\"\nquiet = [\"r\"]\nlasts = \"1h\"",
            "8 inhibit.i: `inhibit.i` would keep a rule quiet by itself",
        ),
        (
            "[service.s]\nzones = [\"social\"]\nfirst_response = \"4h\"",
            "6 service.s.calendar: `calendar` in service.s is missing; it says whose open time counts",
        ),
    ];
    for (text, want) in cases {
        let head = if text.starts_with("[team.payments]") {
            PEOPLE.replace("[team.payments]", "[team.p]")
        } else {
            PEOPLE.to_owned()
        };
        let found = complaints(&format!("{head}{text}\n"));
        assert!(found.iter().any(|own| own.starts_with(want)), "{text}\nwant {want}\nhave {found:#?}");
        assert_eq!(found.len(), 1, "nothing else is wrong: {found:#?}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = "[root]\nteam = \"x\"\n[[rule]]\nname = \"r\"\nwhen = \"card (\"\nprio = \"high\"\n";
    let found = complaints(text);
    assert_eq!(found.len(), 3, "{found:#?}");
    let lines: Vec<&str> = found.iter().map(|own| own.split(' ').next().unwrap()).collect();
    assert_eq!(lines, ["2", "5", "6"]);
}

#[test]
fn the_wrong_part_of_a_filter_is_marked() {
    let text = "[[rule]]\nname = \"r\"\nwhen = \"card sentimnt:negative\"\n";
    let shown = parse(text).unwrap_err().to_string();
    assert!(shown.starts_with("rules.toml:3:14: `when` in rule.r: there is no field `sentimnt`"), "{shown}");
    assert!(shown.contains("did you mean `sentiment`?"), "{shown}");
    let mark = shown.lines().last().unwrap();
    assert!(mark.ends_with(&format!("{}^^^^^^^^", " ".repeat("when = \"card ".len()))), "{shown}");
}

#[test]
fn a_service_tells_nobody_who_may_not_see_it() {
    let calendar = "[calendar.c]\ntime_zone = \"UTC\"\nhours = [\"daily 00:00-24:00\"]\n";
    let service = "[service.s]\nzones = [\"intranet\"]\ncalendar = \"c\"\nresolve = \"4h\"\n\
                   [[service.s.step]]\nof = \"resolve\"\nafter_percent = 50\nnotify = [\"person:ann\"]\n";
    let found = complaints(&format!("{PEOPLE}{calendar}{service}"));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("person:ann may not see the zone intranet"), "{found:#?}");
}

#[test]
fn rules_without_an_anchor_are_named() {
    let rules = "[[rule]]\nname = \"angry\"\nwhen = \"sentiment:<-0.8\"\n[[rule]]\nname = \"under-angry\"\nunder = \"angry\"\n\
                 [[rule]]\nname = \"card\"\nwhen = \"card\"\n[[rule]]\nname = \"angry-card\"\nunder = \"card\"\nwhen = \"sentiment:<-0.8\"\n";
    let tree = parse(rules).unwrap();
    // What stands under an anchored rule is found by its anchor.
    assert_eq!(tree.unanchored().collect::<Vec<_>>(), ["angry", "under-angry"]);
}
