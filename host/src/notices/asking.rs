//! Questions to experts while Hark runs: who opens them now, and which source brings answers.

use std::sync::{Arc, PoisonError, RwLock};

use hark_config::Config;
use hark_egress::Secret;
use hark_model::SourceName;
use hark_notices::{MailTaken, QuestionKey, Questions, QuestionsOptions};
use hark_pipeline::{Answers, now};
use hark_store::{Store, StoreError};
use hark_web::CurrentQuestions;

use crate::exit::{Exit, Failure, chain};

/// Makes questions ready as the configuration has them; none where nobody is asked.
pub async fn questions(config: &Config, store: &Store) -> Result<Option<Questions>, Failure> {
    let Some(options) = question_options(config).await? else { return Ok(None) };
    Questions::new(store.clone(), options).map(Some).map_err(|error| wrong(config, ":", &error))
}

/// Reads what questions are made of, and fetches their key; none where nobody is asked.
pub async fn question_options(config: &Config) -> Result<Option<QuestionsOptions>, Failure> {
    let Some(ask) = &config.ask else { return Ok(None) };
    let key = Secret::resolve(&ask.key).await.map_err(|error| wrong(config, " `key`:", &error))?;
    let key = QuestionKey::parse(&key).map_err(|error| wrong(config, " `key`:", &error))?;
    let inbox = ask.answers.as_ref().map(|answers| answers.inbox.clone());
    let options = QuestionsOptions { key, base: ask.url.clone(), inbox };
    options.checked().map_err(|error| wrong(config, ":", &error))?;
    Ok(Some(options))
}

fn wrong(config: &Config, what: &str, error: &dyn std::error::Error) -> Failure {
    Failure::new(Exit::Config, format!("{}: [ask]{what} {}", config.path.display(), chain(error)))
}

/// Who opens questions now. Cheap to clone; all clones see the same.
#[derive(Clone, Default)]
pub struct Asking(Arc<RwLock<Now>>);

#[derive(Clone, Default)]
struct Now {
    questions: Option<Questions>,
    /// The source that brings answers by mail.
    source: Option<String>,
}

impl Asking {
    /// Has these questions opened from now on.
    pub fn set(&self, questions: Option<Questions>, config: &Config) {
        let answers = config.ask.as_ref().and_then(|ask| ask.answers.as_ref());
        let source = answers.map(|answers| answers.source.clone());
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Now { questions, source };
    }

    fn now(&self) -> Now {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns who opens them, for the pages.
    pub fn current(&self) -> CurrentQuestions {
        let asking = self.clone();
        Arc::new(move || asking.now().questions)
    }

    /// Returns who takes answers out of what a source brings.
    pub fn answers(&self) -> Answers {
        let (asking, taking) = (self.clone(), self.clone());
        Answers {
            wants: Arc::new(move |source: &SourceName| {
                asking.now().source.is_some_and(|name| name == source.as_str())
            }),
            take: Arc::new(move |raw| {
                let questions = taking.now().questions;
                Box::pin(async move { take(questions, raw).await })
            }),
        }
    }
}

/// Hands a mail over; false if it is none of ours, and goes the way of all others.
async fn take(questions: Option<Questions>, raw: Vec<u8>) -> Result<bool, StoreError> {
    let Some(questions) = questions else { return Ok(false) };
    let taken = questions.take_mail(&raw, now()).await?;
    match &taken {
        MailTaken::NotOurs => return Ok(false),
        MailTaken::Answered(id) => tracing::info!(question = %id, "answered by mail"),
        MailTaken::Automatic(id) => tracing::info!(question = %id, "a machine wrote back; that is no answer"),
        MailTaken::Undeliverable(id) => tracing::warn!(question = %id, "the question's mail came back"),
        MailTaken::Stranger(id) => {
            tracing::warn!(question = %id, "somebody else than who was asked wrote back; that is no answer");
        }
        MailTaken::Empty(id) => {
            tracing::warn!(question = %id, "a mail without words of its own is no answer")
        }
        MailTaken::Closed(id, standing) => {
            tracing::warn!(question = %id, ?standing, "a mail came after the question was closed");
        }
    }
    Ok(true)
}
