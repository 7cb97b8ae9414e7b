//! One mail in, its events out.

use proptest::prelude::*;

use super::*;
use crate::settings::tests::settings;

const ARRIVED: Ms = 1_784_885_565_000; // 2026-07-24T09:32:45Z

fn read(raw: &[u8]) -> Vec<Event> {
    let envelope = Envelope { mailbox: "INBOX", hint: "uid 7", received_at: ARRIVED, payload: 3 };
    events(raw, envelope, &settings())
}

fn item(raw: impl AsRef<[u8]>) -> Item {
    let found = read(raw.as_ref()).into_iter().find_map(|event| match event {
        Event::Item(item) => Some(item),
        _ => None,
    });
    found.expect("an item")
}

fn conversation(raw: impl AsRef<[u8]>) -> Conversation {
    let found = read(raw.as_ref()).into_iter().find_map(|event| match event {
        Event::Conversation(conversation) => Some(conversation),
        _ => None,
    });
    found.expect("a conversation")
}

fn author(raw: impl AsRef<[u8]>) -> Actor {
    let found = read(raw.as_ref()).into_iter().find_map(|event| match event {
        Event::Actor(actor) => Some(actor),
        _ => None,
    });
    found.expect("an author")
}

/// A mail from Jo with these further fields.
fn with(fields: &str) -> String {
    format!(
        "From: Jo <jo@example.org>\r\nTo: support@example.com\r\nMessage-ID: <a@b>\r\n{fields}\r\nhello\r\n"
    )
}

const REPLY: &str = "Return-Path: <jo@example.org>\r\n\
Received: from mx.example.org by mail.example.com; Fri, 24 Jul 2026 09:12:44 +0000\r\n\
Date: Fri, 24 Jul 2026 10:12:40 +0100\r\n\
From: =?UTF-8?Q?J=C3=B6_Fictional?= <Jo@Example.org>\r\n\
To: support@example.com\r\n\
Subject: Re: [Ticket] Widget stopped\r\n\
Message-ID: <reply-1@mail.example.org>\r\n\
In-Reply-To: <orig-1@example.com>\r\n\
References: <root-0@example.com>\r\n <orig-1@example.com>\r\n\
MIME-Version: 1.0\r\n\
Content-Type: multipart/alternative; boundary=\"b1\"\r\n\
\r\n\
--b1\r\n\
Content-Type: text/plain; charset=utf-8\r\n\
Content-Transfer-Encoding: quoted-printable\r\n\
\r\n\
Still broken =E2=80=94 second time.\r\n\
\r\n\
On Thu, 23 Jul 2026, Support wrote:\r\n\
> please restart\r\n\
\r\n\
--b1\r\n\
Content-Type: text/html; charset=utf-8\r\n\
\r\n\
<p>Still broken \u{2014} second time.</p><blockquote>please restart</blockquote>\r\n\
--b1--\r\n";

#[test]
fn a_reply_is_read_whole() {
    let item = item(REPLY);
    assert_eq!(item.id, "reply-1@mail.example.org");
    assert_eq!(item.conversation, "root-0@example.com");
    assert_eq!(item.relations, [reply_to("orig-1@example.com".into())]);
    assert_eq!(item.author.as_deref(), Some("jo@example.org"));
    assert_eq!(item.title.as_deref(), Some("Re: [Ticket] Widget stopped"));
    assert_eq!(
        item.text,
        "Still broken — second time.\n\nOn Thu, 23 Jul 2026, Support wrote:\n> please restart"
    );
    assert_eq!(
        item.html.as_deref(),
        Some("<p>Still broken — second time.</p><blockquote>please restart</blockquote>")
    );
    assert_eq!((item.published_at, item.published_is_estimate), (1_784_884_360_000, false));
    assert_eq!((item.kind, item.direction), (ItemKind::Email, Direction::Inbound));
    assert_eq!((item.visibility, item.automated), (Visibility::Direct, false));
    assert_eq!(item.origin, Provenance::new(3, ""));
    assert_eq!(item.attachments, []);

    let author = author(REPLY);
    assert_eq!(author.display_name.as_deref(), Some("Jö Fictional"));
    assert_eq!(author.emails, ["jo@example.org"]);
    assert_eq!((author.kind, author.is_self), (ActorKind::Person, false));

    let conversation = conversation(REPLY);
    assert_eq!(conversation.title.as_deref(), Some("Widget stopped"));
    assert_eq!(conversation.place.as_deref(), Some("INBOX"));
}

