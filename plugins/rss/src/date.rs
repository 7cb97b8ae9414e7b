//! Dates as feeds really write them.
//!
//! Holds: whatever names a day, a month and a year is a date, whatever the order, in UTC unless a zone is
//! named; what names less is none.

use hark_sdk::time;
use hark_sdk::types::Ms;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Zones that feeds name, beside those of RFC 2822, in minutes east. Names with several meanings are left out.
const ZONES: [(&str, i32); 21] = [
    ("Z", 0),
    ("UT", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("MEZ", 60),
    ("CEST", 120),
    ("MESZ", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("JST", 540),
    ("AEST", 600),
    ("AEDT", 660),
    ("EST", -300),
    ("EDT", -240),
    ("PST", -480),
    ("PDT", -420),
];

/// Reads a date, none if it cannot be told.
pub fn parse(text: &str) -> Option<Ms> {
    // By RFC 2822 a zone of unknown name is UTC, so the reader that knows more names comes before it.
    let read = time::parse_rfc3339(text).or_else(|| loose(text)).or_else(|| time::parse_rfc2822(text));
    read.filter(|at| time::fits(*at))
}

#[derive(Default)]
struct Found {
    year: Option<i32>,
    month: Option<usize>,
    day: Option<u32>,
    time: Option<(u32, u32, u32)>,
    zone_minutes: Option<i32>,
    afternoon: Option<bool>,
}

fn loose(text: &str) -> Option<Ms> {
    let text = text.trim();
    let mut found = Found::default();
    let text = match split_numeric_date(text, &mut found) {
        Some(rest) => rest,
        None => text,
    };
    for word in text.split([' ', ',', '\t', '\n', '(', ')']).filter(|word| !word.is_empty()) {
        found.word(word)?;
    }
    found.finish()
}

/// Takes `2026-07-24` or `2026/07/24` off the front.
fn split_numeric_date<'a>(text: &'a str, found: &mut Found) -> Option<&'a str> {
    let date = text.get(..10)?;
    let mut parts = date.split(['-', '/']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 {
        return None;
    }
    let year: i32 = year.parse().ok()?;
    let month: usize = month.parse().ok().filter(|month| (1..=12).contains(month))?;
    let day: u32 = day.parse().ok()?;
    (found.year, found.month, found.day) = (Some(year), Some(month), Some(day));
    Some(text[10..].trim_start_matches(['T', 't']))
}

impl Found {
    fn word(&mut self, word: &str) -> Option<()> {
        let (word, offset) = match word.find(['+', '-']).filter(|at| *at > 0 && word[..*at].contains(':')) {
            Some(at) => (&word[..at], Some(&word[at..])),
            None => (word, None),
        };
        if let Some(offset) = offset {
            self.zone_minutes = Some(numeric_zone(offset)?);
        }
        let letters = word.trim_end_matches('.');
        // As in "24th".
        let digits = letters.trim_end_matches(['t', 'h', 's', 'n', 'd', 'r']);
        if word.starts_with(['+', '-']) && word.len() > 2 {
            self.zone_minutes = Some(numeric_zone(word)?);
            Some(())
        } else if word.contains(':') {
            self.clock(word)
        } else if let Ok(number) = digits.parse::<u32>() {
            self.number(number, digits.len())
        } else {
            self.name(letters);
            Some(())
        }
    }

    fn clock(&mut self, word: &str) -> Option<()> {
        let clock = word.trim_end_matches(['Z', 'z']);
        let (clock, half) = match clock.to_ascii_lowercase() {
            lower if lower.ends_with("pm") => (&clock[..clock.len() - 2], Some(true)),
            lower if lower.ends_with("am") => (&clock[..clock.len() - 2], Some(false)),
            _ => (clock, None),
        };
        self.afternoon = self.afternoon.or(half);
        let mut parts = clock.split(['.']).next()?.split(':');
        let hour = parts.next()?.parse().ok()?;
        let minute = parts.next()?.parse().ok()?;
        let second = parts.next().unwrap_or("0").parse().ok()?;
        self.time = Some((hour, minute, second));
        Some(())
    }

    fn number(&mut self, number: u32, digits: usize) -> Option<()> {
        match (self.day, self.year) {
            (_, None) if digits == 4 => self.year = i32::try_from(number).ok(),
            (None, _) if (1..=31).contains(&number) => self.day = Some(number),
            // RFC 2822: 00 to 49 is this century.
            (Some(_), None) if digits == 2 => {
                self.year = i32::try_from(if number < 50 { 2000 + number } else { 1900 + number }).ok();
            }
            _ => return None,
        }
        Some(())
    }

    /// A month, a zone or half a day; other words, such as weekdays, say nothing new.
    fn name(&mut self, word: &str) {
        let lower = word.to_ascii_lowercase();
        let month = MONTHS.iter().position(|month| lower.starts_with(month));
        if let Some(month) = month.filter(|_| self.month.is_none()) {
            self.month = Some(month + 1);
        } else if let Some((_, minutes)) = ZONES.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)) {
            self.zone_minutes = self.zone_minutes.or(Some(*minutes));
        } else if matches!(lower.as_str(), "am" | "pm") {
            self.afternoon = Some(lower == "pm");
        }
    }

    fn finish(self) -> Option<Ms> {
        let (year, month, day) = (self.year?, self.month?, self.day?);
        let (mut hour, minute, second) = self.time.unwrap_or((0, 0, 0));
        match self.afternoon {
            Some(true) if hour < 12 => hour += 12,
            Some(false) if hour == 12 => hour = 0,
            _ => {}
        }
        // Some count midnight as 24 and some write leap seconds; neither is a reason to lose the day.
        let next_day = hour == 24;
        let hour = if next_day { 0 } else { hour };
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}Z", second.min(59));
        let utc = time::parse_rfc3339(&text)?;
        let zone = i64::from(self.zone_minutes.unwrap_or(0)) * 60_000;
        Some(utc - zone + if next_day { 86_400_000 } else { 0 })
    }
}

