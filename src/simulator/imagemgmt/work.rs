//! Work in the background: what an accepted request sets going, stage by stage, on the simulator's clock.
//!
//! The names of the statuses are those of the public OpenAPI document; their order is inferred from its texts and
//! from what the vendor's command line waits for.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::model::Failure;
use super::words::{AssetStatus, MarkerStatus, VersionStatus};
use crate::simulator::clock::seconds_after;
use crate::simulator::faults::WorkName;
use crate::simulator::settings::Settings;

/// The works on a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Import,
    /// Copying a gallery image.
    Copy,
    /// Publishing on Azure, a Windows image.
    PublishWindows,
    /// Publishing on Azure, a Linux image.
    PublishLinux,
    /// Publishing on a View edge.
    PublishView,
    Replicate,
    Validate,
    Shrink,
    Delete,
}

/// A part of a stage's length, in percent of the whole work, and what is to be seen from then on.
type Stage = (u32, VersionStatus, AssetStatus);

impl Work {
    pub(crate) fn name(self) -> WorkName {
        match self {
            Work::Import => WorkName::Import,
            Work::Copy => WorkName::Copy,
            Work::PublishWindows | Work::PublishLinux | Work::PublishView => WorkName::Publish,
            Work::Replicate => WorkName::Replicate,
            Work::Validate => WorkName::Validate,
            Work::Shrink => WorkName::Shrink,
            Work::Delete => WorkName::Delete,
        }
    }

    fn seconds(self, settings: &Settings) -> u64 {
        match self.name() {
            WorkName::Import => settings.import_seconds,
            WorkName::Copy => settings.copy_seconds,
            WorkName::Publish => settings.publish_seconds,
            WorkName::Replicate => settings.replicate_seconds,
            WorkName::Validate => settings.validate_seconds,
            WorkName::Shrink => settings.shrink_seconds,
            WorkName::Delete => settings.delete_seconds,
            WorkName::MarkerMove => settings.marker_move_seconds,
        }
    }

    /// What is to be seen, from which percent of the work on. A first stage at 0 is seen in the answer already.
    fn stages(self) -> &'static [Stage] {
        use AssetStatus as A;
        use VersionStatus as V;
        match self {
            Work::Import => &[
                (0, V::Pending, A::ImportPending),
                (5, V::ImportInProgress, A::DeployingVm),
                (70, V::ImportInProgress, A::InstallingAgents),
                (90, V::ImportInProgress, A::RestartingVm),
            ],
            Work::Copy => &[
                (0, V::Pending, A::ImportPending),
                (5, V::ImportInProgress, A::CopyingImage),
            ],
            Work::PublishWindows => &[
                (0, V::PublishInProgress, A::PublishInProgress),
                (20, V::PublishInProgress, A::InstallingAgents),
                (50, V::PublishInProgress, A::Sysprepping),
                (70, V::PublishInProgress, A::CapturingAndUploading),
            ],
            Work::PublishLinux => &[
                (0, V::PublishInProgress, A::PublishInProgress),
                (50, V::PublishInProgress, A::VmDeprovisionInProgress),
                (70, V::PublishInProgress, A::CapturingAndUploading),
            ],
            Work::PublishView => &[
                (0, V::PublishInProgress, A::PublishInProgress),
                (50, V::PublishInProgress, A::ViewSyncInProgress),
            ],
            Work::Replicate => &[
                (0, V::ReplicationInProgress, A::ReplicationPending),
                (10, V::ReplicationInProgress, A::Replicating),
            ],
            Work::Validate => &[(0, V::ValidationInProgress, A::ValidationInProgress)],
            Work::Shrink => &[(0, V::ShrinkInProgress, A::ShrinkInProgress)],
            Work::Delete => &[(0, V::Deleting, A::Deleting)],
        }
    }

    /// What is to be seen at once.
    pub(crate) fn first_statuses(self) -> (VersionStatus, AssetStatus) {
        let first = self.stages().first();
        first.map_or((VersionStatus::Pending, AssetStatus::ImportPending), |stage| {
            (stage.1, stage.2)
        })
    }

    /// What is left when it fails.
    pub(crate) fn failed_statuses(self) -> (VersionStatus, AssetStatus) {
        match self.name() {
            WorkName::Import | WorkName::Copy => (VersionStatus::Failed, AssetStatus::ImportFailed),
            WorkName::Publish => (VersionStatus::Failed, AssetStatus::PublishFailed),
            WorkName::Replicate => (VersionStatus::PartiallyAvailable, AssetStatus::ReplicationFailed),
            WorkName::Validate => (VersionStatus::ValidationFailed, AssetStatus::ValidationFailed),
            WorkName::Shrink => (VersionStatus::PartiallyAvailable, AssetStatus::ShrinkFailed),
            WorkName::Delete | WorkName::MarkerMove => (VersionStatus::Failed, AssetStatus::DeletionFailed),
        }
    }
}

