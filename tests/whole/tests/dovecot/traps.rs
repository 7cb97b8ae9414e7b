//! The traps of mail, one function each.

use hark_model::{Direction, Visibility};

use crate::corpus::{Maker, Text, Want};

/// Makes one mail, or a few that belong together.
pub type Trap = fn(&mut Maker);

/// Those that come once.
pub const RARE: [Trap; 5] = [plain, empty_file, huge_attachment, huge_text, huge_without_parts];

/// Those that come again and again.
pub const COMMON: [Trap; 42] = [
    plain,
    reply,
    late_parent,
    cycle,
    html_only,
    alternative,
    empty_plain_part,
    koi8,
    iso_2022_jp,
    latin1_called_utf8,
    utf8_called_latin1,
    unknown_charset,
    raw_letters_in_header,
    no_message_id,
    exact_copy,
    same_id_other_words,
    wrong_boundary,
    boundary_without_end,
    deep_parts,
    deep_mails,
    empty_body,
    no_body_at_all,
    attachments,
    nul,
    future_date,
    date_of_1969,
    no_date,
    gibberish_date,
    auto_reply,
    bounce,
    list_mail,
    list_mail_to_us,
    own_mail,
    emoji,
    right_to_left,
    junk,
    flowed,
    many_references,
    long_subject,
    broken_base64,
    quoted_printable,
    crlf,
];

pub fn plain(maker: &mut Maker) {
    let draft = maker.draft("plain");
    maker.push(draft);
}

fn reply(maker: &mut Maker) {
    let Some(place) = maker.earlier() else { return plain(maker) };
    let Want::Item(parent) = &maker.made[place].want else { return plain(maker) };
    let parent = parent.id.clone().expect("earlier mails have ids");
    let mut draft = maker.draft("reply");
    draft.set("References", format!("<{parent}>"));
    draft.set("In-Reply-To", format!("<{parent}>"));
    let token = draft.token.clone();
    draft.say(
        format!("Still broken {token}.\n\nOn Monday, Support wrote:\n> please restart\n"),
        Text::Holds("> please restart".into()),
    );
    (draft.want.conversation, draft.want.parent) = (Some(parent.clone()), Some(parent));
    maker.push(draft);
}

fn late_parent(maker: &mut Maker) {
    let mut child = maker.draft("answer before its question");
    let root = format!("late.{}@mail.example.org", child.token);
    child.set("In-Reply-To", format!("<{root}>"));
    (child.want.conversation, child.want.parent) = (Some(root.clone()), Some(root.clone()));
    maker.push(child);
    let mut parent = maker.draft("question after its answer");
    parent.set("Message-ID", format!("<{root}>"));
    parent.want.id = Some(root);
    maker.push(parent);
}

fn cycle(maker: &mut Maker) {
    let mut one = maker.draft("cyclic references");
    let other_id = format!("cycle.{}@mail.example.org", one.token);
    one.set("References", format!("<{}> <{other_id}>", one.id));
    (one.want.conversation, one.want.parent) = (Some(other_id.clone()), Some(other_id.clone()));
    let one_id = one.id.clone();
    maker.push(one);
    let mut other = maker.draft("cyclic references");
    other.set("Message-ID", format!("<{other_id}>"));
    other.set("References", format!("<{one_id}>\n <{other_id}>"));
    other.want.id = Some(other_id);
    (other.want.conversation, other.want.parent) = (Some(one_id.clone()), Some(one_id));
    maker.push(other);
}

fn html_only(maker: &mut Maker) {
    let mut draft = maker.draft("markup only");
    draft.set("Content-Type", "text/html; charset=utf-8");
    draft.say(
        "<html><head><style>p{}</style></head><body><div>Line one &amp; more</div><div>Größe</div><script>x()</script></body></html>",
        Text::Is("Line one & more\nGröße".into()),
    );
    draft.want.html = true;
    maker.push(draft);
}

