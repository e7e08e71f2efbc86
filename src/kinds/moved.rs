//! What moved in an account, and how it is recognised as somebody's.

use std::collections::HashSet;

use crate::api::ManagedStatus;
use crate::connections::Changes;
use crate::lifecycle::{Install, Mark, ObjectPart, RemoteId};

/// The objects of an account that moved, by what they are recognised by.
pub struct Moved<'a> {
    install: Install,
    ids: HashSet<&'a str>,
    marks: HashSet<Mark>,
    names: HashSet<&'a str>,
}

impl<'a> Moved<'a> {
    /// What these changes touch; marks of another install are nobody's here.
    pub fn new(changes: &'a Changes, install: Install) -> Self {
        let touched = || changes.images.values();
        Moved {
            install,
            ids: changes.images.keys().map(RemoteId::as_str).collect(),
            marks: touched().filter_map(|touched| touched.mark).collect(),
            names: touched().map(|touched| touched.name.as_str()).collect(),
        }
    }

    /// Whether an object with this id moved.
    pub fn has_id(&self, id: &str) -> bool {
        self.ids.contains(id)
    }

    /// Whether an object on this record moved.
    pub fn has_record_of(&self, status: Option<&ManagedStatus>) -> bool {
        let parts = status.map(|status| status.parts.as_slice()).unwrap_or_default();
        parts
            .iter()
            .filter_map(|part| part.id.as_deref())
            .any(|id| self.has_id(id))
    }

    /// Whether an object with the mark of this part moved.
    pub fn has_mark(&self, object: ObjectPart) -> bool {
        let install = self.install;
        self.marks.contains(&Mark { install, object })
    }

    /// Whether an object of this name moved.
    pub fn has_name(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}
