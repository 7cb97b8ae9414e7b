//! The tutorial, done: its files are written, its commands run in order, and what they say is what it says.
//!
//! Holds: only digests, places and what a machine is quick or large at may differ. A block of `console` is a
//! dialogue; a block with a language and a path is a file.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::shell::root;

/// A fenced block: what stands behind its fence, and its lines.
struct Block<'a> {
    info: &'a str,
    lines: Vec<&'a str>,
}

pub fn run() {
    let text = fs::read_to_string(root().join("sdk/TUTORIAL.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut script = String::from("trap 'kill $(jobs -p) 2>/dev/null' EXIT\n");
    let mut wanted = Vec::new();
    for block in blocks(&text) {
        match block.info.split_once(' ') {
            None if block.info == "console" => dialogue(&block, &mut script, &mut wanted),
            Some((_, file)) => writes(file, &block.lines, &mut script),
            None => {}
        }
    }
    assert!(wanted.len() > 8, "the tutorial has commands");
    let said = shell(folder.path(), &script);
    let mut parts = said.split(MARK).skip(1);
    for (command, answer) in wanted {
        let found = plain(parts.next().unwrap_or_default(), folder.path());
        assert_eq!(found, plain(&answer, folder.path()), "\n$ {command}\nall that was said:\n{said}");
    }
}

const MARK: &str = "\u{1}next\u{1}\n";

/// Adds the commands of a dialogue to the script, and what each answers to `wanted`.
fn dialogue(block: &Block<'_>, script: &mut String, wanted: &mut Vec<(String, String)>) {
    for line in &block.lines {
        if let Some(command) = line.strip_prefix("$ ") {
            writeln!(script, "printf '{}'", MARK.replace('\u{1}', "\\001").replace('\n', "\\n")).unwrap();
            writeln!(script, "{command}").unwrap();
            if command.ends_with('&') {
                // What runs beside has said where it is before the next command comes.
                script.push_str("until (exec 3<>/dev/tcp/127.0.0.1/7071) 2>/dev/null; do :; done\n");
            }
            wanted.push(((*command).to_owned(), String::new()));
        } else {
            let (_, answer) = wanted.last_mut().expect("an answer follows a command");
            answer.push_str(line);
            answer.push('\n');
        }
    }
}

fn writes(file: &str, lines: &[&str], script: &mut String) {
    writeln!(script, "cat > {file} <<'END OF FILE'\n{}\nEND OF FILE", lines.join("\n")).unwrap();
}

fn shell(folder: &Path, script: &str) -> String {
    let bin = Path::new(env!("CARGO_BIN_EXE_hark")).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("bash")
        .args(["-c", &format!("exec 2>&1\n{script}")])
        .current_dir(folder)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env_remove("CI")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(info) if !open => {
                open = true;
                blocks.push(Block { info, lines: Vec::new() });
            }
            Some(_) => open = false,
            None if open => blocks.last_mut().unwrap().lines.push(line),
            None => {}
        }
    }
    blocks
}

/// Leaves out what may differ: digests, the folder, and numbers that stand alone.
fn plain(said: &str, folder: &Path) -> String {
    let said = said.replace(&folder.display().to_string(), "");
    let lines = said.lines().map(str::trim_end).filter(|line| !line.is_empty());
    lines
        .map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" ") + "\n")
        .collect::<String>()
        .replace("N KiB, sha256:DIGEST", "SIZE AND DIGEST")
}

fn word(word: &str) -> String {
    if let Some(digest) = word.strip_prefix("sha256:") {
        return if digest.len() > 8 { "sha256:DIGEST".to_owned() } else { word.to_owned() };
    }
    let digits = word.trim_end_matches(['s', ',']).trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    match digits.is_empty() && word.starts_with(|c: char| c.is_ascii_digit()) {
        true => "N".to_owned(),
        false => word.to_owned(),
    }
}
