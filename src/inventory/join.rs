//! Puts the list of copies to the list of images.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::snapshot::{Entry, Snapshot};
use crate::lifecycle::RemoteId;
use crate::remote::imagemgmt::model::{Copy, Image};

/// The copies as far as this listing got hold of them.
#[derive(Debug)]
pub(super) enum ListedCopies {
    /// All copies of the account.
    All(Vec<Copy>),
    /// They could not be listed: those known before stay.
    AsBefore,
}

/// Which image a version belongs to, as far as that is known.
pub(super) type Homes = HashMap<RemoteId, RemoteId>;

/// Entries of all images with their copies. An entry that is as it was in `before` is the same one in memory.
pub(super) fn join(
    images: Vec<Image>,
    copies: ListedCopies,
    homes: &Homes,
    before: Option<&Snapshot>,
) -> Vec<Arc<Entry>> {
    let mut by_image = match copies {
        ListedCopies::All(copies) => Some(by_image(copies, homes)),
        ListedCopies::AsBefore => None,
    };
    images
        .into_iter()
        .map(|image| {
            let old = before.and_then(|snapshot| snapshot.get(&image.id));
            let copies = match &mut by_image {
                Some(by_image) => by_image.remove(&image.id).unwrap_or_default(),
                None => old.map(|entry| entry.copies.to_vec()).unwrap_or_default(),
            };
            let new = Entry::new(image, copies);
            match old {
                Some(old) if old.image == new.image && old.copies == new.copies => Arc::clone(old),
                _ => Arc::new(new),
            }
        })
        .collect()
}

/// Is there a copy that only the versions of its image can tell the home of?
pub(super) fn needs_homes(copies: &[Copy]) -> bool {
    copies.iter().any(|copy| named_image(copy).is_none())
}

fn by_image(copies: Vec<Copy>, homes: &Homes) -> BTreeMap<RemoteId, Vec<Copy>> {
    let mut by_image: BTreeMap<RemoteId, Vec<Copy>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for mut copy in copies {
        if !seen.insert(copy.id.clone()) {
            continue;
        }
        let details = copy.catalog_details.take();
        let (image, version) = match details {
            Some(details) => (details.image_id, details.version_id),
            None => (None, None),
        };
        copy.version_id = copy.version_id.or(version);
        let home = image.or_else(|| {
            let version = copy.version_id.as_ref()?;
            homes.get(version).cloned()
        });
        if let Some(image) = home {
            by_image.entry(image).or_default().push(copy);
        }
    }
    by_image
}

fn named_image(copy: &Copy) -> Option<&RemoteId> {
    copy.catalog_details.as_ref()?.image_id.as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::examples::{copy, image};
    use tokio::time::Instant;

    fn snapshot(entries: Vec<Arc<Entry>>) -> Snapshot {
        let now = Instant::now();
        Snapshot::new(now, now, entries)
    }

    #[test]
    fn copies_go_to_the_image_that_their_catalogue_details_name() {
        let copies = vec![
            copy("c1", "i1"),
            copy("c2", "i2"),
            copy("c3", "i1"),
            copy("c4", "elsewhere"),
        ];
        let images = vec![image("i1", "a"), image("i2", "b"), image("i3", "c")];
        let entries = join(images, ListedCopies::All(copies), &Homes::new(), None);
        let counts: Vec<usize> = entries.iter().map(|entry| entry.copies.len()).collect();
        assert_eq!(counts, [2, 1, 0]);
        assert_eq!(entries[0].copies[0].catalog_details, None);
    }

    #[test]
    fn copies_without_details_find_home_through_a_known_version() {
        let mut bare = copy("c1", "i1");
        bare.catalog_details = None;
        bare.version_id = "v1".parse().ok();
        assert!(needs_homes(std::slice::from_ref(&bare)));
        let homes = Homes::from([("v1".parse().unwrap(), "i1".parse().unwrap())]);
        let entries = join(
            vec![image("i1", "a")],
            ListedCopies::All(vec![bare]),
            &homes,
            None,
        );
        assert_eq!(entries[0].copies.len(), 1);
    }

    #[test]
    fn an_entry_that_has_not_moved_is_the_same_one_in_memory() {
        let list = |status: &str| {
            let mut moved = image("i2", "b");
            moved.status = status.into();
            vec![image("i1", "a"), moved]
        };
        let copies = || ListedCopies::All(vec![copy("c1", "i1")]);
        let before = snapshot(join(list("PENDING"), copies(), &Homes::new(), None));
        let after = join(list("AVAILABLE"), copies(), &Homes::new(), Some(&before));
        assert!(Arc::ptr_eq(
            &after[0],
            before.get(&"i1".parse().unwrap()).unwrap()
        ));
        assert!(!Arc::ptr_eq(
            &after[1],
            before.get(&"i2".parse().unwrap()).unwrap()
        ));
    }

    #[test]
    fn copies_that_could_not_be_listed_stay_as_they_were() {
        let all = ListedCopies::All(vec![copy("c1", "i1")]);
        let before = snapshot(join(vec![image("i1", "a")], all, &Homes::new(), None));
        let after = join(
            vec![image("i1", "a")],
            ListedCopies::AsBefore,
            &Homes::new(),
            Some(&before),
        );
        assert_eq!(after[0].copies.len(), 1);
    }
}
