//! What all passes share.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::api::{CloudConnection, CustomImage, ImageCatalog, ImageVersion, StatusBounds};
use crate::connections::Connections;
use crate::lifecycle::{Attendance, Install, Memory, Witness};

use super::newest::{Newest, ResourceVersion};
use crate::controller::Tools;
use crate::controller::key::Kind;

/// How passes behave.
#[derive(Clone, Debug)]
pub struct ContextSettings {
    /// This operator install.
    pub install: Install,
    /// How long the effect of a remote request may still appear.
    pub settling_window: Duration,
    /// How long a record that this process has not written must stay as it is before it is relied on: the settling
    /// window; none for who sends nothing.
    pub proving_window: Duration,
}

/// What all passes share.
pub struct Context {
    pub(super) tools: Tools,
    pub(super) connections: Arc<Connections>,
    pub(super) settings: ContextSettings,
    bounds: BTreeMap<Kind, StatusBounds>,
    known: Mutex<HashMap<String, Known>>,
}

impl Context {
    /// What all passes share.
    pub fn new(tools: Tools, connections: Arc<Connections>, settings: ContextSettings) -> Self {
        Context {
            tools,
            connections,
            settings,
            bounds: BTreeMap::from([
                (Kind::CloudConnection, StatusBounds::of::<CloudConnection>()),
                (Kind::CustomImage, StatusBounds::of::<CustomImage>()),
                (Kind::ImageCatalog, StatusBounds::of::<ImageCatalog>()),
                (Kind::ImageVersion, StatusBounds::of::<ImageVersion>()),
            ]),
            known: Mutex::default(),
        }
    }

    /// The bounds of a status of this kind.
    pub(super) fn bounds(&self, kind: Kind) -> Option<&StatusBounds> {
        self.bounds.get(&kind)
    }

    /// What this process knows of the record of one part of the resource with this uid.
    pub(super) fn witness(&self, uid: &str, part: &str) -> Witness {
        let known = self.lock();
        let Some(known) = known.get(uid) else {
            return Witness::default();
        };
        let attended = || {
            known
                .attendance
                .as_ref()
                .map(|attendance| attendance.witness(part))
        };
        let witness = known.witnesses.get(part).cloned().or_else(attended);
        witness.unwrap_or_default()
    }

    /// The resource with this uid has these parts on record.
    pub(super) fn attend<'a>(&self, uid: &str, parts: impl IntoIterator<Item = &'a str>, now: Timestamp) {
        let mut known = self.lock();
        let known = known.entry(uid.to_owned()).or_default();
        let attendance = known.attendance.get_or_insert_with(|| Attendance::begins(now));
        attendance.sees(parts);
    }

    /// This process has just added the finalizer to a resource that remembered this of its parts.
    pub(super) fn added_finalizer(&self, uid: &str, memories: &[Memory]) {
        let mut known = self.lock();
        let attendance = known.get_mut(uid).and_then(|known| known.attendance.as_mut());
        if let Some(attendance) = attendance {
            attendance.added_finalizer(memories);
        }
    }

    /// Keeps what this process knows of a record.
    pub(super) fn keep_witness(&self, uid: &str, part: &Arc<str>, witness: Witness) {
        let mut known = self.lock();
        let known = known.entry(uid.to_owned()).or_default();
        known.witnesses.insert(Arc::clone(part), witness);
    }

    /// The resource with this uid has been seen at this version.
    pub(super) fn saw(&self, uid: &str, version: ResourceVersion, now: Instant) {
        let mut known = self.lock();
        known.entry(uid.to_owned()).or_default().newest.saw(version, now);
    }

    /// Whether this process knows of a newer version of the resource with this uid.
    pub(super) fn knows_newer(&self, uid: &str, version: ResourceVersion, now: Instant) -> bool {
        let known = self.lock();
        known
            .get(uid)
            .is_some_and(|known| known.newest.is_after(version, now))
    }

    /// The resource with this uid is gone.
    pub(super) fn forget(&self, uid: &str, now: Instant) {
        let mut known = self.lock();
        known.retain(|_, known| known.attendance.is_some() || known.newest.is_recent(now));
        let mut gone = Known::default();
        gone.newest.saw(ResourceVersion::LAST, now);
        known.insert(uid.to_owned(), gone);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What this process knows of a resource that the resource itself does not tell.
#[derive(Debug, Default)]
struct Known {
    witnesses: BTreeMap<Arc<str>, Witness>,
    attendance: Option<Attendance>,
    newest: Newest,
}