fn alternative(maker: &mut Maker) {
    let mut draft = maker.draft("text and markup");
    draft.set("MIME-Version", "1.0");
    draft.set("Content-Type", "multipart/alternative; boundary=\"=_b\"");
    draft.say(
        "preamble\n--=_b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nThe =E2=80=94 words\n\
--=_b\nContent-Type: text/html\n\n<p>The words</p>\n--=_b--\nepilogue\n",
        Text::Is("The — words".into()),
    );
    draft.want.html = true;
    maker.push(draft);
}

fn empty_plain_part(maker: &mut Maker) {
    let mut draft = maker.draft("empty text beside markup");
    draft.set("Content-Type", "multipart/alternative; boundary=b");
    draft.say(
        "--b\nContent-Type: text/plain\n\n \n--b\nContent-Type: text/html\n\n<p>Said here</p>\n--b--\n",
        Text::Is("Said here".into()),
    );
    draft.want.html = true;
    maker.push(draft);
}

fn koi8(maker: &mut Maker) {
    let mut draft = maker.draft("koi8-r");
    draft.set("Content-Type", "text/plain; charset=koi8-r");
    draft.set("Subject", format!("=?koi8-r?B?8NLJ18XU?= {}", draft.token));
    draft.say(b"\xf0\xd2\xc9\xd7\xc5\xd4\n", Text::Is("Привет".into()));
    maker.push(draft);
}

fn iso_2022_jp(maker: &mut Maker) {
    let mut draft = maker.draft("iso-2022-jp");
    draft.set("Content-Type", "text/plain; charset=ISO-2022-JP");
    draft.say(b"\x1b$B$3$s$K$A$O\x1b(B!\n", Text::Is("こんにちは!".into()));
    maker.push(draft);
}

fn latin1_called_utf8(maker: &mut Maker) {
    let mut draft = maker.draft("latin1 that is called utf-8");
    draft.set("Content-Type", "text/plain; charset=utf-8");
    draft.say(b"Gr\xfc\xdfe aus K\xf6ln\n", Text::Is("Grüße aus Köln".into()));
    maker.push(draft);
}

fn utf8_called_latin1(maker: &mut Maker) {
    let mut draft = maker.draft("utf-8 that is called latin1");
    draft.set("Content-Type", "text/plain; charset=iso-8859-1");
    draft.say("Grüße aus Köln\n", Text::Is("Grüße aus Köln".into()));
    maker.push(draft);
}

fn unknown_charset(maker: &mut Maker) {
    let mut draft = maker.draft("a charset that does not exist");
    draft.set("Content-Type", "text/plain; charset=x-mac-klingon");
    draft.say(b"caf\xe9\n", Text::Is("café".into()));
    maker.push(draft);
}

fn raw_letters_in_header(maker: &mut Maker) {
    let mut draft = maker.draft("8-bit junk in the header");
    let mut subject = b"Gr\xfc\xdfe \xff\x80 ".to_vec();
    subject.extend_from_slice(draft.token.as_bytes());
    draft.set("Subject", subject);
    draft.set("From", b"J\xf6rg \xfe <joerg@example.org>".to_vec());
    maker.push(draft);
}

fn no_message_id(maker: &mut Maker) {
    let mut draft = maker.draft("no Message-ID");
    draft.remove("Message-ID");
    draft.want.id = None;
    maker.push(draft);
}

fn exact_copy(maker: &mut Maker) {
    let Some(place) = maker.earlier() else { return plain(maker) };
    let mut copy = maker.draft("the same mail again");
    copy.body.clear();
    let raw = maker.made[place].raw.clone();
    maker.push_as(copy, Want::Known);
    maker.made.last_mut().expect("just made").raw = raw;
}

