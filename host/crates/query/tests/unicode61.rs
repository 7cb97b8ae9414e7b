//! The words that the crate finds are those of the index of the linked SQLite, whatever the character.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use hark_query::{Words, limits};
use rusqlite::Connection;

/// The tokeniser stands in the store's schema; here is how it is called there.
const TOKENIZE: &str = "tokenize='unicode61 remove_diacritics 2'";

fn index() -> Connection {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch(&format!(
        "CREATE VIRTUAL TABLE t USING fts5(text, content='', columnsize=0, {TOKENIZE});
         CREATE VIRTUAL TABLE v USING fts5vocab('t', 'instance');"
    ))
    .unwrap();
    db
}

/// Gives each text to the index, and calls `compare` with it and the index's words.
fn ask(texts: &[String], mut compare: impl FnMut(&str, Vec<Vec<u8>>)) {
    let mut db = index();
    let tx = db.transaction().unwrap();
    for (text, row) in texts.iter().zip(0_i64..) {
        let mut insert = tx.prepare_cached("INSERT INTO t (rowid, text) VALUES (?1, ?2)").unwrap();
        insert.execute((row, text)).unwrap();
    }
    tx.commit().unwrap();
    let mut words: Vec<Vec<Vec<u8>>> = vec![Vec::new(); texts.len()];
    let mut read = db.prepare("SELECT doc, CAST(term AS BLOB) FROM v ORDER BY doc, offset").unwrap();
    let mut rows = read.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        words[row.get::<_, u32>(0).unwrap() as usize].push(row.get(1).unwrap());
    }
    for (text, words) in texts.iter().zip(words) {
        compare(text, words);
    }
}

fn ours(text: &str) -> Vec<Vec<u8>> {
    let words = Words::of(None, text);
    (0..words.len()).map(|at| words.word(at).to_owned()).collect()
}

#[test]
fn the_schema_of_the_store_names_this_tokeniser() {
    let schema = std::fs::read_to_string("../store/migrations/0001_start.sql").unwrap();
    assert!(schema.contains(TOKENIZE), "words.rs speaks of another tokeniser than the store's schema");
}

#[test]
fn every_character_is_what_it_is_to_the_index() {
    let chars: Vec<char> = (0..=u32::from(char::MAX)).filter_map(char::from_u32).collect();
    assert_eq!(chars.len(), 0x11_0000 - 0x800);
    // Alone, and within a word; 64 of them a text.
    let texts: Vec<String> = chars
        .chunks(64)
        .map(|chunk| chunk.iter().map(|c| format!("{c} q{c}q ")).collect::<String>())
        .collect();
    ask(&texts, |text, words| assert_eq!(ours(text), words, "from {:?}", text.chars().next()));
}

#[test]
fn long_words_are_cut_as_the_index_cuts_them() {
    let max = limits::WORD_BYTES_MAX;
    let texts: Vec<String> = [max - 1, max, max + 1]
        .into_iter()
        .flat_map(|length| ["a".repeat(length), format!("x{}", "ß".repeat(length / 2))])
        .collect();
    ask(&texts, |text, words| assert_eq!(ours(text), words, "{} bytes", text.len()));
}
