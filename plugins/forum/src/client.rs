//! Requests to the forum, counted and timed, and what its refusals mean.
//!
//! Holds: a call never sends more than its budget allows; a key stands in a header that the host fills, never
//! in an address.

use hark_sdk::http::{self, HttpFault, Request, Response};
use hark_sdk::prelude::*;

use crate::limits;
use crate::settings::{Settings, Software};
use crate::{discourse, manifest, nodebb, phpbb};

/// Requests of one call.
pub struct Client<'s> {
    pub settings: &'s Settings,
    left: u32,
    deadline: Ms,
}

impl<'s> Client<'s> {
    /// Starts a call within `budget`.
    pub fn new(settings: &'s Settings, budget: &Budget) -> Self {
        Self { settings, left: budget.max_requests, deadline: budget.deadline }
    }

    /// Starts a call that has no budget of its own, with at most `requests`.
    pub fn of(settings: &'s Settings, requests: u32) -> Self {
        Self { settings, left: requests, deadline: Clock::now() + limits::REQUEST_MS_MAX }
    }

    /// Tells whether one more request may be sent.
    pub fn may_ask(&self) -> bool {
        self.may_ask_and_keep(0)
    }

    /// Tells whether one more request may be sent and `kept` after it.
    pub fn may_ask_and_keep(&self, kept: u32) -> bool {
        self.left > kept && Clock::now() + limits::SPARE_MS < self.deadline
    }

    /// Refuses to go on without a request: what is not asked for counts as restricted, and that for ever.
    pub fn require(&self, what: &str) -> Result<(), Fault> {
        match self.may_ask() {
            true => Ok(()),
            false => Err(Fault::transient(format!("the budget of the call ends before it is known {what}"))),
        }
    }

    /// Fetches a path of the forum, with its query; the answer has a status of success.
    pub fn get(&mut self, path: &str) -> Result<Response, Fault> {
        let request = self.signed(http::get(format!("{}{path}", self.settings.base())));
        let response = self.send(request)?;
        self.judged(response)
    }

    /// Fetches a path that may have nothing, or nothing for us, behind it.
    pub fn look(&mut self, path: &str) -> Result<Looked, Fault> {
        let response = self.send(self.signed(http::get(format!("{}{path}", self.settings.base()))))?;
        let (payload, at) = (response.payload(), response.received_at());
        match self.judged(response) {
            Ok(response) => Ok(Looked::Found(response)),
            Err(fault) => match gone(&fault) {
                Some(reason) => Ok(Looked::Gone(Gone { reason, payload, at })),
                None => Err(fault),
            },
        }
    }

    /// Posts `body` to a path of the forum. What may have arrived is no fault, which would be tried again.
    pub fn post(&mut self, path: &str, body: &impl Serialize) -> Result<Posted, Fault> {
        let request = self.signed(http::post(format!("{}{path}", self.settings.base()))).json(body)?;
        let response = match self.send(request) {
            Ok(response) => response,
            // A connection that never came about looks no other than one that broke behind the request.
            Err(fault @ (HttpFault::Timeout | HttpFault::Connect(_) | HttpFault::TooLarge(_))) => {
                return Ok(Posted::Unknown(format!("no answer came back: {fault:?}")));
            }
            Err(fault) => return Err(fault.into()),
        };
        // Behind a proxy that gave up, the forum may have gone on.
        if matches!(response.status(), 500 | 502 | 504) {
            return Ok(Posted::Unknown(format!("status {}; {}", response.status(), response.quote())));
        }
        Ok(Posted::Answered(self.judged(response)?))
    }

    fn send(&mut self, request: Request) -> Result<Response, HttpFault> {
        self.left = self.left.saturating_sub(1);
        let left = (self.deadline - Clock::now()).clamp(1_000, limits::REQUEST_MS_MAX);
        request.timeout_ms(u32::try_from(left).unwrap_or(1_000)).send()
    }

    /// Returns the answer if its status is one of success, else what it means.
    pub fn judged(&self, response: Response) -> Result<Response, Fault> {
        let fault = match self.settings.software {
            Software::Discourse => discourse::fault_of(&response),
            Software::Nodebb => nodebb::fault_of(&response),
            Software::Phpbb => phpbb::fault_of(&response, self.settings),
        };
        fault.map_or(Ok(response), Err)
    }

    fn signed(&self, request: Request) -> Request {
        let settings = self.settings;
        match settings.software {
            Software::Phpbb => {
                let request = request.header("accept", "application/atom+xml, application/xml;q=0.9");
                if settings.signs_in() { request.credential(manifest::PHPBB_PASSWORD) } else { request }
            }
            _ if settings.anonymous => request.header("accept", "application/json"),
            Software::Discourse => request
                .header("accept", "application/json")
                .header("api-username", &settings.api_user)
                .credential(manifest::DISCOURSE_KEY),
            Software::Nodebb => {
                request.header("accept", "application/json").credential(manifest::NODEBB_TOKEN)
            }
        }
    }
}

/// What came of a request that changes the forum.
pub enum Posted {
    /// An answer with a status of success.
    Answered(Response),
    /// Nothing tells whether it arrived, and why.
    Unknown(String),
}

/// What is behind a path.
pub enum Looked {
    /// Something.
    Found(Response),
    /// Nothing, or nothing for us.
    Gone(Gone),
}

/// That something is not to be seen, by which answer.
#[derive(Debug, Clone, Copy)]
pub struct Gone {
    pub reason: RemovalReason,
    pub payload: u64,
    pub at: Ms,
}

impl Gone {
    /// Returns the removal of the item `id`.
    pub fn removal(self, id: impl Into<String>) -> Removal {
        Removal::new(id, self.reason, Some(self.at), Provenance::new(self.payload, ""))
    }
}

/// Says that a single thing is not to be seen, and why; none if the fault is about more than it.
fn gone(fault: &Fault) -> Option<RemovalReason> {
    match fault {
        Fault::NotFound(_) => Some(RemovalReason::Unknown),
        Fault::Auth(problem) if problem.why == AuthWhy::Forbidden => Some(RemovalReason::NoLongerVisible),
        _ => None,
    }
}
