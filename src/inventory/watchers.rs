//! Which images somebody cares for.

use std::collections::{BTreeMap, HashMap};

use crate::lifecycle::{ObjectPart, RemoteId};

/// Who holds which image. Only images that are held have their versions read without being asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Watchers {
    held: HashMap<ObjectPart, RemoteId>,
    holders: BTreeMap<RemoteId, usize>,
}

impl Watchers {
    /// This part of a resource holds that image, and no other.
    pub(super) fn watch(&mut self, holder: ObjectPart, image: &RemoteId) {
        if self.held.get(&holder) == Some(image) {
            return;
        }
        self.unwatch(holder);
        self.held.insert(holder, image.clone());
        *self.holders.entry(image.clone()).or_default() += 1;
    }

    /// This part of a resource holds no image any more.
    pub(super) fn unwatch(&mut self, holder: ObjectPart) {
        let Some(image) = self.held.remove(&holder) else {
            return;
        };
        if let Some(count) = self.holders.get_mut(&image) {
            *count -= 1;
            if *count == 0 {
                self.holders.remove(&image);
            }
        }
    }

    /// Does anybody hold this image?
    pub(super) fn is_watched(&self, image: &RemoteId) -> bool {
        self.holders.contains_key(image)
    }

    /// The images that are held, by id.
    pub(super) fn images(&self) -> impl Iterator<Item = &RemoteId> {
        self.holders.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_watched_until_its_last_holder_lets_go() {
        let (one, other) = (
            ObjectPart::of("ImageCatalog", "n", "a", "image"),
            ObjectPart::of("ImageVersion", "n", "a", "version"),
        );
        let (first, second): (RemoteId, RemoteId) = ("i1".parse().unwrap(), "i2".parse().unwrap());
        let mut watchers = Watchers::default();
        watchers.watch(one, &first);
        watchers.watch(one, &first);
        watchers.watch(other, &first);
        watchers.unwatch(one);
        assert!(watchers.is_watched(&first));
        watchers.watch(other, &second);
        assert!(!watchers.is_watched(&first));
        assert_eq!(watchers.images().collect::<Vec<_>>(), [&second]);
        watchers.unwatch(other);
        assert_eq!(watchers.images().count(), 0);
    }
}
