//! Why the store did not do what it was asked.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// Why the store did not do what it was asked. Nothing of the step was stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is from a newer Hark; it was not touched.
    #[error("the database has schema {file}, this program knows schemas up to {ours}: use a newer program")]
    Newer {
        /// Schema of the file.
        file: u32,
        /// Newest schema that is known here.
        ours: u32,
    },
    /// The file is a database of something else; it was not touched.
    #[error("{} is a database, but not one of Hark", .0.display())]
    Foreign(PathBuf),
    /// The file is no database, or its content contradicts itself; it was not deleted.
    #[error("the database is damaged: move it away and restore a copy")]
    Damaged(#[source] rusqlite::Error),
    /// Another process writes, and went on doing so for longer than we wait.
    #[error("the database is locked by another process")]
    Locked(#[source] rusqlite::Error),
    /// There is no room left for the step.
    #[error("the disk or the database is full")]
    Full(#[source] rusqlite::Error),
    /// The file cannot be reached, read or written.
    #[error("the database file cannot be used")]
    Io(#[source] rusqlite::Error),
    /// The source was never registered.
    #[error("source {0} is not registered")]
    UnknownSource(i64),
    /// An event names a payload that did not come with it.
    #[error("payload {0} is referred to but not given")]
    UnknownPayload(u64),
    /// A payload could not be compressed.
    #[error("a payload could not be compressed")]
    Compress(#[source] std::io::Error),
    /// The writer's thread could not be started.
    #[error("the writer could not be started")]
    Thread(#[source] std::io::Error),
    /// A backfill is read by somebody else by now; nothing of the batch was stored.
    #[error("the backfill was taken over by another process")]
    LeaseLost,
    /// What routing remembers was changed by somebody else since it was decided from; nothing was stored.
    #[error("the routing state was changed by another process meanwhile")]
    RoutingMoved,
    /// A filter asks for what is not stored, or for who looks where nobody does.
    #[error(transparent)]
    Unsupported(#[from] hark_query::Unsupported),
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    /// A fault of Hark itself.
    #[error("the database refused a statement")]
    Statement(#[source] rusqlite::Error),
}

impl StoreError {
    /// Returns the same error for another step that met it.
    pub(crate) fn repeat(&self) -> Self {
        use rusqlite::Error::SqliteFailure;
        match self {
            Self::Locked(SqliteFailure(code, message))
            | Self::Full(SqliteFailure(code, message))
            | Self::Damaged(SqliteFailure(code, message))
            | Self::Io(SqliteFailure(code, message))
            | Self::Statement(SqliteFailure(code, message)) => SqliteFailure(*code, message.clone()).into(),
            _ => Self::Closed,
        }
    }
}

/// Tells whether a stored value is outside the schema.
fn is_value_error(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error};
    matches!(
        error,
        FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..) | Utf8Error(..)
    )
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged(error),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked(error),
            Some(ErrorCode::DiskFull) => Self::Full(error),
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied,
            ) => Self::Io(error),
            None if is_value_error(&error) => Self::Damaged(error),
            _ => Self::Statement(error),
        }
    }
}
