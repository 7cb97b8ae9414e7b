//! Several look-ups in one request, each with an answer of its own.

use hark_sdk::http::Request;
use hark_sdk::types::Fault;
use serde::{Deserialize, Serialize};

use crate::Settings;
use crate::fault::GraphError;
use crate::graph::{self, Reply};

/// One look-up.
#[derive(Debug, Serialize)]
struct Call<'a> {
    method: &'static str,
    relative_url: &'a str,
}

/// The answer to one look-up.
#[derive(Debug, Clone, Deserialize)]
pub struct Answer {
    #[serde(default)]
    pub code: u16,
    /// JSON within JSON.
    #[serde(default)]
    body: Option<String>,
}

/// Starts the request for `addresses`, each relative to the version; at most 50.
pub fn request(settings: &Settings, addresses: &[String]) -> Result<Request, Fault> {
    let calls: Vec<Call<'_>> =
        addresses.iter().map(|address| Call { method: "GET", relative_url: address }).collect();
    let batch = serde_json::to_string(&calls)
        .map_err(|error| Fault::protocol(format!("the batch is no JSON: {error}")))?;
    // The headers of the answers would be longer than the answers.
    Ok(graph::post(settings, "", &[("batch", &batch), ("include_headers", "false")]))
}

/// Returns the answers in the order of the look-ups; none for those that ran out of time.
pub fn answers(reply: &Reply, asked: usize) -> Result<Vec<Option<Answer>>, Fault> {
    let answers: Vec<Option<Answer>> = reply.json()?;
    if answers.len() != asked {
        let detail = format!("{asked} look-ups were asked for and {} were answered", answers.len());
        return Err(Fault::protocol(detail));
    }
    Ok(answers)
}

impl Answer {
    /// Returns the body; "" if there is none.
    pub fn body(&self) -> &str {
        self.body.as_deref().unwrap_or_default()
    }

    /// Returns the body parsed, or the platform's error, or none of both.
    pub fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, Option<GraphError>> {
        if let Some(error) = graph::error_in(self.body().as_bytes()) {
            return Err(Some(error));
        }
        if self.code >= 400 {
            return Err(None);
        }
        hark_sdk::json::parse(self.body().as_bytes()).map_err(|_| None)
    }
}
