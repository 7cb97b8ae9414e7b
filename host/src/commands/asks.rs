//! `hark asks`: questions to experts, and how they stand.

use hark_pipeline::now;
use hark_store::{ChimeInId, Store};

use crate::cli::{AsksArgs, Cli};
use crate::exit::{Done, Exit, Failure};
use crate::{print, wiring};

/// Runs the command.
pub async fn run(cli: &Cli, args: &AsksArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    let store = wiring::existing_store(&config)?;
    let done = match &args.withdraw {
        Some(number) => withdraw(cli, &store, number).await,
        None => list(cli, args, &store).await,
    };
    store.close().map_err(|error| wiring::store_failure(&error))?;
    done
}

async fn list(cli: &Cli, args: &AsksArgs, store: &Store) -> Done {
    let now = now();
    // Who does not listen does not sweep, and a question whose time is over should say so here, too.
    store.expire_chime_ins(now).await.map_err(|error| wiring::store_failure(&error))?;
    let rows = store.all_chime_ins(args.state, args.limit).await;
    print::asks(&rows.map_err(|error| wiring::store_failure(&error))?, cli.json);
    Ok(())
}

async fn withdraw(cli: &Cli, store: &Store, number: &str) -> Done {
    let unknown = || {
        Failure::new(Exit::Usage, format!("there is no question {number}"))
            .hint("`hark asks` lists them with their numbers")
    };
    let id = ChimeInId::parse(number).ok_or_else(unknown)?;
    let done = store.withdraw_chime_in(id, now()).await.map_err(|error| wiring::store_failure(&error))?;
    let row = store.chime_in(id).await.map_err(|error| wiring::store_failure(&error))?.ok_or_else(unknown)?;
    if !done {
        let message = format!("question {number} is {}; only an open one is taken back", row.state.as_str());
        return Err(Failure::new(Exit::Usage, message));
    }
    print::asks(&[row], cli.json);
    Ok(())
}
