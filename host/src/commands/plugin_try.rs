//! `hark plugin try`: read once and print the normalised events; nothing is stored.

use hark_model::{Budget, ReadMode, ReadRequest, StreamInfo};
use hark_pipeline::{SourceSetup, admit, now};

use crate::cli::Cli;
use crate::exit::{Done, Exit, Failure, chain};
use crate::{print, wiring};

/// Runs the command.
pub async fn run(cli: &Cli, source: &str, stream: Option<&str>, max_events: u32) -> Done {
    let config = wiring::config(&cli.config)?;
    let found = wiring::find(&config, source)?;
    let setup = wiring::Assembler::new(Some(&config))?.source(found).await?;
    for stream in chosen(&setup, stream)? {
        read(cli, &setup, stream, max_events).await?;
    }
    Ok(())
}

/// Returns the stream of that name, or all.
pub fn chosen<'a>(setup: &'a SourceSetup, name: Option<&str>) -> Result<Vec<&'a StreamInfo>, Failure> {
    let Some(name) = name else { return Ok(setup.streams.iter().collect()) };
    let known: Vec<&str> = setup.streams.iter().map(|stream| stream.name.as_str()).collect();
    match setup.streams.iter().find(|stream| stream.name == name) {
        Some(stream) => Ok(vec![stream]),
        None => {
            let message = format!("source {} has no stream `{name}`", setup.name);
            Err(Failure::new(Exit::Usage, message).hint(format!("there are: {}", known.join(", "))))
        }
    }
}

async fn read(cli: &Cli, setup: &SourceSetup, stream: &StreamInfo, max_events: u32) -> Done {
    let request = ReadRequest {
        stream: stream.name.clone(),
        target: None,
        mode: ReadMode::Incremental,
        cursor: None,
        continuation: None,
        since: None,
        until: None,
        ids: Vec::new(),
        budget: Budget {
            max_events,
            max_requests: setup.limits.requests,
            max_cost_microusd: 0,
            deadline: now() + i64::try_from(setup.limits.call_secs * 1_000).unwrap_or(i64::MAX),
        },
    };
    let call = setup.connector.read(setup.context(), &setup.settings, request).await;
    let batch = call.result.map_err(|error| {
        let text = setup.gate.scrub(&chain(&error));
        Failure::new(Exit::Source, format!("{}/{}: {text}", setup.name, stream.name))
    })?;
    let (not_before, more) = (batch.not_before, batch.continuation.is_some());
    let admission = admit(batch.events, call.payloads, stream, now());
    print::attempt(
        &print::Attempt { setup, stream, admission: &admission, usage: &call.usage, not_before, more },
        cli.json,
    );
    Ok(())
}
