//! `hark plugin record`: what a source is sent and heard goes onto a cassette, without secrets.

use std::path::Path;

use hark_cassette::Tape;
use hark_certify::{RecordOptions, record};

use crate::cli::Cli;
use crate::commands::plugin_try::chosen;
use crate::exit::{Done, Exit, Failure};
use crate::{print, wiring};

/// Batches of one run that are recorded: a cassette is a sample, no backup.
const BATCHES_MAX: usize = 16;

/// Runs the command.
pub async fn run(cli: &Cli, source: &str, output: &Path, stream: Option<&str>, max_events: u32) -> Done {
    let config = wiring::config(&cli.config)?;
    let found = wiring::find(&config, source)?;
    let tape = Tape::default();
    let setup = wiring::Assembler::new(Some(&config))?.recorded(found, tape.clone()).await?;
    let streams: Vec<_> = chosen(&setup, stream)?.into_iter().cloned().collect();
    let options = RecordOptions { max_events, max_batches: BATCHES_MAX };
    let cassette = record(&setup, &tape, &streams, options).await;
    let text = cassette.text();
    // What reached the tape was scrubbed already; a secret that is found now would be a fault of Hark.
    if setup.gate.scrub(&text) != text {
        let message = "a credential's value stood in what was recorded; nothing was written";
        return Err(Failure::new(Exit::Internal, message));
    }
    write(output, &text)?;
    print::recorded(&cassette, output, cli.json);
    Ok(())
}

fn write(output: &Path, text: &str) -> Done {
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(output, text)).map_err(|error| {
        Failure::new(Exit::Usage, format!("{} cannot be written: {error}", output.display()))
    })
}