/// `+0100`, `-5:30`, `+02`.
fn numeric_zone(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "0"),
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    ((0..=15).contains(&hours) && (0..60).contains(&minutes)).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-07-24T09:00:00Z
    const WANT: Ms = 1_784_883_600_000;

    #[test]
    fn odd_dates_are_read() {
        for text in [
            "Fri, 24 Jul 2026 09:00:00 GMT",
            "Fri, 24 Jul 26 09:00:00 GMT",
            "24 Jul 2026 09:00 UT",
            "Fri, 24 Jul 2026 05:00:00 EDT",
            "Fri, 24 Jul 2026 11:00:00 CEST",
            "Friday, 24 July 2026 10:00:00 BST",
            "Fr, 24 Jul 2026 11:00:00 +0200",
            "Mon, 24 Jul 2026 09:00:00 GMT",
            "Fri, 24 Jul 2026 09:00:00 Z",
            "Fri, 24 Jul 2026 11:00:00 +02:00",
            "Fri 24 Jul 2026 9:00:00 GMT",
            "Fri, 24 Jul 2026 09:00:00 +0000 (UTC)",
            "24 Sept. 2026 09:00:00 GMT",
            "Jul 24, 2026 9:00 AM",
            "July 24th, 2026 09:00:00am UTC",
            "2026-07-24T09:00:00Z",
            "2026-07-24T11:00:00+0200",
            "2026-07-24T11:00:00+02:00",
            "2026-07-24 09:00:00",
            "2026-07-24T09:00Z",
            "2026-07-24T09:00:00.000",
            "2026/07/24 09:00:00 GMT",
            "2026-07-24 11:00:00 +0200",
            "  Fri, 24 Jul 2026 09:00:00 GMT\n",
        ] {
            let want = if text.contains("Sept") { WANT + 62 * 86_400_000 } else { WANT };
            assert_eq!(parse(text), Some(want), "{text}");
        }
        for (text, want) in [
            ("2026-07-24", WANT - 9 * 3_600_000),
            ("24 Jul 2026", WANT - 9 * 3_600_000),
            ("Thu, 23 Jul 2026 24:00:00 GMT", WANT - 9 * 3_600_000),
            ("Fri, 24 Jul 2026 12:30 am", WANT - 8 * 3_600_000 - 30 * 60_000),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Wed, 31 Dec 69 23:59:59 GMT", -1_000),
        ] {
            assert_eq!(parse(text), Some(want), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "yesterday",
            "Jul 2026",
            "32 Jul 2026",
            "24 Foo 2026",
            "2026-13-01",
            "09:00",
            "24.07.2026",
            "\u{e9}t\u{e9} 2026",
            "+",
            "2026-07-24T25:61:00Z",
            "1 2 3 4 5",
            "Fri, 31 Dec 0000 23:59:59 GMT",
            "0001-01-01 00:00 +0100",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
