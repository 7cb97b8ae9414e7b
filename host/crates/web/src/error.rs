//! What is answered when there is no page: the right status, and a page that says why.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hark_store::StoreError;

use crate::pages;
use crate::query::BadQuery;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WebError {
    /// The address asks for something that it cannot ask for.
    #[error(transparent)]
    Query(#[from] BadQuery),
    /// Longer than any address that we give.
    #[error("the address is too long")]
    TooLong,
    /// There is no such page.
    #[error("there is no such page")]
    NotFound,
    /// There is no such conversation.
    #[error("there is no such conversation")]
    NoConversation,
    /// Reading is all that can be done here.
    #[error("only GET and HEAD are served")]
    Method,
    /// The request was meant for somebody else: mostly a page that has its name point at us.
    #[error("this server is not known under the name {0:?}")]
    Host(String),
    /// Too many live streams.
    #[error("too many pages are live at the moment")]
    Busy,
    /// The store did not answer.
    #[error("the store cannot be read")]
    Store(#[from] StoreError),
}

impl WebError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Query(_) => StatusCode::BAD_REQUEST,
            Self::TooLong => StatusCode::URI_TOO_LONG,
            Self::NotFound | Self::NoConversation => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Host(_) => StatusCode::MISDIRECTED_REQUEST,
            Self::Store(StoreError::Unsupported(_)) => StatusCode::BAD_REQUEST,
            Self::Store(StoreError::Locked(_) | StoreError::Closed) | Self::Busy => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Returns what a reader is told; the log gets the whole chain.
    fn message(&self) -> String {
        match self {
            Self::Store(error) => format!("{self}: {error}"),
            _ => self.to_string(),
        }
    }
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let status = self.status();
        if let Self::Store(error) = &self {
            let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            tracing::error!(%error, cause, "a page could not be read from the store");
        }
        let page = match &self {
            Self::Query(BadQuery::Filter { text, error }) => pages::bad_filter(text, error),
            _ => pages::failure(status, &self.message()),
        };
        let mut response = (status, page).into_response();
        let headers = response.headers_mut();
        match status {
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
            }
            _ => {}
        }
        response
    }
}
