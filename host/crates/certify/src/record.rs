//! Recording: a source is asked what a trial will ask it again, and everything is put on a cassette.
//!
//! Holds: what a cassette holds went through the gate's scrubber; nothing is done on the platform but
//! reading, unless the additions ask for an action. Not here: files.

use std::collections::BTreeMap;

use hark_cassette::{Act, Answer, Ask, Blob, Call, Cassette, Delivery, Read, Tape, VERSION};
use hark_model::{Ms, ReadMode, SourceLimits, StreamInfo};
use hark_pipeline::{SourceSetup, now};
use hark_runtime::CallReport;
use serde_json::{Map, Value};

use crate::bench::{action, given, request};
use crate::laws::replay::class_word;
use crate::run::items;
use crate::told::{Told, told};
use crate::{limits, shown};

/// How much is recorded.
#[derive(Debug, Clone)]
pub struct RecordOptions {
    /// Events of one batch: small enough that there are several.
    pub max_events: u32,
    /// Batches of one run.
    pub max_batches: usize,
    /// From when reading starts; without it the connector chooses, and a backfill goes back 30 days.
    pub since: Option<Ms>,
    /// Targets that are read; without any, each stream as a whole.
    pub targets: Vec<String>,
    /// What is asked after everything was read: deliveries and actions.
    pub asks: Vec<Ask>,
}

impl Default for RecordOptions {
    fn default() -> Self {
        Self { max_events: 20, max_batches: 16, since: None, targets: Vec::new(), asks: Vec::new() }
    }
}

/// Records `setup`, whose gate notes on `tape`: `check`, `discover`, each of `streams` to its end and again
/// from some of the cursors that it gave, backwards and again by ids where a stream can be asked so, and at
/// last what `options` adds.
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
    let targets: Vec<Option<String>> = match recorder.options.targets.is_empty() {
        true => vec![None],
        false => recorder.options.targets.iter().cloned().map(Some).collect(),
    };
    for stream in streams {
        for target in &targets {
            recorder.stream(stream, target.clone()).await;
        }
    }
    for ask in std::mem::take(&mut recorder.options.asks) {
        recorder.added(ask).await;
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

    fn end<T>(&mut self, ask: Ask, at: Ms, call: CallReport<T>) -> Told
    where
        Told: From<T>,
    {
        let told = told(at, call, Told::from);
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
        self.end(Ask::Check, at, call);
    }

    async fn discover(&mut self) {
        let at = self.begin();
        let call = self.setup.connector.discover(self.setup.context(), &self.setup.settings).await;
        self.end(Ask::Discover, at, call);
    }

    async fn stream(&mut self, stream: &StreamInfo, target: Option<String>) {
        let onward = Read {
            stream: stream.name.clone(),
            mode: ReadMode::Incremental.as_str().to_owned(),
            target,
            cursor: None,
            continuation: None,
            since: self.options.since,
            until: None,
            ids: Vec::new(),
            max_events: self.options.max_events,
            max_requests: self.setup.limits.requests,
        };
        let ids = self.runs(onward.clone()).await;
        if stream.modes.contains(&ReadMode::Backfill) {
            let until = now();
            let since = self.options.since.unwrap_or(until - limits::BACKFILL_MS);
            let mode = ReadMode::Backfill.as_str().to_owned();
            self.runs(Read { mode, since: Some(since), until: Some(until), ..onward.clone() }).await;
        }
        if stream.modes.contains(&ReadMode::Recheck) && !ids.is_empty() {
            let mode = ReadMode::Recheck.as_str().to_owned();
            self.run(Read { mode, since: None, ids, ..onward }).await;
        }
    }

    /// Reads to the end, and again from the first cursor, one in the middle, and the last: after that there is
    /// nothing new. Returns the first ids of items that came.
    async fn runs(&mut self, read: Read) -> Vec<String> {
        let (cursors, ids) = self.run(read.clone()).await;
        let last = cursors.len().saturating_sub(1);
        let mut chosen = vec![0, last / 2, last];
        chosen.dedup();
        for cursor in chosen.into_iter().filter_map(|at| cursors.get(at).cloned()) {
            self.run(Read { cursor: Some(Blob(cursor)), ..read.clone() }).await;
        }
        ids
    }

    /// Reads to the end and returns the cursors that were given, and the first ids of items.
    async fn run(&mut self, mut read: Read) -> (Vec<Vec<u8>>, Vec<String>) {
        let (mut cursors, mut ids) = (Vec::new(), Vec::new());
        for _ in 0..self.options.max_batches {
            let told = self.read(&read, self.setup.limits).await;
            for item in items(&told) {
                if ids.len() < limits::RECHECKED && !ids.contains(&item.id) {
                    ids.push(item.id.clone());
                }
            }
            cursors.extend(told.cursor.clone());
            read.cursor = told.cursor.map(Blob).or(read.cursor);
            read.continuation = told.continuation.map(Blob);
            if read.continuation.is_none() {
                break;
            }
        }
        (cursors, ids)
    }

    async fn read(&mut self, read: &Read, limits: SourceLimits) -> Told {
        let at = self.begin();
        let request = request(read, at, limits);
        let call = self.setup.connector.read(self.setup.context(), &self.setup.settings, request).await;
        self.end(Ask::Read(read.clone()), at, call)
    }

    async fn added(&mut self, ask: Ask) {
        match ask {
            Ask::Check => self.check().await,
            Ask::Discover => self.discover().await,
            Ask::Read(read) => _ = self.read(&read, self.setup.limits).await,
            Ask::Receive(delivery) => self.receive(delivery).await,
            Ask::Act(act) => self.act(act).await,
        }
    }

    async fn receive(&mut self, delivery: Delivery) {
        let at = self.begin();
        let (context, settings) = (self.setup.context(), &self.setup.settings);
        let call = self.setup.connector.receive(context, settings, given(&delivery, at)).await;
        self.end(Ask::Receive(delivery), at, call);
    }

    async fn act(&mut self, act: Act) {
        let at = self.begin();
        let call = self.setup.connector.act(self.setup.context(), &self.setup.settings, action(&act)).await;
        self.end(Ask::Act(act), at, call);
    }
}
