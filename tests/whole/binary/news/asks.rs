//! Questions to experts, from `hark ask` to the answer: by the link, and by mail through a real mailbox.

use std::time::SystemTime;

use hark_kit::dovecot::Dovecot;
use hark_kit::submission::SubmissionServer;
use serde_json::Value;

use crate::folder::Folder;

pub const TRIALS: &[(&str, fn())] =
    &[("experts_are_asked_and_answer_by_link_and_by_mail", experts_are_asked)];

const CUSTOMER: &str = "From: Jo <jo@example.org>\r\nTo: listen@example.com\r\nSubject: Widget stopped\r\n\
Message-ID: <question@example.org>\r\nDate: Sun, 22 Nov 2026 09:00:00 +0000\r\n\r\nIt turns no more, canary-thread.\r\n";

struct Office {
    dovecot: Dovecot,
    smtp: SubmissionServer,
    folder: Folder,
}

impl Office {
    fn new() -> Self {
        let mut dovecot = Dovecot::start();
        let (certificate, key) = dovecot.certificate();
        let smtp = SubmissionServer::start(&certificate, &key, "hark", "unused");
        dovecot.deliver(CUSTOMER.as_bytes(), SystemTime::now());
        let folder = Folder::new(&tables(&dovecot, smtp.plain_port()));
        folder.write("imap-password", Dovecot::PASSWORD);
        folder.write("ask.key", &"ab".repeat(32));
        Self { dovecot, smtp, folder }
    }

    fn state(&self, question: usize) -> String {
        self.folder.text(&format!("SELECT state FROM chime_in WHERE id = {question}"))
    }

    /// Asks a person, and returns the ticket and the address for answers of the mail that comes.
    fn ask(&self, person: &str) -> (String, String) {
        let before = self.smtp.taken().len();
        let args =
            ["ask", "1", "--person", person, "--reason", "you wrote the manual", "--may-see", "direct"];
        assert_eq!(self.folder.json(&args)[0]["new"], true);
        self.folder.until("the mail goes out", || self.smtp.taken().len() > before);
        let mail = self.smtp.taken().pop().unwrap();
        assert_eq!(mail.to, [person]);
        let text = String::from_utf8(mail.raw).unwrap().replace("=\r\n", "").replace("=3D", "=");
        assert!(!text.contains("canary-thread"), "a mail tells nothing of the thread: {text}");
        let link = text.split("http://127.0.0.1:7070/ask/").nth(1).unwrap();
        let reply_to = text.split("Reply-To: <").nth(1).unwrap().split('>').next().unwrap();
        (link.split_whitespace().next().unwrap().to_owned(), reply_to.to_owned())
    }

    fn asks(&self) -> Vec<Value> {
        self.folder.json(&["asks"])
    }
}

fn tables(dovecot: &Dovecot, smtp: u16) -> String {
    let (port, authority, user) = (dovecot.tls_port(), dovecot.ca_file(), Dovecot::USER);
    format!(
        r#"
[source.mail]
connector = "email"
poll_secs = 1
settings = {{ host = "127.0.0.1", port = {port}, user = "{user}" }}
credentials = {{ imap-password = "file:imap-password" }}
grant = {{ endpoints = ["tls://127.0.0.1:{port}"], private_addresses = ["127.0.0.1/32"], ca_file = {authority:?} }}

[notices.experts]
kind = "mail"
host = "127.0.0.1"
port = {smtp}
security = "plain"
from = "hark@corp.example"

[ask]
key = "file:ask.key"
url = "http://127.0.0.1:7070/ask/"
target = "experts"
asker = "Ann"
inbox = "{user}"
answers = "mail"
"#
    )
}

struct Page {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

/// Opens a page: with a form by POST, without by GET.
fn open(address: &str, ticket: &str, form: Option<&str>) -> Page {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        // Another page may have chosen it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::new();
        let url = format!("{address}/ask/{ticket}");
        let request = match form {
            None => client.get(url),
            Some(form) => client
                .post(url)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.to_owned()),
        };
        let response = request.header("host", "hark.corp.example").send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Page { status, headers, text: response.text().await.unwrap() }
    })
}

fn experts_are_asked() {
    let mut office = Office::new();
    let mut running = office.folder.start();
    let address = running.address();
    office.folder.until("the thread is there", || office.folder.number("SELECT count(*) FROM item") == 1);
    refusals(&office);
    let by_link = by_link(&office, &address);
    let by_mail = by_mail(&mut office);
    let (declined, _) = office.ask("ann@corp.example");
    assert_eq!(open(&address, &declined, Some("do=decline")).status, 200);
    assert_eq!(office.state(3), "declined");
    let states: Vec<String> =
        office.asks().iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect();
    assert_eq!(states, ["declined", "answered", "answered"], "the newest first");
    assert_eq!(running.stop(), Some(0));
    nothing_secret_is_kept(&office, &[by_link, by_mail, declined]);
}

