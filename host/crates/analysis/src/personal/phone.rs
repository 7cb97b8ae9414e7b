//! Telephone numbers: international ones by their country, others by how people write them at home.
//!
//! Holds: E.164's length, and a country that there is; at home a leading 0 with enough digits, or North
//! America's ten in three groups. A date is none. Not here: whether the number is connected; a region's own
//! plan, of which `phonenumber` has all, in 50 packages and with a regular expression for each.

use std::ops::Range;

use crate::personal::number::Run;

/// Digits of an international number, with its country (E.164).
const INTERNATIONAL: Range<usize> = 8..16;
/// Digits of a number with a leading 0.
const NATIONAL: Range<usize> = 9..13;
/// Most groups of one number: pairs of digits.
const GROUPS_MAX: usize = 8;

/// Groups before a number from which on it is a part of a longer one.
const BEFORE_MIN: usize = 2;

/// Codes of countries with one or two digits; those with three begin with any other two.
const SHORT_CODES: &[u8] = &[
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58,
    60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
];
/// First two digits of codes with three.
const LONG_CODES: &[u8] =
    &[21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50, 59, 67, 68, 69, 80, 85, 87, 88, 96, 97, 99];

/// Returns where the number begins that the first group is of, and how many groups it has.
pub(crate) fn find(run: &Run<'_>, steps: &mut u64) -> Option<(usize, usize)> {
    let first = run.groups[0].clone();
    let before = &run.text[..first.start];
    let digits = run.text[first.clone()].as_bytes();
    *steps += GROUPS_MAX as u64;
    let bracket = usize::from(before.ends_with('('));
    let plus = before[..before.len() - bracket].ends_with('+');
    // What begins behind several groups is a part of something else, but for the sign of a beginning.
    if !plus && run.before.is_some_and(|(end, count)| count >= BEFORE_MIN && end + 1 == first.start) {
        return None;
    }
    if plus || digits.starts_with(b"00") && digits.get(2).is_none_or(|digit| *digit != b'0') {
        let zeros = if plus { 0 } else { 2 };
        let taken = longest(run, INTERNATIONAL.start + zeros..INTERNATIONAL.end + zeros)?;
        let start = first.start - if plus { 1 + bracket } else { 0 };
        return has_country(&run.digits(taken)?[zeros..]).then_some((start, taken));
    }
    // What follows such a sign is a part of a link, an order or a longer number.
    if before.ends_with(['/', '=', '#', '&', '%', '.', '-', '$', '€', '£']) || is_date(run) {
        return None;
    }
    let start = first.start - bracket;
    if let [b'0', b'1'..=b'9', ..] = digits {
        return Some((start, longest(run, NATIONAL)?));
    }
    is_north_american(run).map(|taken| (start, taken))
}

/// Returns how many groups have as many digits as `count` allows, the most that do.
fn longest(run: &Run<'_>, count: Range<usize>) -> Option<usize> {
    let (mut digits, mut taken) = (0, None);
    for (at, group) in run.groups.iter().take(GROUPS_MAX).enumerate() {
        digits += group.len();
        if digits >= count.end || at > 0 && run.gap(at - 1).contains('+') {
            break;
        }
        if count.contains(&digits) {
            taken = Some(at + 1);
        }
    }
    taken
}

fn has_country(digits: &[u8]) -> bool {
    match digits {
        // North America has area codes from 2; Russia and Kazakhstan the second digit below.
        [1, 2..=9, ..] => digits.len() == 11,
        [7, ..] => digits.len() == 11,
        [a, b, ..] => SHORT_CODES.contains(&(a * 10 + b)) || LONG_CODES.contains(&(a * 10 + b)),
        _ => false,
    }
}

/// Tells whether the first three groups are a day, and no fourth follows in the same form.
fn is_date(run: &Run<'_>) -> bool {
    let [day, month, year, ..] = run.groups else { return false };
    let gap = run.gap(0);
    let is_small = |group: &Range<usize>| group.len() <= 2;
    let is_year = matches!(year.len(), 2 | 4);
    is_small(day)
        && is_small(month)
        && is_year
        && matches!(gap, "." | "/" | "-")
        && run.gap(1) == gap
        && run.gap(2) != gap
}

/// Three, three and four digits, neither of the threes with 0 or 1 first; perhaps a 1 before them.
fn is_north_american(run: &Run<'_>) -> Option<usize> {
    let bytes = run.text.as_bytes();
    let skipped = usize::from(bytes[run.groups[0].clone()] == *b"1");
    let [area, office, line, ..] = run.groups.get(skipped..)? else { return None };
    let is_first = |group: &Range<usize>| group.len() == 3 && bytes[group.start] > b'1';
    let gaps = (skipped..skipped + 2).all(|at| matches!(run.gap(at), "-" | "." | " " | ") " | ")"));
    (is_first(area) && is_first(office) && line.len() == 4 && gaps).then_some(skipped + 3)
}
