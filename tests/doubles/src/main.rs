//! Starts doubles for clients that are not written in Rust, and for trying things out.
//!
//! Prints one line of JSON when all are ready, `{"x":"http://127.0.0.1:4001"}`, and runs until Ctrl-C.

use std::collections::BTreeMap;
use std::process::ExitCode;

use clap::Parser;
use hark_doubles::{Double, Options};

/// Fake platforms on loopback.
#[derive(Parser)]
struct Cli {
    /// What to play, each on a free port or on the one that is named: `x`, `x=4001`.
    #[arg(required = true, value_name = "PLATFORM[=PORT]")]
    platforms: Vec<String>,
    /// What everything that looks like chance is made from.
    #[arg(long, default_value_t = Options::default().seed)]
    seed: u64,
    /// Where the clocks stand, in milliseconds since 1970.
    #[arg(long, value_name = "MS", default_value_t = Options::default().now_ms)]
    now: i64,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("hark-doubles: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<(), String> {
    let mut running = BTreeMap::new();
    for asked in &cli.platforms {
        let (name, port) = asked.split_once('=').unwrap_or((asked, "0"));
        let port = port.parse().map_err(|_| format!("{port:?} of {asked:?} is no port"))?;
        let options = Options { seed: cli.seed, now_ms: cli.now, port, ..Options::default() };
        running.insert(name.to_owned(), Double::start(name, options).map_err(|error| told(&error))?);
    }
    let ready: BTreeMap<&str, String> =
        running.iter().map(|(name, double)| (name.as_str(), double.base_url())).collect();
    println!("{}", serde_json::json!(ready));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
    runtime.block_on(tokio::signal::ctrl_c()).map_err(|error| format!("no signals: {error}"))
}

fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    std::iter::once(error.to_string()).chain(causes.map(ToString::to_string)).collect::<Vec<_>>().join(": ")
}
