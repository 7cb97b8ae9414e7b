//! Recording: a source is asked what a trial will ask it again, and everything is put on a cassette.
//!
//! Holds: what a cassette holds went through the gate's scrubber; nothing is done on the platform but
//! reading. Not here: files.

use std::collections::BTreeMap;

use hark_cassette::{Answer, Ask, Blob, Call, Cassette, Read, Tape, VERSION};
use hark_model::{Ms, SourceLimits, StreamInfo};
use hark_pipeline::{SourceSetup, now};
use hark_runtime::CallReport;
use serde_json::{Map, Value, json};

use crate::bench::{Told, request, told};
use crate::laws::replay::class_word;
use crate::shown;

/// How much is recorded.
#[derive(Debug, Clone, Copy)]
pub struct RecordOptions {
    /// Events of one batch: small enough that there are several.
    pub max_events: u32,
    /// Batches of one run.
    pub max_batches: usize,
}

/// Records `setup`, whose gate notes on `tape`: `check`, `discover`, each of `streams` to its end, and again
/// from every cursor that it gave.
pub async fn record(
    setup: &SourceSetup,
    tape: &Tape,
    streams: &[StreamInfo],
    options: RecordOptions,
) -> Cassette {
    let manifest = setup.connector.manifest();
    let mut recorder = Recorder { setup, tape, calls: Vec::new(), options };
    recorder.check().await;
    recorder.discover().await;
    for stream in streams {
        recorder.stream(stream).await;
    }
    let settings: Map<String, Value> = serde_json::from_str(&setup.settings).unwrap_or_default();
    Cassette {
        cassette: VERSION,
        connector: manifest.id.to_string(),
        connector_version: manifest.version.clone(),
        note: String::new(),
        settings,
        credentials: BTreeMap::new(),
        listings: Vec::new(),
        calls: recorder.calls,
    }
}

struct Recorder<'a> {
    setup: &'a SourceSetup,
    tape: &'a Tape,
    calls: Vec<Call>,
    options: RecordOptions,
}

impl Recorder<'_> {
    fn begin(&self) -> Ms {
        let at = now();
        self.tape.begin(at);
        at
    }

    fn end<T>(&mut self, ask: Ask, at: Ms, call: CallReport<T>, say: impl FnOnce(T) -> Told) -> Told {
        let told = told(at, call, say);
        let answer = Answer {
            fault: told.class().map(class_word),
            status: told.status,
            report: told.report.clone(),
            events: told.events.iter().map(shown::event).collect(),
            cursor: told.cursor.clone().map(Blob),
            continuation: told.continuation.clone().map(Blob),
        };
        self.calls.push(Call { ask, at, exchanges: self.tape.take(), answer });
        told
    }

    async fn check(&mut self) {
        let at = self.begin();
        let call = self.setup.connector.check(self.setup.context(), &self.setup.settings).await;
        self.end(Ask::Check, at, call, |report| Told {
            report: json!({ "account": report.account, "warnings": report.warnings }),
            ..Told::default()
        });
    }

    async fn discover(&mut self) {
        let at = self.begin();
        let call = self.setup.connector.discover(self.setup.context(), &self.setup.settings).await;
        self.end(Ask::Discover, at, call, |targets| Told {
            report: targets.iter().map(|target| json!({ "id": target.id, "title": target.title })).collect(),
            ..Told::default()
        });
    }

    async fn stream(&mut self, stream: &StreamInfo) {
        let read = Read {
            stream: stream.name.clone(),
            mode: "incremental".to_owned(),
            target: None,
            cursor: None,
            continuation: None,
            since: None,
            until: None,
            ids: Vec::new(),
            max_events: self.options.max_events,
            max_requests: self.setup.limits.requests,
        };
        let cursors = self.run(read.clone()).await;
        // From the first, one in the middle, and the last: after that there is nothing new.
        let last = cursors.len().saturating_sub(1);
        let mut chosen = vec![0, last / 2, last];
        chosen.dedup();
        for cursor in chosen.into_iter().filter_map(|at| cursors.get(at).cloned()) {
            self.run(Read { cursor: Some(Blob(cursor)), ..read.clone() }).await;
        }
    }

    /// Reads to the end and returns the cursors that were given.
    async fn run(&mut self, mut read: Read) -> Vec<Vec<u8>> {
        let mut cursors = Vec::new();
        for _ in 0..self.options.max_batches {
            let told = self.read(&read, self.setup.limits).await;
            cursors.extend(told.cursor.clone());
            read.cursor = told.cursor.map(Blob).or(read.cursor);
            read.continuation = told.continuation.map(Blob);
            if read.continuation.is_none() {
                break;
            }
        }
        cursors
    }

    async fn read(&mut self, read: &Read, limits: SourceLimits) -> Told {
        let at = self.begin();
        let request = request(read, at, limits);
        let call = self.setup.connector.read(self.setup.context(), &self.setup.settings, request).await;
        self.end(Ask::Read(read.clone()), at, call, |batch| Told {
            events: batch.events,
            cursor: batch.cursor,
            continuation: batch.continuation,
            not_before: batch.not_before,
            ..Told::default()
        })
    }
}
