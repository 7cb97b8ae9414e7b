//! Compiling in a process apart: a component that makes the compiler run away costs that process, and nobody else.
//!
//! Holds: the process gets the component and nothing else, neither files nor environment; it ends within its
//! limits, whatever the component is. Not here: what it gives up before it compiles, which is the program's to do.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use wasmtime::Engine;

use crate::call_log::one_line;
use crate::compiled_cache::fingerprint;
use crate::engine::{self, Layout};
use crate::{LoadError, limits};

/// A program that compiles: what it reads is a component, what it writes is code, by [`compile_for`]. It is called
/// with `arguments`, and then with the [`Apart::FLAGS`], each with its value.
#[derive(Debug, Clone)]
pub struct Apart {
    /// The program.
    pub program: PathBuf,
    /// What it is called with first.
    pub arguments: Vec<String>,
    /// Its address space in MiB.
    pub memory_mib: u64,
    /// Its computing in seconds, all threads together; it is waited for four times as long.
    pub secs: u64,
}

impl Apart {
    /// What the program is told: the layout and the engine that `compile_for` takes, and what it may take itself.
    pub const FLAGS: [&'static str; 4] = ["--layout", "--engine", "--memory-mib", "--secs"];

    /// Compiles `component` for `engine`.
    pub(crate) fn compile(
        &self,
        engine: &Engine,
        layout: Layout,
        component: &[u8],
    ) -> Result<Vec<u8>, LoadError> {
        let failed = |why: String| LoadError::Compile { why };
        let child = self.start(engine, layout).map_err(|error| {
            failed(format!("{} cannot be started to compile it: {error}", self.program.display()))
        })?;
        let ended = converse(child, component, self.patience()).map_err(|error| failed(error.to_string()))?;
        match ended {
            Ended::Late => Err(self.runaway("it is not done after", self.patience().as_secs(), "s")),
            Ended::Exited { status, code, .. } if status.success() => Ok(code),
            Ended::Exited { status, words, .. } => Err(self.meaning(status, &words)),
        }
    }

    fn start(&self, engine: &Engine, layout: Layout) -> std::io::Result<Child> {
        let values =
            [layout.to_string(), fingerprint(engine), self.memory_mib.to_string(), self.secs.to_string()];
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_clear().current_dir("/");
        for (flag, value) in Self::FLAGS.into_iter().zip(values) {
            command.arg(flag).arg(value);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
    }

    /// Computing may have to wait for others to compute.
    fn patience(&self) -> Duration {
        Duration::from_secs(self.secs.saturating_mul(4))
    }

    fn runaway(&self, what: &str, number: u64, unit: &str) -> LoadError {
        LoadError::Runaway { why: format!("{what} {number} {unit}") }
    }

    /// Tells from how the process ended what the component did to it.
    fn meaning(&self, status: ExitStatus, words: &str) -> LoadError {
        let memory = ["memory allocation of", "Cannot allocate memory", "out of memory"];
        if memory.iter().any(|said| words.contains(said)) {
            return self.runaway("it takes more memory than", self.memory_mib, "MiB");
        }
        if is_out_of_time(status) {
            return self.runaway("it takes more computing than", self.secs, "s");
        }
        let words = one_line(words);
        let why = if words.is_empty() { format!("the compiler ended with {status}") } else { words };
        LoadError::Compile { why }
    }
}

#[cfg(unix)]
fn is_out_of_time(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    // SIGXCPU, and SIGKILL from the kernel a second later.
    matches!(status.signal(), Some(24 | 9))
}

#[cfg(not(unix))]
fn is_out_of_time(_: ExitStatus) -> bool {
    false
}

enum Ended {
    Exited { status: ExitStatus, code: Vec<u8>, words: String },
    Late,
}

/// Writes `component` to the process and reads what it answers, for at most `patience`.
fn converse(mut child: Child, component: &[u8], patience: Duration) -> std::io::Result<Ended> {
    let until = Instant::now() + patience;
    let (mut stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (said, hears) = mpsc::channel();
    thread::scope(|scope| {
        // A process that ends early reads no further; what it says tells why.
        scope.spawn(move || stdin.take().map(|mut stdin| stdin.write_all(component)));
        let words = scope.spawn(move || at_most(stderr, limits::COMPILER_WORDS_BYTES_MAX));
        scope.spawn(move || said.send(at_most(stdout, limits::CODE_BYTES_MAX)));
        let code = hears.recv_timeout(until.saturating_duration_since(Instant::now()));
        let status = wait(&mut child, until)?;
        let (Ok(code), Some(status)) = (code, status) else {
            // What reads and writes ends with the process.
            child.kill()?;
            child.wait()?;
            return Ok(Ended::Late);
        };
        let words = String::from_utf8_lossy(&words.join().unwrap_or_default()).into_owned();
        Ok(Ended::Exited { status, code, words })
    })
}

fn at_most(from: Option<impl Read>, bytes_max: u64) -> Vec<u8> {
    let mut read = Vec::new();
    // What cannot be read is missing, and what is missing fits no seal and no engine.
    let _: Option<std::io::Result<usize>> = from.map(|from| from.take(bytes_max).read_to_end(&mut read));
    read
}

/// Waits for the process to end; one that has closed its output does so at once.
fn wait(child: &mut Child, until: Instant) -> std::io::Result<Option<ExitStatus>> {
    loop {
        let status = child.try_wait()?;
        if status.is_some() || Instant::now() >= until {
            return Ok(status);
        }
        thread::sleep(limits::COMPILER_LOOK);
    }
}

/// Compiles a component: what the process apart does. `layout` and `engine` are what it was told.
pub fn compile_for(layout: &str, engine: &str, component: &[u8]) -> Result<Vec<u8>, String> {
    let layout: Layout = layout.parse().map_err(|_| format!("{layout:?} is no layout"))?;
    let own = engine::for_compiling(layout).map_err(|error| format!("{error:#}"))?;
    if fingerprint(&own) != engine {
        return Err(
            "the program that compiles is another version than the one that asks; restart Hark".to_owned()
        );
    }
    own.precompile_component(component).map_err(|error| format!("{error:#}"))
}
