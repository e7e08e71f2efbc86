//! The task that campaigns for the lease, holds it, and gives it up.

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::api::PostParams;
use kube::{Api, Client, ResourceExt};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::LeaseSettings;
use super::election::{Act, Election, Found, Standing, Written};
use super::leadership::Leadership;
use crate::controller::cluster::FIELD_MANAGER;

/// How often giving up is tried when somebody writes the lease at the same time.
const TRIES_TO_GIVE_UP: u32 = 3;

/// Campaigns for the lease.
pub(in crate::controller) struct Candidate {
    api: Api<Lease>,
    settings: LeaseSettings,
    election: Election,
    /// As last read or written: the next write is refused when it has changed since.
    latest: Option<Lease>,
    tell: watch::Sender<Standing>,
    failing: Failing,
}

/// Whether the API server has failed us since it last answered: said once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failing {
    Yes,
    No,
}

/// A call that led to nothing.
#[derive(Debug, thiserror::Error)]
enum CallError {
    #[error("no answer within {} s", .0.as_secs_f32())]
    Timeout(Duration),
    #[error(transparent)]
    Api(#[from] kube::Error),
}

impl Candidate {
    /// A candidate, and where its standing can be seen.
    pub(in crate::controller) fn new(client: &Client, settings: LeaseSettings) -> (Self, Leadership) {
        let (tell, leadership) = Leadership::told();
        let namespace = settings.namespace.as_deref();
        let candidate = Candidate {
            api: Api::namespaced(client.clone(), namespace.unwrap_or(client.default_namespace())),
            election: Election::new(settings.identity.clone(), settings.times, Instant::now()),
            settings,
            latest: None,
            tell,
            failing: Failing::No,
        };
        (candidate, leadership)
    }

    /// Campaigns until `resign` ends, then lets the next one lead at once. By then all writing must have ended.
    pub(in crate::controller) async fn run(mut self, resign: impl Future<Output = ()>) {
        tracing::info!(
            lease = self.settings.name,
            identity = self.settings.identity,
            "campaigning"
        );
        tokio::pin!(resign);
        loop {
            tokio::select! {
                () = &mut resign => break,
                () = self.step() => self.publish(),
            }
        }
        let led = self.tell.send_replace(Standing::Standby) != Standing::Standby;
        if led {
            self.give_up().await;
        }
    }

    async fn step(&mut self) {
        let (act, due) = self.election.next();
        sleep_until(due).await;
        match act {
            Act::Look => self.look().await,
            Act::Create => {
                let lease = self.claimed(Lease::default());
                let name = Some(self.settings.name.clone());
                let lease = Lease {
                    metadata: kube::api::ObjectMeta {
                        name,
                        ..lease.metadata
                    },
                    ..lease
                };
                let asked = Instant::now();
                let written = self.call(self.api.create(&params(), &lease)).await;
                self.wrote(written, asked);
            }
            Act::Take | Act::Renew => {
                let latest = self.latest.clone().unwrap_or_default();
                let lease = match act {
                    Act::Renew => renewed(latest),
                    _ => self.claimed(latest),
                };
                let asked = Instant::now();
                let written = self
                    .call(self.api.replace(&self.settings.name, &params(), &lease))
                    .await;
                self.wrote(written, asked);
            }
        }
    }

    async fn look(&mut self) {
        match self.call(self.api.get_opt(&self.settings.name)).await {
            Ok(lease) => {
                self.failing = Failing::No;
                let version = lease
                    .as_ref()
                    .and_then(ResourceExt::resource_version)
                    .unwrap_or_default();
                let found = lease.as_ref().map(|lease| Found {
                    version: &version,
                    holder: holder(lease),
                });
                self.election.looked(found, Instant::now());
                self.latest = lease;
            }
            Err(error) => {
                self.tell_failure(&error);
                self.election.failed(Instant::now());
            }
        }
    }

