//! What all passes share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::api::{CloudConnection, ImageCatalog, StatusBounds};
use crate::connections::Connections;
use crate::lifecycle::{Install, Witness};

use crate::controller::Tools;

/// How passes behave.
#[derive(Clone, Debug)]
pub struct ContextSettings {
    /// This operator install.
    pub install: Install,
    /// How long the effect of a remote request may still appear.
    pub settling_window: Duration,
}

/// What all passes share.
pub struct Context {
    pub(super) tools: Tools,
    pub(super) connections: Arc<Connections>,
    pub(super) settings: ContextSettings,
    pub(super) catalog_bounds: StatusBounds,
    pub(super) connection_bounds: StatusBounds,
    witnesses: Mutex<HashMap<String, Witness>>,
}

impl Context {
    /// What all passes share.
    pub fn new(tools: Tools, connections: Arc<Connections>, settings: ContextSettings) -> Self {
        Context {
            tools,
            connections,
            settings,
            catalog_bounds: StatusBounds::of::<ImageCatalog>(),
            connection_bounds: StatusBounds::of::<CloudConnection>(),
            witnesses: Mutex::default(),
        }
    }

    /// What this process knows of the record of the resource with this uid.
    pub(super) fn witness(&self, uid: &str) -> Witness {
        self.lock().get(uid).cloned().unwrap_or_default()
    }

    /// Keeps what this process knows of a record.
    pub(super) fn keep_witness(&self, uid: &str, witness: Witness) {
        self.lock().insert(uid.to_owned(), witness);
    }

    /// The resource with this uid is gone.
    pub(super) fn forget_witness(&self, uid: &str) {
        self.lock().remove(uid);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Witness>> {
        self.witnesses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
