//! One live connection: a remote system, its limits, and the way there.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::blueprint::{Blueprint, Plan};
use super::registry::Settings;
use super::remote::{ImageManagement, Remote, SurferCloud};
use crate::inventory::{self, Subscription, Trust};
use crate::lifecycle::{Outcome, Problem};
use crate::remote::auth::TokenSource;
use crate::remote::http::{BreakerState, Transport, TransportSettings, Wire, WireError, WireSettings};
use crate::remote::listing::ListAnswer;

/// One live connection. Everything that uses the same CloudConnection shares it.
pub struct Connection {
    blueprint: Blueprint,
    transport: Arc<Transport>,
    remote: Remote,
    verified: watch::Sender<bool>,
}

/// What a check of a connection found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The account answers.
    Good {
        /// The organisation that the credentials belong to, where the token tells; the default project of an account of
        /// SurferCloud, where the spec names none.
        organisation: Option<String>,
        /// How the account answered; an empty organisation and one that does not exist both answer `NotFound`.
        answer: ListAnswer,
    },
    /// The credentials belong to another organisation than the spec names, or than was found before. Nothing else was
    /// asked.
    OrganisationMismatch {
        /// The one that is expected.
        expected: String,
        /// The one that they belong to.
        found: String,
    },
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("blueprint", &self.blueprint)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// Prepares a connection; nothing is sent. Fails when the CA bundle cannot be read.
    pub(super) fn open(blueprint: Blueprint, settings: &Settings) -> Result<Self, WireError> {
        let mut wire_settings = WireSettings::for_hosts(settings.allowed_hosts.clone());
        wire_settings.ca_bundle.clone_from(&blueprint.ca_bundle);
        let wire = Arc::new(Wire::new(wire_settings)?);
        let transport_settings = TransportSettings {
            rate_limit: blueprint.rate_limit,
            ..TransportSettings::default()
        };
        let transport = Transport::new(
            Arc::clone(&wire),
            transport_settings,
            Arc::clone(&settings.recorder),
        )
        .with_write_gate(Arc::clone(&settings.write_gate));
        let inventory_settings = inventory::Settings {
            intervals: blueprint.intervals,
            settling_window: settings.settling_window,
            random: fastrand::f64,
        };
        let recorder = Arc::clone(&settings.inventory_recorder);
        let (transport, remote) = match &blueprint.plan {
            Plan::ImageManagement(plan) => {
                let sign_in = Arc::new(TokenSource::new(
                    plan.credentials.clone(),
                    wire,
                    Arc::clone(&settings.recorder),
                ));
                let transport = Arc::new(transport.with_sign_in(Arc::clone(&sign_in) as _));
                let way = Arc::clone(&transport);
                let remote = ImageManagement::new(plan, sign_in, way, inventory_settings, recorder);
                (transport, Remote::ImageManagement(remote))
            }
            Plan::SurferCloud(plan) => {
                let transport = Arc::new(transport);
                let way = Arc::clone(&transport);
                let remote = SurferCloud::new(plan, way, inventory_settings, recorder);
                (transport, Remote::SurferCloud(remote))
            }
        };
        Ok(Connection {
            blueprint,
            transport,
            remote,
            verified: watch::Sender::new(false),
        })
    }

    /// What it was made from.
    pub fn blueprint(&self) -> &Blueprint {
        &self.blueprint
    }

    /// The identity of the account, such as `horizonCloud/<orgId>`.
    pub fn account(&self) -> &str {
        self.blueprint.account()
    }

    /// The image management API, where that is what the account is of.
    pub fn image_management(&self) -> Option<&ImageManagement> {
        match &self.remote {
            Remote::ImageManagement(remote) => Some(remote),
            Remote::SurferCloud(_) => None,
        }
    }

    /// SurferCloud, where that is what the account is of.
    pub fn surfercloud(&self) -> Option<&SurferCloud> {
        match &self.remote {
            Remote::SurferCloud(remote) => Some(remote),
            Remote::ImageManagement(_) => None,
        }
    }

    /// Whether the account looks as it should.
    pub fn trust(&self) -> Trust {
        self.remote.trust()
    }

    /// Why the account could not be listed the last time; none when it could.
    pub fn last_problem(&self) -> Option<Problem> {
        self.remote.last_problem()
    }

    pub(super) fn subscribe(&self) -> Subscription {
        self.remote.subscribe()
    }

    /// Takes over who holds what, from a connection to the same account that this one replaces.
    pub(super) fn inherit(&self, replaced: &Connection) {
        self.remote.inherit(&replaced.remote);
    }

    /// Whether a check has found the account good. Before that it is not polled, and nothing should use it.
    pub fn is_verified(&self) -> bool {
        *self.verified.borrow()
    }

    /// The state of the circuit breaker.
    pub fn breaker_state(&self) -> BreakerState {
        self.transport.breaker_state()
    }

    /// How long the remote asked that nothing be sent, counted from now.
    pub fn held_off(&self) -> Option<Duration> {
        self.transport.held_off()
    }

    /// Signs in where that is needed, compares the organisation, and reads one image at most. `found_before` is the
    /// organisation that an earlier check found.
    pub async fn check(&self, found_before: Option<&str>) -> Outcome<Checked> {
        let checked = self.remote.check(found_before).await;
        match &checked {
            Outcome::Done(Checked::Good { .. }) => {
                self.verified.send_replace(true);
            }
            Outcome::Done(Checked::OrganisationMismatch { .. }) => {
                self.verified.send_replace(false);
            }
            Outcome::Refused(_) | Outcome::Throttled { .. } | Outcome::Unknown(_) => {}
        }
        checked
    }

    /// Polls the account from the first good check on, for ever.
    pub(super) async fn poll(&self) {
        let mut verified = self.verified.subscribe();
        // The sender lives as long as this connection, so waiting does not fail.
        if verified.wait_for(|verified| *verified).await.is_ok() {
            self.remote.poll().await;
        }
    }
}
