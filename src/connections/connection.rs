//! One live connection: a signed-in client, its limits, and the inventory of its account.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::blueprint::Blueprint;
use super::registry::Settings;
use super::turns::{Turn, Turns};
use crate::inventory::{self, Inventory};
use crate::lifecycle::{Outcome, RemoteId};
use crate::remote::auth::TokenSource;
use crate::remote::http::{BreakerState, Transport, TransportSettings, Wire, WireError, WireSettings};
use crate::remote::imagemgmt::model::ListAnswer;
use crate::remote::imagemgmt::{Client, ClientSettings};

/// One live connection. Everything that uses the same CloudConnection shares it.
pub struct Connection {
    blueprint: Blueprint,
    transport: Arc<Transport>,
    sign_in: Arc<TokenSource>,
    client: Client,
    inventory: Arc<Inventory>,
    verified: watch::Sender<bool>,
    deletions: Turns,
}

/// What a check of a connection found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// The account answers.
    Good {
        /// The organisation that the credentials belong to, where the token tells.
        organisation: Option<String>,
        /// How the account answered; an empty organisation and one that does not exist both answer `NotFound`.
        answer: ListAnswer,
    },
    /// The credentials belong to another organisation than the spec names. Nothing else was asked.
    OrganisationMismatch {
        /// The one that the spec names.
        expected: RemoteId,
        /// The one that the token names.
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
        let sign_in = Arc::new(TokenSource::new(
            blueprint.credentials.clone(),
            Arc::clone(&wire),
            Arc::clone(&settings.recorder),
        ));
        let transport_settings = TransportSettings {
            rate_limit: blueprint.rate_limit,
            ..TransportSettings::default()
        };
        let transport = Transport::new(wire, transport_settings, Arc::clone(&settings.recorder))
            .with_sign_in(Arc::clone(&sign_in) as _)
            .with_write_gate(Arc::clone(&settings.write_gate));
        let transport = Arc::new(transport);
        let client_settings = ClientSettings {
            read_service: blueprint.read_service,
            ..ClientSettings::new(blueprint.base_url.clone(), blueprint.organisation.clone())
        };
        let client = Client::new(Arc::clone(&transport), client_settings);
        let inventory_settings = inventory::Settings {
            intervals: blueprint.intervals,
            settling_window: settings.settling_window,
            random: fastrand::f64,
        };
        let inventory = Inventory::new(
            client.clone(),
            inventory_settings,
            Arc::clone(&settings.inventory_recorder),
        );
        Ok(Connection {
            blueprint,
            transport,
            sign_in,
            client,
            inventory: Arc::new(inventory),
            verified: watch::Sender::new(false),
            deletions: Turns::default(),
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

    /// The organisation that the spec names.
    pub fn organisation(&self) -> Option<&RemoteId> {
        self.blueprint.organisation.as_ref()
    }

    /// The client of the image management API.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What the account contains.
    pub fn inventory(&self) -> &Arc<Inventory> {
        &self.inventory
    }

    /// Waits for the turn to delete a version of this image: one at a time, for as long as the turn is held.
    pub async fn deletion_turn(&self, image: &RemoteId) -> Turn {
        self.deletions.take(image).await
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

    /// Signs in, compares the organisation, and reads one image at most.
    pub async fn check(&self) -> Outcome<Checked> {
        let token = match self.sign_in.token().await {
            Ok(token) => token,
            Err(failure) => return failure.into_outcome(),
        };
        if let (Some(expected), Some(found)) = (self.organisation(), &token.organisation)
            && !expected.as_str().eq_ignore_ascii_case(found)
        {
            self.verified.send_replace(false);
            return Outcome::Done(Checked::OrganisationMismatch {
                expected: expected.clone(),
                found: found.clone(),
            });
        }
        let answered = self.client.check().await;
        if matches!(answered, Outcome::Done(_)) {
            self.verified.send_replace(true);
        }
        answered.map(|answer| Checked::Good {
            organisation: token.organisation,
            answer,
        })
    }

    /// Polls the account from the first good check on, for ever.
    pub(super) async fn poll(&self) {
        let mut verified = self.verified.subscribe();
        // The sender lives as long as this connection, so waiting does not fail.
        if verified.wait_for(|verified| *verified).await.is_ok() {
            Arc::clone(&self.inventory).run(std::future::pending()).await;
        }
    }
}
