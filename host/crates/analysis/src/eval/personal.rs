//! How much personal data is found in texts that it was put into, and how much in texts as they are.
//!
//! Holds: values are made by their own rules here, in the forms that people write. What is found in texts as
//! they are may be personal data: the figure is the most that can be wrong.

use crate::eval::Figure;
use crate::eval::dice::Dice;
use crate::personal::{Found, PersonalKind, Policy, Pseudonyms, find, mask};

/// Fewest texts by which anything can be said.
const TEXTS_MIN: usize = 100;
const SET: &str = "personal data";
/// Texts that each kind is put into.
const PUT_IN_MAX: usize = 10_000;

const PHONES: [&str; 12] = [
    "+49 30 9018####",
    "+49 (0)171 2######",
    "0049 30 901820##",
    "030/9018####",
    "0171-2######",
    "+1 (415) 555-####",
    "(415) 555-####",
    "415-555-####",
    "+33 6 12 ## ## ##",
    "06 12 ## ## ##",
    "+44 20 7946 0###",
    "020 7946 0###",
];

/// Measures on `texts`.
pub(super) fn figures(texts: &[&str]) -> Vec<Figure> {
    if texts.len() < TEXTS_MIN {
        return Vec::new();
    }
    let mut figures = Vec::new();
    let mut put = |name, value, texts: usize| {
        figures.push(Figure { set: SET.to_owned(), name, value, texts: texts as u64 });
    };
    let (mut dice, names, mut left) = (Dice::default(), Pseudonyms::new([0; 32]), 0_u32);
    let few = &texts[..texts.len().min(PUT_IN_MAX)];
    for kind in PersonalKind::ALL {
        let mut whole = 0_u32;
        for text in few {
            let value = made(kind, &mut dice);
            let spaces: Vec<usize> = text.match_indices(' ').map(|(at, _)| at).chain([text.len()]).collect();
            let (before, behind) = text.split_at(spaces[dice.below(spaces.len())]);
            let text = format!("{before} {value}{behind}");
            let span = before.len() + 1..before.len() + 1 + value.len();
            whole += u32::from(find(&text).contains(&Found { kind, span }));
            left += u32::from(mask(&text, Policy::ALL, &names).text.contains(&value));
        }
        put(found_name(kind), f64::from(whole) / few.len() as f64, few.len());
    }
    put("left whole in a masked text", f64::from(left) / (few.len() * 5) as f64, few.len() * 5);
    let found: Vec<Found> = texts.iter().flat_map(|text| find(text)).collect();
    for kind in PersonalKind::ALL {
        let count = found.iter().filter(|found| found.kind == kind).count();
        put(alarm_name(kind), count as f64 * 100_000.0 / texts.len() as f64, texts.len());
    }
    figures
}

fn found_name(kind: PersonalKind) -> &'static str {
    match kind {
        PersonalKind::Mail => "mail addresses found whole",
        PersonalKind::Internet => "internet addresses found whole",
        PersonalKind::Iban => "IBANs found whole",
        PersonalKind::Card => "cards found whole",
        PersonalKind::Phone => "telephones found whole",
    }
}

fn alarm_name(kind: PersonalKind) -> &'static str {
    match kind {
        PersonalKind::Mail => "mail addresses in 100,000 texts as they are",
        PersonalKind::Internet => "internet addresses in 100,000 texts",
        PersonalKind::Iban => "IBANs in 100,000 texts",
        PersonalKind::Card => "cards in 100,000 texts",
        PersonalKind::Phone => "telephones in 100,000 texts",
    }
}

/// Makes a value of `kind`, as somebody could write it.
fn made(kind: PersonalKind, dice: &mut Dice) -> String {
    let gap = if dice.below(2) == 0 { " " } else { "" };
    match kind {
        PersonalKind::Mail => {
            let names = ["jo", "Jo.Doe", "j_doe", "info+shop", "maria-luisa"];
            let hosts = ["mail.example.org", "x.example", "MAIL.example.COM", "müller.example"];
            format!(
                "{}{}@{}",
                names[dice.below(names.len())],
                dice.digits("##"),
                hosts[dice.below(hosts.len())]
            )
        }
        PersonalKind::Internet if dice.below(2) == 0 => {
            let octets: [u8; 4] = std::array::from_fn(|_| 1 + dice.below(254) as u8);
            std::net::Ipv4Addr::from(octets).to_string()
        }
        PersonalKind::Internet => {
            let groups: [u16; 8] =
                std::array::from_fn(|at| if at == 0 { 0x2001 } else { dice.below(0x1_0000) as u16 });
            std::net::Ipv6Addr::from(groups).to_string()
        }
        PersonalKind::Iban => {
            let account = dice.digits("##################");
            let check = 98 - rest_of_97(&format!("{account}131400"));
            grouped(&format!("DE{check:02}{account}"), gap)
        }
        PersonalKind::Card => {
            let beginnings = ["4##############", "51#############", "6011###########"];
            let beginning = beginnings[dice.below(beginnings.len())];
            let digits = dice.digits(beginning);
            grouped(&format!("{digits}{}", luhn_digit(&digits)), gap)
        }
        PersonalKind::Phone => {
            let form = PHONES[dice.below(PHONES.len())];
            dice.digits(form)
        }
    }
}

fn grouped(text: &str, gap: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(gap)
}

fn rest_of_97(digits: &str) -> u32 {
    digits.bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97)
}

/// Returns the digit that makes Luhn's sum right behind `digits`.
fn luhn_digit(digits: &str) -> u32 {
    let value = |(at, digit): (usize, u8)| {
        let digit = u32::from(digit - b'0');
        if at % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }
    };
    (10 - digits.bytes().rev().enumerate().map(value).sum::<u32>() % 10) % 10
}
