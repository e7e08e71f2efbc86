//! Sums over what was measured.

use std::time::Duration;

/// The value below which a share of the values lie, from 0 to 1; the values need not be in order.
pub(crate) fn percentile(values: &[Duration], share: f64) -> Duration {
    let mut values = values.to_vec();
    values.sort();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "there are a few hundred values"
    )]
    let position = (values.len() as f64 * share) as usize;
    values[position.min(values.len() - 1)]
}

/// A count divided by another.
pub(crate) fn per(count: usize, of: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "there are a few thousand")]
    let count = count as f64;
    count / of
}

/// Milliseconds, with one decimal.
pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{:.1} ms", duration.as_secs_f64() * 1_000.0)
}

/// Seconds, with two decimals.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}
