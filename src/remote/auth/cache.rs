//! Keeping a token: renewed early, by one caller at a time, and not asked for in vain.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::token::Token;
use crate::lifecycle::{Problem, ProblemKind};
use crate::remote::http::SignInFailure;

/// The pause after a failure of the sign-in service; it doubles each time in a row.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause that the service did not ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How long refused credentials are not tried again.
const REFUSED_PAUSE: Duration = Duration::from_secs(10);

/// A token that is rejected younger than this says that fresh tokens are rejected.
const YOUNG: Duration = Duration::from_mins(1);

/// The shortest time between two tokens, so that tokens with next to no life do not flood the service.
const LEAST_AGE: Duration = Duration::from_millis(100);

/// The token of an account.
#[derive(Debug, Default)]
pub(super) struct TokenCache {
    state: Mutex<State>,
    /// Held by the one who fetches.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    current: Option<Token>,
    /// Counts the tokens.
    sign_in: u64,
    failure: Option<(Instant, SignInFailure)>,
    failures_in_a_row: u32,
    rejections_in_a_row: u32,
}

impl TokenCache {
    /// The token and its number, fetched if there is none or it is due. While fetching fails, a token that still
    /// lives is used up.
    pub(super) async fn token(
        &self,
        fetch: impl AsyncFnOnce() -> Result<Token, SignInFailure>,
    ) -> Result<(Token, u64), SignInFailure> {
        if let Some(fresh) = self.state().fresh(Instant::now()) {
            return Ok(fresh);
        }
        let _fetching = self.fetching.lock().await;
        if let Some(settled) = self.state().settled(Instant::now()) {
            return settled;
        }
        let fetched = fetch().await;
        self.state().keep(Instant::now(), fetched)
    }

    /// The token in the cache, due or not.
    pub(super) fn current(&self) -> Option<Token> {
        self.state().current.clone()
    }

    /// The service that the token is for does not accept it.
    pub(super) fn rejected(&self, sign_in: u64) {
        self.state().reject(Instant::now(), sign_in);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn fresh(&self, now: Instant) -> Option<(Token, u64)> {
        let token = self.current.as_ref()?;
        let fresh = now < token.renew_at || now < token.since + LEAST_AGE;
        fresh.then(|| (token.clone(), self.sign_in))
    }

    fn living(&self, now: Instant) -> Option<(Token, u64)> {
        let token = self.current.as_ref()?;
        (now < token.expires_at).then(|| (token.clone(), self.sign_in))
    }

    /// What is known without fetching: another caller brought a token, or a failure is too recent.
    fn settled(&self, now: Instant) -> Option<Result<(Token, u64), SignInFailure>> {
        if let Some(fresh) = self.fresh(now) {
            return Some(Ok(fresh));
        }
        let (until, failure) = self.failure.as_ref()?;
        if now >= *until {
            return None;
        }
        let living = self.living(now);
        Some(living.ok_or_else(|| with_wait(failure.clone(), *until - now)))
    }

    fn keep(
        &mut self,
        now: Instant,
        fetched: Result<Token, SignInFailure>,
    ) -> Result<(Token, u64), SignInFailure> {
        match fetched {
            Ok(token) => {
                self.sign_in += 1;
                self.failure = None;
                self.failures_in_a_row = 0;
                self.current = Some(token.clone());
                Ok((token, self.sign_in))
            }
            Err(failure) => {
                let pause = self.pause_after(&failure);
                self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
                self.failure = Some((now + pause, failure.clone()));
                self.living(now).ok_or_else(|| with_wait(failure, pause))
            }
        }
    }

    fn pause_after(&self, failure: &SignInFailure) -> Duration {
        let doubled = doubled(FIRST_PAUSE, self.failures_in_a_row).min(LONGEST_PAUSE);
        match failure {
            SignInFailure::Refused(problem) if problem.kind == ProblemKind::Unauthorized => REFUSED_PAUSE,
            SignInFailure::Refused(_) => doubled,
            SignInFailure::Throttled { retry_after, .. } => doubled.max(*retry_after),
        }
    }

    /// Drops the token, if it is still the same. Fresh tokens that are rejected one after the other are fetched
    /// more and more slowly: the fault is not with the token.
    fn reject(&mut self, now: Instant, sign_in: u64) {
        if self.sign_in != sign_in {
            return;
        }
        let Some(token) = self.current.take() else { return };
        let young = now < token.since + YOUNG;
        self.rejections_in_a_row = if young {
            self.rejections_in_a_row.saturating_add(1)
        } else {
            1
        };
        if self.rejections_in_a_row < 2 {
            return;
        }
        let pause = doubled(Duration::from_secs(1), self.rejections_in_a_row - 2).min(YOUNG);
        let sentence =
            "the service does not accept the tokens that were just issued; check the account's roles";
        let problem = Problem::new(ProblemKind::Unauthorized, sentence);
        self.failure = Some((now + pause, SignInFailure::Refused(problem)));
    }
}

fn doubled(first: Duration, times: u32) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(times))
}

