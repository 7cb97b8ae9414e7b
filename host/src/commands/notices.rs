//! `hark notices`: news for people on its way, tried again, dropped, and a target tried out.

use std::sync::Arc;
use std::time::Duration;

use hark_config::{Config, did_you_mean};
use hark_notices::{Courier, limits};
use hark_pipeline::{new_key, now};
use hark_store::{NewNotice, NoticeRow, NoticeState, Store};
use tokio::time::Instant;

use crate::cli::{Cli, NoticesCommand};
use crate::commands::people::no_target;
use crate::exit::{Done, Exit, Failure};
use crate::notices::{mask, target};
use crate::{print, wiring};

/// How often it is looked at what came of a notice.
const LOOK: Duration = Duration::from_millis(250);
/// What is listed if nobody says what.
const UNSETTLED: [NoticeState; 5] = [
    NoticeState::Held,
    NoticeState::Waiting,
    NoticeState::Sending,
    NoticeState::Uncertain,
    NoticeState::Dead,
];

/// Lists notices.
pub async fn list(cli: &Cli, states: &[NoticeState], limit: u32) -> Done {
    let config = wiring::config(&cli.config)?;
    let store = wiring::existing_store(&config)?;
    let states = if states.is_empty() { &UNSETTLED } else { states };
    let found = async {
        let mut rows = Vec::new();
        for state in states {
            rows.extend(store.notices(*state, limit).await?);
        }
        Ok((rows, store.notice_counts().await?))
    }
    .await;
    let closed = store.close();
    let (rows, counts) = found.map_err(|error| wiring::store_failure(&error))?;
    print::notices(&rows, &counts, cli.json);
    closed.map_err(|error| wiring::store_failure(&error))
}

/// Looks after one notice.
pub async fn run(cli: &Cli, command: &NoticesCommand) -> Done {
    let config = wiring::config(&cli.config)?;
    let store = match command {
        NoticesCommand::Test { .. } => wiring::store(&config)?,
        NoticesCommand::Retry { .. } | NoticesCommand::Drop { .. } => wiring::existing_store(&config)?,
    };
    let done = match command {
        NoticesCommand::Retry { key } => retry(cli, &config, &store, key).await,
        NoticesCommand::Drop { key } => discard(cli, &store, key).await,
        NoticesCommand::Test { target } => try_out(cli, &config, &store, target).await,
    };
    store.close().map_err(|error| wiring::store_failure(&error))?;
    done
}

async fn retry(cli: &Cli, config: &Config, store: &Store, key: &str) -> Done {
    let row = find(store, key).await?;
    if config.notices.iter().all(|target| target.name != row.target) {
        return Err(no_target(config, &row.target));
    }
    let done = store.retry_notice(key, now()).await.map_err(|error| wiring::store_failure(&error))?;
    if !done {
        let message =
            format!("notice {key} is {}; only what waits or was given up is tried again", row.state.as_str());
        return Err(Failure::new(Exit::Usage, message));
    }
    print::notice(&again(store, key).await?, cli.json);
    Ok(())
}

async fn discard(cli: &Cli, store: &Store, key: &str) -> Done {
    let row = find(store, key).await?;
    let done = store.drop_notice(key, now()).await.map_err(|error| wiring::store_failure(&error))?;
    if !done {
        let message = format!("notice {key} is {}; only what was not sent is dropped", row.state.as_str());
        return Err(Failure::new(Exit::Usage, message));
    }
    print::notice(&again(store, key).await?, cli.json);
    Ok(())
}

async fn find(store: &Store, key: &str) -> Result<NoticeRow, Failure> {
    let found = store.notice(key).await.map_err(|error| wiring::store_failure(&error))?;
    if let Some(row) = found {
        return Ok(row);
    }
    let mut known = Vec::new();
    for state in UNSETTLED {
        let rows = store.notices(state, limits::DIGEST_NOTICES_MAX).await;
        known.extend(rows.map_err(|error| wiring::store_failure(&error))?.into_iter().map(|row| row.key));
    }
    let near = did_you_mean(key, known.iter().map(String::as_str), '`');
    Err(Failure::new(Exit::Usage, format!("there is no notice `{key}`{near}"))
        .hint("`hark notices` lists keys; `hark notices --state sent` those that were sent"))
}

async fn again(store: &Store, key: &str) -> Result<NoticeRow, Failure> {
    let found = store.notice(key).await.map_err(|error| wiring::store_failure(&error))?;
    found.ok_or_else(|| Failure::new(Exit::Internal, format!("notice {key} is gone")))
}

/// Sends one notice by the same way as all others, and waits for what comes of it.
async fn try_out(cli: &Cli, config: &Config, store: &Store, name: &str) -> Done {
    let of =
        config.notices.iter().find(|target| target.name == name).ok_or_else(|| no_target(config, name))?;
    let target = target(config, of).await?;
    let key = format!("test:{}", new_key());
    let at = now();
    let new = NewNotice {
        key: key.clone(),
        target: name.to_owned(),
        urgent: true,
        held: false,
        subject: "A test of Hark".to_owned(),
        body: format!("This was sent by `hark notices test {name}`. News for this target arrives."),
        link: None,
        due_at: at,
        at,
    };
    store.queue_notice(new).await.map_err(|error| wiring::store_failure(&error))?;
    let others = config.notices.iter().map(|target| target.name.clone()).filter(|other| other != name);
    let courier =
        Courier::new(store.clone(), vec![target], mask(), None, Arc::new(now)).leaving(others.collect());
    let row = attempt(&courier, store, &key).await?;
    print::notice(&row, cli.json);
    match row.state {
        NoticeState::Sent => Ok(()),
        state => {
            let why = row.fault.unwrap_or_else(|| {
                "it was not tried: the target asked for a rest, or its minute is full".to_owned()
            });
            let word = if state == NoticeState::Uncertain { "may have taken" } else { "did not take" };
            let place = format!("{}:{}", config.path.display(), of.line);
            Err(Failure::new(Exit::Network, format!("target `{name}` {word} the test: {why}"))
                .hint(format!("the target stands at {place}; the test is not sent again")))
        }
    }
}

/// Sends until the notice was tried once, by us or by who listens beside us; what was not taken is dropped.
async fn attempt(courier: &Courier, store: &Store, key: &str) -> Result<NoticeRow, Failure> {
    let until = Instant::now() + limits::ATTEMPT_WAIT_MAX;
    let mut look = tokio::time::interval(LOOK);
    loop {
        look.tick().await;
        courier.round().await.map_err(|error| wiring::store_failure(&error))?;
        let row = again(store, key).await?;
        let is_tried = match row.state {
            NoticeState::Sending => false,
            NoticeState::Waiting | NoticeState::Held => row.attempts > 0,
            _ => true,
        };
        if is_tried || Instant::now() > until {
            store.drop_notice(key, now()).await.map_err(|error| wiring::store_failure(&error))?;
            return Ok(row);
        }
    }
}
