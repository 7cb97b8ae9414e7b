//! Keys that order a listing, and times that stand in it.
//!
//! Holds: a key that is a number, with or without a fraction, is compared as one, whatever its length; others
//! are known by their place among all that were ever given.

use serde_json::Value;

/// Digits of a fraction that count.
const FRACTION: usize = 6;
/// From here on a number of a time counts milliseconds.
const MILLIS_MIN: i64 = 100_000_000_000;
/// From here on a number is a time at all.
const SECONDS_MIN: i64 = 1_000_000_000;

/// Returns a key as a number of millionths, if it is one.
pub fn number(key: &str) -> Option<u128> {
    let (whole, fraction) = key.split_once('.').unwrap_or((key, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 30 || fraction.len() > FRACTION || !digits(fraction) {
        return None;
    }
    let fraction = format!("{fraction:0<FRACTION$}").parse::<u128>().ok()?;
    whole.parse::<u128>().ok().filter(|_| digits(whole)).map(|whole| whole * 1_000_000 + fraction)
}

/// Returns a key above all of `keys`, written as they are.
pub fn above(keys: &[String]) -> String {
    let greatest = keys.iter().filter_map(|key| Some((number(key)?, key))).max();
    let Some((_, key)) = greatest else { return format!("key-{}", keys.len()) };
    let (whole, fraction) = key.split_once('.').map_or((key.as_str(), None), |(a, b)| (a, Some(b)));
    let next = whole.parse::<u128>().unwrap_or(0) + 1;
    fraction.map_or_else(|| next.to_string(), |fraction| format!("{next}.{fraction}"))
}

/// Returns where a key stands among all that were ever given; a number that never was, where it would stand.
pub fn place(keys: &[String], key: &str) -> usize {
    let known = keys.iter().rposition(|known| known == key).map(|at| at + 1);
    let by_number = || {
        let wanted = number(key)?;
        Some(keys.iter().filter(|known| number(known).is_some_and(|known| known <= wanted)).count())
    };
    known.or_else(by_number).unwrap_or(0)
}

/// Returns a new id that is written like `id`, by the number at its end.
pub fn new_id(id: &str, nth: usize) -> String {
    let digits = id.len() - id.bytes().rev().take_while(u8::is_ascii_digit).count();
    match id[digits..].parse::<u128>() {
        Ok(number) => format!("{}{}", &id[..digits], number + 1_000_000 + nth as u128),
        Err(_) => format!("{id}added{nth}"),
    }
}

/// Returns a time in milliseconds since 1970: RFC 3339, or a number of seconds or milliseconds.
pub fn moment(text: &str) -> Option<i64> {
    if let Some(number) = number(text) {
        let whole = i64::try_from(number / 1_000_000).ok()?;
        let millis = i64::try_from(number % 1_000_000 / 1_000).ok()?;
        return Some(if whole >= MILLIS_MIN { whole } else { whole * 1_000 + millis });
    }
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}

/// Makes a time later by `secs` and any other number greater by one; leaves the rest alone.
pub fn raise(value: &mut Value, secs: i64) {
    let raised = match &*value {
        Value::Number(number) => number.as_i64().map(|number| Value::from(raised(number, secs))),
        Value::String(text) => match text.parse::<i64>() {
            Ok(number) => Some(Value::String(raised(number, secs).to_string())),
            Err(_) => later(text, secs).map(Value::String),
        },
        _ => None,
    };
    if let Some(raised) = raised {
        *value = raised;
    }
}

fn raised(number: i64, secs: i64) -> i64 {
    match number {
        MILLIS_MIN.. => number + secs * 1_000,
        SECONDS_MIN.. => number + secs,
        _ => number + 1,
    }
}

/// Date and time come first, whatever is behind them.
fn later(text: &str, secs: i64) -> Option<String> {
    const LENGTH: usize = "2026-07-24T21:23:23".len();
    let (time, rest) = text.split_at_checked(LENGTH)?;
    let time: jiff::civil::DateTime = time.parse().ok()?;
    let time = time.checked_add(jiff::SignedDuration::from_secs(secs)).ok()?;
    Some(format!("{}{rest}", time.strftime("%Y-%m-%dT%H:%M:%S")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_compared_and_follow_each_other_as_numbers() {
        let keys = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        let ids = keys(&["9", "10", "1990000000000000010"]);
        assert_eq!((place(&ids, "10"), place(&ids, "11"), place(&ids, "1")), (2, 2, 0));
        assert_eq!(above(&ids), "1990000000000000011");
        let stamps = keys(&["1784884365.000100", "1784884365.000200"]);
        assert_eq!((place(&stamps, "1784884365.000150"), place(&stamps, "1784884366")), (1, 2));
        assert_eq!(above(&stamps), "1784884366.000200");
        let words = keys(&["b", "a"]);
        assert_eq!((place(&words, "a"), place(&words, "c"), above(&words)), (2, 0, "key-2".to_owned()));
        assert_eq!(new_id("104_122", 1), "104_1000123");
        assert_eq!(new_id("a", 2), "aadded2");
    }

    #[test]
    fn times_are_read_and_raised_as_they_are_written() {
        for (text, want) in [
            ("2026-07-24T18:00:00+0000", Some(1_784_916_000_000)),
            ("2026-07-24T18:00:00.250Z", Some(1_784_916_000_250)),
            ("1784916000", Some(1_784_916_000_000)),
            ("1784916000.250000", Some(1_784_916_000_250)),
            ("1784916000250", Some(1_784_916_000_250)),
            ("yesterday", None),
        ] {
            assert_eq!(moment(text), want, "{text}");
        }
        for (mut value, want) in [
            (json!("2026-07-24T23:59:59+0000"), json!("2026-07-25T00:00:01+0000")),
            (json!(1_784_916_000), json!(1_784_916_002)),
            (json!("1784916000250"), json!("1784916002250")),
            (json!(3), json!(4)),
            (json!("word"), json!("word")),
            (json!(null), json!(null)),
        ] {
            raise(&mut value, 2);
            assert_eq!(value, want);
        }
    }
}
