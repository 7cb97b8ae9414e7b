//! A made company and a made day: 12 teams, 300 people, 1,000 rules and 50,000 items, the same for the same seed.
//!
//! Holds: texts are lower case words with one blank between, so that other engines can ask the same of them.

use std::fmt::Write as _;

use hark_model::{ItemUid, Sentiment, Zone};
use hark_query::Record;
use hark_routing::Item;

pub const TEAMS: usize = 12;
pub const PEOPLE: usize = 300;
pub const RULES: usize = 1_000;
pub const ITEMS: usize = 50_000;
/// 2026-11-23, a Monday, 00:00 UTC.
pub const DAY: i64 = 1_795_392_000_000;
const DAY_MS: usize = 24 * 60 * 60 * 1000;
/// Words of each team's subject.
const SUBJECT_WORDS: usize = 400;
const AUTHORS: usize = 6_000;
const CONVERSATIONS: usize = 30_000;
const TIME_ZONES: [&str; 4] = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney"];
const METHODS: [&str; 6] = ["least-loaded", "round-robin", "sticky", "on-call", "expert", "queue"];
const SOURCES: [&str; 5] = ["support-mail", "forum", "blog", "chat", "reviews"];

/// A small generator of numbers (splitmix64).
pub struct Draw(pub u64);

impl Draw {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % end as u64) as usize
    }

    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// What one rule asks, for every engine.
pub struct RuleText {
    pub name: String,
    pub team: usize,
    /// Any of these; each a word or two.
    pub any: Vec<String>,
    pub not: Option<String>,
    pub is_negative: bool,
    pub lang: Option<&'static str>,
}

impl RuleText {
    pub fn filter(&self) -> String {
        let any: Vec<String> = self.any.iter().map(|words| format!("\"{words}\"")).collect();
        let mut text = format!("({})", any.join(" or "));
        if let Some(word) = &self.not {
            let _ = write!(text, " -{word}");
        }
        if self.is_negative {
            text += " sentiment:<-0.3";
        }
        if let Some(lang) = self.lang {
            let _ = write!(text, " lang:{lang}");
        }
        text
    }
}

fn subject_word(team: usize, draw: &mut Draw) -> String {
    // The first words of a subject are said most often.
    let number = SUBJECT_WORDS / (1 + draw.below(SUBJECT_WORDS)) + draw.below(SUBJECT_WORDS / 4);
    format!("t{team}w{number}")
}

/// Makes the rules below those of the teams.
pub fn rules(draw: &mut Draw) -> Vec<RuleText> {
    let rule = |number: usize| {
        let team = number % TEAMS;
        let any = (0..=draw.below(4))
            .map(|_| {
                let word = subject_word(team, draw);
                if draw.one_in(4) { format!("{word} {}", subject_word(team, draw)) } else { word }
            })
            .collect();
        RuleText {
            name: format!("rule-{number}"),
            team,
            any,
            not: draw.one_in(4).then(|| subject_word(team, draw)),
            is_negative: draw.one_in(3),
            lang: draw.one_in(3).then_some("en"),
        }
    };
    (0..RULES - TEAMS).map(rule).collect()
}

/// Writes the file of rules of the company.
pub fn toml(rules: &[RuleText], draw: &mut Draw) -> String {
    let mut text = String::new();
    calendars(&mut text);
    for person in 0..PEOPLE {
        // Everybody sees what customers say; half of them what is said in the open, a third what is said inside.
        let mut zones = vec!["\"extranet\""];
        zones.extend(draw.one_in(2).then_some("\"social\""));
        zones.extend(draw.one_in(3).then_some("\"intranet\""));
        let skill = draw.below(3);
        let _ = write!(text, "[person.p{person}]\nzones = [{}]\nskills = [\"s{skill}\"]\n", zones.join(", "));
        let _ = writeln!(text, "capacity = {}", 5 + draw.below(40));
        if draw.one_in(2) {
            let _ = writeln!(text, "calendar = \"c{}\"", draw.below(TIME_ZONES.len()));
        }
    }
    for team in 0..TEAMS {
        let members: Vec<String> =
            (0..PEOPLE / TEAMS).map(|member| format!("\"p{}\"", team + member * TEAMS)).collect();
        let members = members.join(", ");
        let zone = TIME_ZONES[team % TIME_ZONES.len()];
        let _ = write!(
            text,
            "[rotation.r{team}]\ntime_zone = \"{zone}\"\nhand_over = \"08:00\"\nfirst = \"2026-01-05\"\npeople = [{members}]\n\
             [team.t{team}]\nmembers = [{members}]\nassign = \"{}\"\nrotation = \"r{team}\"\nqueue_max = 2000\n",
            METHODS[team % METHODS.len()]
        );
    }
    text += "[root]\ngroup_by = [\"source\"]\npriority = \"normal\"\n";
    for team in 0..TEAMS {
        let _ = write!(
            text,
            "[[rule]]\nname = \"team-{team}\"\nwhen = \"t{team}w*\"\nteam = \"t{team}\"\ntags = [\"t{team}\"]\n\
             notify = [\"team:t{team}\"]\nactive = [\"c{}\"]\n",
            team % TIME_ZONES.len()
        );
    }
    for rule in rules {
        let _ = write!(
            text,
            "[[rule]]\nname = \"{}\"\nunder = \"team-{}\"\nwhen = '{}'\n",
            rule.name,
            rule.team,
            rule.filter()
        );
        details(&mut text, draw);
    }
    text += "[[inhibit]]\nname = \"first-quiets-second\"\nwhile = \"team-0\"\nquiet = [\"team-1\"]\nequal = [\"source\"]\nlasts = \"10m\"\n\
             [[silence]]\nname = \"fair\"\nwhen = \"source:blog\"\nuntil = \"2026-11-23T12:00Z\"\nauthor = \"p1\"\nreason = \"known\"\n";
    text
}

