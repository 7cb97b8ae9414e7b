//! Who gets what: rules checked and asked why, other rules tried, silences, turns over restarts, promises that are broken.

use crate::folder::{Folder, told};
use crate::platform::{self, Shared, World, item};

const AT: i64 = 1_790_000_000_000;

const PEOPLE: &str = r#"
[person.ann]
name = "Ann Example"
account = "ann"
zones = ["intranet", "extranet", "social"]
[person.bob]
zones = ["intranet", "extranet", "social"]
[team.cards]
members = ["ann", "bob"]
assign = "round-robin"
[team.desk]
zones = ["intranet", "extranet", "social"]
"#;

const RULES: &str = r##"
[[rule]]
name = "card"
when = 'card* -test'
team = "cards"
priority = "high"
tags = ["money"]
[[rule]]
name = "lost"
under = "card"
when = 'lost'
priority = "urgent"
[[rule]]
name = "angry"
when = 'sentiment:<-0.9'
team = "desk"
"##;

struct Given {
    world: Shared,
    folder: Folder,
}

impl Given {
    async fn new(rules: &str) -> Self {
        let (world, port) = platform::start(World::default()).await;
        let folder = Folder::new(port, "", "");
        let text = std::fs::read_to_string(folder.path("hark.toml")).unwrap();
        std::fs::write(folder.path("hark.toml"), text + "[routing]\nrules = \"rules.toml\"\n").unwrap();
        let given = Self { world, folder };
        given.write("rules.toml", rules);
        given
    }

    fn write(&self, name: &str, rules: &str) {
        std::fs::write(self.folder.path(name), format!("{PEOPLE}{rules}")).unwrap();
    }

    fn say(&self, id: &str, text: &str) {
        let mut world = self.world.lock().unwrap();
        let posts = world.new.entry(String::new()).or_default();
        posts.push(item(id, text, AT + posts.len() as i64));
    }

    fn listen(&self) {
        self.folder.json(&["run", "--once"]);
    }

    fn uid(&self, words: &str) -> String {
        self.folder.json(&["feed", words])[0]["uid"].as_str().unwrap().to_owned()
    }

