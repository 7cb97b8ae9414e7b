//! What a filter reads as, what is wrong with one and where, and that no text takes long or panics.

use super::*;
use crate::lists::ListError;
use proptest::prelude::*;

struct Files;

impl Lists for Files {
    fn read(&self, name: &str) -> Result<String, ListError> {
        match name {
            "brands.txt" => {
                Ok("\u{feff}# ours\nAcme\n\nAcme Cloud\n  pay*  \n#acme\n@acme\n\"Big Co\"\n#\n".to_owned())
            }
            "people.txt" => Ok("jo\n*@example.org\n".to_owned()),
            "wrong.txt" => Ok("fine\n\n!!!\n".to_owned()),
            "zones.txt" => Ok("social\nmoon\n".to_owned()),
            "empty.txt" => Ok("# nothing\n".to_owned()),
            "long.txt" => Ok("ab\n".repeat(limits::LIST_ENTRIES_MAX + 1)),
            _ => Err(ListError::Missing(name.to_owned())),
        }
    }
}

fn parse(text: &str) -> Result<Filter, FilterError> {
    Filter::parse(text, &Files)
}

#[test]
fn filters_read_as_they_are_meant() {
    for (text, canonical) in [
        ("", ""),
        ("  ", ""),
        ("card declined", "card declined"),
        ("card AND declined", "card declined"),
        ("a or b c or d", "a or b c or d"),
        ("(a or b) c", "(a or b) c"),
        ("((a) (b c))", "a b c"),
        ("not a", "-a"),
        ("--a", "a"),
        ("not (a b)", "-(a b)"),
        ("a -not b", "a b"),
        ("-e-mail", "-e-mail"),
        ("Pay* \"card decl\"*", "Pay* \"card decl\"*"),
        ("\"vpn drops\" near/5 hour", "\"vpn drops\" NEAR/5 hour"),
        ("a NEAR/2 b NEAR/2 c d", "a NEAR/2 b NEAR/2 c d"),
        ("-a NEAR/0 b", "-(a NEAR/0 b)"),
        ("near the \"or\"", "near the \"or\""),
        ("\"say \\\"hi\\\"\" \"C:\\temp\"", "\"say \\\"hi\\\"\" \"C:\\\\temp\""),
        ("#Outage @acme* #\"two words\"", "#Outage @acme* #\"two words\""),
        ("12:30", "12:30"),
        ("ZONE:Social,intranet", "zone:social,intranet"),
        ("place:\"IT forum\"*,*desk", "place:\"IT forum\"*,*desk"),
        ("author:@jo author:\"@jo\"", "author:jo author:\"@jo\""),
        ("assignee:me,none assignee:\"me\"", "assignee:me,none assignee:\"me\""),
        ("team:none source:none", "team:none source:none"),
        ("sentiment:<-0.3,negative sentiment:-0.5..0", "sentiment:<-0.3,negative sentiment:-0.5..0"),
        ("confidence:>=.80", "confidence:>=0.8"),
        ("reach:>1k likes:1.5m views:<=3", "reach:>1000 likes:1500000 views:<=3"),
        ("since:24H before:today", "since:24h before:today"),
        ("since:2026-11-20T08:00+01:00", "since:2026-11-20T07:00:00Z"),
        ("lang:PT-br has:report,link is:reply", "lang:pt-br has:report,link is:reply"),
        ("near:00112233445566778899AABBCCDDEEFF", "near:00112233445566778899aabbccddeeff"),
        ("title:Outage text:\"a b\"*", "title:Outage text:\"a b\"*"),
        ("@file:brands.txt author:@file:people.txt,ann", "@file:brands.txt author:@file:people.txt,ann"),
        ("tag:a,b mention:c", "tag:a,b @c"),
    ] {
        let filter = parse(text).unwrap_or_else(|error| panic!("{}", error.show(text)));
        assert_eq!(filter.to_string(), canonical, "from {text:?}");
        assert_eq!(parse(canonical).as_ref(), Ok(&filter), "{canonical:?}");
    }
}

#[test]
fn what_binds_more_is_further_inside() {
    let shape = |text: &str| parse(text).unwrap();
    assert_eq!(shape("a b or c d"), shape("(a and b) or (c and d)"));
    assert_ne!(shape("a b or c d"), shape("a (b or c) d"));
    assert_eq!(shape("not a b"), shape("(not a) b"));
    assert_eq!(shape("a NEAR/3 b c"), shape("(a NEAR/3 b) c"));
    assert_eq!(shape("a\"b c\"d"), shape("a \"b c\" d"));
}

#[test]
fn a_list_holds_what_its_file_holds() {
    let filter = parse("@file:brands.txt").unwrap();
    let Some(Expr::Test(Spanned { inner: Test::List(list), .. })) = filter.root() else {
        panic!("{filter:?}")
    };
    let entries: Vec<String> = list.entries.iter().map(ToString::to_string).collect();
    assert_eq!(entries, ["Acme", "\"Acme Cloud\"", "pay*", "#acme", "@acme", "\"Big Co\""]);
    assert_eq!(filter.fields(), [Field::Tag, Field::Mention]);
}

