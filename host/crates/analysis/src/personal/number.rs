//! Numbers in groups: cards, addresses of the internet with dots, telephones.
//!
//! Holds: a group that a letter touches is no part of a number; each group is tried as a beginning once, and
//! no further than the longest number goes. Not here: what makes a telephone number.

use std::net::Ipv4Addr;
use std::ops::Range;

use crate::personal::PersonalKind;
use crate::personal::phone;
use crate::personal::scan::Scan;

/// Most digits of a card (ISO 7812), and of any number here.
const DIGITS_MAX: usize = 19;
/// Fewest digits of a card that is still made.
const CARD_DIGITS_MIN: usize = 13;
/// Most groups that a card is written in.
const CARD_GROUPS_MAX: usize = 5;
/// Most bytes between two groups: `) (`.
const GAP_BYTES_MAX: usize = 3;

/// Finds cards, internet addresses and telephones of a text, in what is left of it by what was found already.
pub(crate) fn find(scan: &mut Scan<'_>) {
    let text = scan.text;
    let taken: Vec<Range<usize>> = scan.found.iter().map(|found| found.span.clone()).collect();
    let mut bars = taken.as_slice();
    let (mut at, mut groups) = (0, Vec::new());
    while at < text.len() {
        at = read_groups(scan, at, &mut bars, &mut groups);
        let (mut first, mut before): (usize, Option<(usize, usize)>) = (0, None);
        while first < groups.len() {
            let run = Run { text, groups: &groups[first..], before };
            let found = run.first(&mut scan.steps);
            // What is found is as good as gone, and nothing stands before the next group then.
            before = if found.is_some() {
                None
            } else {
                Some((groups[first].end, before.map_or(1, |(_, count)| count + 1)))
            };
            first += found.as_ref().map_or(1, |(_, _, taken)| *taken);
            if let Some((kind, span, _)) = found {
                scan.put(kind, span);
            }
        }
        groups.clear();
    }
}

/// Reads the groups of the next number from `at` on, as far as the next of `bars`; returns where to go on.
fn read_groups(
    scan: &mut Scan<'_>,
    mut at: usize,
    bars: &mut &[Range<usize>],
    groups: &mut Vec<Range<usize>>,
) -> usize {
    let bytes = scan.text.as_bytes();
    while at < bytes.len() {
        scan.steps += 1;
        if let Some((bar, rest)) = bars.split_first().filter(|(bar, _)| bar.start <= at) {
            *bars = rest;
            return at.max(bar.end);
        }
        if !bytes[at].is_ascii_digit() {
            let gap = groups.last().map_or(0, |last| at - last.end);
            at += 1;
            if !groups.is_empty() && (gap >= GAP_BYTES_MAX || !is_gap(bytes[at - 1])) {
                return at;
            }
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        scan.steps += (end - at) as u64;
        let is_part = !scan.is_joined_before(at) && !scan.is_joined_behind(end);
        if is_part {
            groups.push(at..end);
        }
        at = end;
        if !is_part && !groups.is_empty() {
            return at;
        }
    }
    at
}

fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'+')
}

/// Groups of digits, and what stands between them.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    pub text: &'a str,
    pub groups: &'a [Range<usize>],
    /// Where the group ends that stands before the first and is no part of anything, and how many such there are.
    pub before: Option<(usize, usize)>,
}

impl Run<'_> {
    /// Returns what begins with the first group, and how many groups that takes.
    fn first(&self, steps: &mut u64) -> Option<(PersonalKind, Range<usize>, usize)> {
        let one = |kind, taken: usize| Some((kind, self.groups[0].start..self.groups[taken - 1].end, taken));
        if self.is_internet(steps) {
            return one(PersonalKind::Internet, 4);
        }
        if let Some(taken) = self.card(steps) {
            return one(PersonalKind::Card, taken);
        }
        let (start, taken) = phone::find(self, steps)?;
        Some((PersonalKind::Phone, start..self.groups[taken - 1].end, taken))
    }

    /// Returns what stands between a group and the next.
    pub fn gap(&self, group: usize) -> &str {
        match self.groups.get(group + 1) {
            Some(next) => &self.text[self.groups[group].end..next.start],
            None => "",
        }
    }

    /// Returns the digits of the first `groups` groups; nothing where there are too many.
    pub fn digits(&self, groups: usize) -> Option<Vec<u8>> {
        let count: usize = self.groups[..groups].iter().map(ExactSizeIterator::len).sum();
        let digits =
            || self.groups[..groups].iter().flat_map(|group| self.text.as_bytes()[group.clone()].iter());
        (count <= DIGITS_MAX).then(|| digits().map(|byte| byte - b'0').collect())
    }

    fn is_internet(&self, steps: &mut u64) -> bool {
        *steps += 1;
        if self.groups.len() < 4 || (0..3).any(|at| self.gap(at) != ".") {
            return false;
        }
        let (start, end) = (self.groups[0].start, self.groups[3].end);
        // With a dot and a number on either side it is a longer one: of a version, or of a part of a law.
        let is_longer = self.groups.get(4).is_some_and(|next| next.len() < 4) && self.gap(3) == "."
            || self.before.is_some_and(|(end, _)| end + 1 == start) && self.text[..start].ends_with('.');
        *steps += 4;
        !is_longer && end - start <= 15 && self.text[start..end].parse::<Ipv4Addr>().is_ok()
    }

    /// Returns how many groups are a card: one gap throughout, four digits first, a beginning of an issuer, Luhn's checksum.
    fn card(&self, steps: &mut u64) -> Option<usize> {
        let gap = self.gap(0);
        if self.groups[0].len() < 4 {
            return None;
        }
        let mut digits = 0;
        for (at, group) in self.groups.iter().enumerate().take(CARD_GROUPS_MAX) {
            *steps += 1;
            digits += group.len();
            if digits > DIGITS_MAX || at > 0 && (self.gap(at - 1) != gap || !matches!(gap, " " | "-" | ".")) {
                return None;
            }
            if digits >= CARD_DIGITS_MIN && self.digits(at + 1).is_some_and(|digits| is_card(&digits)) {
                *steps += digits as u64;
                return Some(at + 1);
            }
        }
        None
    }
}

/// Tells whether `digits` are of a card: who issues such (ISO 7812), with so many digits, and the checksum.
pub(crate) fn is_card(digits: &[u8]) -> bool {
    let beginning = digits[..4].iter().fold(0_u32, |all, digit| all * 10 + u32::from(*digit));
    let is_issued = match (beginning, digits.len()) {
        // American Express.
        (3400..=3499 | 3700..=3799, 15) => true,
        // Diners.
        (3000..=3059 | 3600..=3699 | 3800..=3999, 14 | 16 | 19) => true,
        // JCB.
        (3528..=3589, 16..=19) => true,
        // Visa.
        (4000..=4999, 13 | 16 | 19) => true,
        // Mastercard.
        (5100..=5599 | 2221..=2720, 16) => true,
        // Discover, UnionPay, RuPay.
        (6011 | 6200..=6299 | 6440..=6599 | 8100..=8199 | 6000..=6099, 16..=19) => true,
        // Maestro.
        (5000..=5099 | 5600..=5899 | 6300..=6399 | 6600..=6999, 13..=19) => true,
        _ => false,
    };
    is_issued && is_luhn(digits)
}

/// Luhn's checksum: from the end every other digit is doubled, and the sum of all digits ends with 0.
fn is_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| u32::from(*digit) * (1 + at as u32 % 2))
        .map(|value| if value > 9 { value - 9 } else { value })
        .sum();
    sum.is_multiple_of(10)
}
