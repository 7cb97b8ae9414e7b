//! Speed as ratios against a named rival, or against a named limit, measured in one run.
//!
//! `cargo run -p hark-bench` prints a table; `--json` the same as JSON, one value a line. It ends with
//! code 1 when a figure misses its target. No test asserts a time: this is the one place for speed.

mod connectors;
mod deliveries;
mod figure;
mod host_memory;
mod sandbox;
mod throughput;

use std::process::ExitCode;

use figure::Figure;

fn main() -> ExitCode {
    let json = std::env::args().any(|argument| argument == "--json");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let measured = runtime.block_on(async {
        let mut figures = sandbox::measure().await?;
        figures.extend(connectors::measure().await?);
        figures.extend(throughput::measure().await?);
        figures.extend(deliveries::measure().await?);
        figures.extend(host_memory::measure().await?);
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
