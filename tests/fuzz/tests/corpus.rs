//! Every kept input through its target, without a fuzzer: seeds, and all that was found and mended.
//!
//! Holds: each folder belongs to a target and each target has a folder; each reader takes some inputs and refuses some,
//! or its promises about either would never be asked for.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hark_fuzz::{TARGETS, Verdict};

fn names(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeSet::new() };
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn every_kept_input_is_read_as_promised() {
    for (name, target) in TARGETS {
        let mut verdicts = BTreeSet::new();
        for folder in ["corpus", "mended"].map(|kept| Path::new(kept).join(name)) {
            for file in names(&folder) {
                // Shown when the target panics: the last line is the input.
                println!("{}/{file}", folder.display());
                let verdict = target(&fs::read(folder.join(&file)).unwrap());
                verdicts.insert(verdict == Verdict::Taken);
            }
        }
        assert_eq!(verdicts.len(), 2, "{name} takes inputs and refuses inputs: {verdicts:?}");
    }
}

#[test]
fn every_folder_belongs_to_a_target() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let driven: BTreeSet<String> =
        names(Path::new("fuzz_targets")).iter().map(|file| file.trim_end_matches(".rs").to_owned()).collect();
    assert_eq!(driven, targets, "each target has a driver");
    assert_eq!(names(Path::new("corpus")), targets, "each target has seeds");
    assert!(names(Path::new("mended")).is_subset(&targets), "what was mended belongs to a target");
}

/// What is kept is read by every run of the tests and lies in every checkout.
#[test]
fn what_is_kept_is_little() {
    let mut bytes = 0;
    let mut files = 0;
    for (name, _) in TARGETS {
        for folder in ["corpus", "mended"].map(|kept| Path::new(kept).join(name)) {
            for file in names(&folder) {
                bytes += fs::metadata(folder.join(file)).unwrap().len();
                files += 1;
            }
        }
    }
    assert!(files <= 200 && bytes <= 500 << 10, "{files} files of {bytes} bytes");
}
