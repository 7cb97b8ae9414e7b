//! `hark plugin record`: what a source is sent and heard goes onto a cassette, without secrets.

use std::path::Path;

use hark_cassette::{Additions, Cassette, Tape};
use hark_certify::{RecordOptions, record};

use crate::cli::{Cli, RecordArgs};
use crate::commands::plugin_try::chosen;
use crate::exit::{Done, Exit, Failure};
use crate::{print, wiring};

/// Runs the command.
pub async fn run(cli: &Cli, args: &RecordArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    let found = wiring::find(&config, &args.source)?;
    let added = args.also.as_deref().map_or_else(|| Ok(Additions::default()), additions)?;
    let tape = Tape::default();
    let setup = wiring::Assembler::new(Some(&config))?.recorded(found, tape.clone()).await?;
    let streams: Vec<_> = chosen(&setup, args.stream.as_deref())?.into_iter().cloned().collect();
    let options = RecordOptions {
        max_events: args.max_events,
        since: args.since,
        targets: args.target.clone(),
        asks: added.asks,
        ..RecordOptions::default()
    };
    let cassette = record(&setup, &tape, &streams, options).await;
    // Values that the additions name were made for tests, and say so; in what people add they may stand.
    let made = added.credentials.values().filter(|value| !value.is_empty());
    let text = made.fold(cassette.text(), |text, value| text.replace(value.as_str(), "(made for tests)"));
    // What reached the tape was scrubbed already; a secret that is found now would be a fault of Hark.
    if setup.gate.scrub(&text) != text {
        let message = "a credential's value stood in what was recorded; nothing was written";
        return Err(Failure::new(Exit::Internal, message));
    }
    let Additions { note, credentials, listings, .. } = added;
    let cassette = Cassette { note, credentials, listings, ..cassette };
    write(&args.output, &cassette.text())?;
    print::recorded(&cassette, &args.output, cli.json);
    Ok(())
}

fn additions(file: &Path) -> Result<Additions, Failure> {
    let failed = |why: String| Failure::new(Exit::Usage, format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| failed(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| {
        failed(error.to_string())
            .hint("sdk/CERTIFICATION.md says what may stand in it: note, credentials, listings, asks")
    })
}

fn write(output: &Path, text: &str) -> Done {
    let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(output, text)).map_err(|error| {
        Failure::new(Exit::Usage, format!("{} cannot be written: {error}", output.display()))
    })
}
