//! The e-mail connector, as it ships, against a real Dovecot: compiled, sandboxed, behind the gate.
//!
//! Where no Dovecot is installed, or no aiosmtpd, the tests that need it are ignored and say so; with `CI=true`
//! they fail.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

mod certification;
mod corpus;
mod folders;
mod judge;
mod listener;
mod proxy;
mod replies;
mod traps;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hark_kit::dovecot::Dovecot;
use hark_kit::needs;
use hark_kit::submission::SubmissionServer;
use hark_model::{Fault, FaultClass, Raw};
use hark_runtime::{CallError, Connector, Runtime, RuntimeOptions};

use corpus::Specimen;
use listener::{Listener, Setup, now_ms};
use proxy::Proxy;

/// How many mails the corpus has.
const MAILS: usize = 1_000;
/// What it is made from.
const SEED: u64 = 20_260_724;

fn main() -> std::process::ExitCode {
    let mailbox: [(&'static str, fn()); 13] = [
        ("several_mailboxes_are_read_and_listed", || run(folders::several_are_read)),
        ("a_span_further_back_is_read_and_live_reading_goes_on", || run(folders::backfill)),
        ("an_expunged_mail_is_removed_and_a_moved_one_is_not", || run(folders::recheck)),
        ("a_mailbox_that_fills_up_does_not_starve_the_others", || run(folders::fairness)),
        ("every_mail_is_stored_once_as_what_it_is", || run(every_mail_is_stored_once)),
        ("uids_that_change_double_nothing", || run(changed_uids_double_nothing)),
        ("a_cut_in_a_literal_loses_nothing", || run(a_cut_loses_nothing)),
        ("a_wrong_password_is_told", || run(a_wrong_password_is_told)),
        ("a_wrong_mailbox_is_named", || run(a_wrong_mailbox_is_named)),
        ("starttls_signs_in", || run(starttls_signs_in)),
        ("a_mailbox_is_checked_and_found", || run(a_mailbox_is_checked)),
        ("kept_mails_give_the_same_events_again", || run(kept_mails_read_the_same)),
        ("a_recording_passes_every_law", || run(certification::a_recording_passes_every_law)),
    ];
    let replies: [(&'static str, fn()); 3] = [
        ("a_thread_that_is_answered_is_one_conversation", || run(replies::answered_thread_is_one)),
        ("a_reply_that_may_have_been_sent_is_not_sent_again", || run(replies::uncertain_is_not_repeated)),
        ("a_reply_by_starttls_reaches_its_reader_whole", || run(replies::starttls_reply_is_whole)),
    ];
    let missing = Dovecot::installed().err();
    let also_missing = missing.clone().or_else(|| SubmissionServer::installed().err());
    needs::run_each([(missing, mailbox.to_vec()), (also_missing, replies.to_vec())])
}

/// Runs a test with the compiled connector at hand.
fn run<F: Future<Output = ()>>(test: impl FnOnce(Connector) -> F) {
    let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    threads.block_on(async {
        let component = hark_bundled::component("email").expect("the connector is bundled");
        // Compiled once for all tests of this file, and for the next run.
        let cache_dir = Some(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled"));
        let runtime: Arc<Runtime> =
            Runtime::new(RuntimeOptions { cache_dir, ..RuntimeOptions::default() }).unwrap();
        test(runtime.load(component).await.unwrap()).await;
    });
}

fn corpus(count: usize) -> Vec<Specimen> {
    corpus::generate(SEED, SystemTime::now(), count)
}

fn deliver(dovecot: &mut Dovecot, mails: &[Specimen]) {
    mails.iter().for_each(|mail| dovecot.deliver(&mail.raw, mail.arrived));
}

/// Some mails of one size, small or large.
fn plain_mails(count: usize, bytes: usize) -> Vec<Specimen> {
    let mut maker_mails = corpus::generate(SEED, SystemTime::now(), 5 + count);
    let mut mails: Vec<_> = maker_mails.drain(5..).collect();
    for (number, mail) in mails.iter_mut().enumerate() {
        let head = format!(
            "From: jo@example.org\nSubject: mail {number}\nMessage-ID: <{number}@plain.example.org>\n\n"
        );
        mail.raw = head.into_bytes();
        mail.raw.extend(b"some words\n".iter().cycle().take(bytes));
    }
    mails
}

/// All 1,000 mails, arriving in waves between polls, and the mailbox as it was afterwards.
async fn every_mail_is_stored_once(connector: Connector) {
    let mut dovecot = Dovecot::start();
    let mails = corpus(MAILS);
    assert_eq!(mails.len(), MAILS);
    // A small budget, so that many calls share the work, some ending in the middle of a mail.
    let listener = Listener::new(&connector, &dovecot, Setup::right(&dovecot)).await.max_events(400);
    let mut new_items = 0;
    for wave in [&mails[..500], &mails[500..503], &[], &mails[503..900], &mails[900..]] {
        deliver(&mut dovecot, wave);
        new_items += listener.poll().await.unwrap().new_items;
    }
    let again = listener.poll().await.unwrap();
    assert_eq!((again.new_items, again.duplicates, again.quarantined), (0, 0, 0), "nothing was new");
    judge::all(&listener, &mails, new_items).await;

    let names = dovecot.names();
    assert_eq!(names.len(), MAILS, "no mail was removed");
    let flagged: Vec<_> = names
        .iter()
        .filter(|name| name.rsplit_once(",").is_some_and(|(_, flags)| !flags.is_empty()))
        .collect();
    assert!(flagged.is_empty(), "no flag was set: {flagged:?}");
}

async fn changed_uids_double_nothing(connector: Connector) {
    let mut dovecot = Dovecot::start();
    let mails = corpus(130);
    let listener = Listener::new(&connector, &dovecot, Setup::right(&dovecot)).await;
    deliver(&mut dovecot, &mails[..120]);
    let first = listener.poll().await.unwrap();
    dovecot.forget_uids();
    deliver(&mut dovecot, &mails[120..]);
    let second = listener.poll().await.unwrap();
    assert!(second.duplicates > 80, "the window was read again: {second:?}");
    judge::all(&listener, &mails, first.new_items + second.new_items).await;
    let third = listener.poll().await.unwrap();
    assert_eq!((third.new_items, third.duplicates), (0, 0));
}

async fn a_cut_loses_nothing(connector: Connector) {
    let mut dovecot = Dovecot::start();
    let mails = plain_mails(12, 150_000);
    deliver(&mut dovecot, &mails);
    let proxy = Proxy::start(dovecot.tls_port()).await;
    let setup = Setup { port: proxy.port(), ..Setup::right(&dovecot) };
    let listener = Listener::new(&connector, &dovecot, setup).await;
    let (mut faults, mut stored) = (0, 0);
    // Each connection lives a little longer than the one before.
    for cut_after in (1_000..400_000).step_by(23_000) {
        proxy.cut_after(cut_after);
        match listener.poll().await {
            Ok(done) => stored += done.new_items,
            Err(error) => {
                assert_eq!(error.class(), FaultClass::Transient, "{error}");
                faults += 1;
            }
        }
    }
    assert!(faults >= 3, "only {faults} connections were cut");
    let before_the_end = judge::count(&listener).await;
    assert!(before_the_end >= u64::from(stored));
    proxy.cut_after(usize::MAX);
    listener.poll().await.unwrap();
    assert_eq!(judge::count(&listener).await, mails.len() as u64);
    assert!(before_the_end > 0, "what came whole before a cut was kept");
}

async fn a_wrong_password_is_told(connector: Connector) {
    let dovecot = Dovecot::start();
    let password = "hunter2-hunter2".to_owned();
    let setup = Setup { password: password.clone(), ..Setup::right(&dovecot) };
    let listener = Listener::new(&connector, &dovecot, setup).await;
    let read = listener.read(None).await.result.unwrap_err();
    let check = listener.connector.check(listener.context(), listener.settings()).await.result.unwrap_err();
    for error in [read, check] {
        assert_eq!(error.class(), FaultClass::Auth, "{error}");
        let told = error.to_string();
        assert!(told.contains("AUTHENTICATIONFAILED") && !told.contains(&password), "{told}");
    }
}

async fn a_wrong_mailbox_is_named(connector: Connector) {
    let dovecot = Dovecot::start();
    let mailboxes = vec!["INBOX", "No such \"box\" für uns"];
    let setup = Setup { mailboxes, ..Setup::right(&dovecot) };
    let listener = Listener::new(&connector, &dovecot, setup).await;
    let error = listener.connector.check(listener.context(), listener.settings()).await.result.unwrap_err();
    let CallError::Fault(Fault::Config { field, detail }) = error else { panic!("{error}") };
    assert_eq!(field, "mailboxes[1]", "{detail}");
}

async fn starttls_signs_in(connector: Connector) {
    let mut dovecot = Dovecot::start();
    let mails = plain_mails(3, 100);
    deliver(&mut dovecot, &mails);
    let setup = Setup { security: "starttls", port: dovecot.plain_port(), ..Setup::right(&dovecot) };
    let listener = Listener::new(&connector, &dovecot, setup).await;
    assert_eq!(listener.poll().await.unwrap().new_items, 3);
}

async fn a_mailbox_is_checked(connector: Connector) {
    let mut dovecot = Dovecot::start();
    deliver(&mut dovecot, &plain_mails(3, 100));
    let listener = Listener::new(&connector, &dovecot, Setup::right(&dovecot)).await;
    let report = listener.connector.check(listener.context(), listener.settings()).await.result.unwrap();
    assert_eq!(report.account.as_deref(), Some(Dovecot::USER));
    assert_eq!(report.scopes, ["read INBOX: 3 mails"]);
    let targets = listener.connector.discover(listener.context(), listener.settings()).await.result.unwrap();
    let names: Vec<_> = targets.iter().map(|target| target.id.as_str()).collect();
    assert_eq!(names, ["INBOX"]);
}

/// What was kept of each mail gives the same events when it is read again without a network.
async fn kept_mails_read_the_same(connector: Connector) {
    let mut dovecot = Dovecot::start();
    let mails = corpus(60);
    deliver(&mut dovecot, &mails);
    let listener = Listener::new(&connector, &dovecot, Setup::right(&dovecot)).await;
    let report = listener.read(None).await;
    let mut events = report.result.unwrap().events;
    assert!(events.len() > 100);
    for payload in report.payloads {
        let raw = Raw {
            label: payload.label,
            media_type: payload.media_type,
            body: payload.body,
            payload: payload.id,
            received_at: now_ms() + Duration::from_secs(3_600).as_millis() as i64,
        };
        let offline = hark_runtime::CallContext { gate: None, ..listener.context() };
        let again = connector.normalise(offline, listener.settings(), raw).await.result.unwrap();
        let before: Vec<_> = events.drain(..again.len()).collect();
        assert_eq!(again, before);
    }
    assert!(events.is_empty());
}
