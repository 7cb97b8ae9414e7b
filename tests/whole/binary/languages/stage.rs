//! A connector in the sandbox, as `hark run` puts it together, with a double in the place of its platform.

use std::fs;
use std::path::Path;

use hark_config::{Config, ConnectorRef};
use hark_doubles::{Double, Options, Sent};
use hark_model::{
    Action, Batch, Budget, CheckReport, Delivery, DeliveryResult, Event, Fault, Item, Ms, Outcome, ReadMode,
    ReadRequest, Target,
};
use hark_pipeline::{SourceSetup, now};
use hark_runtime::{CallError, CallReport, Runtime, RuntimeOptions};
use serde_json::{Value, json};

/// Batches of one run; a test that needs more reads in circles.
const BATCHES_MAX: usize = 200;

/// The stage.
pub struct Stage {
    pub double: Double,
    setup: SourceSetup,
    tasks: tokio::runtime::Runtime,
}

impl Stage {
    /// Starts the double of `name`, whose clock is at the present time as the connector's is, and loads
    /// `name.wasm` from `folder`. `settings` and `credentials` are TOML; `URL` in them is where the double is.
    pub fn new(folder: &Path, name: &str, settings: &str, credentials: &[(&str, &str)]) -> Self {
        let double = Double::start(name, Options { now_ms: now(), ..Options::default() }).unwrap();
        let settings = settings.replace("URL", &double.base_url());
        configure(folder, name, &settings, &double.base_url(), credentials);
        let tasks =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let setup = tasks.block_on(set_up(folder, name));
        Self { double, setup, tasks }
    }

    pub fn control(&self, operation: Value) -> Value {
        self.double.control(operation)
    }

    /// Somebody says something; returns its id.
    pub fn insert(&self, more: Value) -> String {
        let mut operation = json!({ "op": "insert" });
        operation.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        self.control(operation)["id"].as_str().unwrap().to_owned()
    }

    pub fn check(&self) -> CheckReport {
        let work = self.setup.connector.check(self.setup.context(), &self.setup.settings);
        self.wait(work).result.unwrap()
    }

    pub fn discover(&self) -> Vec<Target> {
        let work = self.setup.connector.discover(self.setup.context(), &self.setup.settings);
        self.wait(work).result.unwrap()
    }

    pub fn read(&self, request: &ReadRequest) -> Result<Batch, CallError> {
        let work = self.setup.connector.read(self.setup.context(), &self.setup.settings, request.clone());
        let CallReport { result, usage, .. } = self.wait(work);
        assert!(usage.requests <= request.budget.max_requests, "{} requests", usage.requests);
        result
    }

    /// Reads until there is no more, as the host does; `request` then resumes where it ended.
    pub fn drain(&self, request: &mut ReadRequest) -> Vec<Event> {
        let mut events = Vec::new();
        for _ in 0..BATCHES_MAX {
            let batch = self.read(request).unwrap();
            let items = items(&batch.events).len();
            let most = request.budget.max_events as usize;
            assert!(batch.events.len() <= most || items <= 1, "{} of {most} events", batch.events.len());
            events.extend(batch.events);
            request.cursor = batch.cursor.or(request.cursor.take());
            request.continuation = batch.continuation;
            if request.continuation.is_none() {
                return events;
            }
        }
        panic!("the run does not end");
    }

    /// Reads once while `fault` strikes, which must show as the fault that `is` tells.
    #[track_caller]
    pub fn fails(&self, fault: Value, request: &ReadRequest, is: fn(&Fault) -> bool) {
        self.control(fault.clone());
        let error = self.read(request).unwrap_err();
        let CallError::Fault(told) = &error else { panic!("{fault}: {error}") };
        assert!(is(told), "{fault}: {told:?}");
        self.control(json!({ "op": "clear-faults" }));
    }

    pub fn act(&self, on: &str, text: &str, key: &str) -> Outcome {
        let action = Action {
            name: "reply".to_owned(),
            on: Some(on.to_owned()),
            arguments: json!({ "text": text }).to_string(),
            idempotency_key: key.to_owned(),
        };
        let work = self.setup.connector.act(self.setup.context(), &self.setup.settings, action);
        self.wait(work).result.unwrap()
    }

    /// Hands over what the platform sent, `late_ms` after it was sent.
    pub fn receive(&self, sent: &Sent, late_ms: Ms) -> DeliveryResult {
        let delivery = Delivery {
            payload: 7,
            method: sent.method.clone(),
            path: sent.path.clone(),
            query: sent.query.clone(),
            headers: sent.headers.clone(),
            body: sent.body.clone(),
            received_at: sent.at + late_ms,
        };
        let work = self.setup.connector.receive(self.setup.context(), &self.setup.settings, delivery);
        self.wait(work).result.unwrap()
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.tasks.block_on(work)
    }
}

/// Writes the configuration of a source that may reach `url` and no other place.
fn configure(folder: &Path, name: &str, settings: &str, url: &str, credentials: &[(&str, &str)]) {
    let mut bound = String::new();
    for (credential, value) in credentials {
        fs::write(folder.join(credential), value).unwrap();
        bound += &format!("{credential} = \"file:{credential}\"\n");
    }
    let config = format!(
        "[source.{name}]\nconnector = \"{name}.wasm\"\nzone = \"social\"\n\n[source.{name}.settings]\n{settings}\n\n\
         [source.{name}.credentials]\n{bound}\n\
         [source.{name}.grant]\nhosts = [\"{url}\"]\nprivate_addresses = [\"127.0.0.1/32\"]\n"
    );
    fs::write(folder.join("hark.toml"), config).unwrap();
}

async fn set_up(folder: &Path, name: &str) -> SourceSetup {
    let config = Config::load(&folder.join("hark.toml")).unwrap();
    let source = config.sources.iter().find(|source| source.name.as_str() == name).unwrap();
    let ConnectorRef::File(file) = &source.connector else { panic!("a file") };
    let options = RuntimeOptions { cache_dir: Some(config.cache.clone()), ..RuntimeOptions::default() };
    let connector = Runtime::new(options).unwrap().load(&fs::read(file).unwrap()).await.unwrap();
    SourceSetup::assemble(source, connector, now()).await.unwrap()
}

/// A request for `stream` as the host makes it.
pub fn request(stream: &str, mode: ReadMode) -> ReadRequest {
    ReadRequest {
        stream: stream.to_owned(),
        target: None,
        mode,
        cursor: None,
        continuation: None,
        since: None,
        until: None,
        ids: Vec::new(),
        budget: Budget {
            max_events: 2_000,
            max_requests: 50,
            max_cost_microusd: 0,
            deadline: now() + 30_000,
        },
    }
}

pub fn items(events: &[Event]) -> Vec<&Item> {
    events.iter().filter_map(|event| if let Event::Item(item) = event { Some(item) } else { None }).collect()
}

/// The ids of the items among events, sorted; each must be there once.
#[track_caller]
pub fn ids(events: &[Event]) -> Vec<String> {
    let mut ids: Vec<String> = items(events).iter().map(|item| item.id.clone()).collect();
    ids.sort();
    let all = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), all, "an item comes once");
    ids
}

/// The removals among events.
pub fn removed(events: &[Event]) -> Vec<&str> {
    let removals = events.iter().filter_map(|event| match event {
        Event::Removal(it) => Some(it.id.as_str()),
        _ => None,
    });
    removals.collect()
}