    /// Runs a command that must fail so.
    #[track_caller]
    fn fails(&self, args: &[&str], code: i32, said: &[&str]) {
        let output = self.folder.hark(args);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", told(&output));
        for words in said {
            assert!(told(&output).contains(words), "{args:?}: want {words}\nhave {}", told(&output));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_rules_is_checked_alone_and_with_the_rest() {
    let given = Given::new(RULES).await;
    let good = given.folder.json(&["route", "check"]);
    assert_eq!(
        (&good[0]["rules"], &good[0]["teams"], &good[0]["persons"]),
        (&3.into(), &2.into(), &2.into())
    );
    assert_eq!(good[0]["looked_at_for_every_item"], serde_json::json!(["angry"]));
    let said = told(&given.folder.hark(&["route", "check"]));
    assert!(said.starts_with("rules.toml: 3 rules, 2 teams, 2 persons, all in order\n"), "{said}");
    assert!(said.contains("looked at for every item, as nothing must be in it: angry;"), "{said}");

    given
        .write("other.toml", "[[rule]]\nname = \"r\"\nwhen = \"card sentimnt:negative\"\nteam = \"crads\"\n");
    let line = PEOPLE.lines().count();
    let filter = format!("other.toml:{}:14: `when` in rule.r: there is no field `sentimnt`", line + 3);
    let team = format!(
        "other.toml:{}:8: `team` in rule.r: there is no team \"crads\" in this file; did you mean \"cards\"?",
        line + 4
    );
    given.fails(&["route", "check", "other.toml"], 3, &[&filter, "did you mean `sentiment`?", &team]);
    given.fails(
        &["route", "check", "nowhere.toml"],
        3,
        &["nowhere.toml: there is no such file; it should be a file of rules"],
    );
    given.write("rules.toml", "[[rule]]\nname = \"r\"\nteam = \"crads\"\n");
    for args in [&["check", "--offline"][..], &["run", "--once"], &["route", "explain", "1"]] {
        given.fails(args, 3, &["there is no team \"crads\" in this file; did you mean \"cards\"?"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_said_why_an_item_goes_where_it_goes() {
    let given = Given::new(RULES).await;
    given.say("a", "I lost my card at the till");
    given.say("b", "a test of cards");
    given.listen();
    let uid = given.uid("lost");
    let why = told(&given.folder.hark(&["route", "explain", &uid]));
    for line in [
        "kept: person ann of team cards (rule lost)\n",
        "person ann of team cards, named by rule lost\n",
        "  ann has the conversation already\n",
        "led on: card* [\"card\" at text 10..14] and -(test)\n",
        "took it: lost [\"lost\" at text 2..6]\n",
    ] {
        assert!(why.contains(line), "want {line:?}\nhave {why}");
    }
    let missed = given.folder.json(&["route", "explain", &given.uid("test")]);
    assert_eq!(missed[0]["owner"], serde_json::json!({ "person": null, "team": null }));
    let card = &missed[0]["missed"][0];
    assert_eq!((&card["rule"], &card["outcome"]), (&"card".into(), &"missed".into()));
    assert_eq!(card["misses"], serde_json::json!(["-(test [\"test\" at text 2..6])"]));
    let words = &card["asked"]["all"][0]["words"][0];
    assert_eq!(words, &serde_json::json!({ "in": "text", "start": 10, "end": 15, "text": "cards" }));
    given.fails(&["route", "explain", "999"], 2, &["there is no item \"999\"", "hark feed --json"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_rules_are_tried_and_nothing_is_changed() {
    let given = Given::new(RULES).await;
    given.say("a", "I lost my card at the till");
    given.say("b", "where is my parcel");
    given.listen();
    given.write("new.toml", &RULES.replace("team = \"cards\"", "team = \"desk\""));
    let args = ["route", "dry-run", "--since", "2026-01-01", "--rules", "new.toml"];
    let run = given.folder.json(&args);
    let moved: Vec<_> = run.iter().filter(|line| line["event"] == "moved").collect();
    assert_eq!(moved.len(), 1, "{run:?}");
    assert_eq!(moved[0]["old"]["owner"], serde_json::json!({ "person": "ann", "team": "cards" }));
    assert_eq!(moved[0]["new"]["owner"], serde_json::json!({ "person": null, "team": "desk" }));
    let end = run.last().unwrap();
    assert_eq!((&end["state"], &end["items"], &end["moved"]), (&"done".into(), &2.into(), &1.into()));
    let said = told(&given.folder.hark(&args));
    assert!(said.starts_with("1 of 2 items would be routed otherwise\n"), "{said}");
    assert!(said.contains("       1  person ann of team cards -> queue of team desk\n"), "{said}");
    let same = given.folder.json(&["route", "dry-run", "--since", "2026-01-01", "--rules", "rules.toml"]);
    assert_eq!((same.len(), &same[0]["moved"]), (1, &0.into()));
    assert_eq!(given.folder.number("SELECT count(*) FROM work WHERE team = 'cards'"), 1);
    given.fails(&["route", "dry-run"], 2, &["--since"]);
    given.fails(
        &["route", "dry-run", "--since", "7d", "--rules", "none.toml"],
        3,
        &["none.toml: there is no such file"],
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn turns_and_desks_outlive_a_restart() {
    let given = Given::new(RULES).await;
    for (round, id) in ["a", "b", "c"].into_iter().enumerate() {
        given.say(id, "my card");
        given.listen();
        let person = if round % 2 == 0 { "ann" } else { "bob" };
        let whose = format!(
            "SELECT count(*) FROM work w JOIN conversation c ON c.id = w.conversation_id \
             WHERE c.native_id = '{id}' AND w.person = '{person}' AND w.team = 'cards' AND w.status = 'new'"
        );
        assert_eq!(given.folder.number(&whose), 1, "{id}");
    }
    // Read again, nothing is decided again.
    given.listen();
    assert_eq!(given.folder.number("SELECT version FROM routing"), 3);
    assert_eq!(given.folder.json(&["feed", "assignee:ann"]).len(), 2, "her account has what she has");
    assert_eq!(given.folder.number("SELECT count(*) FROM user"), 1, "bob has no account");
    let row = &given.folder.json(&["feed", "--limit", "1"])[0]["route"];
    assert_eq!(
        (&row["team"], &row["person"], &row["priority"]),
        (&"cards".into(), &"ann".into(), &"high".into())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silences_are_made_listed_and_ended() {
    let rules = format!(
        "{RULES}[[silence]]\nname = \"old-fair\"\nwhen = \"fair\"\nuntil = \"2026-01-01T00:00Z\"\nauthor = \"ann\"\nreason = \"it is over\"\n"
    );
    let given = Given::new(&rules).await;
    let add = |name: &str, when: &str, rule: &str| {
        let mut args = vec![
            "silence", "add", name, "--when", when, "--for", "24h", "--author", "ann", "--reason", "known",
        ];
        args.extend(["--rule", rule].iter().filter(|_| !rule.is_empty()));
        given.folder.hark(&args)
    };
    let told_of = |name: &str, when: &str, rule: &str| {
        let output = add(name, when, rule);
        (output.status.code(), told(&output))
    };
    let (code, said) = told_of("tills", "card (till", "");
    assert!(code == Some(2) && said.contains("the filter cannot be read:"), "{said}");
    let (code, said) = told_of("tills", "till*", "crad");
    assert!(code == Some(2) && said.contains("there is no rule \"crad\"; did you mean \"card\"?"), "{said}");
    let (code, said) = told_of("old-fair", "till*", "");
    assert!(
        code == Some(2) && said.contains("there is a silence \"old-fair\" in the file of rules"),
        "{said}"
    );
    let (code, said) = told_of("tills", "till*", "card");
    assert!(code == Some(0) && said == "silence tills is made\n", "{said}");
    let (code, said) = told_of("tills", "till*", "");
    assert!(code == Some(2) && said.contains("there is a silence \"tills\" already"), "{said}");

    let list = given.folder.json(&["silence", "list"]);
    let states: Vec<_> = list.iter().map(|own| (own["silence"].as_str(), own["state"].as_str())).collect();
    assert_eq!(states, [(Some("old-fair"), Some("over")), (Some("tills"), Some("on"))]);
    assert_eq!(list[1]["rules"], serde_json::json!(["card"]));

    given.write("rules.toml", &format!("[root]\nnotify = [\"team:desk\"]\ngroup_wait = \"0s\"\n{rules}"));
    given.say("a", "my card at the till");
    given.say("b", "my card at home");
    given.listen();
    assert_eq!(given.folder.number("SELECT sum(news) FROM route_group"), 0, "what was due is told");
    let quiet = given.folder.json(&["route", "explain", &given.uid("till")]);
    assert!(quiet[0]["notices"][0]["due_at"].is_null(), "{quiet:?}");
    let loud = given.folder.json(&["route", "explain", &given.uid("home")]);
    assert!(loud[0]["notices"][0]["due_at"].is_i64(), "{loud:?}");
    let notices = "SELECT count(*) FROM notice WHERE target = 'desk' AND subject = '1 new item: rule card'";
    assert_eq!(given.folder.number(notices), 1, "only what is not silent is told of");

    let end = given.folder.hark(&["silence", "end", "tills"]);
    assert_eq!(told(&end), "silence tills is ended\n");
    given.fails(&["silence", "end", "tills"], 2, &["there is no silence \"tills\" that has not ended"]);
    given.fails(&["silence", "end", "old-fair"], 2, &["silence \"old-fair\" stands in the file of rules"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_promise_is_told_once_over_restarts() {
    let service = r#"
[calendar.always]
time_zone = "UTC"
hours = ["daily 00:00-24:00"]
[service.customers]
zones = ["intranet", "extranet", "social"]
calendar = "always"
first_response = "1s"
resolve = "10d"
[[service.customers.step]]
of = "first-response"
after_percent = 50
notify = ["team:desk"]
[[service.customers.step]]
of = "first-response"
after_percent = 150
reassign = "team:desk"
"#;
    let given = Given::new(&format!("{service}{RULES}")).await;
    given.say("a", "my card");
    for _ in 0..2 {
        let mut hark = given.folder.start(&["run", "--json"]);
        hark.door();
        given.folder.becomes("SELECT count(*) FROM service_step", 3).await;
        given.folder.becomes("SELECT count(*) FROM work WHERE team = 'desk' AND person IS NULL", 1).await;
        hark.signal("-INT");
        assert!(hark.process.wait().unwrap().success());
    }
    assert_eq!(given.folder.number("SELECT count(*) FROM notice"), 2, "one for each step");
    let service = given.folder.json(&["feed"])[0]["service"].clone();
    assert_eq!(
        (&service["level"], &service["broken"]),
        (&"customers".into(), &serde_json::json!(["first-response"]))
    );
    assert_eq!(
        service["steps"],
        serde_json::json!([
            "first-response: notify team:desk at 50 %",
            "first-response: reassign to team:desk at 150 %"
        ])
    );
    let opened = service["opened_at"].as_i64().unwrap();
    assert_eq!(service["first_response_due"].as_i64(), Some(opened + 1_000));
    assert_eq!(service["resolve_due"].as_i64(), Some(opened + 10 * 24 * 3_600_000));
    let said = told(&given.folder.hark(&["feed"]));
    assert!(said.contains("customers: answer is late, was due"), "{said}");
}
