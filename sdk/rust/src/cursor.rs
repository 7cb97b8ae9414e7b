//! Cursors as JSON with a version, so that a connector can keep a struct in one.
//!
//! Holds: a cursor that cannot be read is `stale-cursor`, which makes the host read again by time.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::types::Fault;

/// Most bytes that the host keeps of a cursor.
pub const BYTES_MAX: usize = 64 << 10;

#[derive(serde::Serialize, serde::Deserialize)]
struct Versioned<T> {
    v: u32,
    at: T,
}

/// Writes `state` as a cursor of `version`, the manifest's `cursor_version`.
pub fn write<T: Serialize>(version: u32, state: &T) -> Result<Vec<u8>, Fault> {
    let bytes = serde_json::to_vec(&Versioned { v: version, at: state })
        .map_err(|error| Fault::protocol(format!("the cursor cannot be written: {error}")))?;
    match bytes.len() {
        0..=BYTES_MAX => Ok(bytes),
        size => Err(Fault::protocol(format!("the cursor has {size} bytes, at most {BYTES_MAX} are kept"))),
    }
}

/// Reads a cursor of `version` that [`write`] wrote; none gives none.
pub fn read<T: DeserializeOwned>(version: u32, cursor: Option<&[u8]>) -> Result<Option<T>, Fault> {
    let Some(cursor) = cursor else { return Ok(None) };
    let stale = |error: serde_json::Error| Fault::StaleCursor(format!("the cursor cannot be read: {error}"));
    let found: Versioned<serde_json::Value> = serde_json::from_slice(cursor).map_err(stale)?;
    if found.v != version {
        return Err(Fault::StaleCursor(format!("cursor of version {}, ours is {version}", found.v)));
    }
    serde_json::from_value(found.at).map(Some).map_err(stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_a_foreign_one_is_stale() {
        let bytes = write(2, &vec!["a", "b"]).unwrap();
        assert_eq!(read::<Vec<String>>(2, Some(&bytes)).unwrap().unwrap(), ["a", "b"]);
        assert_eq!(read::<Vec<String>>(2, None).unwrap(), None);
        for (version, cursor) in [(1, bytes.as_slice()), (2, b"{}"), (2, b"\xff"), (2, br#"{"v":2,"at":7}"#)]
        {
            let fault = read::<Vec<String>>(version, Some(cursor)).unwrap_err();
            assert!(matches!(fault, Fault::StaleCursor(_)), "{version} {cursor:?}: {fault:?}");
        }
        assert!(matches!(write(1, &"x".repeat(BYTES_MAX)), Err(Fault::Protocol(_))));
    }
}
