//! How long credentials that were refused are not tried again.
//!
//! The same credentials get the same answer, and an account can be locked by too many wrong ones. Corrected ones make
//! another connection, which does not wait.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::lifecycle::{Outcome, Problem, ProblemKind};

/// How long after the first refusal; twice as long after each further one.
const FIRST: Duration = Duration::from_secs(5);

/// The longest.
const LONGEST: Duration = Duration::from_mins(5);

/// The refusals of the credentials of one connection.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<Option<Refusal>>);

#[derive(Debug)]
struct Refusal {
    problem: Problem,
    pause: Duration,
    until: Instant,
}

impl Refusals {
    /// The refusal that still holds.
    pub(super) fn standing(&self, now: Instant) -> Option<Problem> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref()
            .filter(|last| now < last.until)
            .map(|last| last.problem.clone())
    }

    /// Takes note of what came of trying them.
    pub(super) fn note<T>(&self, now: Instant, outcome: &Outcome<T>) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Outcome::Refused(problem) if problem.kind == ProblemKind::Unauthorized => {
                let longer = |last: &Refusal| last.pause.saturating_mul(2).min(LONGEST);
                let pause = last.as_ref().map_or(FIRST, longer);
                *last = Some(Refusal {
                    problem: problem.clone(),
                    pause,
                    until: now + pause,
                });
            }
            Outcome::Done(_) => *last = None,
            _ => {}
        }
    }

    /// Somebody asks to try them all the same.
    pub(super) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused() -> Outcome<()> {
        Outcome::Refused(Problem::new(ProblemKind::Unauthorized, "wrong token"))
    }

    #[test]
    fn refused_credentials_rest_for_longer_each_time() {
        let refusals = Refusals::default();
        let mut now = Instant::now();
        for pause in [5, 10, 20, 40, 80, 160, 300, 300] {
            assert_eq!(refusals.standing(now), None);
            refusals.note(now, &refused());
            let almost = now + Duration::from_millis(pause * 1_000 - 1);
            let problem = refusals.standing(almost).unwrap();
            assert_eq!(problem.kind, ProblemKind::Unauthorized);
            now += Duration::from_secs(pause);
        }
    }

    #[test]
    fn a_good_answer_and_a_person_each_end_the_rest() {
        let now = Instant::now();
        let refusals = Refusals::default();
        refusals.note(now, &refused());
        refusals.forget();
        assert_eq!(refusals.standing(now), None);

        refusals.note(now, &refused());
        refusals.note(now, &Outcome::Done(()));
        assert_eq!(refusals.standing(now), None);
    }

    #[test]
    fn what_is_not_about_the_credentials_is_tried_again_at_once() {
        let refusals = Refusals::default();
        let now = Instant::now();
        let forbidden = Problem::new(ProblemKind::Forbidden, "not allowed");
        refusals.note(now, &Outcome::<()>::Refused(forbidden.clone()));
        refusals.note(now, &Outcome::<()>::Unknown(forbidden));
        assert_eq!(refusals.standing(now), None);
    }
}
