//! Why the demo could not start.

use std::path::PathBuf;

use crate::played::PlayedError;
use crate::story::StoryError;

/// Why the demo could not start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The folder or a file in it.
    #[error("cannot write {}", .path.display())]
    Folder {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// No port on loopback.
    #[error("cannot listen on loopback")]
    Listen(#[source] std::io::Error),
    /// The certificate authority or the certificate.
    #[error("cannot make the certificate")]
    Certificate(#[from] rcgen::Error),
    /// The certificate does not do for a server.
    #[error("cannot use the certificate")]
    Tls(#[from] rustls::Error),
    /// The story's own text is broken.
    #[error("the story cannot be told")]
    Story(#[from] StoryError),
    /// A platform cannot be played, or does not take what the story says.
    #[error("a platform cannot be played")]
    Played(#[from] PlayedError),
}
