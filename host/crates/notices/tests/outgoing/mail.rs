//! Mail, against a real submission server: encrypted or not at all, and honest about what nobody can know.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use hark_kit::submission::SubmissionServer;
use hark_notices::{MailOptions, Mask, Policy, Round, SmtpSecurity, Target, message_id};
use hark_store::{NewNotice, NoticeState};

use crate::given::{Given, secret};
use crate::sender::{Order, hasty_now, plain_mail};

pub const TRIALS: &[(&str, fn())] = &[
    ("mail_goes_over_tls_starttls_and_in_plain_here", goes_over_tls_starttls_and_in_plain_here),
    ("mail_is_not_sent_to_who_cannot_be_trusted", is_not_sent_to_who_cannot_be_trusted),
    ("mail_without_starttls_is_not_sent", without_starttls_is_not_sent),
    ("mail_without_an_answer_is_uncertain_and_the_same_again", without_an_answer_is_uncertain),
    ("mail_of_a_sender_that_is_killed_is_uncertain_or_unsent", of_a_sender_that_is_killed),
];

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(120);
const PASSWORD: &str = "canary-password";

struct Server {
    server: SubmissionServer,
    certificate: PathBuf,
}

impl Server {
    fn start(given: &Given) -> Self {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let (certificate, key) = (given.folder.path().join("cert.pem"), given.folder.path().join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        Self { server: SubmissionServer::start(&certificate, &key, "hark", PASSWORD), certificate }
    }

    fn options(&self, security: SmtpSecurity) -> MailOptions {
        let port = match security {
            SmtpSecurity::Tls => self.server.tls_port(),
            SmtpSecurity::StartTls => self.server.starttls_port(),
            SmtpSecurity::PlainOnLoopback => return plain_mail(self.server.plain_port()),
        };
        MailOptions {
            host: "localhost".to_owned(),
            port,
            security,
            login: Some(("hark".to_owned(), secret(PASSWORD))),
            ca_file: Some(self.certificate.clone()),
            ..plain_mail(port)
        }
    }

    /// Returns the Message-IDs of what was taken, in order.
    fn message_ids(&self) -> Vec<String> {
        let id = |raw: &[u8]| {
            let text = String::from_utf8_lossy(raw).into_owned();
            let line = text.lines().find_map(|line| line.strip_prefix("Message-ID: ").map(str::to_owned));
            line.unwrap().trim_matches(['<', '>']).to_owned()
        };
        self.server.taken().iter().map(|mail| id(&mail.raw)).collect()
    }
}

fn target(options: MailOptions) -> Target {
    Target::mail("team", Policy::default(), options).unwrap()
}

fn goes_over_tls_starttls_and_in_plain_here() {
    let given = Given::new();
    let server = Server::start(&given);
    let ways = [SmtpSecurity::Tls, SmtpSecurity::StartTls, SmtpSecurity::PlainOnLoopback];
    for (key, security) in ["a", "b", "c"].into_iter().zip(ways) {
        let mut options = server.options(security);
        options.to.push("bob@corp.example".to_owned());
        let courier = given.courier(vec![target(options)], Mask::nothing(), None);
        given.queue(key);
        assert_eq!(
            given.round(&courier),
            Round { sent: 1, ..Round::default() },
            "{security:?}: {:?}",
            given.row(key)
        );
    }
    assert_eq!(server.message_ids(), ["a", "b", "c"].map(|key| message_id(key, "corp.example")));
    let mail = &server.server.taken()[0];
    assert_eq!(
        (mail.from.as_str(), mail.to.join(" ")),
        ("hark@corp.example", "ann@corp.example bob@corp.example".to_owned())
    );
}

fn is_not_sent_to_who_cannot_be_trusted() {
    let given = Given::new();
    let server = Server::start(&given);
    let options = |security| server.options(security);
    let wrong = |name: &str, change: &dyn Fn(&mut MailOptions), security, round: Round| {
        let mut options = options(security);
        change(&mut options);
        given.queue(name);
        let courier = given.courier(vec![target(options)], Mask::nothing(), None);
        assert_eq!(given.round(&courier), round, "{name}: {:?}", given.row(name));
        assert!(!format!("{:?}", given.row(name)).contains("canary"), "{name}");
        assert!(given.run(given.store.drop_notice(name, given.now())).unwrap());
    };
    let again = Round { again: 1, ..Round::default() };
    let dead = Round { dead: 1, ..Round::default() };
    for security in [SmtpSecurity::Tls, SmtpSecurity::StartTls] {
        wrong(&format!("authority {security:?}"), &|o| o.ca_file = None, security, again);
        wrong(&format!("name {security:?}"), &|o| o.host = "127.0.0.1".to_owned(), security, again);
        let login = Some(("hark".to_owned(), secret("canary-wrong")));
        wrong(&format!("password {security:?}"), &|o| o.login.clone_from(&login), security, dead);
    }
    assert_eq!(server.server.taken(), []);
}

/// A server that knows no STARTTLS; returns its port, and all that it is told.
fn talker(answer_to_the_end: bool) -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, heard) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, told) = (stream.unwrap(), told.clone());
            std::thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().unwrap());
                stream.write_all(b"220 talker\r\n").unwrap();
                let (mut line, mut in_mail) = (String::new(), false);
                while lines.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
                    let said = line.trim_end().to_owned();
                    line.clear();
                    let is_end = in_mail && said == ".";
                    let answer = match said.get(..4).unwrap_or_default() {
                        _ if is_end => "250 taken\r\n",
                        _ if in_mail => "",
                        "DATA" => "354 go on\r\n",
                        _ => "250 well\r\n",
                    };
                    in_mail = !is_end && (in_mail || said == "DATA");
                    let _nobody_listens = told.send(said);
                    if is_end && !answer_to_the_end {
                        // Silent until the other side goes.
                        let _gone = lines.read_to_string(&mut line);
                        return;
                    }
                    if stream.write_all(answer.as_bytes()).is_err() {
                        return;
                    }
                }
            });
        }
    });
    (port, heard)
}