/// One work of a plan, and the copies that it is done to.
#[derive(Clone, Debug)]
pub(crate) struct Leg {
    pub(crate) work: Work,
    pub(crate) copies: Vec<String>,
}

/// Whether the plan goes on after a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    GoOn,
    Settle,
}

/// Something that will happen.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Stage {
        image: String,
        version: String,
        copies: Vec<String>,
        statuses: (VersionStatus, AssetStatus),
    },
    Done {
        image: String,
        version: String,
        leg: Leg,
        then: Then,
    },
    Failed {
        image: String,
        version: String,
        leg: Leg,
        failure: Failure,
    },
    MarkerStage {
        image: String,
        marker: String,
        status: MarkerStatus,
    },
    MarkerDone {
        image: String,
        marker: String,
    },
    MarkerFailed {
        image: String,
        marker: String,
        status: MarkerStatus,
        failure: Failure,
    },
}

/// What will happen, in the order of time.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    events: BTreeMap<(Timestamp, u64), Event>,
    added: u64,
}

impl Agenda {
    pub(crate) fn add(&mut self, at: Timestamp, event: Event) {
        self.added += 1;
        self.events.insert((at, self.added), event);
    }

    /// Takes the first event that is due.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<(Timestamp, Event)> {
        let (&(at, _), _) = self.events.first_key_value()?;
        if at > now {
            return None;
        }
        self.events.pop_first().map(|((at, _), event)| (at, event))
    }

    /// Drops what was to happen to a version.
    pub(crate) fn forget(&mut self, version_id: &str) {
        self.events.retain(|_, event| match event {
            Event::Stage { version, .. } | Event::Done { version, .. } | Event::Failed { version, .. } => {
                version != version_id
            }
            _ => true,
        });
    }

    /// Puts a plan on the agenda: leg after leg, up to the one that fails. The first statuses are not on it, they
    /// are seen at once.
    pub(crate) fn plan(
        &mut self,
        (image, version): (&str, &str),
        legs: &[Leg],
        failing: Option<&(usize, Failure)>,
        start: Timestamp,
        settings: &Settings,
    ) {
        let mut begin = start;
        for (number, leg) in legs.iter().enumerate() {
            let seconds = leg.work.seconds(settings);
            for (percent, version_status, asset_status) in leg.work.stages() {
                if number == 0 && *percent == 0 {
                    continue;
                }
                let event = Event::Stage {
                    image: image.to_owned(),
                    version: version.to_owned(),
                    copies: leg.copies.clone(),
                    statuses: (*version_status, *asset_status),
                };
                self.add(part_of(begin, seconds, *percent), event);
            }
            begin = seconds_after(begin, seconds);
            let (image, version, leg) = (image.to_owned(), version.to_owned(), leg.clone());
            if let Some((_, failure)) = failing.filter(|(failing, _)| *failing == number) {
                self.add(
                    begin,
                    Event::Failed {
                        image,
                        version,
                        leg,
                        failure: failure.clone(),
                    },
                );
                return;
            }
            let then = if number + 1 == legs.len() {
                Then::Settle
            } else {
                Then::GoOn
            };
            self.add(
                begin,
                Event::Done {
                    image,
                    version,
                    leg,
                    then,
                },
            );
        }
    }
}

/// The moment at which so many percent of a work are over.
pub(crate) fn part_of(begin: Timestamp, seconds: u64, percent: u32) -> Timestamp {
    let millis = seconds.saturating_mul(10).saturating_mul(u64::from(percent));
    let part = SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX));
    begin.checked_add(part).unwrap_or(Timestamp::MAX)
}
