//! Operations on a double: its own, and those of its platform.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::core::Armed;
use crate::double::Stage;
use crate::emitter::DeliverArgs;
use crate::fault::Order;
use crate::weather::Weather;
use crate::{Hook, emitter, request_log};

/// Why an operation was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// Nobody knows it.
    #[error("there is no operation {0:?}: see the README of the doubles")]
    Unknown(String),
    /// It was asked for with something that makes no sense.
    #[error("operation {op:?}: {why}")]
    Arguments {
        /// The operation.
        op: String,
        /// What is wrong.
        why: String,
    },
    /// What it is about is not there.
    #[error("there is no {what} {id:?}")]
    Missing {
        /// What sort of thing.
        what: String,
        /// Which one.
        id: String,
    },
}

impl ControlError {
    /// What an operation is about is not there.
    pub fn missing(what: impl Into<String>, id: impl ToString) -> Self {
        Self::Missing { what: what.into(), id: id.to_string() }
    }
}

/// Reads the arguments of operation `op`: the fields that stand beside it.
pub fn arguments<T: DeserializeOwned>(op: &str, args: &Value) -> Result<T, ControlError> {
    T::deserialize(args)
        .map_err(|error| ControlError::Arguments { op: op.to_owned(), why: error.to_string() })
}

#[derive(Deserialize)]
struct Millis {
    ms: i64,
}

#[derive(Deserialize)]
struct Limit {
    bucket: String,
    limit: u32,
}

#[derive(Deserialize)]
struct Allowed {
    #[serde(default)]
    allowed: Vec<String>,
}

impl Stage {
    /// Does one operation, or each of a list, and returns what each says.
    pub(crate) async fn run(&self, operation: &Value) -> Result<Value, ControlError> {
        if let Value::Array(list) = operation {
            let mut said = Vec::new();
            for operation in list {
                said.push(Box::pin(self.run(operation)).await?);
            }
            return Ok(Value::Array(said));
        }
        let (op, args) = (name_of(operation)?, operation);
        let said = match op {
            "deliver" => Ok(Value::Array(self.deliver(arguments::<DeliverArgs>(op, args)?).await)),
            "handshake" => self.shake_hands().await,
            "advance" => {
                let now = self.core.clock().advance(arguments::<Millis>(op, args)?.ms);
                self.retry_due().await;
                Ok(json!({ "now": now }))
            }
            _ => self.apply(operation),
        };
        if self.core.state().emitter.is_live() {
            self.deliver(DeliverArgs::default()).await;
        }
        said
    }

    /// Does what needs no network: all that may happen between two requests.
    pub(crate) fn apply(&self, operation: &Value) -> Result<Value, ControlError> {
        if let Value::Array(list) = operation {
            return list.iter().map(|operation| self.apply(operation)).collect();
        }
        let (op, args) = (name_of(operation)?, operation);
        match op {
            "time" => {}
            "now" => self.core.clock().set(arguments::<Millis>(op, args)?.ms),
            "advance" => _ = self.core.clock().advance(arguments::<Millis>(op, args)?.ms),
            "fault" => self.core.state().faults.add(arguments::<Order>(op, args)?),
            "clear-faults" => self.core.state().clear_faults(),
            "weather" => self.core.state().weather = Some(arguments::<Weather>(op, args)?),
            "limit" => {
                let Limit { bucket, limit } = arguments(op, args)?;
                self.core.state().rates.set_limit(bucket, limit);
            }
            "token" => self.core.state().tokens.change(arguments(op, args)?),
            "after" => self.core.state().armed.push(arguments::<Armed>(op, args)?),
            "hook" => self.core.state().emitter.set_hook(arguments::<Hook>(op, args)?),
            "log" => return Ok(json!(self.core.state().log)),
            "clear-log" => self.core.state().log.clear(),
            "check-log" => {
                let Allowed { allowed } = arguments(op, args)?;
                let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
                return Ok(json!(request_log::violations(&self.core.state().log, &allowed)));
            }
            "deliveries" => return Ok(json!(self.core.state().emitter.attempts())),
            "deliver" | "handshake" => {
                let why = "needs the network, so it cannot be done between two requests".to_owned();
                return Err(ControlError::Arguments { op: op.to_owned(), why });
            }
            _ => return self.platform.control(op, args),
        }
        Ok(json!({ "now": self.core.now() }))
    }

    async fn deliver(&self, args: DeliverArgs) -> Vec<Value> {
        let sent = emitter::deliver(&self.core, &*self.platform, &args).await;
        sent.iter().map(|sent| json!(sent)).collect()
    }

    async fn retry_due(&self) {
        emitter::retry_due(&self.core, &*self.platform).await;
    }

    async fn shake_hands(&self) -> Result<Value, ControlError> {
        emitter::shake_hands(&self.core, &*self.platform).await
    }
}

fn name_of(operation: &Value) -> Result<&str, ControlError> {
    let name = operation.get("op").and_then(Value::as_str);
    name.ok_or_else(|| ControlError::Unknown(operation.to_string().chars().take(80).collect()))
}
