//! Questions from asking to the answer, over a real store.

use std::collections::BTreeSet;

use hark_egress::Secret;
use hark_store::{ChimeInState, NoticeState, StoreOptions};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

const HOUR: i64 = 3_600_000;
const PERSON: &str = "zoe@corp.example";

/// A store with some threads, one user who asks and five persons.
struct Given {
    questions: Questions,
    store: Store,
    folder: TempDir,
    runtime: tokio::runtime::Runtime,
}

impl Given {
    fn new(threads: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("hark.db"), StoreOptions::default()).unwrap();
        let given = rusqlite::Connection::open(folder.path().join("hark.db")).unwrap();
        given
            .execute_batch("INSERT INTO user (id, login, name, role) VALUES (1, 'ann', 'Ann', 'smm')")
            .unwrap();
        for person in 1..=5 {
            given.execute("INSERT INTO person (id, created_at) VALUES (?1, 0)", [person]).unwrap();
        }
        for thread in 1..=threads {
            given
                .execute(
                    "INSERT INTO conversation (id, scope, native_id, zone, visibility, title)
                     VALUES (?1, 's', 't' || ?1, 'social', 'public', 'thread ' || ?1)",
                    [thread],
                )
                .unwrap();
        }
        let questions = Questions::new(store.clone(), options("ab")).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { questions, store, folder, runtime }
    }

    fn run<T>(&self, future: impl Future<Output = Result<T, StoreError>>) -> T {
        self.runtime.block_on(future).unwrap()
    }

    fn ask(&self, conversation: i64, expert: i64) -> ChimeInId {
        match self.runtime.block_on(self.questions.ask(question(conversation, expert), 0)).unwrap() {
            ChimeInAsked::New(id) => id,
            other => panic!("{other:?}"),
        }
    }

    /// Returns what stands behind the base in the link of a question.
    fn ticket(&self, id: ChimeInId) -> String {
        let link = self.run(self.questions.secrets(id)).unwrap().link;
        link.strip_prefix("https://hark.example/chime-in/").unwrap().to_owned()
    }

    fn state(&self, id: ChimeInId) -> ChimeInState {
        self.run(self.store.chime_in(id)).unwrap().state
    }

    fn take(&self, mail: &str) -> MailTaken {
        self.run(self.questions.take_mail(mail.replace('\n', "\r\n").as_bytes(), HOUR))
    }
}

fn options(key: &str) -> QuestionsOptions {
    QuestionsOptions {
        key: QuestionKey::parse(&Secret::from(key.repeat(32))).unwrap(),
        base: Url::parse("https://hark.example/chime-in/").unwrap(),
        inbox: Some("inbox@corp.example".to_owned()),
    }
}

fn question(conversation: i64, expert: i64) -> Question {
    Question {
        conversation,
        asked_by: 1,
        asker: "Ann".to_owned(),
        expert,
        reason: "you wrote the manual".to_owned(),
        channel: "experts".to_owned(),
        address: Some(PERSON.to_owned()),
        may_see: Visibility::Community,
        life: Duration::from_secs(24 * 3_600),
    }
}

#[test]
fn get_changes_nothing_and_post_sees_and_answers_once() {
    let given = Given::new(1);
    let id = given.ask(1, 1);
    let ticket = given.ticket(id);
    for _scanner in 0..3 {
        let cover = Cover {
            asked_by: "Ann".to_owned(),
            reason: "you wrote the manual".to_owned(),
            expires_at: 24 * HOUR,
        };
        assert_eq!(given.run(given.questions.cover(&ticket, HOUR)), Opened::Shown(cover));
    }
    assert_eq!(given.state(id), ChimeInState::Asked);
    assert!(
        matches!(given.run(given.questions.see(&ticket, HOUR)), Opened::Shown(page) if page.thread.conversation.id == 1)
    );
    assert_eq!(given.state(id), ChimeInState::Seen);
    let answer = |text| given.run(given.questions.answer(&ticket, text, AnswerAs::Note, HOUR));
    assert_eq!(answer(" In June. "), ChimeInStanding::Open);
    assert_eq!(answer("In July."), ChimeInStanding::Answered);
    assert_eq!(given.run(given.store.chime_in(id)).unwrap().answer.as_deref(), Some("In June."));
    assert_eq!(given.run(given.questions.cover(&ticket, HOUR)), Opened::Closed(ChimeInStanding::Answered));
    assert_eq!(given.run(given.questions.see(&ticket, HOUR)), Opened::Closed(ChimeInStanding::Answered));
}