fn same_id_other_words(maker: &mut Maker) {
    let Some(place) = maker.earlier() else { return plain(maker) };
    let mut forgery = maker.draft("another mail under the same Message-ID");
    if let Want::Item(first) = &mut maker.made[place].want {
        first.revisions += 1;
        let id = first.id.clone().expect("earlier mails have ids");
        forgery.set("Message-ID", format!("<{id}>"));
    }
    maker.push_as(forgery, Want::Known);
}

fn wrong_boundary(maker: &mut Maker) {
    let mut draft = maker.draft("a boundary that never comes");
    draft.set("Content-Type", "multipart/mixed; boundary=named");
    let token = draft.token.clone();
    draft.say(
        format!("--used\nContent-Type: text/plain\n\nwords of {token}\n--used--\n"),
        Text::Holds(format!("words of {token}")),
    );
    maker.push(draft);
}

fn boundary_without_end(maker: &mut Maker) {
    let mut draft = maker.draft("parts without an end");
    draft.set("Content-Type", "multipart/mixed; boundary=b");
    draft.say("--b\nContent-Type: text/plain\n\nand then", Text::Is("and then".into()));
    maker.push(draft);
}

fn deep_parts(maker: &mut Maker) {
    let mut draft = maker.draft("parts within parts");
    draft.set("Content-Type", "multipart/mixed; boundary=b0");
    let opened: String =
        (0..60).map(|n| format!("--b{n}\nContent-Type: multipart/mixed; boundary=b{}\n\n", n + 1)).collect();
    draft.say(
        format!("{opened}--b60\nContent-Type: text/plain\n\nthe core\n--b60--\n"),
        Text::Is("the core".into()),
    );
    maker.push(draft);
}

fn deep_mails(maker: &mut Maker) {
    let mut draft = maker.draft("mails within mails");
    draft.set("Content-Type", "multipart/mixed; boundary=b");
    let inner = "Content-Type: message/rfc822\n\n".repeat(500);
    draft.say(
        format!("--b\n\nforwarded\n--b\n{inner}Subject: inmost\n\nx\n--b--\n"),
        Text::Is("forwarded".into()),
    );
    draft.want.attachments = 1;
    maker.push(draft);
}

fn empty_body(maker: &mut Maker) {
    let mut draft = maker.draft("empty body");
    draft.say("", Text::Is(String::new()));
    maker.push(draft);
}

fn no_body_at_all(maker: &mut Maker) {
    let mut draft = maker.draft("a header that just ends");
    draft.say("", Text::Is(String::new()));
    maker.push(draft);
    let raw = &mut maker.made.last_mut().expect("just made").raw;
    raw.truncate(raw.trim_ascii_end().len());
}

fn attachments(maker: &mut Maker) {
    let mut draft = maker.draft("attachments");
    draft.set("Content-Type", "multipart/mixed; boundary=b");
    draft.say(
        "--b\n\nsee these\n--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*0*=UTF-8''B%C3%BC;\n \
filename*1*=ro.pdf\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n--b\nContent-Type: image/png; name=\"=?utf-8?b?4pyT?=.png\"\n\
Content-Disposition: attachment\n\nPNG\n--b--\n",
        Text::Is("see these".into()),
    );
    (draft.want.attachments, draft.want.names) = (2, vec!["Büro.pdf", "✓.png"]);
    maker.push(draft);
}

fn nul(maker: &mut Maker) {
    let mut draft = maker.draft("NUL");
    draft.say(b"before\0after \x07bell\n", Text::Holds("after".into()));
    maker.push(draft);
}

fn future_date(maker: &mut Maker) {
    let mut draft = maker.draft("a date of the future");
    draft.set("Date", "Mon, 01 Jan 2040 00:00:00 +0000");
    draft.want.is_estimate = true;
    maker.push(draft);
}

fn date_of_1969(maker: &mut Maker) {
    let mut draft = maker.draft("a date of 1969");
    draft.set("Date", "Wed, 31 Dec 1969 19:00:00 -0500");
    draft.want.is_estimate = true;
    maker.push(draft);
}

