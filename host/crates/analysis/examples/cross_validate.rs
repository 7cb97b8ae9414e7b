//! How good a way of training is on texts that it has not seen: the figures of the README.
//!
//! `cargo run -p hark-analysis --example cross_validate -- [KEY=VALUE]... FILE...` leaves out two of five
//! blocks of the texts in turn; texts that lie side by side were collected together, so that a block is
//! somewhat strange to the rest. Keys: rate, dropout, decay, epochs, models, weights, features, seed.

use std::path::PathBuf;
use std::process::ExitCode;

use hark_analysis::metrics::Confusion;
use hark_analysis::train::{TrainOptions, cross_validate, read_files};

const BLOCKS: usize = 5;
const TRIED: usize = 2;

fn set(options: &mut TrainOptions, key: &str, value: &str) -> Result<(), String> {
    let wrong = || format!("{key}={value}: no such key, or no number");
    let real = || value.parse().map_err(|_| wrong());
    let whole = || value.parse::<u32>().map_err(|_| wrong());
    match key {
        "rate" => options.rate = real()?,
        "dropout" => options.dropout = real()?,
        "decay" => options.decay = real()?,
        "epochs" => options.epochs = whole()?,
        "models" => options.models = whole()?,
        "weights" => options.weights_max = whole()? as usize,
        "features" => options.features = value.parse().map_err(|_| wrong())?,
        "seed" => options.seed = u64::from(whole()?),
        _ => return Err(wrong()),
    }
    Ok(())
}

fn run() -> Result<Confusion, String> {
    let mut options = TrainOptions::default();
    let mut files = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.split_once('=') {
            Some((key, value)) => set(&mut options, key, value)?,
            None => files.push(PathBuf::from(argument)),
        }
    }
    let texts = read_files(&files, None).map_err(|error| error.to_string())?;
    let tables = cross_validate(&texts, &options, BLOCKS, TRIED).map_err(|error| error.to_string())?;
    let mut all = Confusion::default();
    tables.iter().for_each(|table| all.join(table));
    Ok(all)
}

fn main() -> ExitCode {
    match run() {
        Ok(all) => {
            println!(
                "{} texts: macro recall {:.4}, macro F1 {:.4}, accuracy {:.4}",
                all.texts(),
                all.macro_recall(),
                all.macro_f1(),
                all.accuracy()
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
