//! `/ask/TICKET`: where experts without an account see the one thread that they are asked about, and answer.
//!
//! Holds: **GET changes nothing and shows nothing of the thread**, because what opens links by itself only GETs; the
//! buttons POST. Every ticket that is not right gets the same answer, so nobody learns which questions there are. No page
//! runs a script, is framed, is kept, or tells another site where somebody came from: the address is the secret. The
//! guard of the pages does not stand here, for people reach this under another name. Not here: what opens a question.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use hark_notices::{Opened, Questions};
use hark_store::{AnswerAs, ChimeInStanding, StoreError};
use maud::Markup;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::bucket::Bucket;
use crate::limits;
use crate::pages::{self, ask as page};

/// Who opens questions now; none where nobody is asked.
pub type CurrentQuestions = Arc<dyn Fn() -> Option<Questions> + Send + Sync>;

/// What the pages of experts need.
#[derive(Clone)]
pub struct AskOptions {
    /// Asked for each request.
    pub questions: CurrentQuestions,
    /// Requests in a minute.
    pub per_min: u32,
}

impl std::fmt::Debug for AskOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AskOptions").field("per_min", &self.per_min).finish_non_exhaustive()
    }
}

const HEADERS: [(HeaderName, &str); 9] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow, noarchive"),
];

#[derive(Clone)]
struct Desk {
    questions: CurrentQuestions,
    bucket: Arc<Mutex<Bucket>>,
    places: Arc<Semaphore>,
}

/// Makes the routes; to be merged with the pages, or served on an address of their own.
pub fn asks(options: AskOptions) -> Router {
    let desk = Desk {
        questions: options.questions,
        bucket: Arc::new(Mutex::new(Bucket::new(options.per_min, Instant::now()))),
        places: Arc::new(Semaphore::new(limits::ASKS_AT_ONCE)),
    };
    Router::new().route("/ask/style.css", get(style)).route("/ask/{ticket}", any(answer)).with_state(desk)
}

async fn style() -> Response {
    guarded(([(header::CONTENT_TYPE, "text/css; charset=utf-8")], page::STYLE).into_response())
}

async fn answer(State(desk): State<Desk>, Path(ticket): Path<String>, request: Request) -> Response {
    let (status, shown) = match desk.take(&ticket, request).await {
        Ok(shown) => shown,
        Err(refusal) => (refusal.status(), page::message(refusal.title(), refusal.text())),
    };
    let mut response = (status, shown).into_response();
    let headers = response.headers_mut();
    match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
        }
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
        }
        _ => {}
    }
    guarded(response)
}

fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Why a request is not answered.
#[derive(Debug)]
enum Refusal {
    Method,
    TooOften,
    Busy,
    Form(&'static str),
    Store,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        // The ticket stands in the address, so the address is not logged.
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        tracing::error!(%error, cause, "the question of an expert could not be opened");
        Self::Store
    }
}

/// What an expert does.
enum Deed {
    See,
    Answer { text: String, kind: AnswerAs },
    Decline,
}

impl Desk {
    async fn take(&self, ticket: &str, request: Request) -> Result<(StatusCode, Markup), Refusal> {
        let count = self.bucket.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now());
        count.map_err(|_| Refusal::TooOften)?;
        let _place = self.places.try_acquire().map_err(|_| Refusal::Busy)?;
        let Some(questions) = (self.questions)() else { return Ok(closed(ChimeInStanding::Unknown)) };
        let now = pages::now_ms();
        match *request.method() {
            Method::GET | Method::HEAD => Ok(match questions.cover(ticket, now).await? {
                Opened::Shown(cover) => (StatusCode::OK, page::cover(&cover, now)),
                Opened::Closed(standing) => closed(standing),
            }),
            Method::POST => self.post(&questions, ticket, deed(request).await?).await,
            _ => Err(Refusal::Method),
        }
    }

    async fn post(
        &self,
        questions: &Questions,
        ticket: &str,
        deed: Deed,
    ) -> Result<(StatusCode, Markup), Refusal> {
        let now = pages::now_ms();
        let done = |standing, title, text| match standing {
            ChimeInStanding::Open => (StatusCode::OK, page::message(title, text)),
            standing => closed(standing),
        };
        Ok(match deed {
            Deed::See => match questions.see(ticket, now).await? {
                Opened::Shown(shown) => (StatusCode::OK, page::thread(&shown, now)),
                Opened::Closed(standing) => closed(standing),
            },
            Deed::Answer { text, kind } => {
                let standing = questions.answer(ticket, &text, kind, now).await?;
                done(
                    standing,
                    "Thank you",
                    "Your answer has arrived. This link has done its work and opens no more.",
                )
            }
            Deed::Decline => {
                let standing = questions.decline(ticket, now).await?;
                done(
                    standing,
                    "All right",
                    "Who asked is told that you do not answer. This link opens no more.",
                )
            }
        })
    }
}

