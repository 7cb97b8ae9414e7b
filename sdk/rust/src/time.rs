//! Dates as platforms write them, to milliseconds since 1970.
//!
//! Holds: no reader here gives a time that the host would refuse.

use jiff::Timestamp;
use jiff::fmt::{rfc2822, strtime, temporal};

use crate::types::Ms;

/// Tells whether the host understands `at`: it lies in the years 1 to 9999.
pub fn fits(at: Ms) -> bool {
    (-62_135_596_800_000..=253_402_300_799_999).contains(&at)
}

/// Reads `2026-07-24T21:23:23Z` and its like: any offset, with or without colon, any fraction.
pub fn parse_rfc3339(text: &str) -> Option<Ms> {
    let text = text.trim();
    static PARSER: temporal::DateTimeParser = temporal::DateTimeParser::new();
    PARSER.parse_timestamp(text).ok().map(Timestamp::as_millisecond).filter(|at| fits(*at))
}

/// Reads `Fri, 24 Jul 2026 09:12:45 GMT` and its like: 2-digit years, named zones, no seconds.
pub fn parse_rfc2822(text: &str) -> Option<Ms> {
    static PARSER: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
    PARSER.parse_timestamp(text.trim()).ok().map(Timestamp::as_millisecond).filter(|at| fits(*at))
}

/// Reads the three date forms of HTTP.
pub fn parse_http_date(text: &str) -> Option<Ms> {
    let text = text.trim();
    parse_rfc2822(text)
        .or_else(|| parse_utc_as("%A, %d-%b-%y %H:%M:%S GMT", text))
        .or_else(|| parse_utc_as("%a %b %e %H:%M:%S %Y", text))
}

/// Writes `2026-07-24T21:23:23Z`: UTC, whole seconds; a time outside the years -9999 to 9999 becomes 1970.
pub fn rfc3339(at: Ms) -> String {
    Timestamp::from_second(at.div_euclid(1000)).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// Reads `text` by a `strptime` format without an offset, as UTC.
pub fn parse_utc_as(format: &str, text: &str) -> Option<Ms> {
    let time = strtime::parse(format, text).ok()?.to_datetime().ok()?;
    let at = time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond();
    fits(at).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_all_forms_are_read() {
        let want = Some(784_111_777_000);
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "6 Nov 94 08:49:37 +0000",
            "Mon, 06 Nov 1994 03:49:37 EST",
        ] {
            assert_eq!(parse_http_date(text), want, "{text}");
        }
        for text in ["1994-11-06T08:49:37Z", "1994-11-06T09:49:37+0100", "1994-11-06 08:49:37.000+00:00"] {
            assert_eq!(parse_rfc3339(text), want, "{text}");
        }
        assert_eq!(rfc3339(784_111_777_999), "1994-11-06T08:49:37Z");
        assert_eq!(
            (rfc3339(-1), rfc3339(Ms::MAX)),
            ("1969-12-31T23:59:59Z".into(), "1970-01-01T00:00:00Z".into())
        );
        for text in ["", "yesterday", "1994-11-06", "32 Nov 1994 08:49:37 GMT"] {
            assert_eq!(parse_http_date(text).or(parse_rfc3339(text)), None, "{text}");
        }
    }
}
