//! A store, a clock that is set by hand, and a courier over them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use hark_egress::Secret;
use hark_notices::{Courier, Mask, Questions, Round, Target};
use hark_store::{NewNotice, NoticeRow, NoticeState, Store, StoreOptions};
use tempfile::TempDir;

/// Signs every webhook of these tests.
pub const WEBHOOK_SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
/// 2026-01-01T00:00:00Z.
pub const START: i64 = 1_767_225_600_000;

pub struct Given {
    pub store: Store,
    pub folder: TempDir,
    now: Arc<AtomicI64>,
    runtime: tokio::runtime::Runtime,
}

impl Given {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("hark.db"), StoreOptions::default()).unwrap();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        Self { store, folder, now: Arc::new(AtomicI64::new(START)), runtime }
    }

    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    pub fn now(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    /// Waits until another process has brought it about.
    pub fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let mut looks = self.run(async { tokio::time::interval(Duration::from_millis(20)) });
        for _ in 0..9_000 {
            if is_so() {
                return;
            }
            self.run(looks.tick());
        }
        panic!("{what}: not within three minutes");
    }

    /// Lets time pass.
    pub fn wait_secs(&self, secs: i64) {
        self.now.fetch_add(secs * 1_000, Ordering::Relaxed);
    }

    pub fn courier(&self, targets: Vec<Target>, mask: Mask, questions: Option<Questions>) -> Courier {
        let now = Arc::clone(&self.now);
        let clock = Arc::new(move || now.load(Ordering::Relaxed));
        Courier::new(self.store.clone(), targets, mask, questions, clock)
    }

    pub fn round(&self, courier: &Courier) -> Round {
        self.run(courier.round()).unwrap()
    }

    pub fn queue(&self, key: &str) {
        self.queue_as(NewNotice { ..self.notice(key) });
    }

    pub fn notice(&self, key: &str) -> NewNotice {
        NewNotice {
            key: key.to_owned(),
            target: "team".to_owned(),
            urgent: false,
            held: false,
            subject: format!("About {key}"),
            body: "Call +49 30 1234567.\n".to_owned(),
            link: Some("https://hark.example/i/1".to_owned()),
            due_at: self.now(),
            at: self.now(),
        }
    }

    pub fn queue_as(&self, new: NewNotice) {
        assert!(self.run(self.store.queue_notice(new)).unwrap());
    }

    pub fn row(&self, key: &str) -> NoticeRow {
        self.run(self.store.notice(key)).unwrap().unwrap()
    }

    pub fn state(&self, key: &str) -> NoticeState {
        self.row(key).state
    }
}

pub fn secret(text: &str) -> Secret {
    Secret::from(text.to_owned())
}
