//! Prints the table of characters (`src/words/table.rs`) as the full-text search of the linked SQLite has it.
//!
//! Holds: nothing is known here of Unicode; each character is given to the tokeniser, and what comes out is noted.
//! `tests/unicode61.rs` says when the table has to be made again.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for those who work on this crate")]

use std::collections::HashMap;

use rusqlite::Connection;

/// What the tokeniser makes of one character.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Made {
    /// Parts words.
    Nothing,
    /// Goes on within a word, leaves nothing in it, and begins none.
    Dropped,
    /// Goes on within a word as this character, and begins none.
    Mark(char),
    /// Is part of a word, as this character.
    Letter(char),
}

fn main() {
    let made = ask();
    let chars = || (0..=u32::from(char::MAX)).filter_map(char::from_u32);
    println!("//! What FTS5's `unicode61 remove_diacritics 2` makes of each character: made by");
    println!("//! `cargo run -p hark-query --example unicode61`, held against the linked SQLite by a test.");
    println!("//!");
    println!("//! Holds: `LETTERS` and `DROPPED` are sorted, and each number is where a run begins or ends.");
    println!();
    runs("LETTERS", "Characters that words are made of", |c| matches!(made(c), Made::Letter(_)));
    runs("DROPPED", "Characters that go on within a word and leave nothing in it", |c| {
        made(c) == Made::Dropped
    });
    assert!(!chars().any(|c| matches!(made(c), Made::Mark(_))), "a mark leaves nothing in a word");
    let folds: Vec<(char, char)> = chars()
        .filter_map(|c| match made(c) {
            Made::Letter(to) if to != c => Some((c, to)),
            _ => None,
        })
        .collect();
    print_folds(&folds);
}

/// Gives every character to the tokeniser, alone and within a word.
fn ask() -> impl Fn(char) -> Made {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(
        "CREATE VIRTUAL TABLE t USING fts5(text, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2');
         CREATE VIRTUAL TABLE v USING fts5vocab('t', 'instance');
         BEGIN",
    )
    .unwrap();
    for c in (0..=u32::from(char::MAX)).filter_map(char::from_u32) {
        db.prepare_cached("INSERT INTO t (rowid, text) VALUES (?1, ?2)")
            .unwrap()
            .execute((u32::from(c) + 1, format!("{c} q{c}q")))
            .unwrap();
    }
    let mut tokens: HashMap<u32, Vec<String>> = HashMap::new();
    let mut read = db.prepare("SELECT doc, term FROM v ORDER BY doc, offset").unwrap();
    let mut rows = read.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        tokens.entry(row.get::<_, u32>(0).unwrap() - 1).or_default().push(row.get(1).unwrap());
    }
    move |c| {
        let tokens: Vec<&str> = tokens[&u32::from(c)].iter().map(String::as_str).collect();
        let within = |token: &str| token.strip_prefix('q')?.strip_suffix('q')?.chars().next();
        match tokens.as_slice() {
            ["q", "q"] => Made::Nothing,
            ["qq"] => Made::Dropped,
            [token] => Made::Mark(within(token).unwrap()),
            [alone, token] => {
                assert_eq!(alone.chars().next(), within(token), "{c:?} is the same anywhere");
                Made::Letter(within(token).unwrap())
            }
            other => panic!("{c:?} makes {other:?}"),
        }
    }
}

fn runs(name: &str, meaning: &str, belongs: impl Fn(char) -> bool) {
    let mut bounds = Vec::new();
    let mut inside = false;
    for code in 0..=u32::from(char::MAX) + 1 {
        let now = char::from_u32(code).is_some_and(&belongs);
        if now != inside {
            bounds.push(format!("{code:#x}"));
            inside = now;
        }
    }
    println!("/// {meaning}.");
    table(&format!("pub(super) static {name}: [u32; {}]", bounds.len()), &bounds);
}

/// Runs of characters that lie `stride` apart and fold by the same distance.
fn print_folds(folds: &[(char, char)]) {
    let pairs: Vec<(u32, i64)> = folds
        .iter()
        .map(|(c, to)| (u32::from(*c), i64::from(u32::from(*to)) - i64::from(u32::from(*c))))
        .collect();
    let mut rows = Vec::new();
    let mut at = 0;
    while at < pairs.len() {
        let (first, distance) = pairs[at];
        let run = |stride: u32| {
            pairs[at..]
                .iter()
                .zip(0..)
                .take_while(|(pair, n)| **pair == (first + n * stride, distance))
                .count()
        };
        let (stride, count) = if run(2) > run(1) { (2, run(2)) } else { (1, run(1)) };
        rows.push(format!("({first:#x}, {count}, {stride}, {distance})"));
        at += count;
    }
    println!(
        "/// Runs of characters that become others: the first, how many, how far apart, and how far away the"
    );
    println!("/// other is.");
    table(&format!("pub(super) static FOLDS: [(u32, u32, u32, i32); {}]", rows.len()), &rows);
}

fn table(head: &str, cells: &[String]) {
    println!("#[rustfmt::skip]\n{head} = [");
    let mut line = String::from("   ");
    for cell in cells {
        if line.len() + cell.len() + 2 > 110 {
            println!("{line}");
            line = String::from("   ");
        }
        line += &format!(" {cell},");
    }
    println!("{line}\n];");
}