#[test]
fn threads_survive_what_clients_make_of_them() {
    for (fields, conversation, parent) in [
        ("", "a@b", None),
        ("In-Reply-To: <p@x>\r\n", "p@x", Some("p@x")),
        ("References: <r@x> <p@x>\r\n", "r@x", Some("p@x")),
        ("References: <r@x>\r\n <q@x>\r\nIn-Reply-To: <p@x>\r\n", "r@x", Some("q@x")),
        ("References: <a@b> <a@b>\r\n", "a@b", None),
        ("References: <a@b> <r@x>\r\n", "r@x", Some("r@x")),
        ("References: no brackets at all\r\n", "nobracketsatall", Some("nobracketsatall")),
        ("References: <>\r\nIn-Reply-To: \r\n", "a@b", None),
    ] {
        let item = item(with(fields));
        assert_eq!(item.conversation, conversation, "{fields}");
        let want: Vec<_> = parent.into_iter().map(|parent| reply_to(parent.into())).collect();
        assert_eq!(item.relations, want, "{fields}");
    }
}

#[test]
fn a_mail_without_an_id_gets_one_of_its_own() {
    let raw = "From: jo@example.org\r\nDate: Fri, 24 Jul 2026 09:00:00 +0000\r\nSubject: x\r\n\r\nbody\r\n";
    let id = item(raw).id;
    assert!(id.starts_with("sha256.") && id.ends_with("@local") && id.len() < 100, "{id}");
    assert_eq!(item(raw.replace("body", "body  \r\n ")).id, id, "blanks do not count");
    assert_eq!(item(raw.replace("09:00:00 +0000", "10:00:00 +0100")).id, id, "the same moment");
    for (old, new) in
        [("jo@", "bo@"), ("09:00:00", "09:00:01"), ("Subject: x", "Subject: y"), ("body", "bodies")]
    {
        assert_ne!(item(raw.replace(old, new)).id, id, "{new}");
    }
    assert_eq!(item(format!("Message-ID: <>\r\n{raw}")).id, id);
    let long = item(format!("Message-ID: <{}@x>\r\n{raw}", "l".repeat(600)));
    assert!(long.id.starts_with("sha256.") && long.id != id);
}

#[test]
fn the_first_to_arrive_is_the_one_shown() {
    assert!(revision(1_000) > revision(2_000));
    assert_eq!(revision(-5), revision(0));
    assert_eq!(revision(ARRIVED).len(), revision(0).len());
}

#[test]
fn machines_are_marked() {
    for (fields, automated) in [
        ("", false),
        ("Auto-Submitted: no\r\n", false),
        ("Auto-Submitted: auto-replied (vacation)\r\n", true),
        ("Auto-Submitted: auto-generated; x=y\r\n", true),
        ("Precedence: Bulk\r\n", true),
        ("Precedence: junk\r\n", true),
        ("Precedence: list\r\n", true),
        ("Precedence: first-class\r\n", false),
        ("X-Auto-Response-Suppress: All\r\n", true),
        ("X-Auto-Response-Suppress: None\r\n", false),
        ("Return-Path: <>\r\n", true),
        ("Return-Path: <jo@example.org>\r\n", false),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n", true),
    ] {
        assert_eq!(item(with(fields)).automated, automated, "{fields}");
    }
    let bounce = with("Return-Path: <>\r\n").replace("jo@example.org", "MAILER-DAEMON@example.org");
    assert_eq!(author(bounce).kind, ActorKind::Service);
}