fn no_date(maker: &mut Maker) {
    let mut draft = maker.draft("no date");
    draft.remove("Date");
    draft.want.is_estimate = true;
    maker.push(draft);
}

fn gibberish_date(maker: &mut Maker) {
    let mut draft = maker.draft("a date that is none");
    draft.set("Date", "yesterday, about noon");
    draft.want.is_estimate = true;
    maker.push(draft);
}

fn auto_reply(maker: &mut Maker) {
    let mut draft = maker.draft("auto-reply");
    draft.set("Auto-Submitted", "auto-replied (vacation)");
    draft.want.automated = true;
    maker.push(draft);
}

fn bounce(maker: &mut Maker) {
    let mut draft = maker.draft("bounce");
    draft.set("Return-Path", "<>");
    draft.set("From", "Mail Delivery System <MAILER-DAEMON@example.org>");
    draft.set("Content-Type", "multipart/report; report-type=delivery-status; boundary=b");
    draft.say(
        "--b\n\nYour mail could not be delivered.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n\
Final-Recipient: rfc822; a@b\nAction: failed\n--b\nContent-Type: text/rfc822-headers\n\nSubject: old\n--b--\n",
        Text::Holds("could not be delivered".into()),
    );
    (draft.want.automated, draft.want.attachments) = (true, 2);
    maker.push(draft);
}

fn list_mail(maker: &mut Maker) {
    let mut draft = maker.draft("list mail");
    draft.set("List-Id", "Widget users <widgets.lists.example.org>");
    draft.set("To", "widgets@lists.example.org");
    draft.set("Precedence", "list");
    (draft.want.visibility, draft.want.direction) = (Visibility::Community, Direction::ThirdParty);
    draft.want.automated = true;
    maker.push(draft);
}

fn list_mail_to_us(maker: &mut Maker) {
    let mut draft = maker.draft("list mail to us");
    draft.set("List-Id", "<widgets.lists.example.org>");
    draft.set("Cc", "\"Widgets\" <widgets@lists.example.org>");
    draft.want.visibility = Visibility::Community;
    maker.push(draft);
}

fn own_mail(maker: &mut Maker) {
    let mut draft = maker.draft("our own mail");
    draft.set("From", "Support <Support@Example.COM>");
    draft.set("To", "jo@example.org");
    draft.want.direction = Direction::Outbound;
    maker.push(draft);
}

fn emoji(maker: &mut Maker) {
    let mut draft = maker.draft("emoji");
    draft.set("Content-Type", "text/plain; charset=utf-8");
    draft.set("Subject", format!("=?utf-8?q?=F0=9F=98=A1?= {}", draft.token));
    draft.say("So angry 😡👩‍👩‍👧‍👦🏳️‍🌈\n", Text::Is("So angry 😡👩‍👩‍👧‍👦🏳️‍🌈".into()));
    maker.push(draft);
}

fn right_to_left(maker: &mut Maker) {
    let mut draft = maker.draft("right to left");
    draft.set("Content-Type", "text/plain; charset=utf-8");
    draft.say("שלום \u{202e}עולם\u{202c} مرحبا\n", Text::Is("שלום \u{202e}עולם\u{202c} مرحبا".into()));
    maker.push(draft);
}

fn junk(maker: &mut Maker) {
    let draft = maker.draft("no mail at all");
    let raw = format!("\u{1}\u{2} this was never a mail {}\nnot in the least\n", draft.token).into_bytes();
    maker.push_as(draft, Want::Poison);
    maker.made.last_mut().expect("just made").raw = raw;
}

fn flowed(maker: &mut Maker) {
    let mut draft = maker.draft("soft line ends");
    draft.set("Content-Type", "text/plain; format=flowed");
    draft.say("> they \n> said\nand I \nsay\n", Text::Is("> they said\nand I say".into()));
    maker.push(draft);
}

