//! `hark train` without the rest of Hark: quick to build where only the analysis is worked on.
//!
//! `cargo run -p hark-analysis --example train -- OUT.model [epochs=NUMBER] [dropout=SHARE] FILE...`

use std::path::PathBuf;
use std::process::ExitCode;

use hark_analysis::train::{Progress, TrainOptions, read_files, train};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let Some(out) = arguments.next() else {
        eprintln!("usage: train OUT.model FILE...");
        return ExitCode::from(2);
    };
    let mut options = TrainOptions::default();
    let mut files = Vec::new();
    for argument in arguments {
        let text = argument.to_string_lossy();
        if let Some(epochs) = text.strip_prefix("epochs=").and_then(|text| text.parse().ok()) {
            options.epochs = epochs;
        } else if let Some(dropout) = text.strip_prefix("dropout=").and_then(|text| text.parse().ok()) {
            options.dropout = dropout;
        } else {
            files.push(argument);
        }
    }
    let progress = |step: Progress| eprintln!("{} of {}: {}", step.done, step.of, step.step);
    let made = read_files(&files, None)
        .map_err(|error| error.to_string())
        .and_then(|texts| train(&texts, &options, &mut { progress }).map_err(|error| error.to_string()))
        .and_then(|made| {
            let bytes = made.model.to_bytes();
            std::fs::write(&out, bytes).map_err(|error| format!("{}: {error}", out.display()))?;
            Ok(made)
        });
    match made {
        Ok(made) => {
            println!("{made}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
