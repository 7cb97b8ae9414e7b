//! Notices over failures and kills: nothing is lost, and each key has one effect where the way allows.

use std::collections::BTreeSet;

use hark_kit::dovecot::Dovecot;
use hark_kit::submission::SubmissionServer;
use hark_store::{NewNotice, Store, StoreOptions};

use crate::folder::Folder;
use crate::receiver::Receiver;

pub const TRIALS: &[(&str, fn())] = &[
    ("nothing_is_lost_or_doubled_over_failures_and_kills", nothing_is_lost_or_doubled),
    ("a_target_is_tried_and_what_is_wrong_is_said", a_target_is_tried_and_what_is_wrong_is_said),
];

const HOOKS: usize = 40;
const MAILS: usize = 20;
const KILLS: usize = 4;
const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

fn tables(receiver: u16, smtp: u16) -> String {
    format!(
        r#"
[source.nowhere]
connector = "rss"
settings = {{ feeds = ["http://127.0.0.1:1/feed.xml"] }}
grant = {{ hosts = ["http://127.0.0.1:1"], private_addresses = ["127.0.0.1/32"] }}

[notices.pager]
kind = "webhook"
url = "http://127.0.0.1:{receiver}/hook"
secret = "file:pager.secret"
private_addresses = ["127.0.0.1/32"]
per_min = 100_000

[notices.team]
kind = "mail"
host = "127.0.0.1"
port = {smtp}
security = "plain"
from = "hark@corp.example"
to = ["ann@corp.example"]
repeats = 5
per_min = 100_000
"#
    )
}

fn submission(dovecot: &Dovecot) -> SubmissionServer {
    let (certificate, key) = dovecot.certificate();
    SubmissionServer::start(&certificate, &key, "hark", "unused")
}

/// Queues notices as whoever causes them does, beside the binary.
fn queue(folder: &Folder) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = Store::open(&folder.path("hark.db"), StoreOptions::default()).unwrap();
    let targets = [("pager", HOOKS), ("team", MAILS)];
    for (target, n) in targets.into_iter().flat_map(|(target, count)| (0..count).map(move |n| (target, n))) {
        let new = NewNotice {
            key: format!("{target}:{n}"),
            target: target.to_owned(),
            urgent: false,
            held: false,
            subject: format!("News {n}"),
            body: format!("Item {n}. Call zoe@corp.example."),
            link: None,
            due_at: 1,
            at: 1,
        };
        assert!(runtime.block_on(store.queue_notice(new.clone())).unwrap());
        assert!(!runtime.block_on(store.queue_notice(new)).unwrap(), "a key is one effect");
    }
    store.close().unwrap();
}

/// Lets pauses pass: all of them but leases, which those hold that are alive.
const HURRY: &str = "UPDATE notice SET due_at = 1 WHERE state = 'waiting' OR state = 'uncertain'";
/// Lets the leases of a sender pass that is dead.
const BURY: &str = "UPDATE notice SET leased_until = 1 WHERE state = 'sending'";

fn nothing_is_lost_or_doubled() {
    let dovecot = Dovecot::start();
    let (receiver, smtp) = (Receiver::start(), submission(&dovecot));
    let folder = Folder::new(&tables(receiver.port, smtp.plain_port()));
    queue(&folder);
    let sent = |target: &str| {
        folder.number(&format!("SELECT count(*) FROM notice WHERE state = 'sent' AND target = '{target}'"))
    };
    // A target whose secret is not there yet waits; the other is served.
    let first = folder.start();
    folder.until("some mails are sent", || sent("team") > 2);
    assert_eq!((sent("pager"), receiver.deliveries().len()), (0, 0));
    let given_up = "SELECT count(*) FROM notice WHERE state = 'dead'";
    assert_eq!(folder.number(given_up), 0, "what cannot be sent yet is not given up");
    folder.write("pager.secret", SECRET);
    folder.until("the secret is taken while it runs", || !receiver.deliveries().is_empty());
    first.kill();
    folder.change(BURY);
    for kill in 1..=KILLS {
        let running = folder.start();
        folder.until("deliveries come", || {
            folder.change(HURRY);
            receiver.deliveries().len() > kill * HOOKS / KILLS / 2
        });
        running.kill();
        folder.change(BURY);
    }
    let last = folder.start();
    folder.until("all are sent", || {
        folder.change(HURRY);
        sent("pager") == HOOKS as i64 && sent("team") == MAILS as i64
    });
    assert_eq!(last.stop(), Some(0), "it stops cleanly");
    judge(&folder, &receiver, &smtp);
}

