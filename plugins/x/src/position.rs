//! Where a stream stands: ids and times only, for X's page tokens do not outlive a run.
//!
//! Holds: what lies above the floor was not read yet; what lies under it was, except for the holes. So a position
//! is right after every page, and a backlog is never begun again.

use hark_sdk::prelude::*;

use crate::ids;

/// Version of [`Position`] as a cursor; 1 had no holes, and moved at the end of a run only.
pub const VERSION: u32 = 2;

/// What is read already.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// What is newer is still to be looked at.
    #[serde(flatten)]
    pub floor: Floor,
    /// Spans under the floor that are still to be read, the newest last. A backfill is one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holes: Vec<Hole>,
    /// Our account, once it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// Where a span begins: the later of both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// Newest post that is not to be read again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_id: Option<String>,
    /// Until when there is nothing else to be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_ms: Option<Ms>,
    /// From when on X shows no more what was to be read: a gap, told once its end is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_ms: Option<Ms>,
}

/// A span that is read downward.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    /// Where it ends.
    #[serde(flatten)]
    pub floor: Floor,
    /// Oldest post that was read of it: it goes on below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until_id: Option<String>,
    /// Posts of the stream above that, as far as they were seen.
    #[serde(default)]
    pub newer: u64,
}

/// A position of version 1.
#[derive(Deserialize)]
struct First {
    since_id: Option<String>,
    since_ms: Option<Ms>,
    below: Option<String>,
    user: Option<String>,
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

    /// Reads a cursor of version 1.
    pub fn read_first(cursor: &[u8]) -> Result<Self, Fault> {
        let First { since_id, since_ms, below, user } =
            cursor::read(1, Some(cursor))?.ok_or_else(|| Fault::StaleCursor("no cursor".to_owned()))?;
        let floor = Floor { since_id, since_ms, lost_ms: None };
        let back = |below| Hole { until_id: Some(below), ..Hole::default() };
        Ok(Self { floor, holes: below.map(back).into_iter().collect(), user })
    }
}

impl Floor {
    /// Begins after `since_ms`.
    pub fn at(since_ms: Ms) -> Self {
        Self { since_ms: Some(since_ms), ..Self::default() }
    }

    /// Returns where it is, as far as that is known.
    pub fn time(&self) -> Option<Ms> {
        self.since_id.as_deref().and_then(ids::time_of).max(self.since_ms)
    }

    /// Lifts it to `edge`, under which X shows nothing, if it is lower, and notes what is lost by that. Tells
    /// whether it did.
    pub fn lift(&mut self, edge: Ms) -> bool {
        let id_is_old = self.since_id.as_deref().and_then(ids::time_of).is_some_and(|at| at < edge);
        let has_no_time = self.since_id.is_none() && self.since_ms.is_none_or(|at| at < edge);
        if !id_is_old && !has_no_time {
            return false;
        }
        self.lift_to(edge);
        true
    }

    /// Lifts it to `edge`, wherever it is.
    pub fn lift_to(&mut self, edge: Ms) {
        let time = self.time();
        // Where nothing was to be read until after the edge, nothing is lost.
        if time.is_none_or(|at| at < edge) && self.lost_ms.is_none() {
            self.lost_ms = time;
        }
        (self.since_id, self.since_ms) = (None, Some(time.map_or(edge, |at| at.max(edge))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDGE: Ms = 1_784_000_000_000;

    fn id_at(ms: Ms) -> String {
        (u64::try_from(ms - 1_288_834_974_657).unwrap() << 22).to_string()
    }

    #[test]
    fn a_floor_is_lifted_and_what_is_lost_is_noted_once() {
        let mut floor = Floor { since_id: Some(id_at(EDGE - 9)), ..Floor::default() };
        assert!(floor.lift(EDGE));
        assert_eq!(floor, Floor { since_id: None, since_ms: Some(EDGE), lost_ms: Some(EDGE - 9) });
        assert!(!floor.lift(EDGE));
        assert!(floor.lift(EDGE + 5));
        assert_eq!((floor.since_ms, floor.lost_ms), (Some(EDGE + 5), Some(EDGE - 9)));
    }

    #[test]
    fn a_quiet_stream_loses_nothing() {
        let mut floor =
            Floor { since_id: Some(id_at(EDGE - 9)), since_ms: Some(EDGE + 3), ..Floor::default() };
        assert!(floor.lift(EDGE));
        assert_eq!(floor, Floor::at(EDGE + 3));
        let mut young = Floor { since_id: Some(id_at(EDGE + 1)), ..Floor::default() };
        assert!(!young.lift(EDGE));
    }

    #[test]
    fn a_cursor_of_version_1_goes_on() {
        let forward = Position::read_first(br#"{"v":1,"at":{"since_id":"7","user":"42"}}"#).unwrap();
        assert_eq!((forward.floor.since_id.as_deref(), forward.user.as_deref()), (Some("7"), Some("42")));
        let back = Position::read_first(br#"{"v":1,"at":{"below":"5"}}"#).unwrap();
        assert_eq!(back.holes, [Hole { until_id: Some("5".to_owned()), ..Hole::default() }]);
        let again = Position::read(Some(&back.write().unwrap())).unwrap();
        assert_eq!(again, Some(back));
        for cursor in [&b"{}"[..], br#"{"v":2,"at":{}}"#, b""] {
            assert!(matches!(Position::read_first(cursor), Err(Fault::StaleCursor(_))));
        }
    }
}
