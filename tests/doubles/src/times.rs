//! Times as platforms write them.

use jiff::Timestamp;
use jiff::fmt::strtime;

use crate::Ms;

/// Returns `ms` as `2026-07-24T21:23:23.000Z`.
pub fn rfc3339_ms(ms: Ms) -> String {
    format!("{}.{:03}Z", written("%Y-%m-%dT%H:%M:%S", ms), ms.rem_euclid(1000))
}

/// Returns `ms` as `2026-07-24T21:23:23Z`.
pub fn rfc3339(ms: Ms) -> String {
    written("%Y-%m-%dT%H:%M:%SZ", ms)
}

/// Returns `ms` as `Fri, 24 Jul 2026 21:23:23 GMT`.
pub fn http_date(ms: Ms) -> String {
    written("%a, %d %b %Y %H:%M:%S GMT", ms)
}

/// Returns `ms` by a format of `strftime`, in UTC.
pub fn written(format: &str, ms: Ms) -> String {
    let time = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH);
    strtime::format(format, &time.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default()
}

/// Reads RFC 3339.
pub fn parse_rfc3339(text: &str) -> Option<Ms> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_platforms_do() {
        let at = 1_784_928_203_007;
        assert_eq!(rfc3339_ms(at), "2026-07-24T21:23:23.007Z");
        assert_eq!(rfc3339(at), "2026-07-24T21:23:23Z");
        assert_eq!(http_date(at), "Fri, 24 Jul 2026 21:23:23 GMT");
        assert_eq!(written("%a %b %d %H:%M:%S +0000 %Y", at), "Fri Jul 24 21:23:23 +0000 2026");
        assert_eq!(parse_rfc3339("2026-07-24T21:23:23.007Z"), Some(at));
        assert_eq!(rfc3339_ms(-1), "1969-12-31T23:59:59.999Z");
    }
}