/// The failure, with the time that is left of its pause.
fn with_wait(failure: SignInFailure, left: Duration) -> SignInFailure {
    match failure {
        SignInFailure::Refused(problem) => SignInFailure::Refused(problem),
        SignInFailure::Throttled { problem, .. } => SignInFailure::Throttled {
            retry_after: left,
            problem,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::time::{advance, sleep};

    const SECOND: Duration = Duration::from_secs(1);

    /// A sign-in service that takes a second, counts, and gives what it is told.
    #[derive(Default)]
    struct Service {
        asked: AtomicUsize,
        failure: Mutex<Option<SignInFailure>>,
    }

    impl Service {
        async fn fetch(&self, life: Duration) -> Result<Token, SignInFailure> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            sleep(SECOND).await;
            if let Some(failure) = self.failure.lock().unwrap().clone() {
                return Err(failure);
            }
            let now = Instant::now();
            Ok(Token {
                secret: "t".into(),
                organisation: None,
                expires_at: now + life,
                renew_at: now + life * 3 / 4,
                since: now,
            })
        }

        fn fail(&self, failure: SignInFailure) {
            *self.failure.lock().unwrap() = Some(failure);
        }

        fn asked(&self) -> usize {
            self.asked.load(Ordering::SeqCst)
        }
    }

    async fn sign_in(cache: &TokenCache, service: &Service) -> Result<u64, SignInFailure> {
        let fetch = async || service.fetch(SECOND * 400).await;
        cache.token(fetch).await.map(|(_, sign_in)| sign_in)
    }

    fn refused() -> SignInFailure {
        SignInFailure::Refused(Problem::new(ProblemKind::Unauthorized, "no"))
    }

    fn unreachable() -> SignInFailure {
        SignInFailure::Refused(Problem::new(ProblemKind::Unreachable, "no"))
    }

    #[tokio::test(start_paused = true)]
    async fn many_callers_share_one_fetch() {
        let (cache, service) = (TokenCache::default(), Service::default());
        let calls = (0..50).map(|_| sign_in(&cache, &service));
        let results = futures::future::join_all(calls).await;
        assert!(results.iter().all(|result| *result == Ok(1)));
        assert_eq!(service.asked(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_in_its_last_quarter_and_not_before() {
        let (cache, service) = (TokenCache::default(), Service::default());
        assert_eq!(sign_in(&cache, &service).await, Ok(1));
        advance(SECOND * 299).await;
        assert_eq!(sign_in(&cache, &service).await, Ok(1));
        advance(SECOND * 2).await;
        assert_eq!(sign_in(&cache, &service).await, Ok(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_still_lives_is_used_up_while_the_service_fails() {
        let (cache, service) = (TokenCache::default(), Service::default());
        assert_eq!(sign_in(&cache, &service).await, Ok(1));
        service.fail(unreachable());
        advance(SECOND * 310).await;
        assert_eq!(sign_in(&cache, &service).await, Ok(1));
        advance(SECOND * 100).await;
        assert_eq!(sign_in(&cache, &service).await, Err(unreachable()));
    }

    #[tokio::test(start_paused = true)]
    async fn refused_credentials_are_not_tried_again_for_a_while() {
        let (cache, service) = (TokenCache::default(), Service::default());
        service.fail(refused());
        for _ in 0..20 {
            assert_eq!(sign_in(&cache, &service).await, Err(refused()));
        }
        assert_eq!(service.asked(), 1);
        advance(REFUSED_PAUSE).await;
        assert_eq!(sign_in(&cache, &service).await, Err(refused()));
        assert_eq!(service.asked(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_asks_to_wait_is_left_alone_until_then() {
        let (cache, service) = (TokenCache::default(), Service::default());
        let throttled = |seconds| SignInFailure::Throttled {
            retry_after: SECOND * seconds,
            problem: Problem::new(ProblemKind::TooManyRequests, "slow"),
        };
        service.fail(throttled(45));
        assert_eq!(sign_in(&cache, &service).await, Err(throttled(45)));
        advance(SECOND * 40).await;
        assert_eq!(sign_in(&cache, &service).await, Err(throttled(5)));
        assert_eq!(service.asked(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_rejected_token_is_replaced_once_whoever_reports_it() {
        let (cache, service) = (TokenCache::default(), Service::default());
        assert_eq!(sign_in(&cache, &service).await, Ok(1));
        for _ in 0..5 {
            cache.rejected(1);
            assert_eq!(sign_in(&cache, &service).await, Ok(2));
        }
        assert_eq!(service.asked(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_rejects_every_token_does_not_flood_the_sign_in() {
        let (cache, service) = (TokenCache::default(), Service::default());
        let started = Instant::now();
        while started.elapsed() < SECOND * 120 {
            match sign_in(&cache, &service).await {
                Ok(sign_in) => cache.rejected(sign_in),
                Err(_) => advance(SECOND / 10).await,
            }
        }
        assert!((3..=12).contains(&service.asked()), "{}", service.asked());
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_without_any_life_does_not_flood_the_service() {
        let (cache, service) = (TokenCache::default(), Service::default());
        for _ in 0..10 {
            assert!(
                cache
                    .token(async || service.fetch(Duration::ZERO).await)
                    .await
                    .is_ok()
            );
        }
        assert_eq!(service.asked(), 1);
    }
}