    fn wrote(&mut self, written: Result<Lease, CallError>, asked: Instant) {
        let outcome = match written {
            Ok(lease) => {
                self.failing = Failing::No;
                self.latest = Some(lease);
                Written::Done
            }
            Err(CallError::Api(kube::Error::Api(status))) if status.code == 409 || status.code == 404 => {
                Written::Overtaken
            }
            Err(error) => {
                self.tell_failure(&error);
                Written::Unknown
            }
        };
        self.election.wrote(outcome, asked, Instant::now());
    }

    async fn call<T>(&self, call: impl Future<Output = Result<T, kube::Error>>) -> Result<T, CallError> {
        let deadline = self.settings.times.for_a_call();
        match timeout(deadline, call).await {
            Ok(answer) => answer.map_err(CallError::Api),
            Err(_) => Err(CallError::Timeout(deadline)),
        }
    }

    /// The lease with us as its new holder.
    fn claimed(&self, lease: Lease) -> Lease {
        let now = MicroTime(Timestamp::now());
        let before = lease.spec.unwrap_or_default();
        Lease {
            spec: Some(LeaseSpec {
                holder_identity: Some(self.settings.identity.clone()),
                lease_duration_seconds: Some(self.settings.times.seconds()),
                acquire_time: Some(now.clone()),
                renew_time: Some(now),
                lease_transitions: Some(
                    before
                        .lease_transitions
                        .map_or(0, |count| count.saturating_add(1)),
                ),
                ..before
            }),
            ..lease
        }
    }

    /// Tells what has changed, to the process and to people.
    fn publish(&self) {
        let standing = self.election.standing();
        let before = self.tell.send_replace(standing);
        let leads = |standing| matches!(standing, Standing::Leading { .. });
        match (leads(before), leads(standing)) {
            (false, true) => tracing::info!(lease = self.settings.name, "holding the lease"),
            (true, false) => tracing::warn!(
                lease = self.settings.name,
                holder = self.latest.as_ref().and_then(holder),
                "not holding the lease any more"
            ),
            _ => {}
        }
    }

    fn tell_failure(&mut self, error: &CallError) {
        if std::mem::replace(&mut self.failing, Failing::Yes) == Failing::No {
            tracing::warn!(lease = self.settings.name, %error, "the lease could not be read or written; trying again");
        }
    }

    /// Leaves the lease without a holder, so that nobody has to wait until it runs out.
    async fn give_up(&mut self) {
        for _ in 0..TRIES_TO_GIVE_UP {
            match self.leave().await {
                Ok(()) => {
                    tracing::info!(lease = self.settings.name, "lease given up");
                    return;
                }
                Err(CallError::Api(kube::Error::Api(status))) if status.code == 409 => {}
                Err(error) => {
                    tracing::warn!(lease = self.settings.name, %error, "the lease was not given up; it runs out by itself");
                    return;
                }
            }
        }
    }

    async fn leave(&self) -> Result<(), CallError> {
        let found = self.call(self.api.get_opt(&self.settings.name)).await?;
        let Some(lease) = found.filter(|lease| holder(lease) == Some(&self.settings.identity)) else {
            return Ok(());
        };
        let left = Lease {
            spec: Some(LeaseSpec {
                holder_identity: None,
                ..renewed(lease.clone()).spec.unwrap_or_default()
            }),
            ..lease
        };
        self.call(self.api.replace(&self.settings.name, &params(), &left))
            .await
            .map(drop)
    }
}

fn params() -> PostParams {
    PostParams {
        field_manager: Some(FIELD_MANAGER.to_owned()),
        ..PostParams::default()
    }
}

fn holder(lease: &Lease) -> Option<&str> {
    let holder = lease.spec.as_ref()?.holder_identity.as_deref();
    holder.filter(|holder| !holder.is_empty())
}

fn renewed(lease: Lease) -> Lease {
    Lease {
        spec: Some(LeaseSpec {
            renew_time: Some(MicroTime(Timestamp::now())),
            ..lease.spec.unwrap_or_default()
        }),
        ..lease
    }
}