#[test]
fn own_mail_is_outbound_and_list_mail_is_community() {
    let own = with("").replace("jo@example.org", "Support@Example.com");
    assert_eq!(item(&own).direction, Direction::Outbound);
    assert!(author(&own).is_self);

    let list = with("List-Id: Widget users <Widgets.Lists.example.org>\r\n");
    assert_eq!((item(&list).visibility, item(&list).direction), (Visibility::Community, Direction::Inbound));
    assert_eq!(conversation(&list).place.as_deref(), Some("widgets.lists.example.org"));
    assert_eq!(conversation(&list).visibility, Visibility::Community);
    let not_to_us = list.replace("support@example.com", "widgets@lists.example.org");
    assert_eq!(item(not_to_us).direction, Direction::ThirdParty);
}

#[test]
fn a_date_is_believed_only_if_it_can_be() {
    let arrived = (ARRIVED, true);
    for (date, want) in [
        ("Fri, 24 Jul 2026 09:12:40 +0000", (1_784_884_360_000, false)),
        ("Fri, 24 Jul 2026 09:36:00 +0000", (1_784_885_760_000, false)),
        ("Fri, 24 Jul 2026 09:40:00 +0000", arrived),
        ("Wed, 31 Dec 1969 19:00:00 -0500", arrived),
        ("Mon, 01 Jan 2040 00:00:00 +0000", arrived),
        ("yesterday", arrived),
        ("", arrived),
    ] {
        let item = item(with(&format!("Date: {date}\r\n")));
        assert_eq!((item.published_at, item.published_is_estimate), want, "{date}");
    }
    assert!(item(with("")).published_is_estimate);
}

#[test]
fn a_language_is_one_or_none() {
    for (language, want) in [
        ("pt-BR, en", Some("pt-BR")),
        ("de", Some("de")),
        ("und", None),
        ("english", None),
        ("en-", None),
        ("pt-BRGGGGGGGGGGGG", None),
    ] {
        assert_eq!(
            item(with(&format!("Content-Language: {language}\r\n"))).language.as_deref(),
            want,
            "{language}"
        );
    }
}

fn typed(kind: &str, body: &[u8]) -> Vec<u8> {
    let mut raw = format!("From: jo@example.org\r\nMessage-ID: <a@b>\r\n{kind}\r\n\r\n").into_bytes();
    raw.extend_from_slice(body);
    raw
}

#[test]
fn character_sets_are_read_even_when_they_lie() {
    for (kind, body, want) in [
        ("Content-Type: text/plain; charset=koi8-r", b"\xf0\xd2\xc9\xd7\xc5\xd4".as_slice(), "Привет"),
        ("Content-Type: text/plain; charset=iso-2022-jp", b"\x1b$B$3$s\x1b(B!", "こん!"),
        ("Content-Type: text/plain; charset=us-ascii", b"\x1b$B$3$s\x1b(B!", "こん!"),
        ("Content-Type: text/plain; charset=utf-8", b"Gr\xfc\xdfe", "Grüße"),
        ("Content-Type: text/plain; charset=iso-8859-1", "Grüße".as_bytes(), "Grüße"),
        ("Content-Type: text/plain; charset=iso-8859-1", b"Gr\xfc\xdfe", "Grüße"),
        ("Content-Type: text/plain", b"\x93quoted\x94", "“quoted”"),
        ("Content-Type: text/plain; charset=x-no-such", b"Gr\xfc\xdfe", "Grüße"),
        (
            "Content-Type: text/plain; charset=\"utf-8\"\r\nContent-Transfer-Encoding: base64",
            b"4pyTIPCfmIA=",
            "✓ 😀",
        ),
        (
            "Content-Type: text/plain; charset=gb2312\r\nContent-Transfer-Encoding: base64",
            b"xOO6ww==",
            "你好",
        ),
        ("Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable", b"Gr=FC=DFe", "Grüße"),
        ("X: y", b"nul \0 and \r\nlines\rhere", "nul  and \nlines\nhere"),
    ] {
        assert_eq!(item(typed(kind, body)).text, want, "{kind}");
    }
    let headers =
        b"From: J\xf6 <jo@example.org>\r\nSubject: =?koi8-r?B?8NLJ18XU?= =?utf-8?q?_ol=C3=A9?=\r\n\r\nx";
    assert_eq!(item(headers).title.as_deref(), Some("Привет olé"));
    assert_eq!(author(headers).display_name.as_deref(), Some("Jö"));
}

