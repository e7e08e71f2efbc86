//! The remote systems that a connection can lead to, each with its client and its inventory.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use super::blueprint::{ImageManagementPlan, SurferCloudPlan};
use super::connection::Checked;
use super::turns::{Turn, Turns};
use crate::inventory::{self, Inventory, InventoryRecorder, Regional, Subscription, Trust};
use crate::lifecycle::{Outcome, Problem, ProblemKind, RemoteId};
use crate::remote::auth::TokenSource;
use crate::remote::http::Transport;
use crate::remote::imagemgmt::ClientSettings;
use crate::remote::imagemgmt::model::Version;
use crate::remote::surfercloud::model::{Location, ProjectId, Region};
use crate::remote::{imagemgmt, surfercloud};

/// The remote system that a connection leads to.
pub(super) enum Remote {
    /// The image management API of Horizon Cloud or Citrix Cloud.
    ImageManagement(ImageManagement),
    /// SurferCloud.
    SurferCloud(SurferCloud),
}

/// An organisation of the image management API.
pub struct ImageManagement {
    sign_in: Arc<TokenSource>,
    organisation: Option<RemoteId>,
    client: imagemgmt::Client,
    inventory: Arc<Inventory>,
    deletions: Turns,
}

/// An account of SurferCloud.
pub struct SurferCloud {
    client: surfercloud::Client,
    inventory: Arc<Regional>,
    /// Where images are unless they say otherwise, as the spec says it.
    home: Location,
    /// The account's own default project, found by a check where the spec names none.
    default_project: Mutex<Option<ProjectId>>,
}

impl fmt::Debug for ImageManagement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageManagement").finish_non_exhaustive()
    }
}

impl fmt::Debug for SurferCloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SurferCloud")
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}

impl ImageManagement {
    pub(super) fn new(
        plan: &ImageManagementPlan,
        sign_in: Arc<TokenSource>,
        transport: Arc<Transport>,
        settings: inventory::Settings,
        recorder: Arc<dyn InventoryRecorder>,
    ) -> Self {
        let client_settings = ClientSettings {
            read_service: plan.read_service,
            ..ClientSettings::new(plan.base_url.clone(), plan.organisation.clone())
        };
        let client = imagemgmt::Client::new(transport, client_settings);
        let inventory = Inventory::new(client.clone(), settings, recorder);
        ImageManagement {
            sign_in,
            organisation: plan.organisation.clone(),
            client,
            inventory: Arc::new(inventory),
            deletions: Turns::default(),
        }
    }

    /// The client of the image management API.
    pub fn client(&self) -> &imagemgmt::Client {
        &self.client
    }

    /// What the account contains.
    pub fn inventory(&self) -> &Arc<Inventory> {
        &self.inventory
    }

    /// Waits for the turn to delete in this image, held for as long as the [`Turn`] is, and reads its versions then: two
    /// deletions that each see the other's version would together delete the image. Never `Unknown`, as nothing is sent
    /// that could have an effect.
    pub async fn versions_in_turn(&self, image: &RemoteId) -> Outcome<(Turn, Arc<[Version]>)> {
        let turn = self.deletions.take(image).await;
        match self.inventory.versions(image, Some(Instant::now())).await {
            Outcome::Unknown(problem) => Outcome::Refused(problem),
            read => read.map(|versions| (turn, versions)),
        }
    }

    /// Signs in, compares the organisation, and reads one image at most.
    async fn check(&self) -> Outcome<Checked> {
        let token = match self.sign_in.token().await {
            Ok(token) => token,
            Err(failure) => return failure.into_outcome(),
        };
        if let (Some(expected), Some(found)) = (&self.organisation, &token.organisation)
            && !expected.as_str().eq_ignore_ascii_case(found)
        {
            return Outcome::Done(Checked::OrganisationMismatch {
                expected: expected.to_string(),
                found: found.clone(),
            });
        }
        let answered = self.client.check().await;
        answered.map(|answer| Checked::Good {
            organisation: token.organisation,
            answer,
        })
    }
}

impl SurferCloud {
    pub(super) fn new(
        plan: &SurferCloudPlan,
        transport: Arc<Transport>,
        settings: inventory::Settings,
        recorder: Arc<dyn InventoryRecorder>,
    ) -> Self {
        let client = surfercloud::Client::new(transport, plan.base_url.clone(), plan.keys.clone());
        let inventory = Regional::new(client.clone(), settings, recorder);
        SurferCloud {
            client,
            inventory: Arc::new(inventory),
            home: plan.home.clone(),
            default_project: Mutex::default(),
        }
    }

