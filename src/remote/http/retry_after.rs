//! The `Retry-After` header: seconds, or a date.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// The longest wait that is believed: a day.
pub(in crate::remote) const LONGEST: Duration = Duration::from_hours(24);

/// How long the headers ask to wait. A date is measured against the answer's own date where it has one, so that
/// clocks that disagree do no harm, and against `now` otherwise.
pub(in crate::remote) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if value.starts_with(|c: char| c.is_ascii_digit()) {
        return seconds(value);
    }
    let until = http_date(value)?;
    let from = headers
        .get(DATE)
        .and_then(|date| date.to_str().ok())
        .and_then(http_date)
        .unwrap_or(now);
    let wait = Duration::try_from(until.duration_since(from)).unwrap_or(Duration::ZERO);
    Some(wait.min(LONGEST))
}

/// A number of seconds; digits too many for any number mean the longest wait.
fn seconds(text: &str) -> Option<Duration> {
    let whole = text.split('.').next()?;
    let digits_only = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let seconds = digits_only.then(|| whole.parse::<u64>().unwrap_or(u64::MAX))?;
    let rounded_up = seconds.saturating_add(u64::from(whole.len() < text.len()));
    Some(Duration::from_secs(rounded_up).min(LONGEST))
}

fn http_date(text: &str) -> Option<Timestamp> {
    let zoned = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    fn wait(pairs: &[(&'static str, &'static str)]) -> Option<u64> {
        let now = "1994-11-06T08:49:00Z".parse().unwrap();
        retry_after(&headers(pairs), now).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_are_taken_as_they_are() {
        assert_eq!(wait(&[("retry-after", "7")]), Some(7));
        assert_eq!(wait(&[("retry-after", "1.5")]), Some(2));
        assert_eq!(wait(&[("retry-after", " 0 ")]), Some(0));
    }

    #[test]
    fn a_date_is_measured_against_the_date_of_the_answer() {
        let until = ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(wait(&[until]), Some(37));
        assert_eq!(wait(&[until, ("date", "Sun, 06 Nov 1994 08:49:30 GMT")]), Some(7));
        assert_eq!(wait(&[until, ("date", "Sun, 06 Nov 1994 09:00:00 GMT")]), Some(0));
    }

    #[test]
    fn a_wait_has_an_upper_bound() {
        assert_eq!(
            wait(&[("retry-after", "99999999999999999999999")]),
            Some(LONGEST.as_secs())
        );
        assert_eq!(
            wait(&[("retry-after", "Fri, 01 Jan 2100 00:00:00 GMT")]),
            Some(LONGEST.as_secs())
        );
    }

    #[test]
    fn nonsense_asks_for_nothing() {
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        assert_eq!(wait(&[("retry-after", "-5")]), None);
        assert_eq!(wait(&[("retry-after", "5 minutes")]), None);
        assert_eq!(wait(&[]), None);
    }
}