/// Each filter with its complaint; `^` marks the characters that are meant.
const COMPLAINTS: &[(&str, &str, &str)] = &[
    (
        "zoen:social",
        "^^^^",
        "there is no field `zoen`; to search for these words put them in double quotes; fields are",
    ),
    ("zoen:social", "^^^^", "did you mean `zone`?"),
    ("http://x.org", "^^^^", "there is no field `http`"),
    ("a zone:", "       ^", "expected one of `intranet`, `extranet`, `social` right behind `zone:`"),
    ("zone: social", "     ^", "right behind `zone:`"),
    (
        "zone:soical b",
        "     ^^^^^^",
        "`zone:` does not take `soical`; expected one of `intranet`, `extranet`, `social`; did you mean `social`?",
    ),
    ("zone:social,", "            ^", "right behind `zone:`"),
    ("zone:soc*", "     ^^^^", "`zone:` does not take `soc*`"),
    ("has:reprot", "    ^^^^^^", "did you mean `report`?"),
    (
        "sentiment:<-3",
        "          ^^^",
        "`sentiment:` does not take `<-3`; expected one of `positive`, `neutral`, `negative`, `unknown`; or a number from -1 to 1",
    ),
    ("sentiment:0.5..0", "          ^^^^^^", "nothing is from 0.5 to 0; write the lower end first"),
    ("sentiment:nan", "          ^^^", "does not take `nan`"),
    ("reach:1.5", "      ^^^", "a count such as"),
    ("reach:-1", "      ^^", "a count such as"),
    ("since:soon", "      ^^^^", "an age such as"),
    ("since:1h,2h", "        ^", "`since:` takes one value"),
    ("lang:english1", "     ^^^^^^^^", "a language code"),
    ("near:12", "     ^^", "32 hexadecimal digits"),
    ("author:\"\"", "       ^^", "a name, `start*` or `*end`"),
    ("author:*", "       ^", "a name, `start*` or `*end`"),
    ("author:*a*", "       ^^^", "a star stands behind"),
    ("a (b or", "     ^^", "behind `or`"),
    ("a (b c", "  ^", "this bracket is not closed; expected `)`"),
    ("a b) c", "   ^", "this bracket closes nothing"),
    (") a", "^", "this bracket closes nothing"),
    ("a ( ) b", "  ^^^", "there is nothing in these brackets"),
    ("a (", "  ^", "this bracket is not closed"),
    ("a and", "  ^^^", "behind `and`"),
    ("or a", "^^", "before `or`"),
    ("a or or b", "     ^^", "before `or`"),
    ("a - b", "  ^", "behind `-`"),
    ("not", "^^^", "behind `not`"),
    ("über \"card declined", "     ^", "this quote is not closed"),
    ("\"a\\", "^", "this quote is not closed"),
    ("pay*ment", "   ^", "a star stands behind the beginning of a word"),
    ("\"card decl*\"", "^^^^^^^^^^^^", "a star stands behind the beginning of a word"),
    ("*ment", "^^^^^", "a star stands behind"),
    ("a !!! b", "  ^^^", "`!!!` holds no letter and no digit"),
    ("p*", "^^", "write at least 2 letters before the star"),
    ("C++*", "^^^^", "no beginning to stand behind"),
    ("\"\"", "^^", "holds no letter and no digit"),
    ("# a", "^", "expected a name right behind `#`"),
    ("a NEAR b", "  ^^^^", "expected `NEAR/` and a number from 0 to 100"),
    ("a NEAR/101 b", "  ^^^^^^^^", "from 0 to 100"),
    ("a NEAR/-1 b", "  ^^^^^^^", "from 0 to 100"),
    ("a NEAR/5", "  ^^^^^^", "behind `NEAR/5`"),
    ("NEAR/5 b", "^^^^^^", "before `NEAR/5`"),
    ("a NEAR/5 zone:social", "         ^^^^^^^^^^^", "`NEAR` stands between words and phrases only"),
    ("(a b) NEAR/5 c", " ^^^", "`NEAR` stands between words and phrases only"),
    ("a NEAR/5 b NEAR/6 c", "           ^^^^^^", "write `NEAR/5`"),
    (
        "a NEAR/1 b NEAR/1 c NEAR/1 d NEAR/1 e NEAR/1 f NEAR/1 g NEAR/1 h NEAR/1 i",
        "^^^^^^",
        "at most 8 words",
    ),
    ("x @file:none.txt", "  ^^^^^^^^^^^^^^", "the list `none.txt` cannot be used: there is no file none.txt"),
    ("@file:../x", "^^^^^^^^^^", "expected the name of a list"),
    ("@file:", "^^^^^^", "expected the name of a list"),
    ("@file:wrong.txt", "^^^^", "wrong.txt:3: `!!!` holds no letter and no digit"),
    ("zone:@file:zones.txt", "     ^^^^^^", "zones.txt:2: `zone:` does not take `moon`"),
    ("@file:empty.txt", "^^^^", "holds no entry"),
    ("@file:long.txt", "^^^^", "more than 10000 entries"),
    ("a\u{7}b", " ^", "is a control character"),
];

