//! What has been seen of the remote for one part, and how certain it is.

use std::collections::BTreeMap;

use super::{Operation, RemoteId};

/// Everything that this pass has seen of the remote so far.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Looks {
    /// How old the listing is.
    pub freshness: Freshness,
    /// The objects in the listing that could have to do with this part.
    pub listed: Vec<Sighting>,
    /// Objects that were asked for by id.
    pub by_id: BTreeMap<RemoteId, ById>,
    /// Whether the account looks as it should.
    pub inventory: InventoryTrust,
    /// What the kind would change next on the object that is held.
    pub next_change: Option<Operation>,
    /// What keeps the object that is held from being deleted.
    pub delete_blocker: Option<Blocker>,
}

/// How old a listing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Freshness {
    /// Nothing has been listed in this pass or before.
    Never,
    /// From the shared inventory: good for mirroring, a hint for everything else.
    Cached,
    /// Listed or searched after this pass began.
    SincePassBegan,
}

/// What a request by id answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ById {
    /// It is there.
    Found(Sighting),
    /// 404, in the account that was asked for.
    Absent,
}

/// Does the account look as it should?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InventoryTrust {
    /// Yes.
    Trusted,
    /// Too much vanished at once: nothing is created or deleted for now.
    Suspect,
}

/// What keeps an object from being deleted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Blocker {
    /// Resources of ours that go first, by name.
    Dependents(Vec<String>),
    /// Remote things inside it that are not ours, by name.
    Foreign(Vec<String>),
    /// The custom resource definition itself is being removed.
    DefinitionGoing,
}

/// A remote object that could have to do with this part.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sighting {
    /// Its id.
    pub id: RemoteId,
    /// Its name, for messages.
    pub name: String,
    /// Whose mark it bears.
    pub mark: MarkSeen,
    /// Whether it has the name that this part asks for.
    pub named: NameSeen,
    /// What about it differs from the spec in a way that can't be changed, in words.
    pub mismatch: Option<String>,
    /// An older resource that holds it, by name.
    pub claimed_by: Option<String>,
    /// Where it stands.
    pub phase: Phase,
}

/// Whose mark a remote object bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MarkSeen {
    /// This part's.
    Ours,
    /// This part's by kind, namespace and name, but made by another install.
    OtherInstall,
    /// Another resource's.
    Other,
    /// None.
    Unmarked,
}

/// Whether a remote object has the wanted name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameSeen {
    /// It has.
    Same,
    /// It has not.
    Different,
}

/// Where a remote object stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// The remote is working on it, or it is in a state that this version does not know.
    InTransition,
    /// The remote has finished with it.
    Settled,
    /// It failed and never became usable.
    Failed,
    /// It is being deleted.
    Deleting,
}

impl Looks {
    /// A pass that has seen nothing yet.
    pub fn nothing() -> Self {
        Looks {
            freshness: Freshness::Never,
            listed: Vec::new(),
            by_id: BTreeMap::new(),
            inventory: InventoryTrust::Trusted,
            next_change: None,
            delete_blocker: None,
        }
    }

    /// The objects that bear this part's mark and are not on their way out.
    pub fn ours_alive(&self) -> Vec<&Sighting> {
        self.alive()
            .filter(|sighting| sighting.mark == MarkSeen::Ours)
            .collect()
    }

    /// The listed objects that are not being deleted.
    pub fn alive(&self) -> impl Iterator<Item = &Sighting> {
        self.listed
            .iter()
            .filter(|sighting| sighting.phase != Phase::Deleting)
    }

    /// An object with this part's mark that is being deleted.
    pub fn ours_going(&self) -> Option<&Sighting> {
        self.listed
            .iter()
            .find(|sighting| sighting.mark == MarkSeen::Ours && sighting.phase == Phase::Deleting)
    }

    /// The object with this id, wherever it was seen.
    pub fn find(&self, id: &RemoteId) -> Option<&Sighting> {
        match self.by_id.get(id) {
            Some(ById::Found(sighting)) => Some(sighting),
            Some(ById::Absent) => None,
            None => self.listed.iter().find(|sighting| sighting.id == *id),
        }
    }
}