    /// The client of the custom images.
    pub fn client(&self) -> &surfercloud::Client {
        &self.client
    }

    /// What the account contains, place by place.
    pub fn inventory(&self) -> &Arc<Regional> {
        &self.inventory
    }

    /// A place: in the region and project of the connection unless others are named. Once checked, a connection always
    /// names its project, so that images do not seem gone when somebody makes another one the default.
    pub fn place(&self, region: Option<&Region>, project_id: Option<&ProjectId>) -> Location {
        let home = self.home();
        Location {
            region: region.cloned().unwrap_or(home.region),
            project_id: project_id.cloned().or(home.project_id),
        }
    }

    /// Where images are unless they say otherwise.
    pub fn home(&self) -> Location {
        let found = self
            .default_project
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Location {
            region: self.home.region.clone(),
            project_id: self.home.project_id.clone().or_else(|| found.clone()),
        }
    }

    /// Reads one image at most. Where the spec names no project, the account's default one tells which account this is:
    /// it has to be the one that was found before.
    async fn check(&self, found_before: Option<&str>) -> Outcome<Checked> {
        let answer = match self.client.check(&self.home).await {
            Outcome::Done(answer) => answer,
            other => {
                return other.map(|answer| Checked::Good {
                    organisation: None,
                    answer,
                });
            }
        };
        if self.home.project_id.is_some() {
            return Outcome::Done(Checked::Good {
                organisation: None,
                answer,
            });
        }
        let found = match self.default_project().await {
            Outcome::Done(found) => found,
            other => {
                return other.map(|_| Checked::Good {
                    organisation: None,
                    answer,
                });
            }
        };
        if let Some(expected) = found_before.filter(|expected| **expected != found.to_string()) {
            return Outcome::Done(Checked::OrganisationMismatch {
                expected: expected.to_owned(),
                found: found.to_string(),
            });
        }
        let organisation = Some(found.to_string());
        *self
            .default_project
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(found);
        Outcome::Done(Checked::Good { organisation, answer })
    }

    async fn default_project(&self) -> Outcome<ProjectId> {
        let projects = match self.client.list_projects().await {
            Outcome::Done(projects) => projects,
            Outcome::Refused(problem) => return Outcome::Refused(problem),
            Outcome::Throttled { retry_after, problem } => {
                return Outcome::Throttled { retry_after, problem };
            }
            Outcome::Unknown(problem) => return Outcome::Unknown(problem),
        };
        let default = projects
            .iter()
            .find(|project| project.is_default == Some(true))
            .and_then(|project| project.project_id.parse().ok());
        default.map_or_else(
            || {
                Outcome::Refused(Problem::new(
                    ProblemKind::NoSuchProject,
                    "the remote names no default project of the account: set projectId",
                ))
            },
            Outcome::Done,
        )
    }
}

impl Remote {
    pub(super) async fn check(&self, found_before: Option<&str>) -> Outcome<Checked> {
        match self {
            Remote::ImageManagement(remote) => remote.check().await,
            Remote::SurferCloud(remote) => remote.check(found_before).await,
        }
    }

    pub(super) fn trust(&self) -> Trust {
        match self {
            Remote::ImageManagement(remote) => remote.inventory.trust(),
            Remote::SurferCloud(remote) => remote.inventory.trust(),
        }
    }

    pub(super) fn last_problem(&self) -> Option<Problem> {
        match self {
            Remote::ImageManagement(remote) => remote.inventory.last_problem(),
            Remote::SurferCloud(remote) => remote.inventory.last_problem(&remote.home()),
        }
    }

    pub(super) fn subscribe(&self) -> Subscription {
        match self {
            Remote::ImageManagement(remote) => remote.inventory.subscribe(),
            Remote::SurferCloud(remote) => remote.inventory.subscribe(),
        }
    }

    /// Takes over who holds what, from a connection to the same account that this one replaces.
    pub(super) fn inherit(&self, replaced: &Remote) {
        match (self, replaced) {
            (Remote::ImageManagement(new), Remote::ImageManagement(old)) => {
                new.inventory.inherit_watchers(&old.inventory);
            }
            (Remote::SurferCloud(new), Remote::SurferCloud(old)) => {
                new.inventory.inherit_holders(&old.inventory);
            }
            _ => {}
        }
    }

    /// Keeps the inventory current, for ever.
    pub(super) async fn poll(&self) {
        match self {
            Remote::ImageManagement(remote) => {
                Arc::clone(&remote.inventory).run(std::future::pending()).await;
            }
            Remote::SurferCloud(remote) => {
                Arc::clone(&remote.inventory).run(std::future::pending()).await;
            }
        }
    }
}
