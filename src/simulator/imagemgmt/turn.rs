//! What an operation is given besides the world: who asks for what, when, and how it was tampered with.

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;

use super::model::Failure;
use super::work::Leg;
use crate::simulator::clock::Moment;
use crate::simulator::error::ApiError;
use crate::simulator::faults::{FailWork, WorkName};
use crate::simulator::query::Query;
use crate::simulator::route::{PathIds, Service};
use crate::simulator::settings::Settings;
use crate::simulator::signin::Caller;

/// What the faults of a request do to what it makes.
#[derive(Debug, Default)]
pub(crate) struct Twist {
    /// The work that it starts fails.
    pub(crate) fail_work: Option<FailWork>,
    /// What it creates stays out of lists and searches for so long.
    pub(crate) hidden_for: SignedDuration,
}

/// One request to image management.
pub(crate) struct Turn<'t> {
    pub(crate) moment: Moment,
    pub(crate) caller: Caller,
    pub(crate) settings: &'t Settings,
    pub(crate) query: &'t Query,
    pub(crate) body: &'t [u8],
    pub(crate) ids: PathIds<'t>,
    pub(crate) service: Service,
    pub(crate) twist: &'t Twist,
}

impl Turn<'_> {
    pub(crate) fn now(&self) -> Timestamp {
        self.moment.world
    }

    pub(crate) fn org(&self) -> &'static str {
        self.caller.org()
    }

    /// The body, checked. Fields that are not known are tolerated, as clients of the real service show.
    pub(crate) fn body<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_json::from_slice(self.body).map_err(|error| {
            ApiError::bad_request("VALIDATION_FAILED", format!("the request is not valid: {error}"))
        })
    }

    /// From when on lists and searches show what this request creates.
    pub(crate) fn listed_from(&self) -> Timestamp {
        self.moment
            .wire
            .checked_add(self.twist.hidden_for)
            .unwrap_or(Timestamp::MAX)
    }

    /// A description, as the service keeps it.
    pub(crate) fn kept(&self, description: Option<String>) -> Option<String> {
        description.filter(|_| self.settings.keep_descriptions)
    }

    /// Which of these works is told to fail.
    pub(crate) fn failing(&self, legs: &[Leg]) -> Option<(usize, Failure)> {
        let fail = self.twist.fail_work.as_ref()?;
        let number = match fail.work {
            None => 0,
            Some(work) => legs.iter().position(|leg| leg.work.name() == work)?,
        };
        Some((number, failure(fail)))
    }

    /// Whether moving a marker is told to fail.
    pub(crate) fn failing_marker_move(&self) -> Option<Failure> {
        let fail = self.twist.fail_work.as_ref()?;
        fail.work
            .is_none_or(|work| work == WorkName::MarkerMove)
            .then(|| failure(fail))
    }
}

fn failure(fail: &FailWork) -> Failure {
    Failure {
        code: fail.error_code.clone(),
        details: fail.error_details.clone(),
    }
}
