//! How long ago something was, for people.

use std::time::{SystemTime, UNIX_EPOCH};

use hark_model::Ms;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

const MINUTE: Ms = 60_000;
const HOUR: Ms = 60 * MINUTE;
const DAY: Ms = 24 * HOUR;

/// Returns the time by this machine's clock.
pub(crate) fn now_ms() -> Ms {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ms::try_from(since.as_millis()).unwrap_or(Ms::MAX)
}

/// Shows a time as an age; the exact time shows on demand. The script keeps the age up to date.
pub(super) fn age(at: Ms, now: Ms) -> Markup {
    html! {
        time datetime=(instant(at, "%Y-%m-%dT%H:%M:%SZ")) title=(instant(at, "%a %d %b %Y, %H:%M UTC")) {
            (words(at, now))
        }
    }
}

fn instant(at: Ms, format: &str) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

fn words(at: Ms, now: Ms) -> String {
    match now.saturating_sub(at) {
        ago if ago < -MINUTE => instant(at, "%d %b %Y"),
        ago if ago < MINUTE => "just now".to_owned(),
        ago if ago < HOUR => format!("{} min", ago / MINUTE),
        ago if ago < DAY => format!("{} h", ago / HOUR),
        ago if ago < 7 * DAY => format!("{} d", ago / DAY),
        _ => instant(at, "%d %b %Y"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_grow_coarser_with_time() {
        let now = 1_790_000_000_000;
        for (ago, want) in [
            (0, "just now"),
            (59_999, "just now"),
            (MINUTE, "1 min"),
            (HOUR - 1, "59 min"),
            (5 * HOUR, "5 h"),
            (2 * DAY, "2 d"),
            (30 * DAY, "22 Aug 2026"),
            (-10 * DAY, "01 Oct 2026"),
        ] {
            assert_eq!(words(now - ago, now), want, "{ago}");
        }
        assert!(age(Ms::MIN, now).into_string().contains("1970"));
    }
}
