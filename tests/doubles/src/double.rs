//! A running double: one platform on one port of loopback, with its control at `/_control` unless it has none.
//!
//! Holds: it answers as soon as `start` returns, and nothing of it is left when it is dropped.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::post;
use axum::{Router, middleware};
use serde_json::{Value, json};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::oneshot;

use crate::line::{Cutter, Lines};
use crate::{Clock, ControlError, Core, Entry, Ms, Platform, Sent, clock, gate, platforms, reply};

/// How a double starts.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// What everything that looks like chance is made from.
    pub seed: u64,
    /// Where its clock stands, in milliseconds since 1970.
    pub now_ms: Ms,
    /// Its port; 0 takes a free one.
    pub port: u16,
    /// Whether it takes operations over HTTP. Without it [`Double::try_control`] is the only way: a page in a
    /// browser on this machine can send what it likes to every port of loopback.
    pub control: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, now_ms: clock::NOW_MS_DEFAULT, port: 0, control: true }
    }
}

/// Why a double does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Nobody plays that platform.
    #[error("there is no double of {0:?}: there are {known}", known = platforms::NAMES.join(", "))]
    Unknown(String),
    /// The port cannot be had.
    #[error("port {port} of loopback cannot be had")]
    Port {
        /// As asked for.
        port: u16,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The machine has no thread left.
    #[error("no thread can be started")]
    Thread(#[source] std::io::Error),
}

/// A platform on its core.
pub(crate) struct Stage {
    pub core: Arc<Core>,
    pub platform: Arc<dyn Platform>,
}

/// A running double. It stops when it is dropped.
pub struct Double {
    address: SocketAddr,
    stage: Arc<Stage>,
    tasks: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Double {
    /// Starts the double of `platform`, one of [`platforms::NAMES`].
    pub fn start(platform: &str, options: Options) -> Result<Self, StartError> {
        let core = Core::new(options.seed, options.now_ms);
        let made = platforms::make(platform, &core);
        let (platform, router) = made.ok_or_else(|| StartError::Unknown(platform.to_owned()))?;
        let stage = Arc::new(Stage { core, platform });
        let port_error = |cause| StartError::Port { port: options.port, cause };
        let listener =
            std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).map_err(port_error)?;
        listener.set_nonblocking(true).map_err(port_error)?;
        let address = listener.local_addr().map_err(port_error)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(StartError::Thread)?;
        let tasks = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let app = routes(router, &stage, options.control);
        // A thread of its own: a double lives in tests with and without tasks.
        let thread = std::thread::Builder::new()
            .name("double".to_owned())
            .spawn(move || serve(&runtime, listener, app, stopped))
            .map_err(StartError::Thread)?;
        Ok(Self { address, stage, tasks, stop: Some(stop), thread: Some(thread) })
    }

    /// Returns where it is: `http://127.0.0.1:<port>`, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns its clock.
    pub fn clock(&self) -> Arc<Clock> {
        Arc::clone(self.stage.core.clock())
    }

    /// Does one operation or a list of them, as `POST /_control` does, and returns what it says.
    pub fn try_control(&self, operation: Value) -> Result<Value, ControlError> {
        let (say, hear) = mpsc::channel();
        let stage = Arc::clone(&self.stage);
        self.tasks.spawn(async move { say.send(stage.run(&operation).await) });
        hear.recv().expect("a double lives until it is dropped")
    }

    /// Does what [`Double::try_control`] does, for scripts of tests: an operation that fails ends the test.
    pub fn control(&self, operation: Value) -> Value {
        let shown = operation.to_string();
        self.try_control(operation).unwrap_or_else(|error| panic!("{error}; asked for: {shown}"))
    }

    /// Returns what was asked of it so far.
    pub fn log(&self) -> Vec<Entry> {
        self.stage.core.state().log.clone()
    }

    /// Delivers waiting webhook events as the operation `deliver` does, and returns what was sent.
    pub fn deliver(&self, args: Value) -> Vec<Sent> {
        let args = serde_json::from_value(args).unwrap_or_else(|error| panic!("deliver: {error}"));
        let (say, hear) = mpsc::channel();
        let stage = Arc::clone(&self.stage);
        self.tasks.spawn(async move {
            let sent = crate::emitter::deliver(&stage.core, &*stage.platform, &args).await;
            say.send(sent)
        });
        hear.recv().expect("a double lives until it is dropped")
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

fn serve(runtime: &Runtime, listener: std::net::TcpListener, app: Router, stopped: oneshot::Receiver<()>) {
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).expect("the listener does not block");
        let service = app.into_make_service_with_connect_info::<Cutter>();
        tokio::select! {
            // Connections that hang on order must not keep it alive.
            _ = stopped => {}
            ended = axum::serve(Lines(listener), service) => ended.expect("serving on loopback goes on"),
        }
    });
}

fn routes(platform: Router, stage: &Arc<Stage>, control: bool) -> Router {
    let passed = platform.layer(middleware::from_fn_with_state(Arc::clone(stage), gate::pass));
    let app = match control {
        true => passed.merge(controlled(Arc::clone(stage))),
        false => passed,
    };
    app.layer(DefaultBodyLimit::disable())
}

fn controlled(stage: Arc<Stage>) -> Router {
    Router::new().route("/_control", post(operate).get(log)).with_state(stage)
}

async fn operate(State(stage): State<Arc<Stage>>, body: bytes::Bytes) -> Response {
    let operation = match serde_json::from_slice::<Value>(&body) {
        Ok(operation) => operation,
        Err(error) => return reply::json(400, &json!({ "error": format!("no JSON: {error}") })),
    };
    match stage.run(&operation).await {
        Ok(said) => reply::json(200, &said),
        Err(error) => reply::json(400, &json!({ "error": error.to_string() })),
    }
}

async fn log(State(stage): State<Arc<Stage>>) -> Response {
    reply::json(200, &json!(stage.core.state().log))
}