fn calendars(text: &mut String) {
    for (number, zone) in TIME_ZONES.iter().enumerate() {
        let _ = write!(
            text,
            "[calendar.c{number}]\ntime_zone = \"{zone}\"\nhours = [\"mon-fri 09:00-12:00\", \"mon-fri 13:00-18:00\"]\n\
             [service.s{number}]\nzones = [\"{}\"]\ncalendar = \"c{number}\"\nfirst_response = \"4h\"\n",
            Zone::WORDS[number % Zone::WORDS.len()]
        );
    }
}

fn details(text: &mut String, draw: &mut Draw) {
    if draw.one_in(5) {
        let _ = writeln!(text, "skills = [\"s{}\"]", draw.below(3));
    }
    if draw.one_in(10) {
        let _ = writeln!(text, "person = \"p{}\"", draw.below(PEOPLE));
    }
    if draw.one_in(10) {
        let _ = writeln!(text, "assign = \"least-loaded\"");
    }
    if draw.one_in(4) {
        let _ = writeln!(text, "stop = true");
    }
    if draw.one_in(3) {
        let _ = writeln!(text, "priority = \"high\"");
    }
}

/// One item of the day.
pub struct Said {
    pub at: i64,
    uid: [u8; 16],
    pub text: String,
    pub zone: Zone,
    source: &'static str,
    author: String,
    conversation: String,
    pub language: &'static str,
    pub score: f64,
    /// Work on this conversation ends before the item comes in.
    pub closes: Option<String>,
}

impl Said {
    pub fn item(&self) -> Item<'_> {
        let sentiment = if self.score < -0.05 { Sentiment::Negative } else { Sentiment::Positive };
        let record = Record {
            sources: vec![self.source],
            author: vec![&self.author],
            language: Some(self.language),
            sentiment,
            score: Some(self.score),
            ..Record::new(ItemUid::from_bytes(self.uid), self.zone, &self.text, self.at)
        };
        Item { record, conversation: &self.conversation, author: Some(&self.author) }
    }
}

/// Makes a day, in order.
pub fn day(items: usize, draw: &mut Draw) -> Vec<Said> {
    (0..items)
        .map(|number| {
            let team = draw.below(TEAMS);
            let mut words: Vec<String> = (0..14).map(|_| format!("c{}", draw.below(2_000))).collect();
            // One of eight is about nothing that anybody is for.
            if !draw.one_in(8) {
                (0..3).for_each(|_| words.insert(draw.below(words.len()), subject_word(team, draw)));
            }
            let conversation = |draw: &mut Draw| format!("c{}", draw.below(CONVERSATIONS));
            Said {
                at: DAY + (number * DAY_MS / items) as i64,
                uid: (number as u128).to_be_bytes(),
                text: words.join(" "),
                zone: Zone::ALL[draw.below(Zone::ALL.len())],
                source: SOURCES[draw.below(SOURCES.len())],
                author: format!("a{}", draw.below(AUTHORS)),
                conversation: conversation(draw),
                language: if draw.one_in(3) { "de" } else { "en" },
                score: draw.below(201) as f64 / 100.0 - 1.0,
                closes: draw.one_in(2).then(|| conversation(draw)),
            }
        })
        .collect()
}
