//! Cursors that the connector cannot know.

use std::sync::Arc;

use hark_cassette::{Blob, Player, Read};
use hark_model::{FaultClass, SourceLimits};
use hark_runtime::CallContext;

use crate::bench::Bench;
use crate::law::{Trying, Verdict};
use crate::told::{Told, told};

async fn ask(bench: &Bench, read: &Read, at: i64, first: usize) -> Told {
    let player = Arc::new(Player::new(bench.exchanges_from(first), at));
    bench.read(&player, read, SourceLimits::STRICT).await
}

/// `foreign-cursor`
pub async fn foreign(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for start in bench.starts() {
        if bench.run(&start).await.cursor.is_none() {
            continue;
        }
        for garbage in [&b"\xff\xfe\0garbage"[..], b"{\"no\":\"cursor\"}"] {
            let read = Read { cursor: Some(Blob::from(garbage)), ..start.read.clone() };
            let told = ask(bench, &read, start.at, start.call).await;
            trying.expect(
                told.class() == Some(FaultClass::StaleCursor),
                "a fault `stale-cursor`",
                || told.summary(),
                format!("{}, cursor {:?}", start.place(), String::from_utf8_lossy(garbage)),
            );
        }
    }
    trying.verdict("no recorded read gives a cursor")
}

/// `migrate-cursor`
pub async fn migrate(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    let ours = bench.connector.manifest().cursor_version;
    for version in [ours.wrapping_add(1), u32::MAX] {
        let told = migrated(bench, version, b"{}".to_vec()).await;
        trying.expect(
            matches!(told.class(), Some(FaultClass::StaleCursor | FaultClass::Unsupported)),
            "a fault `stale-cursor`",
            || told.summary(),
            format!("migrate-cursor from version {version}, the connector's own is {ours}"),
        );
    }
    for start in bench.starts() {
        let Some(cursor) = bench.run(&start).await.cursor else { continue };
        let told = migrated(bench, ours, cursor).await;
        let place = format!("{}, its cursor from version {ours}", start.place());
        trying.expect(told.error.is_none(), "the cursor", || told.summary(), place);
    }
    trying.verdict("")
}

async fn migrated(bench: &Bench, version: u32, cursor: Vec<u8>) -> Told {
    let context = CallContext { source: "certify".to_owned(), ..CallContext::default() };
    let call = bench.connector.migrate_cursor(context, version, cursor).await;
    told(0, call, |cursor| Told { cursor: Some(cursor), ..Told::default() })
}
