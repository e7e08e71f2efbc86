//! What a subscriber has to hear.

use std::collections::BTreeMap;

use super::difference::Difference;
use super::mailbox::Merge;
use super::snapshot::{Item, Snapshot};
use crate::lifecycle::{Mark, RemoteId};

/// What has moved since a subscriber last looked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The images that appeared, changed or vanished.
    pub images: BTreeMap<RemoteId, Touched>,
    /// Whether something is to be said about the account as a whole.
    pub account: AccountChange,
}

/// How an image that moved can be recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Its name.
    pub name: String,
    /// The owner mark on it.
    pub mark: Option<Mark>,
}

/// Whether the trust in an account, or the problem with it, is another than before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountChange {
    /// All as before.
    #[default]
    None,
    /// Look at [`super::Inventory::trust`] and [`super::Inventory::last_problem`] again.
    Moved,
}

impl Changes {
    /// Is there nothing to tell?
    pub fn is_empty(&self) -> bool {
        self.images.is_empty() && self.account == AccountChange::None
    }
}

impl Merge for Changes {
    fn merge(&mut self, later: Self) {
        self.images.extend(later.images);
        if later.account == AccountChange::Moved {
            self.account = AccountChange::Moved;
        }
    }
}

impl Touched {
    pub(super) fn of<E: Item>(item: &E) -> Self {
        Touched {
            name: item.name().to_owned(),
            mark: item.mark(),
        }
    }
}

/// What moved between two snapshots.
pub(super) fn differences<E: Item>(before: Option<&Snapshot<E>>, after: &Snapshot<E>) -> Changes {
    let nothing = BTreeMap::new();
    let old = before.map_or(&nothing, Snapshot::entries);
    let new = after.entries();
    let difference = Difference::between(old, new, |then, now| now.is_still(then));
    let there = difference.appeared.into_iter().chain(difference.changed);
    let images = there
        .filter_map(|id| new.get_key_value(&id))
        .chain(difference.vanished.iter().filter_map(|id| old.get_key_value(id)))
        .map(|(id, entry)| (id.clone(), Touched::of(&**entry)))
        .collect();
    Changes {
        images,
        account: AccountChange::None,
    }
}