#[test]
fn markup_alone_becomes_text() {
    let only =
        item(typed("Content-Type: text/html; charset=utf-8", "<div>Grüße</div><div>Jö</div>".as_bytes()));
    assert_eq!(only.text, "Grüße\nJö");
    assert!(only.html.is_some());
    let empty_plain = typed(
        "Content-Type: multipart/alternative; boundary=b",
        b"--b\r\nContent-Type: text/plain\r\n\r\n \r\n--b\r\nContent-Type: text/html\r\n\r\n<p>said here</p>\r\n--b--\r\n",
    );
    assert_eq!(item(empty_plain).text, "said here");
    assert_eq!(item(typed("X: y", b"")).text, "");
}

#[test]
fn attachments_are_described_not_read() {
    let raw = typed(
        "Content-Type: multipart/mixed; boundary=b",
        b"--b\r\n\r\nsee these\r\n--b\r\nContent-Type: application/pdf; name=x.pdf\r\n\
Content-Disposition: attachment; filename*=UTF-8''B%C3%BCro.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n\
aGVsbG8=\r\n--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=\"=?utf-8?q?=C3=BC?=.png\"\r\n\
Content-Description: a cat\r\n\r\nPNG\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nold\r\n--b--\r\n",
    );
    let item = item(raw);
    assert_eq!(item.text, "see these");
    let seen: Vec<_> =
        item.attachments.iter().map(|a| (a.media_type.as_deref(), a.name.as_deref(), a.bytes)).collect();
    assert_eq!(
        seen,
        [
            (Some("application/pdf"), Some("Büro.pdf"), Some(5)),
            (Some("image/png"), Some("ü.png"), Some(3)),
            (Some("message/rfc822"), Some("inner"), Some(21)),
        ]
    );
    assert_eq!(item.attachments[1].alt.as_deref(), Some("a cat"));
}

#[test]
fn a_broken_mail_is_poison_and_a_strange_one_is_not() {
    for broken in [
        b"".as_slice(),
        b"\0\0\0\0",
        b"just some words\nwithout a header\n",
        b"\xff\xfe\n\n",
        b"X-Only: this\r\n\r\nbody",
    ] {
        let events = read(broken);
        assert!(
            matches!(events.as_slice(), [Event::Poison(poison)] if poison.hint == "uid 7"),
            "{broken:?}: {events:?}"
        );
    }
    for (kind, body, text) in [
        ("Content-Type: multipart/mixed; boundary=missing", "no boundary here", "no boundary here"),
        (
            "Content-Type: multipart/mixed; boundary=b",
            "--b\r\nContent-Type: text/plain\r\n\r\nno end",
            "no end",
        ),
        ("Content-Type: multipart/mixed", "no boundary named", "no boundary named"),
        ("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64", "!!not base64!!", "!!not base64!!"),
        ("Content-Type: ;;;===", "hm", "hm"),
    ] {
        let strange = item(typed(kind, body.as_bytes()));
        assert_eq!(
            (strange.id.as_str(), strange.text.as_str(), strange.attachments.len()),
            ("a@b", text, 0),
            "{kind}"
        );
    }
    assert_eq!(item("From: jo@example.org\r\nMessage-ID: <a@b>").id, "a@b", "a header that just stops");
}

