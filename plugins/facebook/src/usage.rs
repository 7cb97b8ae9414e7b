//! How much of its allowance the app and the page have used, as the headers say.
//!
//! Holds: a header that makes no sense counts as no use; nothing asks for more than a day's pause.

use hark_sdk::http::Response;
use hark_sdk::types::Ms;
use serde_json::Value;

use crate::limits;

/// Use of the allowances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// The fullest of all figures.
    pub percent: u32,
    /// Minutes until calls are taken again; 0 while they are.
    pub regain_minutes: u32,
}

impl Usage {
    /// Reads the headers of `response`.
    pub fn of(response: &Response) -> Self {
        ["x-app-usage", "x-page-usage", "x-business-use-case-usage"]
            .iter()
            .filter_map(|name| serde_json::from_str::<Value>(response.header(name)?).ok())
            .map(|header| Self::of_header(&header))
            .fold(Self::default(), Self::fuller)
    }

    /// `X-App-Usage` is one set of figures; the one by use case has lists of them by the page's id.
    fn of_header(header: &Value) -> Self {
        let lists = header.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_array());
        let sets = lists.flatten().chain(std::iter::once(header));
        sets.map(Self::of_figures).fold(Self::default(), Self::fuller)
    }

    fn of_figures(figures: &Value) -> Self {
        let whole = |name: &str| {
            let figure = figures.get(name).and_then(Value::as_f64).unwrap_or(0.0);
            figure.clamp(0.0, 1e6) as u32
        };
        let percent = ["call_count", "total_time", "total_cputime"].map(whole).into_iter().max();
        Self { percent: percent.unwrap_or(0), regain_minutes: whole("estimated_time_to_regain_access") }
    }

    fn fuller(self, other: Self) -> Self {
        Self {
            percent: self.percent.max(other.percent),
            regain_minutes: self.regain_minutes.max(other.regain_minutes),
        }
    }

    /// Returns when the next call is due if it is time to slow down.
    pub fn slow_until(self, now: Ms) -> Option<Ms> {
        match self.percent {
            _ if self.regain_minutes > 0 => Some(self.limited_until(now)),
            0..limits::USAGE_SLOW_PERCENT => None,
            limits::USAGE_SLOW_PERCENT..95 => Some(now + limits::SLOW_MS),
            95..100 => Some(now + limits::LIMITED_MS),
            _ => Some(now + limits::FULL_MS),
        }
    }

    /// Returns when a limit that struck ends.
    pub fn limited_until(self, now: Ms) -> Ms {
        let regain = (i64::from(self.regain_minutes) * 60_000).min(limits::REGAIN_MS_MAX);
        now + if regain > 0 { regain } else { limits::LIMITED_MS }
    }

    /// Returns what is left, in percent.
    pub fn left(self) -> u64 {
        u64::from(100_u32.saturating_sub(self.percent))
    }
}

#[cfg(test)]
mod tests {
    use hark_sdk::{http, testing};

    use super::*;

    fn of(headers: &[(&'static str, &'static str)]) -> Usage {
        let headers = headers.to_vec();
        testing::answer_http(move |_| Ok(testing::response(200, &headers, "{}")));
        Usage::of(&http::get("https://x.test/").send().unwrap())
    }

    #[test]
    fn the_fullest_figure_of_all_headers_counts() {
        let app = ("X-App-Usage", r#"{"call_count":28,"total_time":25,"total_cputime":25}"#);
        let page = (
            "X-Business-Use-Case-Usage",
            r#"{"104000000000001":[{"type":"pages","call_count":95,"total_cputime":20,"total_time":20,"estimated_time_to_regain_access":0}]}"#,
        );
        let out = (
            "x-business-use-case-usage",
            r#"{"1":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":19}],"2":[{"call_count":3}]}"#,
        );
        for (headers, percent, regain, pause) in [
            (&[][..], 0, 0, None),
            (&[app], 28, 0, None),
            (&[app, page], 95, 0, Some(limits::LIMITED_MS)),
            (&[("x-app-usage", r#"{"call_count":80}"#)], 80, 0, Some(limits::SLOW_MS)),
            (&[out], 100, 19, Some(19 * 60_000)),
            (&[("x-app-usage", "{\"call_count\":\"many\"}")], 0, 0, None),
            (&[("x-app-usage", "<html>"), ("x-business-use-case-usage", "[[]]")], 0, 0, None),
            (
                &[("x-app-usage", r#"{"call_count":-3,"total_time":1e300}"#)],
                1_000_000,
                0,
                Some(limits::FULL_MS),
            ),
        ] {
            let usage = of(headers);
            assert_eq!(usage, Usage { percent, regain_minutes: regain }, "{headers:?}");
            assert_eq!(usage.slow_until(0), pause, "{headers:?}");
        }
        let estimate = Usage { percent: 100, regain_minutes: 1_000_000 };
        assert_eq!(estimate.limited_until(0), limits::REGAIN_MS_MAX);
        assert_eq!(estimate.left(), 0);
    }
}
