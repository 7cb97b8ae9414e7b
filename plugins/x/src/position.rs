//! Where a stream stands: ids and times only, for X's page tokens do not outlive a run.

use hark_sdk::prelude::*;

/// Version of [`Position`] as a cursor.
pub const VERSION: u32 = 1;

/// What is read already.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Newest post of all finished runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_id: Option<String>,
    /// From when, while there is no such post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_ms: Option<Ms>,
    /// Oldest post of a backfill, which goes on below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<String>,
    /// Our account, once it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// Where a run that was cut goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Continuation {
    /// X's token of the next page.
    pub token: Option<String>,
    /// Where the run began.
    pub from: Position,
    /// Newest post of the run: where the next one begins.
    pub newest: Option<String>,
    /// Oldest post of the run so far.
    pub oldest: Option<String>,
    /// When the run began.
    pub started: Ms,
    /// Until when X has nothing left for us.
    pub limited_until: Option<Ms>,
    /// Ids of a recheck that are done.
    pub done: usize,
}

impl Position {
    /// Reads a cursor.
    pub fn read(cursor: Option<&[u8]>) -> Result<Option<Self>, Fault> {
        cursor::read(VERSION, cursor)
    }

    /// Writes it as a cursor.
    pub fn write(&self) -> Result<Vec<u8>, Fault> {
        cursor::write(VERSION, self)
    }
}

impl Continuation {
    /// Reads a continuation.
    pub fn read(continuation: Option<&[u8]>) -> Result<Option<Self>, Fault> {
        cursor::read(VERSION, continuation)
    }

    /// Writes it.
    pub fn write(&self) -> Result<Vec<u8>, Fault> {
        cursor::write(VERSION, self)
    }
}
