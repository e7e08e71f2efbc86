//! Waiting for a condition, never for a time.

use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(50);

/// Asks every 50 milliseconds until the answer is `Ok`, and returns what is in it.
///
/// # Panics
/// When that has not happened by the deadline, with the last `Err`, which says what was seen instead.
pub async fn eventually<T>(
    deadline: Duration,
    description: &str,
    mut ask: impl AsyncFnMut() -> Result<T, String>,
) -> T {
    let started = Instant::now();
    let mut last = "no answer".to_owned();
    loop {
        // An answer that never comes must not outlast the deadline either.
        let left = deadline.saturating_sub(started.elapsed()).max(POLL);
        match tokio::time::timeout(left, ask()).await {
            Ok(Ok(found)) => return found,
            Ok(Err(seen)) => last = seen,
            Err(_) => {}
        }
        assert!(
            started.elapsed() < deadline,
            "not within {deadline:?}: {description}; last seen: {last}"
        );
        tokio::time::sleep(POLL).await;
    }
}
