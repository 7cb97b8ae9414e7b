//! A folder over HTTP on loopback, in a platform's place: what a new connector listens to first.
//!
//! Holds: nothing outside of the folder is served. Not here: anything that a platform does of itself; that
//! is for a double that knows the platform.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use hark_lifecycle::Shutdown;
use tokio::net::TcpListener;

/// Serves the files of `folder` until ordered to stop: `GET /a/b.json` gives `a/b.json`.
pub async fn serve_folder(listener: TcpListener, folder: PathBuf, shutdown: Shutdown) -> std::io::Result<()> {
    let order = async move { shutdown.ordered().await };
    let router = Router::new().fallback(answer).with_state(Arc::new(folder));
    axum::serve(listener, router).with_graceful_shutdown(order).await
}

async fn answer(State(folder): State<Arc<PathBuf>>, method: Method, uri: Uri) -> Response {
    let response = match file_of(&folder, uri.path()) {
        Some(file) if method == Method::GET => content(&file).await,
        Some(_) => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    };
    tracing::debug!(%method, %uri, status = response.status().as_u16(), "asked");
    response
}

async fn content(file: &Path) -> Response {
    match tokio::fs::read(file).await {
        Ok(bytes) => ([(header::CONTENT_TYPE, media_type(file))], bytes).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Returns the file that `path` names, if it lies within `folder`.
fn file_of(folder: &Path, path: &str) -> Option<PathBuf> {
    let inside = Path::new(path.strip_prefix('/')?);
    inside.components().all(|part| matches!(part, Component::Normal(_))).then(|| folder.join(inside))
}

fn media_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("json") => "application/json",
        Some("html") => "text/html; charset=utf-8",
        Some("xml" | "rss" | "atom") => "application/xml",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_of_the_folder_is_served() {
        let folder = Path::new("double");
        assert_eq!(file_of(folder, "/a/b.json"), Some(folder.join("a/b.json")));
        for path in ["/../secret", "/a/../../secret", "//etc/passwd", "a.json", "/./../x"] {
            assert_eq!(file_of(folder, path), None, "{path}");
        }
    }
}
