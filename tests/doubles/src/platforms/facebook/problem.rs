//! Errors as the Graph API says them: a code, sometimes a subcode, and a status that means little.

use axum::response::Response;
use serde_json::{Value, json};

use crate::reply;

/// An error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The status; 400 for nearly all.
    pub status: u16,
    code: i64,
    subcode: Option<i64>,
    kind: &'static str,
    message: String,
    is_transient: bool,
}

impl Problem {
    /// Makes an error of the usual kind.
    pub fn new(code: i64, message: impl Into<String>) -> Self {
        let kind = "OAuthException";
        Self { status: 400, code, subcode: None, kind, message: message.into(), is_transient: false }
    }

    fn with_subcode(self, subcode: i64) -> Self {
        Self { subcode: Some(subcode), ..self }
    }

    /// There is no token.
    pub fn no_token() -> Self {
        Self::new(104, "An access token is required to request this resource.")
    }

    /// Nobody knows the token.
    pub fn bad_token() -> Self {
        Self::new(190, "Invalid OAuth access token - Cannot parse access token")
    }

    /// The token's time is over.
    pub fn expired() -> Self {
        Self::new(
            190,
            "Error validating access token: Session has expired on Friday, 24-Jul-26 14:00:00 PDT.",
        )
        .with_subcode(463)
    }

    /// The app was removed.
    pub fn revoked() -> Self {
        Self::new(190, "Error validating access token: The user has not authorized application 5.")
            .with_subcode(458)
    }

    /// Reading needs a permission.
    pub fn may_not_read(scope: &str) -> Self {
        Self::new(
            10,
            format!(
                "(#10) This endpoint requires the '{scope}' permission or the 'Page Public Content Access' feature. Refer to https://developers.facebook.com/docs/apps/review/login-permissions#manage-pages for details."
            ),
        )
    }

    /// Writing needs a permission.
    pub fn may_not_write(scope: &str) -> Self {
        Self::new(
            200,
            format!(
                "(#200) Permissions error: {scope} permission must be granted before impersonating a user's page."
            ),
        )
    }

    /// It is gone, or not for this token.
    pub fn no_object(verb: &str, id: &str) -> Self {
        let message = format!(
            "Unsupported {verb} request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api"
        );
        Self { kind: "GraphMethodException", ..Self::new(100, message).with_subcode(33) }
    }

    /// A field that such a thing does not have.
    pub fn no_field(field: &str, node: &str) -> Self {
        Self::new(100, format!("(#100) Tried accessing nonexisting field ({field}) on node type ({node})"))
    }

    /// A parameter that makes no sense.
    pub fn parameter(message: &str) -> Self {
        Self::new(100, format!("(#100) {message}"))
    }

    /// A page token that leads nowhere any more.
    pub fn stale_cursor() -> Self {
        Self::new(2642, "(#2642) Invalid cursors values")
    }

    /// Too many calls of an app.
    pub fn app_limit() -> Self {
        Self { is_transient: true, ..Self::new(4, "(#4) Application request limit reached") }
    }

    /// Too many calls to a page.
    pub fn page_limit() -> Self {
        let message = "(#80001) There have been too many calls to this Page account. Wait a bit and try again. For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.";
        Self { is_transient: true, ..Self::new(80_001, message) }
    }

    /// The platform has failed.
    pub fn unavailable() -> Self {
        Self { status: 500, is_transient: true, ..Self::new(2, "Service temporarily unavailable") }
    }

    /// An address that leads nowhere.
    pub fn unknown_path(path: &str) -> Self {
        Self::new(2500, format!("Unknown path components: /{path}"))
    }

    /// Returns the body.
    pub fn body(&self) -> Value {
        let mut error = json!({
            "message": self.message, "type": self.kind, "code": self.code,
            "fbtrace_id": format!("A{:x}Fb2C3d4E5", self.code),
        });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        if self.is_transient {
            error["is_transient"] = json!(true);
        }
        json!({ "error": error })
    }

    /// Returns the answer.
    pub fn response(&self) -> Response {
        reply::json(self.status, &self.body())
    }
}