/// Says why a question does not open; of every ticket that is not right, the same.
fn closed(standing: ChimeInStanding) -> (StatusCode, Markup) {
    let (status, text) = match standing {
        ChimeInStanding::Unknown => {
            (StatusCode::NOT_FOUND, "There is nothing here. Check that the whole link was opened.")
        }
        ChimeInStanding::Answered => (StatusCode::GONE, "This was answered already."),
        ChimeInStanding::Declined => (StatusCode::GONE, "You said that you do not answer this."),
        ChimeInStanding::Expired => (StatusCode::GONE, "The time for an answer is over."),
        ChimeInStanding::Withdrawn => (StatusCode::GONE, "The question was taken back."),
        ChimeInStanding::Closed | ChimeInStanding::Open => {
            (StatusCode::GONE, "The conversation is not open to you any more.")
        }
    };
    (status, page::message("Not open", text))
}

async fn deed(request: Request) -> Result<Deed, Refusal> {
    let form = read(request.into_body()).await?;
    let value = |key: &str| {
        let mut pairs = url::form_urlencoded::parse(&form);
        pairs.find(|(name, _)| name == key).map(|(_, value)| value.into_owned())
    };
    match value("do").as_deref() {
        Some("see") => Ok(Deed::See),
        Some("decline") => Ok(Deed::Decline),
        Some("answer") => {
            // Browsers send line ends as CR LF.
            let text = value("text").unwrap_or_default().replace("\r\n", "\n");
            let kind = match value("as").as_deref() {
                Some("reply") => AnswerAs::Reply,
                _ => AnswerAs::Note,
            };
            match text.trim().chars().count() {
                0 => Err(Refusal::Form("The answer was empty. Go back, and write a few words.")),
                1..=limits::ASK_ANSWER_CHARS_MAX => Ok(Deed::Answer { text, kind }),
                _ => Err(Refusal::Form(
                    "The answer was longer than 16,000 characters. Go back, and shorten it.",
                )),
            }
        }
        _ => Err(Refusal::Form("The form says nothing that is known here.")),
    }
}

async fn read(body: Body) -> Result<Vec<u8>, Refusal> {
    let bytes = axum::body::to_bytes(body, limits::ASK_FORM_BYTES_MAX);
    match tokio::time::timeout(limits::ASK_FORM_WAIT, bytes).await {
        Ok(Ok(bytes)) => Ok(bytes.into()),
        Ok(Err(_)) => Err(Refusal::Form("The form was broken off or too large.")),
        Err(_) => Err(Refusal::Form("The form did not come in time.")),
    }
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Form(_) => StatusCode::BAD_REQUEST,
            Self::Store => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::Form(_) => "That did not work",
            Self::Method | Self::TooOften | Self::Busy | Self::Store => "Not now",
        }
    }

    fn text(&self) -> &'static str {
        match self {
            Self::Method => "Only opening the link and answering is possible here.",
            Self::TooOften | Self::Busy => "Too many people ask at once. Try again in a moment.",
            Self::Form(text) => text,
            Self::Store => "Something is broken on our side; nothing was changed. Try again later.",
        }
    }
}
