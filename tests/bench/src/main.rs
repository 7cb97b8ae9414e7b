//! Speed as ratios against a named rival, or against a named limit, measured in one run.
//!
//! `cargo run -p hark-bench` prints a table; `--json` the same as JSON, one value a line; names of
//! parts (sandbox, connectors, throughput, deliveries, experts, host-memory) measure these alone. It ends with
//! code 1 when a figure misses its target. No test asserts a time: this is the one place for speed.

mod connectors;
mod deliveries;
mod experts;
mod figure;
mod host_memory;
mod sandbox;
mod throughput;
mod unlimited;

use std::process::ExitCode;

use figure::Figure;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = arguments.iter().any(|argument| argument == "--json");
    let asked = |part: &str| {
        let mut parts = arguments.iter().filter(|argument| !argument.starts_with("--")).peekable();
        parts.peek().is_none() || parts.any(|wanted| wanted == part)
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let measured = runtime.block_on(async {
        let mut figures = Vec::new();
        if asked("sandbox") {
            figures.extend(sandbox::measure().await?);
        }
        if asked("connectors") {
            figures.extend(connectors::measure().await?);
        }
        if asked("throughput") {
            figures.extend(throughput::measure().await?);
        }
        if asked("deliveries") {
            figures.extend(deliveries::measure().await?);
        }
        if asked("experts") {
            figures.extend(experts::measure()?);
        }
        if asked("host-memory") {
            figures.extend(host_memory::measure().await?);
        }
        Ok::<_, anyhow::Error>(figures)
    });
    match measured {
        Ok(figures) => {
            figures.iter().for_each(|figure| figure.print(json));
            if figures.iter().all(Figure::is_met) { ExitCode::SUCCESS } else { ExitCode::from(1) }
        }
        Err(error) => {
            eprintln!("the measurement failed: {error:#}");
            ExitCode::from(2)
        }
    }
}
