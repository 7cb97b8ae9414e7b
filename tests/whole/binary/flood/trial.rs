//! One trial: starts the host, follows what it says, and judges what is left.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::host;
use crate::source::Source;

/// What a host may hold beyond one guest and its batch: the engine's slots and code, SQLite's cache, the
/// allocator's own. It is far less than the items of a trial take, so that keeping them would show.
const HOST_KIB_MAX: u64 = 48 << 10;
/// How much the peak may still rise after a third of the items: with 66,000 more, a host that kept as little as
/// half a kilobyte of each would be above it.
const LATE_KIB_MAX: u64 = 32 << 10;
/// Fewer items than this say nothing about growth.
const ITEMS_MIN: u64 = 50_000;

/// A host at work.
pub struct Host {
    process: Process,
    told: ChildStdin,
    said: BufReader<ChildStdout>,
}

/// A process that does not outlive its trial.
struct Process(Child);

impl Process {
    fn ends_well(mut self) {
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has ended, unless the trial failed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Host {
    /// Starts one that reads a backfill of `stream` from `since` to `until`, in milliseconds since 1970.
    pub fn backfill(source: &Source, stream: &str, since: i64, until: i64) -> Self {
        Self::start(source, json!({ "stream": stream, "since": since, "until": until }))
    }

    /// Starts one that polls when it is told.
    pub fn polled(source: &Source) -> Self {
        Self::start(source, json!({}))
    }

    fn start(source: &Source, mut job: Value) -> Self {
        job["config"] = json!(source.configure());
        let file = source.path().join("job.json");
        std::fs::write(&file, job.to_string()).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(host::JOB, &file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (told, said) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { process: Process(child), told, said }
    }

    /// Returns what it says next.
    pub fn says(&mut self) -> Value {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("the host ended early: {line:?}"))
    }

    /// Tells it something.
    pub fn tell(&mut self, word: &str) {
        writeln!(self.told, "{word}").unwrap();
    }

    /// Lets it poll once; returns what was new, or what was in the way.
    pub fn polls(&mut self) -> Result<u64, String> {
        self.tell("poll");
        let said = self.says();
        match said["trouble"].as_str() {
            Some(trouble) => Err(trouble.to_owned()),
            None => Ok(said["new_items"].as_u64().unwrap()),
        }
    }

    /// Lets a host that polls end, and returns its report.
    pub fn ends(self) -> Report {
        let Self { process, told, mut said } = self;
        drop(told);
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        process.ends_well();
        Report(serde_json::from_str(&line).unwrap())
    }

    /// Waits for the end of a backfill and returns its report. Where the host waits for the platform, `pass` lets
    /// the time until then pass there.
    pub fn done(mut self, mut pass: impl FnMut(i64)) -> Report {
        loop {
            let said = self.says();
            match said["waits"].as_i64() {
                Some(until) => {
                    pass(until);
                    self.tell("go on");
                }
                None => {
                    assert_eq!(said["end"], "done", "{said}");
                    self.process.ends_well();
                    return Report(said);
                }
            }
        }
    }
}

/// What a host says at its end.
pub struct Report(Value);

impl Report {
    /// Judges its memory, and prints its figures.
    pub fn judge(&self, name: &str, spoilt: &str) {
        let number = |field: &str| self.0[field].as_u64().unwrap();
        let samples: Vec<(u64, u64)> = serde_json::from_value(self.0["samples"].clone()).unwrap();
        let &(items, peak_kib) = samples.last().unwrap();
        let third = samples.iter().find(|(so_far, _)| *so_far >= items / 3).map_or(peak_kib, |it| it.1);
        let growth_kib = peak_kib - number("resident_kib");
        let (guest, guest_max) = (number("guest_peak_bytes"), number("guest_limit_bytes"));
        println!(
            "{name}: {items} items in {:.1} s, {} calls, {} requests, {spoilt}; guest {} MiB of {}; host {} MiB at \
             the start, {} MiB more at its peak, {} MiB of them after a third",
            number("took_ms") as f64 / 1e3,
            number("calls"),
            number("requests"),
            guest >> 20,
            guest_max >> 20,
            number("resident_kib") >> 10,
            growth_kib >> 10,
            (peak_kib - third) >> 10,
        );
        assert!(guest > 0 && guest <= guest_max, "the guest took {guest} of {guest_max} bytes");
        let most_kib = (guest_max + number("batch_limit_bytes")) / 1024 + HOST_KIB_MAX;
        assert!(growth_kib <= most_kib, "the host grew by {growth_kib} KiB, more than {most_kib}");
        let late_kib = peak_kib - third;
        assert!(
            items < ITEMS_MIN || late_kib <= LATE_KIB_MAX,
            "the host still grew by {late_kib} KiB after a third of the items"
        );
    }
}
