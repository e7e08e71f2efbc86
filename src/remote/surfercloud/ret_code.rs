//! The return codes: what each says of the outcome, and what a person can do about it.
//!
//! Meanings are those of the vendor's public pages (`summary/public`, `uhost-api/error_code`), and for 210 to 240 of
//! answers that clients published. Which class a code has is inferred from its meaning.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use crate::lifecycle::{Problem, ProblemKind};
use crate::remote::http::Class;
use crate::remote::loose::Loose;

/// A return code (`RetCode`); 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub(super) struct RetCode(i64);

/// The quota of custom images is used up.
const QUOTA: i64 = 8095;

/// Codes of the host service whose text says that it failed and to try again later.
const LATER: [i64; 45] = [
    8006, 8022, 8024, 8025, 8031, 8033, 8034, 8035, 8037, 8041, 8090, 8108, 8819, 8825, 8826, 8828, 8829,
    8832, 8844, 8854, 8857, 8861, 8863, 8864, 8874, 8881, 8886, 8888, 8889, 8894, 8896, 8898, 8905, 8908,
    8909, 8916, 8918, 8924, 8938, 8939, 8965, 8979, 8980, 8981, 8982,
];

impl RetCode {
    /// Reads the code, a number or the text of one.
    pub(super) fn read(json: Value) -> Option<Self> {
        i64::read(json).map(RetCode)
    }

    pub(super) fn is_success(self) -> bool {
        self.0 == 0
    }

    /// What the code says of the outcome. That something was not done is not documented of failures within the
    /// remote, so they leave it open; a refusal judges the request.
    pub(super) fn class(self) -> Class {
        match self.0 {
            0 => Class::Success,
            // The gateway gave up after 60 seconds; the service behind it may not have.
            110 => Class::Unknown(ProblemKind::Timeout),
            // The gateway or the service is not there; or an import or copy failed without a reason, and there may be
            // an image all the same.
            130 | 150 | 8301 | 8305 | 8307 | 8960 | 8971 => Class::Unknown(ProblemKind::ServerError),
            153 => Class::Throttled(ProblemKind::TooManyRequests),
            170 | 171 | 172 | 174 => Class::Refused(ProblemKind::Unauthorized),
            292 => Class::Refused(ProblemKind::NoSuchProject),
            293 | 294 | 295 | 299 => Class::Refused(ProblemKind::Forbidden),
            8956 => Class::Refused(ProblemKind::NotFound),
            // The copy's source is not available (yet).
            8961 => Class::Refused(ProblemKind::FailedDependency),
            code if LATER.contains(&code) => Class::Unknown(ProblemKind::ServerError),
            _ => Class::Refused(ProblemKind::Rejected),
        }
    }

    /// What to do about it, where its own message hardly says.
    pub(super) fn advice(self) -> Option<&'static str> {
        match self.0 {
            170 | 171 => Some(
                "the signature is not right: check the private key, and that baseUrl is where the keys belong",
            ),
            172 => Some("the public key is not known: check it, and that baseUrl is where the keys belong"),
            174 => Some("the security token is not known or has expired: renew it"),
            292 => Some("there is no such project in the account: check projectId"),
            294 => Some("the account lets only certain addresses in: add the operator's"),
            299 => Some(
                "the keys lack a permission; those of a sub-account also need projectId: it cannot be added later, so create \
                 another CloudConnection with it",
            ),
            QUOTA => Some("the quota of custom images is used up: delete some, or ask the vendor for more"),
            8104 | 8117 => Some("there is an unpaid bill or order: pay it"),
            8226 => Some("the account has to be verified with the vendor first"),
            8300 => Some("the account does not let the service read the file"),
            8962 => Some("an image cannot be copied to where it is"),
            _ => None,
        }
    }
}

/// Whether the remote refuses a request because the quota of custom images is used up: somebody may make room.
pub fn lacks_room(problem: &Problem) -> bool {
    problem
        .code
        .as_ref()
        .is_some_and(|code| *code == QUOTA.to_string())
}

impl TryFrom<Value> for RetCode {
    type Error = String;

    fn try_from(json: Value) -> Result<Self, Self::Error> {
        RetCode::read(json).ok_or_else(|| "RetCode is not a number".to_owned())
    }
}

impl fmt::Display for RetCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_code_is_a_number_or_the_text_of_one() {
        assert_eq!(RetCode::read(json!(171)), Some(RetCode(171)));
        assert_eq!(RetCode::read(json!("171")), Some(RetCode(171)));
        for json in [json!("no"), json!(null), json!(1.5), json!({})] {
            assert_eq!(RetCode::read(json), None);
        }
    }

    #[test]
    fn a_wrong_key_a_wrong_project_and_a_missing_permission_are_told_apart() {
        let class = |code| RetCode(code).class();
        for code in [170, 171, 172, 174] {
            assert_eq!(class(code), Class::Refused(ProblemKind::Unauthorized), "{code}");
        }
        assert_eq!(class(292), Class::Refused(ProblemKind::NoSuchProject));
        for code in [293, 294, 295, 299] {
            assert_eq!(class(code), Class::Refused(ProblemKind::Forbidden), "{code}");
        }
    }

    #[test]
    fn only_a_code_about_the_image_itself_says_that_it_is_not_there() {
        let not_found = Class::Refused(ProblemKind::NotFound);
        let codes: Vec<i64> = (1..10_000)
            .filter(|code| RetCode(*code).class() == not_found)
            .collect();
        assert_eq!(codes, [8956]);
    }

    #[test]
    fn failures_within_the_remote_leave_the_outcome_open() {
        for code in [110, 130, 150, 8301, 8960].into_iter().chain(LATER) {
            assert!(matches!(RetCode(code).class(), Class::Unknown(_)), "{code}");
        }
        assert_eq!(
            RetCode(153).class(),
            Class::Throttled(ProblemKind::TooManyRequests)
        );
    }

    #[test]
    fn what_judges_the_request_refuses_it() {
        for code in [
            160, 161, 210, 220, 230, 240, 8095, 8104, 8117, 8226, 8300, 8958, 8962, 99_999,
        ] {
            assert_eq!(
                RetCode(code).class(),
                Class::Refused(ProblemKind::Rejected),
                "{code}"
            );
        }
    }
}