fn without_starttls_is_not_sent() {
    let given = Given::new();
    let (port, heard) = talker(true);
    let options = MailOptions {
        security: SmtpSecurity::StartTls,
        login: Some(("hark".to_owned(), secret(PASSWORD))),
        ..plain_mail(port)
    };
    let courier = given.courier(vec![target(options)], Mask::nothing(), None);
    given.queue("a");
    assert_eq!(given.round(&courier), Round { dead: 1, ..Round::default() });
    assert_eq!(given.row("a").fault.as_deref(), Some("the server does not offer STARTTLS: nothing was sent"));
    let said: Vec<String> = heard.try_iter().collect();
    assert!(said[0].starts_with("EHLO ") && said[1..].iter().all(|line| line == "QUIT"), "{said:?}");
}

fn without_an_answer_is_uncertain() {
    let given = Given::new();
    let server = Server::start(&given);
    let courier = given.courier(vec![target(server.options(SmtpSecurity::Tls))], Mask::nothing(), None);
    server.server.cut_after_mails();
    given.queue("a");
    assert_eq!(given.round(&courier), Round { uncertain: 1, ..Round::default() }, "{:?}", given.row("a"));
    assert_eq!(given.round(&courier), Round::default());
    given.wait_secs(600);
    assert_eq!(given.round(&courier), Round { dead: 1, ..Round::default() });
    assert!(given.row("a").fault.unwrap().starts_with("it may have arrived: "));
    given.wait_secs(86_400);
    assert_eq!(given.round(&courier), Round::default(), "a person decides now");
    let taken = server.server.taken();
    assert_eq!(taken.len(), 2);
    let body = |raw: &[u8]| String::from_utf8_lossy(raw).into_owned();
    assert_eq!(body(&taken[0].raw), body(&taken[1].raw), "who folds by Message-ID has one");
    println!("2 raw mails, 1 distinct Message-ID, after two silences at the end of the mail");
}

fn of_a_sender_that_is_killed() {
    let given = Given::new();
    let (port, heard) = talker(false);
    let now = hasty_now();
    given.queue_as(NewNotice { due_at: now, at: now, ..given.notice("a") });
    let order = Order { db: given.folder.path().join("hark.db"), to: port.to_string() };
    let mut sender = order.start();
    while heard.recv_timeout(LONG).unwrap() != "." {}
    sender.kill().unwrap();
    sender.wait().unwrap();
    assert_eq!(given.state("a"), NoticeState::Sending, "nobody has said what came of it");
    let (port, heard) = talker(true);
    let mut sender = Order { to: port.to_string(), ..order }.start();
    while heard.recv_timeout(LONG).unwrap() != "." {}
    given.until("it is sent", || {
        assert!(sender.try_wait().unwrap().is_none(), "the sender runs");
        given.state("a") == NoticeState::Sent
    });
    sender.kill().unwrap();
    sender.wait().unwrap();
    let row = given.row("a");
    assert_eq!((row.attempts, row.uncertain_count), (2, 1), "it was uncertain, and not taken for unsent");
}
