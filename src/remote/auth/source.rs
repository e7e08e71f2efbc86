//! Where the tokens of an account come from.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use tokio::time::Instant;

use super::cache::TokenCache;
use super::credentials::Credentials;
use super::token::{Token, TokenAnswer, read_failure, read_token};
use crate::lifecycle::{Problem, ProblemKind};
use crate::remote::http::{
    Answer, Authorization, Authorize, Exchange, Recorder, SignInFailure, Wire, excerpt, retry_after,
};
use crate::remote::redact::redact;

/// The tokens of an account: fetched when needed, cached, renewed early.
pub struct TokenSource {
    credentials: Credentials,
    wire: Arc<Wire>,
    recorder: Arc<dyn Recorder>,
    cache: TokenCache,
}

impl TokenSource {
    /// A source that has no token yet.
    pub fn new(credentials: Credentials, wire: Arc<Wire>, recorder: Arc<dyn Recorder>) -> Self {
        TokenSource {
            credentials,
            wire,
            recorder,
            cache: TokenCache::default(),
        }
    }

    /// The token, fetched where there is none or it is due.
    pub async fn token(&self) -> Result<Token, SignInFailure> {
        let (token, _) = self.numbered_token().await?;
        Ok(token)
    }

    /// The organisation of the token in the cache; nothing before the first sign-in, or where tokens do not tell.
    pub fn organisation(&self) -> Option<String> {
        self.cache.current()?.organisation
    }

    async fn numbered_token(&self) -> Result<(Token, u64), SignInFailure> {
        self.cache.token(async || self.fetch().await).await
    }

    async fn fetch(&self) -> Result<Token, SignInFailure> {
        let request = self.credentials.token_request();
        let exchange = self.wire.exchange(&request, self.wire.deadline()).await;
        let fetched = self.read(exchange);
        let outcome = match &fetched {
            Ok(_) => "done",
            Err(SignInFailure::Refused(_)) => "refused",
            Err(SignInFailure::Throttled { .. }) => "throttled",
        };
        self.recorder.token_refresh(outcome);
        let host = self.credentials.host();
        match &fetched {
            Ok(_) => tracing::debug!(host, outcome, "token fetched"),
            Err(SignInFailure::Refused(problem) | SignInFailure::Throttled { problem, .. }) => {
                tracing::warn!(host, outcome, problem = problem.kind.as_str(), "no token");
            }
        }
        fetched
    }

    /// A lost answer does no harm here, so it counts as a failure that passes.
    fn read(&self, exchange: Exchange) -> Result<Token, SignInFailure> {
        let answer = match exchange {
            Exchange::Answered(answer) => answer,
            Exchange::NotDone(problem) => return Err(SignInFailure::Refused(self.signing_in(problem))),
            Exchange::Lost(problem) => return Err(self.later(problem, Duration::ZERO)),
        };
        if !(200..300).contains(&answer.status) {
            return Err(self.failed(&answer));
        }
        match read_token(&answer.body, Instant::now()) {
            TokenAnswer::Token(token) => Ok(token),
            TokenAnswer::Error { code, message } => {
                Err(self.unauthorized(&answer, Some(code), message.as_deref().unwrap_or_default()))
            }
            TokenAnswer::Unreadable => {
                let sentence = format!("the answer holds no token: {}", excerpt(&answer.body));
                let problem = problem(ProblemKind::Malformed, &answer, self.safe(&sentence));
                Err(self.later(problem, Duration::ZERO))
            }
        }
    }

    fn failed(&self, answer: &Answer) -> SignInFailure {
        let (code, message) = read_failure(&answer.body).unwrap_or_default();
        let message = message.unwrap_or_else(|| excerpt(&answer.body));
        let wait = retry_after(&answer.headers, Timestamp::now()).unwrap_or_default();
        let says = |kind| Problem {
            code: code.clone(),
            ..problem(kind, answer, self.safe(&message))
        };
        match answer.status {
            400 | 401 | 404 => self.unauthorized(answer, code, &message),
            403 => SignInFailure::Refused(self.signing_in(says(ProblemKind::Forbidden))),
            408 | 429 => self.later(
                says(ProblemKind::TooManyRequests),
                wait.max(Duration::from_secs(1)),
            ),
            500.. => self.later(says(ProblemKind::ServerError), wait),
            _ => SignInFailure::Refused(self.signing_in(says(ProblemKind::Rejected))),
        }
    }

    fn unauthorized(&self, answer: &Answer, code: Option<String>, message: &str) -> SignInFailure {
        let said = if message.is_empty() {
            String::new()
        } else {
            format!(": {message}")
        };
        let sentence = format!("the credentials are not accepted{said}; check the connection's Secret");
        SignInFailure::Refused(self.signing_in(Problem {
            code,
            ..problem(ProblemKind::Unauthorized, answer, self.safe(&sentence))
        }))
    }

    fn later(&self, problem: Problem, retry_after: Duration) -> SignInFailure {
        SignInFailure::Throttled {
            retry_after,
            problem: self.signing_in(problem),
        }
    }