#[test]
fn complaints_point_at_what_is_wrong_and_say_what_to_do() {
    let mut wrong = Vec::new();
    for (text, marks, part) in COMPLAINTS {
        let shown = match parse(text) {
            Ok(filter) => format!("{text} is fine: {filter:?}"),
            Err(error) => error.show(text),
        };
        let is_there = shown.lines().nth(1).is_some_and(|line| line.starts_with(marks));
        if !is_there || !shown.contains(part) {
            wrong.push(format!("{shown}\nexpected {part}\n         {marks}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_filter_has_bounds() {
    let bounds: &[(String, ErrorKind)] = &[
        ("ab ".repeat(limits::FILTER_BYTES_MAX / 3 + 1), ErrorKind::TooLong),
        ("(".repeat(limits::DEPTH_MAX + 1) + "a", ErrorKind::TooDeep),
        ("-".repeat(limits::DEPTH_MAX + 1) + "a", ErrorKind::TooDeep),
        ("not ".repeat(limits::DEPTH_MAX + 1) + "a", ErrorKind::TooDeep),
        ("ab ".repeat(limits::TERMS_MAX + 1), ErrorKind::TooManyTerms),
        ("tag:a".to_owned() + &",b".repeat(limits::TERMS_MAX), ErrorKind::TooManyTerms),
    ];
    for (text, kind) in bounds {
        assert_eq!(&parse(text).unwrap_err().kind, kind, "{}", &text[..20]);
    }
    let deep = "(".repeat(limits::DEPTH_MAX) + "a" + &")".repeat(limits::DEPTH_MAX);
    assert_eq!(parse(&deep), parse("a"));
    assert!(parse(&"ab ".repeat(limits::TERMS_MAX)).is_ok());
}

#[test]
fn without_lists_none_can_be_named() {
    let error = "author:@file:people.txt".parse::<Filter>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the list `people.txt` cannot be used: lists from files cannot be used here"
    );
}

/// Steps for each byte that a filter may take: every character is looked at by a few parts of the parser.
const STEPS_PER_BYTE: usize = 16;

fn check_bounds(text: &str) -> Result<(), TestCaseError> {
    let (result, steps) = read(text, &NoLists);
    prop_assert!(steps <= STEPS_PER_BYTE * (text.len() + 1), "{steps} steps for {} bytes", text.len());
    if let Err(error) = result {
        prop_assert!(text.get(error.span.clone()).is_some(), "{:?} is not within {text:?}", error.span);
        prop_assert!(error.show(text).lines().count() >= 3);
    }
    Ok(())
}

const VALID: &str = "zone:intranet place:it-forum -author:bot* \"vpn drops\" NEAR/5 hour lang:en (sentiment:<-0.3 or \
                     not reach:>1k) since:24h status:open assignee:me,none has:report #tag @name title:\"a b\"* xy*";

/// Pieces of which tangled filters are made.
const PIECES: &[&str] = &[
    "(",
    ")",
    "-",
    "--",
    "not ",
    " or ",
    " and ",
    " ",
    "\"",
    "\\",
    "*",
    "#",
    "@",
    "@file:",
    "NEAR/5 ",
    "zone:",
    "since:",
    ",",
    "a",
    "é",
    "社",
    "\u{301}",
    "..",
    "<",
    "1",
    "zone:social",
    "\u{0}",
    "24h",
    ":",
];

proptest! {
    #[test]
    fn any_bytes_are_read_in_bounded_steps(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        check_bounds(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn any_pieces_are_read_in_bounded_steps(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..300)) {
        check_bounds(&pieces.concat())?;
    }

    #[test]
    fn a_valid_filter_that_was_damaged_is_read_in_bounded_steps(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..8)
    ) {
        let mut bytes = VALID.as_bytes().to_vec();
        for (at, byte, how) in changes {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => bytes.truncate(at.max(1)),
            }
        }
        check_bounds(&String::from_utf8_lossy(&bytes))?;
    }
}

#[test]
fn steps_grow_no_faster_than_the_length() {
    assert!(VALID.parse::<Filter>().is_ok());
    for piece in
        ["a ", "(", "-", "a or ", "not ", "a NEAR/5 ", "\"", "\\\"", "a,", "zone:", "(a) ", "((a) or "]
    {
        for times in [1, 10, 100, 400] {
            let text = piece.repeat(times);
            let (_, steps) = read(&text, &NoLists);
            assert!(steps <= STEPS_PER_BYTE * (text.len() + 1), "{steps} steps for {times} times {piece:?}");
        }
    }
}
