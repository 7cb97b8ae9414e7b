//! The form of the house: sizes, headers, floors, owners of tasks, and what must not stand anywhere.
//!
//! Holds over every file that git tracks. Not here: what a formatter or a compiler says.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::path::PathBuf;
use std::process::Command;

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;

fn root() -> PathBuf {
    let package = std::env::current_dir().expect("a test runs in the folder of its package");
    package.ancestors().nth(2).expect("tests/whole lies two below").to_owned()
}

/// Every tracked or new file that ends with `ending`, with its text.
fn files(ending: &str) -> Vec<(String, String)> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    let names = String::from_utf8(output.stdout).expect("our file names are UTF-8");
    let named = names.lines().filter(|name| name.ends_with(ending));
    // A file may be listed and removed at the same time.
    named
        .filter_map(|name| Some((name.to_owned(), std::fs::read_to_string(root().join(name)).ok()?)))
        .collect()
}

/// The lines of a file before its tests.
fn body(text: &str) -> impl Iterator<Item = &str> {
    text.lines().take_while(|line| *line != "#[cfg(test)]")
}

fn is_test(name: &str) -> bool {
    name.starts_with("tests/") || name.contains("/tests/") || name.ends_with("/tests.rs")
}

#[test]
fn files_are_short_and_say_what_they_are() {
    let files = files(".rs");
    assert!(files.len() > 50, "the list of files is whole");
    let mut wrong = Vec::new();
    for (name, text) in &files {
        let lines = body(text).count();
        if lines > FILE_LINES_MAX {
            wrong.push(format!("{name}: {lines} lines, more than {FILE_LINES_MAX}"));
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{name}: does not open with what it is"));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn functions_are_short() {
    let mut wrong = Vec::new();
    for (name, text) in files(".rs").iter().filter(|(name, _)| !is_test(name)) {
        let lines: Vec<&str> = body(text).collect();
        for (at, line) in lines.iter().enumerate() {
            let trimmed = line.trim_start();
            let is_function =
                ["fn ", "pub fn ", "pub(crate) fn ", "async fn ", "pub async fn ", "pub(crate) async fn "]
                    .iter()
                    .any(|start| trimmed.starts_with(start));
            if !is_function || trimmed.ends_with(';') {
                continue;
            }
            let indent = &line[..line.len() - trimmed.len()];
            let end = lines[at..].iter().position(|later| *later == format!("{indent}}}"));
            if let Some(length) = end.filter(|length| *length > FUNCTION_LINES_MAX) {
                wrong.push(format!("{name}:{}: a function of {length} lines", at + 1));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn nothing_is_left_undone() {
    let signs = ["todo!(", "unimplemented!(", "#[ignore", "#[should_panic", "TODO"];
    let mut wrong = Vec::new();
    for (name, text) in files(".rs").iter().filter(|(name, _)| !name.ends_with("tidy.rs")) {
        for (at, line) in text.lines().enumerate() {
            wrong.extend(
                signs
                    .iter()
                    .filter(|sign| line.contains(**sign))
                    .map(|sign| format!("{name}:{}: {sign}", at + 1)),
            );
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// A test waits for a condition. (A guest that sleeps is a behaviour that is tried.)
#[test]
fn tests_do_not_sleep() {
    let mut wrong = Vec::new();
    for (name, text) in
        files(".rs").iter().filter(|(name, _)| is_test(name) && !name.starts_with("tests/guests/"))
    {
        let lines = text.lines().enumerate().filter(|(_, line)| line.contains(concat!("thread::", "sleep(")));
        wrong.extend(lines.map(|(at, _)| format!("{name}:{}", at + 1)));
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn tasks_have_owners() {
    let product = |name: &str| {
        name.starts_with("host/") && !is_test(name) && !name.starts_with("host/crates/lifecycle/")
    };
    let mut wrong = Vec::new();
    for (name, text) in files(".rs").iter().filter(|(name, _)| product(name)) {
        let lines: Vec<&str> = body(text).collect();
        for (at, line) in lines.iter().enumerate() {
            let reasoned = at > 0 && lines[at - 1].trim_start().starts_with("//");
            if line.contains("tokio::spawn(") && !reasoned {
                wrong.push(format!("{name}:{}: a bare spawn", at + 1));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// Floors of `host/ARCHITECTURE.md`: a crate uses lower floors only.
#[test]
fn crates_use_lower_floors_only() {
    let floors = read_floors();
    assert!(floors.len() >= 12, "the table of floors is read: {floors:?}");
    let floor_of = |name: &str| floors.iter().find(|(known, _)| known == name).map(|(_, floor)| *floor);
    let mut wrong = Vec::new();
    for (file, text) in files("Cargo.toml") {
        let Some(name) = file.strip_prefix("host/crates/").and_then(|rest| rest.strip_suffix("/Cargo.toml"))
        else {
            if file.starts_with("plugins/") || file.starts_with("sdk/") {
                let host = dependencies(&text).into_iter().filter(|used| floor_of(used).is_some());
                wrong.extend(host.map(|used| format!("{file} uses the host's crate {used}")));
            }
            continue;
        };
        let Some(floor) = floor_of(name) else {
            wrong.push(format!("{name} is not in the table of floors"));
            continue;
        };
        for used in dependencies(&text) {
            // Played platforms belong to tests, and to the demo.
            if floor_of(&used).is_none() && (name, used.as_str()) != ("demo", "doubles") {
                wrong.push(format!("{name} uses {used}, which stands on no floor"));
            }
            if floor_of(&used).is_some_and(|below| below >= floor) {
                wrong.push(format!("{name} (floor {floor}) uses {used}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

/// Names of our own crates under `[dependencies]`, without `hark-`.
fn dependencies(manifest: &str) -> Vec<String> {
    let from = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let lines = from.take_while(|line| !line.starts_with('['));
    let names = lines.filter_map(|line| line.split(['.', ' ', '=']).next());
    names.filter_map(|name| name.strip_prefix("hark-")).map(str::to_owned).collect()
}

fn read_floors() -> Vec<(String, u32)> {
    let text =
        std::fs::read_to_string(root().join("host/ARCHITECTURE.md")).expect("the page of floors is there");
    let row = |line: &str| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let floor = cells.next()?.parse().ok()?;
        let name = cells.next()?.split('`').nth(1)?.to_owned();
        Some((name, floor))
    };
    text.lines().filter(|line| line.starts_with('|')).filter_map(row).collect()
}

#[test]
fn the_repository_speaks_of_hark_alone() {
    let paths = ["/root/", "/home/", "/work/"];
    let mut wrong = Vec::new();
    for ending in [".rs", ".toml", ".md", ".wit", ".in", "run"] {
        for (name, text) in files(ending).iter().filter(|(name, _)| !name.ends_with("tidy.rs")) {
            for (at, line) in text.lines().enumerate() {
                wrong.extend(
                    paths
                        .iter()
                        .filter(|path| line.contains(**path))
                        .map(|path| format!("{name}:{}: {path}", at + 1)),
                );
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn every_outside_package_says_what_it_is_for() {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).expect("the workspace has a manifest");
    let table = text.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    let lines: Vec<&str> = table.take_while(|line| !line.starts_with('[')).collect();
    let mut purpose = "";
    for line in lines {
        match line.strip_prefix("# ") {
            Some(comment) => purpose = comment,
            None if line.is_empty() => purpose = "",
            None => assert!(!purpose.is_empty(), "{line} stands under no purpose"),
        }
    }
}

/// Rows of promises in `host/SECURITY.md`: each names tests, and each test is there.
#[test]
fn every_promise_is_shown_by_a_test() {
    let page =
        std::fs::read_to_string(root().join("host/SECURITY.md")).expect("the page of promises is there");
    let sources = files(".rs");
    let rows = promises(&page);
    assert!(rows.len() > 40, "the tables are read: {} rows", rows.len());
    let wrong: Vec<_> = rows.iter().flat_map(|row| doubts(row, &sources)).collect();
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn a_promise_that_nothing_shows_is_found() {
    let sources = files(".rs");
    for (row, wanted) in [
        ("| a | b | |", "an empty cell"),
        ("| a | | `tests/whole/tests/tidy.rs` |", "an empty cell"),
        ("| a | b |", "an empty cell"),
        ("| a | b | somebody says so |", "no test"),
        ("| a | b | `tests/whole/tests/tide.rs` |", "there is no tests/whole/tests/tide.rs"),
        ("| a | b | `tests/whole/tests/tidy.rs` `doubts` |", "no test `doubts`"),
        ("| a | b | `tests/whole/tests/tidy.rs` `no_such_test` |", "no test `no_such_test`"),
        ("| a | b | `tests_do_not_sleep` |", "no file"),
        ("| a | b | `host/crates/model/src/lib.rs` |", "no test in it"),
        ("| a | b | `tests/whole/tests/tidy.rs` `tests_do_not_sleep` |", ""),
        ("| a | b | `tests/whole/tests/tidy.rs`, `tests/whole/binary/full_disk.rs` |", ""),
        ("| a | b | `tests/whole/binary/full_disk.rs` `a_full_disk_loses_nothing` |", ""),
        ("| a | b | `host/crates/runtime/tests/guests.rs` `pries` `spins` |", ""),
        ("| a | b | `host/crates/store/tests/store/properties.rs` `any_order_gives_the_same_content` |", ""),
    ] {
        let page = format!("| promise | how it is kept | shown by |\n| --- | --- | --- |\n{row}\n");
        let doubts =
            promises(&page).iter().flat_map(|row| doubts(row, &sources)).collect::<Vec<_>>().join("; ");
        assert_eq!(doubts.is_empty(), wanted.is_empty(), "{row}: {doubts}");
        assert!(doubts.contains(wanted), "{row}: {doubts}");
    }
}

/// Returns the rows of all tables, without their heads.
fn promises(page: &str) -> Vec<Vec<&str>> {
    let rows = page.lines().filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    let cells = rows.map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    cells.filter(|cells| cells[0] != "promise" && !cells[0].starts_with("---")).collect()
}

/// Tells what is wrong with a row: promise, how it is kept, and files each with the tests in it that are meant.
fn doubts(row: &[&str], sources: &[(String, String)]) -> Vec<String> {
    let [promise, how, shown] = row else { return vec![format!("{row:?}: an empty cell")] };
    if [promise, how, shown].iter().any(|cell| cell.is_empty()) {
        return vec![format!("{promise}: an empty cell")];
    }
    let names: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
    let mut wrong = Vec::new();
    let mut file = None;
    for name in &names {
        if name.ends_with(".rs") {
            file = sources.iter().find(|(path, _)| path == name);
            match file {
                None => wrong.push(format!("{promise}: there is no {name}")),
                Some((_, text)) if !has_tests(text) => {
                    wrong.push(format!("{promise}: {name} has no test in it"))
                }
                Some(_) => {}
            }
            continue;
        }
        match file {
            None => wrong.push(format!("{promise}: {name} stands behind no file")),
            Some((path, text)) if !has_test(text, name) => {
                wrong.push(format!("{promise}: {path} has no test `{name}`"));
            }
            Some(_) => {}
        }
    }
    if names.is_empty() {
        wrong.push(format!("{promise}: no test is named"));
    }
    wrong
}

fn is_mark_of_test(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("#[test]") || line.starts_with("#[tokio::test")
}

fn has_tests(text: &str) -> bool {
    text.lines().any(is_mark_of_test) || text.contains("needs::run") || text.contains("Trial::test(")
}

/// A function that is marked as a test, a trial of that name, or a guest that a macro makes a test of.
fn has_test(text: &str, name: &str) -> bool {
    let start = format!("fn {name}(");
    let lines: Vec<&str> = text.lines().collect();
    let marked = lines.iter().enumerate().any(|(at, line)| {
        line.contains(&start) && lines[at.saturating_sub(3)..at].iter().any(|line| is_mark_of_test(line))
    });
    let guests = text.split_once("\nguests! {").and_then(|(_, rest)| rest.split_once('}'));
    let is_guest = guests.is_some_and(|(guests, _)| guests.split_whitespace().any(|guest| guest == name));
    marked || is_guest || text.contains(&format!("(\"{name}\", "))
}