    fn signing_in(&self, mut problem: Problem) -> Problem {
        problem.message = format!("signing in at {}: {}", self.credentials.host(), problem.message);
        problem
    }

    fn safe(&self, sentence: &str) -> String {
        redact(sentence, self.credentials.secret().expose_secret())
    }
}

fn problem(kind: ProblemKind, answer: &Answer, message: String) -> Problem {
    Problem {
        http_status: Some(answer.status),
        ..Problem::new(kind, message)
    }
}

impl Authorize for TokenSource {
    fn authorization(&self) -> BoxFuture<'_, Result<Authorization, SignInFailure>> {
        async {
            let (token, sign_in) = self.numbered_token().await?;
            let headers = self.credentials.headers(&token.secret).map_err(|_| {
                let sentence = "the token or the customer id holds characters that no header can hold";
                SignInFailure::Refused(self.signing_in(Problem::new(ProblemKind::Malformed, sentence)))
            })?;
            Ok(Authorization { headers, sign_in })
        }
        .boxed()
    }

    fn rejected(&self, authorization: &Authorization) {
        self.cache.rejected(authorization.sign_in);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::auth::ClientCredentials;
    use crate::remote::http::NoRecorder;
    use crate::remote::http::scripted::{Reply, Scripted, wire};
    use serde_json::json;

    const SECRET: &str = "s3cr3t-value-0123456789==";

    fn citrix(server: &Scripted) -> TokenSource {
        let credentials = Credentials::CitrixCloud {
            base_url: server.base_url(),
            customer_id: "democust".into(),
            client: ClientCredentials {
                client_id: "demo".into(),
                client_secret: SECRET.into(),
            },
        };
        TokenSource::new(credentials, wire(), Arc::new(NoRecorder))
    }

    fn csp(server: &Scripted) -> TokenSource {
        let credentials = Credentials::CspApiToken {
            base_url: server.base_url(),
            api_token: SECRET.into(),
        };
        TokenSource::new(credentials, wire(), Arc::new(NoRecorder))
    }

    async fn failure(server: &Scripted) -> SignInFailure {
        csp(server).token().await.unwrap_err()
    }

    #[tokio::test]
    async fn a_token_is_asked_for_in_the_exact_form_and_once() {
        let body = "\n  { \"token_type\": \"bearer\", \"access_token\": \"ey1\", \"expires_in\": \"3600\" }";
        let server = Scripted::new([Reply::text(200, body)]);
        let source = citrix(&server);
        assert_eq!(source.token().await.unwrap().secret.expose_secret(), "ey1");
        assert!(source.authorization().await.is_ok());
        let asked = server.asked();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].line(), "POST /cctrustoauth2/democust/tokens/clients");
        assert_eq!(asked[0].header("accept"), Some("application/json"));
        assert_eq!(
            asked[0].header("content-type"),
            Some("application/x-www-form-urlencoded")
        );
        assert!(
            asked[0]
                .body
                .ends_with("client_secret=s3cr3t-value-0123456789%3D%3D")
        );
    }

    #[tokio::test]
    async fn credentials_that_are_not_accepted_are_refused_without_repeating_the_secret() {
        let said = format!("invalid_grant: Invalid refresh token: {SECRET}");
        for status in [400, 401, 404] {
            let body = json!({ "statusCode": status, "message": said, "cspErrorCode": "540.120" });
            let server = Scripted::new([Reply::json(status, &body)]);
            let SignInFailure::Refused(problem) = failure(&server).await else {
                panic!()
            };
            assert_eq!(problem.kind, ProblemKind::Unauthorized);
            assert_eq!(problem.http_status, Some(status));
            assert_eq!(problem.code.as_deref(), Some("540.120"));
            assert!(
                problem.message.contains("Invalid refresh token: [redacted]"),
                "{problem}"
            );
        }
    }

    #[tokio::test]
    async fn an_error_in_an_answer_with_status_200_is_a_refusal() {
        let body = json!({ "error": "invalid_client", "error_description": "Invalid client id." });
        let server = Scripted::new([Reply::json(200, &body)]);
        let SignInFailure::Refused(problem) = failure(&server).await else {
            panic!()
        };
        assert_eq!(problem.kind, ProblemKind::Unauthorized);
        assert_eq!(problem.code.as_deref(), Some("invalid_client"));
    }

    #[tokio::test]
    async fn a_service_in_trouble_is_a_matter_of_waiting() {
        for (reply, kind, seconds) in [
            (
                Reply::text(503, "busy").with("retry-after", "7"),
                ProblemKind::ServerError,
                7,
            ),
            (
                Reply::text(429, "Too many requests").with("retry-after", "9"),
                ProblemKind::TooManyRequests,
                9,
            ),
            (Reply::text(200, "<html>"), ProblemKind::Malformed, 0),
            (Reply::Drop, ProblemKind::Unreachable, 0),
        ] {
            let server = Scripted::new([reply]);
            let SignInFailure::Throttled { retry_after, problem } = failure(&server).await else {
                panic!()
            };
            assert_eq!((problem.kind, retry_after.as_secs()), (kind, seconds));
        }
    }
}