fn judge(folder: &Folder, receiver: &Receiver, smtp: &SubmissionServer) {
    let deliveries = receiver.deliveries();
    let taken: Vec<_> = deliveries.iter().filter(|delivery| delivery.taken).collect();
    let folded: BTreeSet<&str> = taken.iter().map(|delivery| delivery.id.as_str()).collect();
    let keys: BTreeSet<String> = (0..HOOKS).map(|n| format!("pager:{n}")).collect();
    assert_eq!(folded, keys.iter().map(String::as_str).collect(), "nothing is lost, and nothing else comes");
    let bodies: BTreeSet<&str> = taken.iter().map(|delivery| delivery.body.as_str()).collect();
    assert_eq!(bodies.len(), HOOKS, "a repeat is the same, byte for byte");
    assert!(taken.iter().all(|delivery| delivery.body.contains("Call [mail].")), "all text passes the mask");
    assert!(deliveries.len() > taken.len() && taken.len() >= HOOKS, "the receiver failed, too");
    let mails = smtp.taken();
    let id = |raw: &[u8]| {
        let text = String::from_utf8_lossy(raw).into_owned();
        text.lines().find_map(|line| line.strip_prefix("Message-ID: ").map(str::to_owned)).unwrap()
    };
    let ids: BTreeSet<String> = mails.iter().map(|mail| id(&mail.raw)).collect();
    assert_eq!(ids.len(), MAILS, "each mail arrived, under one Message-ID");
    let uncertain = folder.number("SELECT sum(uncertain_count) FROM notice WHERE target = 'team'");
    assert!((mails.len() - MAILS) as i64 <= uncertain, "only what nobody could know was sent again");
    let sums = folder.json(&["notices"]);
    assert_eq!(sums.last().unwrap()["counts"], serde_json::json!({ "sent": HOOKS + MAILS }));
    println!(
        "{} deliveries, {} taken, {} ids of {HOOKS} keys; {} mails, {} Message-IDs of {MAILS} keys, {uncertain} uncertain; {} kills",
        deliveries.len(),
        taken.len(),
        folded.len(),
        mails.len(),
        ids.len(),
        KILLS + 1
    );
}

fn a_target_is_tried_and_what_is_wrong_is_said() {
    let dovecot = Dovecot::start();
    let (receiver, smtp) = (Receiver::start(), submission(&dovecot));
    let folder = Folder::new(&tables(receiver.port, smtp.plain_port()));
    let said = folder.fails(3, &["check", "--offline"]);
    assert!(said.contains("hark.toml:9: [notices.pager] `secret`: "), "{said}");
    assert!(said.contains("1 of the targets"), "{said}");
    folder.write("pager.secret", "canary");
    let said = folder.fails(3, &["notices", "test", "pager"]);
    assert!(said.contains("whsec_") && !said.contains("canary"), "{said}");
    folder.write("pager.secret", SECRET);
    assert!(folder.hark(&["check", "--offline"]).status.success());
    let row = &folder.json(&["notices", "test", "team"])[0];
    assert_eq!((row["state"].as_str(), smtp.taken().len()), (Some("sent"), 1));
    assert_eq!(folder.json(&["notices", "test", "pager"])[0]["state"], "sent");
    let said = folder.fails(7, &["notices", "test", "pager"]);
    assert!(said.contains("did not take the test: the target answered with status 503"), "{said}");
    let said = folder.fails(2, &["notices", "test", "paper"]);
    assert!(said.contains("did you mean `pager`?"), "{said}");
    let dropped = folder.text("SELECT key FROM notice WHERE state = 'dropped'");
    let said = folder.fails(2, &["notices", "retry", &dropped]);
    assert!(said.contains("only what waits or was given up"), "{said}");
    let said = folder.fails(2, &["notices", "drop", "test:nothing"]);
    assert!(said.contains("there is no notice `test:nothing`"), "{said}");
    folder.change("UPDATE notice SET state = 'dead', settled_at = NULL WHERE state = 'dropped'");
    assert_eq!(folder.json(&["notices", "retry", &dropped])[0]["state"], "waiting");
    assert_eq!(folder.json(&["notices", "drop", &dropped])[0]["state"], "dropped");
    assert_eq!(folder.json(&["notices", "--state", "sent"]).len(), 3, "two, and the counts");
}
