//! A recording of the connector before a real Dovecot, and every law tried on it.

use std::time::SystemTime;

use hark_cassette::Tape;
use hark_certify::{Bench, LAWS, RecordOptions, certify, record};
use hark_config::{ConnectorRef, SourceConfig};
use hark_egress::SourceGate;
use hark_kit::dovecot::Dovecot;
use hark_model::{EndpointPattern, Grant, SecretRef, SourceLimits, SourceName};
use hark_pipeline::{SourceSetup, now};
use hark_runtime::Connector;

use crate::corpus;

/// How many mails are recorded, and how long they may be.
const MAILS: usize = 8;
const MAIL_BYTES_MAX: usize = 4_000;
/// Set to a file's name, the recording is kept there: so the cassette of the repository is made.
const KEEP: &str = "HARK_KEEP_CASSETTE";

fn config(dovecot: &Dovecot, folder: &std::path::Path) -> SourceConfig {
    let password = folder.join("password");
    std::fs::write(&password, Dovecot::PASSWORD).unwrap();
    let endpoint = format!("tls://127.0.0.1:{}", dovecot.tls_port());
    let settings = serde_json::json!({
        "host": "127.0.0.1", "port": dovecot.tls_port(), "user": Dovecot::USER,
        "own_addresses": ["support@example.com"],
    });
    SourceConfig {
        name: SourceName::parse("recorded").unwrap(),
        line: 1,
        connector: ConnectorRef::File("email.wasm".into()),
        zone: None,
        scope: None,
        poll: None,
        enabled: true,
        owner: None,
        streams: None,
        targets: None,
        backfill_days: None,
        recheck: None,
        retention_days: None,
        settings: settings.as_object().unwrap().clone(),
        credentials: [("imap-password".to_owned(), SecretRef::File(password))].into(),
        grant: Grant {
            endpoints: vec![EndpointPattern::parse(&endpoint).unwrap()],
            private_addresses: vec!["127.0.0.1/32".parse().unwrap()],
            ca_file: Some(dovecot.ca_file()),
            ..Grant::default()
        },
        limits: SourceLimits::STRICT,
    }
}

/// Records a mailbox of some hard mails, looks for the password in what was recorded, and tries every law.
pub async fn a_recording_passes_every_law(connector: Connector) {
    let mut dovecot = Dovecot::start();
    // The short ones: a cassette is to be read by people.
    let mails = corpus::generate(7, SystemTime::now(), 60).into_iter();
    for mail in mails.filter(|mail| mail.raw.len() < MAIL_BYTES_MAX).take(MAILS) {
        dovecot.deliver(&mail.raw, mail.arrived);
    }
    let folder = tempfile::tempdir().unwrap();
    let tape = Tape::default();
    let open = |options| SourceGate::recording(options, tape.clone());
    let config = config(&dovecot, folder.path());
    let setup = SourceSetup::assemble_with(&config, connector.clone(), now(), open).await.unwrap();
    let options = RecordOptions { max_events: 9, max_batches: 8, ..RecordOptions::default() };
    let mut cassette = record(&setup, &tape, &setup.streams, options).await;
    cassette.note = "Recorded from Dovecot with invented mails.".to_owned();
    let text = cassette.text();
    assert!(!text.contains("correct horse"), "the password is on the cassette");
    if let Some(file) = std::env::var_os(KEEP) {
        std::fs::write(file, &text).unwrap();
    }
    let bench = [Bench::new(connector, cassette, "dovecot").unwrap()];
    for law in LAWS {
        let ruling = certify(&bench, law).await;
        assert!(!ruling.is_broken(), "{ruling:#?}");
        let tried = ["replay", "resume", "nothing-twice", "wire-cut", "wire-drip", "normalise-pure"];
        assert!(!tried.contains(&law.name) || ruling.verdict == "held", "{ruling:#?}");
    }
}
