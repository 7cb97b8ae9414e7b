//! `hark ask`: ask an expert without an account to chime in on one conversation.

use std::time::Duration;

use hark_config::{AskConfig, Config, NoticeWay};
use hark_notices::{Question, QuestionError, limits};
use hark_pipeline::now;
use hark_store::{ChimeInAsked, ChimeInId, NewPerson, Store};

use crate::cli::{AskArgs, Cli};
use crate::commands::people::no_target;
use crate::exit::{Done, Exit, Failure};
use crate::notices::questions;
use crate::{print, wiring};

const DAY_SECS: u64 = 24 * 3_600;

/// Runs the command.
pub async fn run(cli: &Cli, args: &AskArgs) -> Done {
    let config = wiring::config(&cli.config)?;
    let store = wiring::existing_store(&config)?;
    let asked = ask(args, &config, &store).await;
    store.close().map_err(|error| wiring::store_failure(&error))?;
    let (id, is_new) = asked?;
    print::asked(id, is_new, cli.json);
    Ok(())
}

async fn ask(args: &AskArgs, config: &Config, store: &Store) -> Result<(ChimeInId, bool), Failure> {
    let settings = config.ask.as_ref().ok_or_else(|| {
        Failure::new(Exit::Config, format!("{} has no table [ask]", config.path.display()))
            .hint("it says where links lead and what they are made of; the README shows one")
    })?;
    let questions = questions(config, store).await?.ok_or_else(|| {
        Failure::new(Exit::Internal, "there are no questions although there is a table [ask]")
    })?;
    let (channel, by_mail) = channel(args, config, settings)?;
    let asker = args.asker.clone().or_else(|| settings.asker.clone()).ok_or_else(|| {
        Failure::new(Exit::Usage, "nobody asks: the person must know who does")
            .hint("add --asker NAME, or set `asker` under [ask]")
    })?;
    let person = person(store, &args.person, by_mail).await?;
    let address = person.email.clone().filter(|_| by_mail);
    let expert = store.person(person, now()).await.map_err(|error| wiring::store_failure(&error))?;
    let asked_by = store.user(&format!("operator:{asker}"), &asker, "operator").await;
    let days = args.days.unwrap_or(settings.days);
    let question = Question {
        conversation: args.conversation,
        asked_by: asked_by.map_err(|error| wiring::store_failure(&error))?,
        asker,
        expert,
        reason: args.reason.clone(),
        channel,
        address,
        may_see: args.may_see.unwrap_or(settings.may_see),
        life: Duration::from_secs(u64::from(days) * DAY_SECS),
    };
    let may_see = question.may_see;
    match questions.ask(question, now()).await.map_err(|error| refused(&error))? {
        ChimeInAsked::New(id) => Ok((id, true)),
        ChimeInAsked::Already(id) => Ok((id, false)),
        ChimeInAsked::NoThread => Err(no_conversation(args.conversation)),
        ChimeInAsked::TooPrivate => Err(too_private(store, args.conversation, may_see.as_str()).await),
    }
}

/// Returns the target that asks, and whether it writes mails.
fn channel(args: &AskArgs, config: &Config, settings: &AskConfig) -> Result<(String, bool), Failure> {
    let name = args.target.as_ref().unwrap_or(&settings.target);
    let target = config.notices.iter().find(|target| target.name == *name);
    let target = target.ok_or_else(|| no_target(config, name))?;
    Ok((name.clone(), matches!(target.way, NoticeWay::Mail(_))))
}

/// Finds who is meant; a mail needs an address.
async fn person(store: &Store, text: &str, by_mail: bool) -> Result<NewPerson, Failure> {
    if text.contains('@') {
        return Ok(NewPerson { name: None, email: Some(text.to_owned()) });
    }
    let name = Some(text.to_owned());
    let emails = store.emails_of(text).await.map_err(|error| wiring::store_failure(&error))?;
    match &emails[..] {
        [email] => Ok(NewPerson { name, email: Some(email.clone()) }),
        [] if !by_mail => Ok(NewPerson { name, email: None }),
        [] => Err(Failure::new(Exit::Usage, format!("nobody named {text:?} with a mail address is known"))
            .hint("name the person by mail address: --person name@example.com")),
        several => Err(Failure::new(Exit::Usage, format!("{text:?} may be any of {}", several.join(", ")))
            .hint("name the person by one of these addresses")),
    }
}

fn refused(error: &QuestionError) -> Failure {
    match error {
        QuestionError::Store(error) => wiring::store_failure(error),
        QuestionError::Random => Failure::of(Exit::Internal, error),
        QuestionError::Inbox(_) | QuestionError::Base(_) => Failure::of(Exit::Config, error),
        QuestionError::Reason => {
            Failure::of(Exit::Usage, error).hint("add --reason TEXT; the person reads it")
        }
        QuestionError::Life(_) => {
            let days_max = limits::QUESTION_LIFE_MAX.as_secs() / DAY_SECS;
            Failure::of(Exit::Usage, error).hint(format!("add --days 1 to {days_max}"))
        }
        QuestionError::Address(_) => Failure::of(Exit::Usage, error),
    }
}

fn no_conversation(number: i64) -> Failure {
    Failure::new(Exit::Usage, format!("there is no conversation {number}, or it has become part of another"))
        .hint("its number stands in the address of its page, /conversation/NUMBER, and in `hark feed --json`")
}

async fn too_private(store: &Store, number: i64, may_see: &str) -> Failure {
    let thread = store.thread(number).await.ok().flatten();
    let visibility = thread.map_or("more private", |thread| thread.conversation.visibility.as_str());
    let message =
        format!("conversation {number} is {visibility}, and the person may see no more than {may_see}");
    Failure::new(Exit::Usage, message)
        .hint(format!("if the person may read it all the same: --may-see {visibility}"))
}
