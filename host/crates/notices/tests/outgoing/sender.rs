//! The sender as a process of its own, so that it can be killed.

use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hark_notices::{Courier, HttpTrust, MailOptions, Mask, Policy, SmtpSecurity, Target};
use hark_store::{Store, StoreOptions};

use crate::given::{WEBHOOK_SECRET, secret};

/// What a sender is told: a database, and `http://…` for a webhook or a port of a mail server on loopback.
pub struct Order {
    pub db: PathBuf,
    pub to: String,
}

const DB: &str = "HARK_NOTICES_TEST_DB";
const TO: &str = "HARK_NOTICES_TEST_TO";
/// So many seconds of pauses and leases pass in one.
const HASTE: i64 = 100;

impl Order {
    pub fn from_env() -> Option<Self> {
        Some(Self { db: std::env::var_os(DB)?.into(), to: std::env::var(TO).ok()? })
    }

    /// Starts a sender.
    pub fn start(&self) -> Child {
        let mut program = Command::new(std::env::current_exe().unwrap());
        program.env(DB, &self.db).env(TO, &self.to).stdin(Stdio::null()).stdout(Stdio::null());
        program.spawn().unwrap()
    }
}

/// A clock in a hurry, the same for every process: pauses of minutes pass in seconds.
pub fn hasty_now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap() % 1_000_000_000 * HASTE
}

/// Sends what is due until killed.
pub fn run(order: &Order) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&order.db, StoreOptions::default()).unwrap();
        let courier =
            Courier::new(store, vec![target(&order.to)], Mask::nothing(), None, Arc::new(hasty_now));
        let mut pace = tokio::time::interval(Duration::from_millis(5));
        loop {
            pace.tick().await;
            courier.round().await.unwrap();
        }
    })
}

fn target(to: &str) -> Target {
    let policy = Policy { per_minute_max: 100_000, ..Policy::default() };
    match to.parse() {
        Ok(port) => Target::mail("team", policy, plain_mail(port)).unwrap(),
        Err(_) => Target::webhook("team", policy, &secret(to), &secret(WEBHOOK_SECRET), HttpTrust::default())
            .unwrap(),
    }
}

/// A mail server on this machine that speaks in plain.
pub fn plain_mail(port: u16) -> MailOptions {
    MailOptions {
        host: "127.0.0.1".to_owned(),
        port,
        security: SmtpSecurity::PlainOnLoopback,
        login: None,
        from: "hark@corp.example".to_owned(),
        to: vec!["ann@corp.example".to_owned()],
        ca_file: None,
    }
}
