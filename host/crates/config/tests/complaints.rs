//! What an operator reads after a slip: every sort of complaint with its full text. `complaints.txt` holds
//! one case after the other: `=== KIND`, the settings, `---`, what is said of them.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::collections::HashSet;
use std::path::Path;

use hark_config::{Config, ErrorKind};

fn cases() -> impl Iterator<Item = (&'static str, String, &'static str)> {
    include_str!("complaints.txt").split("=== ").skip(1).map(|case| {
        let (kind, case) = case.split_once('\n').expect("a case has a kind");
        let (settings, want) = case.split_once("---\n").expect("a case has settings and a complaint");
        (kind, settings.to_owned(), want.trim_end_matches('\n'))
    })
}

#[test]
fn every_slip_is_told_with_its_place_and_what_to_write() {
    let mut told = HashSet::new();
    for (kind, settings, want) in cases() {
        let errors = Config::parse(&settings, Path::new("hark.toml")).expect_err(&settings);
        assert_eq!(errors.to_string(), want, "settings:\n{settings}");
        assert_eq!(format!("{:?}", errors.errors()[0].kind), kind, "settings:\n{settings}");
        told.insert(errors.errors()[0].kind);
    }
    let elsewhere = [ErrorKind::Missing, ErrorKind::Unreadable, ErrorKind::TooMuch];
    assert_eq!(told.len() + elsewhere.len(), 13, "a kind without a case; there are {told:?}");
}

#[test]
fn no_complaint_repeats_a_secret() {
    let hiding_places = [
        "[source.m]\nconnector = \"email\"\ncredentials = \"hunter2\"",
        "[source.m]\nconnector = \"email\"\ncredentials = { a = \"hunter2\", b = \"hunter2\" }",
        "[source.m]\nconnector = \"email\"\ncredentials = { a = \"hunter2\" b }",
        "[source.m.credentials]\na = \"\"\"\nhunter2",
        "[source.m.credentials]\na = hunter2",
        "[source.m.credentials]\nhunter2",
        "[source.m]\nconnector = \"email\"\ncredentials.a = \"hunter2\"",
        "[source.m]\nconnector = \"email\"\n[source.m.credentials]\na = [\"hunter2\"]\nb = \"env:hunter2!\"",
        "[source.m]\nconnector = \"email\"\npasswrd = \"hunter2\"",
        "[source.m]\nconnector = \"email\"\napi_token = \"hunter2",
        "[source.m]\nconnector = \"email\"\n[source.m.settings]\nsecret = 9e999\npassword = \"hunter2",
    ];
    for settings in hiding_places {
        let errors = Config::parse(settings, Path::new("hark.toml")).expect_err(settings);
        for said in [errors.to_string(), format!("{errors:?}")] {
            assert!(!said.contains("hunter2"), "settings:\n{settings}\nsaid:\n{said}");
        }
    }
}

#[test]
fn complaints_come_all_at_once_in_the_order_of_the_file() {
    let settings = "lisen = 1\ndata = 2\n[source.a]\npoll_secs = 0\n[routing]\nruls = \"r\"\n";
    let errors = Config::parse(settings, Path::new("hark.toml")).unwrap_err();
    let places: Vec<_> = errors.errors().iter().map(|error| (error.line, error.column)).collect();
    assert_eq!(places, [(1, 1), (2, 8), (3, 9), (4, 13), (6, 1)]);
    let keys: Vec<_> = errors.errors().iter().map(|error| error.key.as_str()).collect();
    assert_eq!(keys, ["lisen", "data", "source.a.connector", "source.a.poll_secs", "routing.ruls"]);
}

#[test]
fn a_flood_of_complaints_ends() {
    let settings: String = (0..1_000).map(|n| format!("key{n} = 1\n")).collect();
    let errors = Config::parse(&settings, Path::new("hark.toml")).unwrap_err();
    assert_eq!(errors.errors().len(), hark_config::limits::ERRORS_MAX);
}