#[test]
fn declined_or_late_tickets_open_no_more() {
    let given = Given::new(1);
    let (declined, late) = (given.ask(1, 1), given.ask(1, 2));
    assert_eq!(given.run(given.questions.decline(&given.ticket(declined), HOUR)), ChimeInStanding::Open);
    let ticket = given.ticket(late);
    for (ticket, want) in
        [(given.ticket(declined), ChimeInStanding::Declined), (ticket, ChimeInStanding::Expired)]
    {
        assert_eq!(given.run(given.questions.see(&ticket, 24 * HOUR)), Opened::Closed(want));
    }
}

#[test]
fn no_file_of_the_database_holds_a_secret() {
    let given = Given::new(1);
    let id = given.ask(1, 1);
    let kept = given.run(given.questions.secrets(id)).unwrap();
    let reply = kept.reply_to.unwrap();
    let secrets =
        [kept.link.split_once('-').unwrap().1.rsplit('-').next().unwrap(), &reply[8..48], &kept.thread[11..]];
    let mut files = 0;
    for file in std::fs::read_dir(given.folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        files += usize::from(text.contains("you wrote the manual"));
        assert!(secrets.iter().all(|secret| secret.len() >= 8 && !text.contains(*secret)));
    }
    assert!(files > 0, "the files that were looked at hold the question");
    let other = Questions::new(given.store.clone(), options("ac")).unwrap();
    assert!(given.run(other.secrets(id)).is_none(), "without the key, the database opens nothing");
    let notice = given.run(given.store.notice(&format!("chime-in:{id}"))).unwrap();
    assert_eq!(notice.state, NoticeState::Waiting);
}

#[test]
fn a_wrong_question_is_refused_with_what_to_do() {
    let given = Given::new(1);
    let refused = |change: fn(&mut Question)| {
        let mut question = question(1, 1);
        change(&mut question);
        given.runtime.block_on(given.questions.ask(question, 0)).unwrap_err().to_string()
    };
    assert!(refused(|q| q.reason = " ".to_owned()).starts_with("the question has no reason"));
    assert!(refused(|q| q.life = Duration::from_secs(60)).contains("between an hour and 30 days, not 60 s"));
    assert_eq!(refused(|q| q.address = Some("x\r\ny@z".to_owned())), "the person cannot be written to");
    for (base, inbox) in [
        ("http://hark.example/c/", "inbox@x.example"),
        ("https://hark.example/c", "inbox@x.example"),
        ("https://hark.example/c/", "in+box@x.example"),
        ("https://hark.example/c/", "averylongmailbox@x.example"),
    ] {
        let options = QuestionsOptions {
            base: Url::parse(base).unwrap(),
            inbox: Some(inbox.to_owned()),
            ..options("ab")
        };
        assert!(Questions::new(given.store.clone(), options).is_err(), "{base} {inbox}");
    }
}

fn mail(from: &str, head: &str, body: &str) -> String {
    format!(
        "From: {from}\n{head}\nSubject: Re: Ann asks you to chime in\nContent-Type: text/plain; charset=utf-8\n\n{body}\n"
    )
}

#[test]
fn a_mail_answers_by_its_address_or_by_its_thread() {
    let given = Given::new(2);
    let by_address = given.ask(1, 1);
    let reply_to = given.run(given.questions.secrets(by_address)).unwrap().reply_to.unwrap();
    let body =
        "Reply: In June.\n\nOn Mon, Nov 23, 2026 at 9:15 AM Hark <h@corp.example> wrote:\n\n> Ann asks\n";
    let raw = mail("Zoe <ZOE@corp.example>", &format!("To: <{}>", reply_to.to_uppercase()), body);
    assert_eq!(given.take(&raw), MailTaken::Answered(by_address));
    let row = given.run(given.store.chime_in(by_address)).unwrap();
    assert_eq!(
        (row.answer.as_deref(), row.answer_as, row.answer_via),
        (Some("In June."), Some(AnswerAs::Reply), Some(AnswerVia::Mail))
    );
    assert_eq!(given.take(&raw), MailTaken::Closed(by_address, ChimeInStanding::Answered));

    let by_thread = given.ask(2, 1);
    let thread = given.run(given.questions.secrets(by_thread)).unwrap().thread;
    let raw =
        mail(PERSON, &format!("To: h@corp.example\nIn-Reply-To: <{thread}@corp.example>"), "Yes.\n-- \nZoe");
    assert_eq!(given.take(&raw), MailTaken::Answered(by_thread));
    let row = given.run(given.store.chime_in(by_thread)).unwrap();
    assert_eq!((row.answer.as_deref(), row.answer_as), (Some("Yes."), Some(AnswerAs::Note)));
}

