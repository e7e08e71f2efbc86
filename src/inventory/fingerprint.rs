//! What tells that an image has moved since it was last seen.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::remote::imagemgmt::model::{Copy, Image, Marker};

/// A hash of whatever changes about an image when something of it moves. Good within one process only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of an image and its copies, whatever the order of the copies and markers.
    pub fn of(image: &Image, copies: &[Copy]) -> Self {
        let mut hasher = DefaultHasher::new();
        (&image.name, &image.description, image.status.as_str()).hash(&mut hasher);
        (image.version_count, &image.updated_at, image.version).hash(&mut hasher);

        let mut markers: Vec<&Marker> = image.markers.iter().collect();
        markers.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        markers.len().hash(&mut hasher);
        for marker in markers {
            (&marker.id, &marker.name, &marker.status).hash(&mut hasher);
            (&marker.version_id, &marker.next_version_id).hash(&mut hasher);
        }

        let mut copies: Vec<&Copy> = copies.iter().collect();
        copies.sort_by(|a, b| a.id.cmp(&b.id));
        copies.len().hash(&mut hasher);
        for copy in copies {
            (&copy.id, copy.status.as_str(), &copy.error_code, &copy.updated_at).hash(&mut hasher);
        }
        Fingerprint(hasher.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::examples::{copy, image};
    use crate::remote::imagemgmt::model::Marker;

    #[test]
    fn the_order_of_copies_and_markers_does_not_matter() {
        let marker = |name: &str| Marker {
            name: name.into(),
            ..Marker::default()
        };
        let mut one = image("i1", "win11");
        one.markers = vec![marker("a"), marker("b")];
        let mut other = one.clone();
        other.markers.reverse();
        assert_eq!(
            Fingerprint::of(&one, &[copy("c1", "i1"), copy("c2", "i1")]),
            Fingerprint::of(&other, &[copy("c2", "i1"), copy("c1", "i1")]),
        );
    }

    #[test]
    fn whatever_moves_changes_the_fingerprint() {
        let before = Fingerprint::of(&image("i1", "win11"), &[copy("c1", "i1")]);
        let image_changes: [fn(&mut Image); 8] = [
            |i| i.status = "FAILED".into(),
            |i| i.version_count = Some(2),
            |i| i.updated_at = Some("2026-01-02T00:00:00Z".into()),
            |i| i.version = Some(9),
            |i| i.description = Some("other".into()),
            |i| i.markers.push(Marker::default()),
            |i| {
                i.markers.push(Marker {
                    status: Some("IN_PROGRESS".into()),
                    ..Marker::default()
                });
            },
            |i| {
                i.markers.push(Marker {
                    next_version_id: "v2".parse().ok(),
                    ..Marker::default()
                });
            },
        ];
        let mut seen = vec![before];
        for change in image_changes {
            let mut changed = image("i1", "win11");
            change(&mut changed);
            seen.push(Fingerprint::of(&changed, &[copy("c1", "i1")]));
        }
        let copy_changes: [fn(&mut Copy); 4] = [
            |c| c.id = "c9".parse().unwrap(),
            |c| c.status = "DELETING".into(),
            |c| c.error_code = Some("AZURE_QUOTA_EXHAUSTED".into()),
            |c| c.updated_at = Some("2026-01-02T00:00:00Z".into()),
        ];
        for change in copy_changes {
            let mut changed = copy("c1", "i1");
            change(&mut changed);
            seen.push(Fingerprint::of(&image("i1", "win11"), &[changed]));
        }
        seen.push(Fingerprint::of(&image("i1", "win11"), &[]));
        let distinct: std::collections::HashSet<_> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len());
    }
}