fn many_references(maker: &mut Maker) {
    let mut draft = maker.draft("many references");
    let ids: Vec<_> = (0..200).map(|n| format!("<many.{n}.{}@mail.example.org>", draft.token)).collect();
    draft.set("References", ids.join("\n "));
    let bare = |id: &str| Some(id.trim_matches(['<', '>']).to_owned());
    (draft.want.conversation, draft.want.parent) = (bare(&ids[0]), bare(&ids[199]));
    maker.push(draft);
}

fn long_subject(maker: &mut Maker) {
    let mut draft = maker.draft("a subject without end");
    draft.set("Subject", format!("{} {}", draft.token, "very long ".repeat(600)));
    maker.push(draft);
}

fn broken_base64(maker: &mut Maker) {
    let mut draft = maker.draft("base64 that is none");
    draft.set("Content-Transfer-Encoding", "base64");
    let token = draft.token.clone();
    draft.say(format!("!!! not base64, {token} !!!\n"), Text::Holds(token));
    maker.push(draft);
}

fn quoted_printable(maker: &mut Maker) {
    let mut draft = maker.draft("quoted-printable");
    draft.set("Content-Type", "text/plain; charset=iso-8859-15");
    draft.set("Content-Transfer-Encoding", "quoted-printable");
    draft.say("It costs 5 =A4 and goes o=\nn\n", Text::Is("It costs 5 € and goes on".into()));
    maker.push(draft);
}

fn crlf(maker: &mut Maker) {
    let mut draft = maker.draft("CRLF");
    draft.say("one\r\ntwo\rthree\n", Text::Holds("one\ntwo".into()));
    maker.push(draft);
    let raw = &mut maker.made.last_mut().expect("just made").raw;
    *raw = String::from_utf8_lossy(raw).replace("\r\n", "\n").replace('\n', "\r\n").into_bytes();
}

fn empty_file(maker: &mut Maker) {
    let draft = maker.draft("a file of nothing");
    maker.push_as(draft, Want::Poison);
    maker.made.last_mut().expect("just made").raw.clear();
}

/// Ten megabytes of an attachment behind two lines of text.
fn huge_attachment(maker: &mut Maker) {
    let mut draft = maker.draft("a huge attachment");
    draft.set("Content-Type", "multipart/mixed; boundary=\"==huge==\"");
    let line = format!("{}\n", "QUJD".repeat(18));
    let file = line.repeat((10 << 20) / line.len());
    draft.say(
        format!(
            "--==huge==\nContent-Type: multipart/alternative; boundary=inner\n\n--inner\nContent-Type: text/plain; charset=utf-8\n\n\
see the film ✓\n--inner\nContent-Type: text/html\n\n<p>see</p>\n--inner--\n--==huge==\nContent-Type: video/mp4; name=\"fi\\\"lm.mp4\"\n\
Content-Disposition: attachment; filename*=UTF-8''f%C3%BClm.mp4\nContent-Transfer-Encoding: base64\n\n{file}\n--==huge==--\n"
        ),
        Text::Is("see the film ✓".into()),
    );
    (draft.want.attachments, draft.want.names) = (1, vec!["fülm.mp4"]);
    maker.push(draft);
}

fn huge_text(maker: &mut Maker) {
    let mut draft = maker.draft("a huge text");
    let line = format!("{}\n", maker.random.words(12));
    let first = format!("the beginning of {}", draft.token);
    draft.say(format!("{first}\n{}", line.repeat((10 << 20) / line.len())), Text::Holds(first));
    maker.push(draft);
}

fn huge_without_parts(maker: &mut Maker) {
    let mut draft = maker.draft("a huge file that is the mail");
    draft.set("Content-Type", "application/zip; name=all.zip");
    draft.set("Content-Transfer-Encoding", "base64");
    draft.say("QUJD\n".repeat(400_000), Text::Is(String::new()));
    (draft.want.attachments, draft.want.names) = (1, vec!["all.zip"]);
    maker.push(draft);
}