#[test]
fn no_depth_is_too_deep() {
    let mails = b"Content-Type: message/rfc822\r\n\r\n".repeat(20_000);
    assert_eq!(item(typed("X: y\r\nContent-Type: message/rfc822", &mails)).id, "a@b");
    let mut parts = Vec::new();
    for depth in 0..5_000 {
        parts.extend_from_slice(
            format!("--b{depth}\r\nContent-Type: multipart/mixed; boundary=b{}\r\n\r\n", depth + 1)
                .as_bytes(),
        );
    }
    assert_eq!(item(typed("Content-Type: multipart/mixed; boundary=b0", &parts)).id, "a@b");
    let digest = b"--b\r\n\r\n".repeat(20_000);
    assert_eq!(item(typed("Content-Type: multipart/digest; boundary=b", &digest)).id, "a@b");
}

#[test]
fn the_same_bytes_give_the_same_events() {
    for raw in [REPLY.as_bytes(), with("").as_bytes(), b"junk"] {
        assert_eq!(read(raw), read(raw));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Mails put together from what mails are made of, in any order: none is lost, none is too much.
    #[test]
    fn no_mail_is_too_broken(pieces in proptest::collection::vec(0usize..PIECES.len(), 0..40), junk in any::<Vec<u8>>()) {
        let mut raw: Vec<u8> = pieces.iter().flat_map(|piece| PIECES[*piece].iter().copied()).collect();
        let at = raw.len() / 2;
        raw.splice(at..at, junk);
        let events = read(&raw);
        let last = events.last().expect("every mail gives something");
        let whole = events.len() >= 2 && matches!(last, Event::Item(_));
        let is_poison = events.len() == 1 && matches!(last, Event::Poison(_));
        prop_assert!(whole || is_poison, "{:?}", events);
        if let Event::Item(item) = last {
            prop_assert!((1..=limits::ID_BYTES_MAX).contains(&item.id.len()));
            prop_assert!((1..=limits::ID_BYTES_MAX).contains(&item.conversation.len()));
            prop_assert!(!item.text.contains(['\0', '\r']));
            prop_assert!(item.relations.iter().all(|relation| relation.target != item.id));
        }
    }
}

const PIECES: [&[u8]; 30] = [
    b"From: Jo <jo@example.org>\r\n",
    b"From: \xff\xfe <@>,,;\r\n",
    b"Date: Fri, 24 Jul 2026 09:12:40 +0000\r\n",
    b"Date: 99 Foo 99999 99:99:99 +9999\r\n",
    b"Subject: =?utf-8?q?broken=?= =?x?y?z?= =?utf-8?b?4pyT\r\n",
    b"Subject: Re: Fwd: [a] [b] Re:\r\n",
    b"Message-ID: <a@b>\r\n",
    b"Message-ID: <a@b> <c@d>\r\n",
    b"References: <a@b> <<c>> <d <e> f@g>\r\n",
    b"In-Reply-To: your message of <a@b>\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: multipart/alternative; boundary=\"b\r\n",
    b"Content-Type: multipart/report; boundary=b\r\n",
    b"Content-Type: message/rfc822\r\n",
    b"Content-Type: text/html; charset=utf-7\r\n",
    b"Content-Type: text/plain; charset=iso-2022-jp; format=flowed; delsp=yes\r\n",
    b"Content-Type: application/x; name*0*=utf-8''%ff; name*1=x\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Disposition: attachment; filename=\"\r\n",
    b"\r\n",
    b"\n",
    b"--b\r\n",
    b"--b--\r\n",
    b"<p>markup<blockquote><script>",
    b"=E2=80=94 =ZZ =\r\n",
    b"4pyTIPCfmIA=\r\n",
    b"\x1b$B$3$s\x1b(B \r\n> quoted \r\n",
    b"\0\0\0",
    b"List-Id: <\xfc.lists>\r\nReturn-Path: <>\r\n",
];