#[test]
fn what_is_no_answer_does_not_count_as_one() {
    let given = Given::new(1);
    let id = given.ask(1, 1);
    let to = format!("To: {}", given.run(given.questions.secrets(id)).unwrap().reply_to.unwrap());
    let own = given.run(given.questions.secrets(id)).unwrap().reply_to.unwrap();
    for (raw, want) in [
        (mail(PERSON, &format!("{to}\nAuto-Submitted: auto-replied"), "Away."), MailTaken::Automatic(id)),
        (mail(PERSON, &format!("{to}\nPrecedence: bulk"), "Away."), MailTaken::Automatic(id)),
        (mail(&own, &to, "A loop."), MailTaken::Automatic(id)),
        (mail("other@corp.example", &to, "Yes."), MailTaken::Stranger(id)),
        (mail("zoe@corp.example, x@y.example", &to, "Yes."), MailTaken::Stranger(id)),
        (mail(PERSON, &to, "> Ann asks you"), MailTaken::Empty(id)),
        (mail(PERSON, "To: inbox@corp.example", "Yes."), MailTaken::NotOurs),
        (
            mail(PERSON, &format!("To: inbox+{id}-{}@corp.example", "0".repeat(40)), "Yes."),
            MailTaken::NotOurs,
        ),
        (
            mail(PERSON, &format!("In-Reply-To: <chime-in.{id}-{}@corp.example>", "0".repeat(40)), "Yes."),
            MailTaken::NotOurs,
        ),
        ("no mail".to_owned(), MailTaken::NotOurs),
    ] {
        assert_eq!(given.take(&raw), want, "{raw}");
        assert_eq!(given.state(id), ChimeInState::Asked);
    }
    let report = |to: &str, action: &str| {
        format!(
            "From: MAILER-DAEMON@mx.example\n{to}\nReturn-Path: <>\nSubject: Undelivered\n\
            Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nSorry.\n--b\n\
            Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; {PERSON}\nAction: {action}\nStatus: 5.1.1\n\n--b\n\
            Content-Type: text/rfc822-headers\n\nReply-To: <{own}>\nTo: {PERSON}\n\n--b--\n"
        )
    };
    assert_eq!(given.take(&report(&to, "delayed")), MailTaken::Automatic(id));
    assert_eq!(given.state(id), ChimeInState::Asked);
    assert_eq!(given.take(&report("To: h@corp.example", "failed")), MailTaken::Undeliverable(id));
    assert_eq!(given.state(id), ChimeInState::Undeliverable);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_ticket_opens_any_other_question(
        asks in prop::collection::btree_set((1..6_i64, 1..6_i64), 2..12),
        bend in any::<prop::sample::Index>(),
        to in "[A-Za-z0-9_-]",
    ) {
        let given = Given::new(5);
        let asked: Vec<_> = asks.iter().map(|(thread, person)| (given.ask(*thread, *person), *thread)).collect();
        let tickets: Vec<String> = asked.iter().map(|(id, _)| given.ticket(*id)).collect();
        prop_assert_eq!(tickets.iter().collect::<BTreeSet<_>>().len(), asked.len());
        for ((id, thread), ticket) in asked.iter().zip(&tickets) {
            // The right ticket shows the right thread.
            match given.run(given.questions.see(ticket, HOUR)) {
                Opened::Shown(page) => prop_assert_eq!(page.thread.conversation.id, *thread),
                Opened::Closed(standing) => prop_assert!(false, "{id}: {standing:?}"),
            }
            let secret = ticket.split_once('-').unwrap().1;
            // Its secret with another number, and one with a character changed, show nothing.
            let mut wrong: Vec<String> =
                asked.iter().filter(|(other, _)| other != id).map(|(other, _)| format!("{other}-{secret}")).collect();
            let at = ticket.len() - secret.len() + bend.index(secret.len());
            let bent = format!("{}{to}{}", &ticket[..at], &ticket[at + 1..]);
            // The last of 43 characters has two bits that no byte takes; the text is compared, so they count.
            wrong.extend((bent != *ticket).then_some(bent));
            let kept = given.run(given.questions.secrets(*id)).unwrap();
            wrong.push(format!("{id}-{}", kept.thread.rsplit('-').next().unwrap()));
            wrong.push(kept.reply_to.unwrap().split(['+', '@']).nth(1).unwrap().to_owned());
            for wrong in wrong {
                prop_assert_eq!(given.run(given.questions.see(&wrong, HOUR)), Opened::Closed(ChimeInStanding::Unknown));
                prop_assert_eq!(given.run(given.questions.cover(&wrong, HOUR)), Opened::Closed(ChimeInStanding::Unknown));
                let answered = given.run(given.questions.answer(&wrong, "x", AnswerAs::Note, HOUR));
                prop_assert_eq!(answered, ChimeInStanding::Unknown);
            }
        }
        // An answer closes its own question alone.
        given.run(given.questions.answer(&tickets[0], "x", AnswerAs::Note, HOUR));
        for ((id, _), n) in asked.iter().zip(0..) {
            let want = if n == 0 { ChimeInState::Answered } else { ChimeInState::Seen };
            prop_assert_eq!(given.state(*id), want);
        }
    }
}
