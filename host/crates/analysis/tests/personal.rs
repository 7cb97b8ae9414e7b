//! Personal data in any text: what is right is found, what is nearly right is not, and nothing is left of it.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use hark_analysis::personal::{Found, PersonalKind, Policy, Pseudonyms, find, mask};
use proptest::prelude::*;

/// Fills in the last digit so that Luhn's sum is right.
fn card(mut digits: Vec<u8>) -> String {
    digits.push(0);
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| if at % 2 == 1 { u32::from(*digit) * 2 } else { u32::from(*digit) })
        .map(|value| value / 10 + value % 10)
        .sum();
    *digits.last_mut().unwrap() = ((10 - sum % 10) % 10) as u8;
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

/// Fills in the check digits of a German account.
fn iban(account: u64) -> String {
    let account = format!("{account:018}");
    let rest = format!("{account}131400")
        .bytes()
        .fold(0_u64, |rest, digit| (rest * 10 + u64::from(digit - b'0')) % 97);
    format!("DE{:02}{account}", 98 - rest)
}

fn parted(text: &str, gap: &str) -> String {
    let groups: Vec<&str> =
        text.as_bytes().chunks(4).map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(gap)
}

fn a_card() -> impl Strategy<Value = String> {
    let visa = proptest::collection::vec(0_u8..10, 14);
    let gap = proptest::sample::select(vec!["", " ", "-"]);
    (visa, gap).prop_map(|(rest, gap)| parted(&card([&[4], rest.as_slice()].concat()), gap))
}

fn an_iban() -> impl Strategy<Value = String> {
    (0..10_u64.pow(18), proptest::sample::select(vec!["", " "]))
        .prop_map(|(account, gap)| parted(&iban(account), gap))
}

fn value() -> impl Strategy<Value = (PersonalKind, String)> {
    let octets = proptest::array::uniform4(any::<u8>());
    let segments = proptest::array::uniform8(0x1000_u16..);
    prop_oneof![
        "[a-z][a-z0-9._+-]{0,12}[a-z0-9]@[a-z]{1,9}\\.[a-z]{2,5}".prop_map(|mail| (PersonalKind::Mail, mail)),
        a_card().prop_map(|card| (PersonalKind::Card, card)),
        an_iban().prop_map(|iban| (PersonalKind::Iban, iban)),
        octets.prop_map(|octets| (PersonalKind::Internet, std::net::Ipv4Addr::from(octets).to_string())),
        segments.prop_map(|groups| (PersonalKind::Internet, std::net::Ipv6Addr::from(groups).to_string())),
        "\\+49 [1-9][0-9]{2} [1-9][0-9]{5,6}".prop_map(|phone| (PersonalKind::Phone, phone)),
        "0[1-9][0-9]{2}[/ -][0-9]{6,7}".prop_map(|phone| (PersonalKind::Phone, phone)),
    ]
}

/// Anything at all, with much in it that personal data is made of.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[0-9]{1,6}",
        4 => "[@.:/() +-]{1,3}",
        2 => "[a-fA-F]{1,4}",
        2 => value().prop_map(|(_, value)| value),
        1 => any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_there_is_found_whole((kind, value) in value(), before in "[a-zA-Z ,!]{0,20}", behind in "[,!?;] [a-zA-Z ]{0,20}") {
        let text = format!("{before} {value}{behind}");
        let start = before.len() + 1;
        prop_assert_eq!(find(&text), vec![Found { kind, span: start..start + value.len() }], "text: {:?}", text);
    }

    #[test]
    fn one_wrong_digit_is_told_by_the_checksum(card in a_card(), iban in an_iban(), at in 1_usize..12, more in 1_u8..10) {
        let changed = |text: &str| {
            let at = text.char_indices().filter(|(_, c)| c.is_ascii_digit()).nth(at).unwrap().0;
            let digit = (text.as_bytes()[at] - b'0' + more) % 10;
            format!("{}{digit}{}", &text[..at], &text[at + 1..])
        };
        prop_assert!(find(&changed(&card)).iter().all(|found| found.kind != PersonalKind::Card));
        prop_assert!(find(&changed(&iban)).iter().all(|found| found.kind != PersonalKind::Iban));
    }

    #[test]
    fn nothing_is_left_that_would_be_found(text in text()) {
        let names = Pseudonyms::new([1; 32]);
        let masked = mask(&text, Policy::ALL, &names);
        let mut last = 0;
        for Found { span, .. } in &masked.found {
            prop_assert!(span.start >= last && span.end > span.start && text.get(span.clone()).is_some());
            last = span.end;
        }
        prop_assert_eq!(masked.found.is_empty(), masked.text == text);
        let again = mask(&masked.text, Policy::ALL, &names);
        prop_assert_eq!(again.found, vec![], "{:?} became {:?}", &text, masked.text);
    }

    #[test]
    fn any_string_at_all_can_be_masked(text in ".*") {
        let masked = mask(&text, Policy::ALL, &Pseudonyms::new([1; 32]));
        prop_assert_eq!(masked.found, find(&text));
    }

    #[test]
    fn a_policy_leaves_what_it_does_not_name((kind, value) in value()) {
        let names = Pseudonyms::new([1; 32]);
        for (policy, is_masked) in [
            (Policy::ALL, true),
            (Policy::ALL.without(kind), false),
            (Policy::NONE.with(kind), true),
            (Policy::NONE, false),
        ] {
            let masked = mask(&value, policy, &names);
            prop_assert_eq!(masked.text.contains(&value), !is_masked);
            if is_masked {
                prop_assert_eq!(masked.text, format!("_{}:{}_", kind.as_str(), names.name(kind, &value)));
            }
        }
    }
}