fn refusals(office: &Office) {
    let said = office.folder.fails(2, &["ask", "1", "--person", "zoe@corp.example", "--reason", "why"]);
    assert!(said.contains("see no more than public") && said.contains("--may-see "), "{said}");
    let said = office.folder.fails(2, &["ask", "77", "--person", "zoe@corp.example", "--reason", "why"]);
    assert!(said.contains("there is no conversation 77"), "{said}");
    let said = office.folder.fails(2, &["ask", "1", "--person", "Nobody", "--reason", "why"]);
    assert!(said.contains("nobody named \"Nobody\""), "{said}");
}

/// One who answers by the link, with a reply that is proposed.
fn by_link(office: &Office, address: &str) -> String {
    let (ticket, _) = office.ask("zoe@corp.example");
    for _scanner in 0..2 {
        let cover = open(address, &ticket, None);
        assert_eq!(cover.status, 200, "{}", cover.text);
        assert!(cover.text.contains("you wrote the manual") && !cover.text.contains("canary-thread"));
        assert_eq!(cover.headers["referrer-policy"], "no-referrer");
        assert_eq!(cover.headers["cache-control"], "no-store");
        let policy = cover.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("script-src"), "{policy}");
    }
    assert_eq!(office.state(1), "asked", "to open the link changes nothing");
    let shown = open(address, &ticket, Some("do=see"));
    assert!(shown.text.contains("canary-thread"), "{}", shown.text);
    assert_eq!(office.state(1), "seen");
    let (number, secret) = ticket.split_once('-').unwrap();
    let wrong = [format!("2-{secret}"), format!("{number}-{}", "x".repeat(43)), "nothing".to_owned()];
    for wrong in wrong {
        for form in [None, Some("do=see"), Some("do=answer&text=x")] {
            let page = open(address, &wrong, form);
            assert!(page.status == 404 && !page.text.contains("canary-thread"), "{wrong}");
        }
    }
    assert_eq!(open(address, &ticket, Some("do=answer&text=+")).status, 400);
    assert_eq!(open(address, &ticket, Some("do=answer&as=reply&text=In+June%0D%0Ait+will.")).status, 200);
    assert_eq!(open(address, &ticket, Some("do=answer&text=again")).status, 410);
    let draft = "SELECT body || ' | ' || state || ' | ' || (reply_to = 1) FROM draft";
    assert_eq!(office.folder.text(draft), "In June\nit will. | submitted | 1");
    ticket
}

/// One who answers by mail, to the mailbox that is listened to.
fn by_mail(office: &mut Office) -> String {
    let (_, reply_to) = office.ask("max@corp.example");
    let answer = |from: &str, head: &str, words: &str| {
        format!(
            "From: {from}\r\nTo: {reply_to}\r\nSubject: Re: Ann asks you to chime in\r\nMessage-ID: <{}@corp.example>\r\n\
             Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n{head}\r\n{words}\r\n",
            words.len()
        )
    };
    let away = answer("max@corp.example", "Auto-Submitted: auto-replied\r\n", "I am away.");
    let stranger = answer("eve@corp.example", "", "Let me answer that for him.");
    let own = answer("Max <MAX@corp.example>", "", "Replace the spring.\r\n\r\n> Ann asks you to chime in");
    for mail in [away, stranger, own] {
        office.dovecot.deliver(mail.as_bytes(), SystemTime::now());
    }
    office.folder.until("the answer comes in", || office.state(2) == "answered");
    assert_eq!(office.folder.text("SELECT body FROM note"), "Replace the spring.");
    let row = office.asks().into_iter().find(|row| row["question"] == "2").unwrap();
    assert_eq!((row["answer_via"].as_str(), row["answer_as"].as_str()), (Some("mail"), Some("note")));
    let after = CUSTOMER.replace("question@", "later@").replace("canary-thread", "still");
    office.dovecot.deliver(after.as_bytes(), SystemTime::now());
    office.folder.until("mails of others go on", || office.folder.number("SELECT count(*) FROM item") == 2);
    assert_eq!(office.folder.number("SELECT count(*) FROM raw"), 2, "of an answer nothing else is kept");
    assert_eq!(office.folder.number("SELECT count(*) FROM actor WHERE native_id LIKE '%corp.example'"), 0);
    reply_to.split(['+', '@']).nth(1).unwrap().to_owned()
}

fn nothing_secret_is_kept(office: &Office, tickets: &[String]) {
    for name in ["hark.db", "log"] {
        let bytes = std::fs::read(office.folder.path(name)).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for ticket in tickets {
            let secret = ticket.split_once('-').unwrap().1;
            assert!(secret.len() >= 40 && !text.contains(secret), "{name} holds a ticket");
        }
    }
}
