//! Lengths of time as people write them: `15s`, `10m`, `1h30m`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A length of time, written as one to four whole numbers with the units `ms`, `s`, `m` or `h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Interval(Duration);

/// The text is not a length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a length of time: write numbers with the units ms, s, m or h, such as 15s or 1h30m")]
pub struct InvalidInterval(String);

/// What the API server lets through. Digits are bounded so that the sum fits its own arithmetic.
pub(super) const PATTERN: &str = "^([0-9]{1,5}(ms|s|m|h)){1,4}$";

impl Interval {
    /// The length in milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Interval(Duration::from_millis(millis))
    }

    /// The length in seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Interval(Duration::from_secs(seconds))
    }

    /// The length as the standard library has it.
    pub const fn as_duration(self) -> Duration {
        self.0
    }
}

impl FromStr for Interval {
    type Err = InvalidInterval;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidInterval(text.chars().take(64).collect());
        let mut rest = text;
        let mut millis: u64 = 0;
        while !rest.is_empty() {
            let unit_start = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(invalid)?;
            let (number, tail) = rest.split_at_checked(unit_start).ok_or_else(invalid)?;
            let unit_end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
            let (unit, next) = tail.split_at_checked(unit_end).ok_or_else(invalid)?;
            let unit_millis = match unit {
                "ms" => 1,
                "s" => 1_000,
                "m" => 60_000,
                "h" => 3_600_000,
                _ => return Err(invalid()),
            };
            let number: u64 = number.parse().map_err(|_| invalid())?;
            millis = number
                .checked_mul(unit_millis)
                .and_then(|part| millis.checked_add(part))
                .ok_or_else(invalid)?;
            rest = next;
        }
        if text.is_empty() {
            return Err(invalid());
        }
        Ok(Interval::from_millis(millis))
    }
}

impl fmt::Display for Interval {
    /// The shortest way to write it: `90s` prints as `1m30s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut millis = self.0.as_millis();
        if millis == 0 {
            return f.write_str("0s");
        }
        for (unit_millis, unit) in [(3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")] {
            let number = millis / unit_millis;
            millis %= unit_millis;
            if number > 0 {
                write!(f, "{number}{unit}")?;
            }
        }
        Ok(())
    }
}

impl TryFrom<String> for Interval {
    type Error = InvalidInterval;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Interval> for String {
    fn from(interval: Interval) -> Self {
        interval.to_string()
    }
}

impl JsonSchema for Interval {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Interval".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // The pattern is part of the rules of each field, whose sentences say more than a pattern does.
        json_schema!({ "type": "string", "maxLength": 32 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn units_add_up() {
        let parsed: Interval = "1h2m3s4ms".parse().unwrap();
        assert_eq!(parsed.as_duration(), Duration::from_millis(3_723_004));
    }

    #[test]
    fn what_is_not_a_length_of_time_is_refused() {
        for text in [
            "",
            "15",
            "s",
            "1d",
            "1.5h",
            "-1s",
            "1 s",
            "1s ",
            "99999999999999999999h",
        ] {
            assert!(text.parse::<Interval>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_again(millis in 0..u64::from(u32::MAX)) {
            let interval = Interval::from_millis(millis);
            prop_assert_eq!(interval.to_string().parse::<Interval>(), Ok(interval));
        }
    }
}
