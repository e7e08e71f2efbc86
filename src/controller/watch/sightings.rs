//! What has been seen of one stream of events, and what each event means. Told the time.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use super::fingerprint::{Fingerprint, Readiness, first_urgency};
use super::watched::Watched;
use crate::controller::key::{Key, Kind};
use crate::controller::queue::Urgency;

/// Everything that has been seen of one stream.
#[derive(Debug, Default)]
pub(super) struct Sightings {
    known: HashMap<Key, Sighting>,
    /// While the API server lists everything anew: what has come so far.
    listed: Option<HashSet<Key>>,
}

#[derive(Debug)]
struct Sighting {
    fingerprint: Fingerprint,
    /// Since when it has been seen not ready.
    not_ready_since: Option<Instant>,
}

/// What an event means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Meaning {
    /// Objects to be looked at.
    pub(super) wakes: Vec<(Key, Urgency)>,
    /// An object whose users have to look again.
    pub(super) users_of: Option<Key>,
    /// The object became ready, so long after it was first seen not to be.
    pub(super) became_ready: Option<Duration>,
    /// The object was ready and is no longer, though nobody changed it: why.
    pub(super) drifted: Option<String>,
}

impl Sightings {
    /// The API server begins to list everything.
    pub(super) fn listing_begins(&mut self) {
        self.listed = Some(HashSet::new());
    }

    /// The list is complete: gives what is not in it any more.
    pub(super) fn listing_ends(&mut self) -> Vec<Key> {
        let Some(listed) = self.listed.take() else {
            return Vec::new();
        };
        let vanished = self.known.keys().filter(|key| !listed.contains(*key));
        vanished.cloned().collect()
    }

    /// An object that cannot be read is there.
    pub(super) fn unreadable(&mut self, key: Key) {
        if let Some(listed) = &mut self.listed {
            listed.insert(key);
        }
    }

    /// An object is there, as new or as before.
    pub(super) fn seen<K: Watched>(&mut self, object: &K, now: Instant) -> Meaning {
        let key = Key::of(object);
        if let Some(listed) = &mut self.listed {
            listed.insert(key.clone());
        }
        let fingerprint = Fingerprint::of(object);
        let before = self.known.remove(&key);
        let meaning = match &before {
            None => first_meaning(&key, &fingerprint, first_urgency(object)),
            Some(before) => changed_meaning(&key, &fingerprint, before, now),
        };
        let not_ready_since = match fingerprint.readiness {
            Readiness::Ready => None,
            Readiness::NotReady => before.and_then(|before| before.not_ready_since).or(Some(now)),
        };
        let sighting = Sighting {
            fingerprint,
            not_ready_since,
        };
        self.known.insert(key, sighting);
        meaning
    }

    /// An object is gone.
    pub(super) fn gone(&mut self, key: &Key) -> Meaning {
        let before = self.known.remove(key);
        let references = before
            .map(|before| before.fingerprint.references)
            .unwrap_or_default();
        let mut wakes = vec![(key.clone(), Urgency::Change)];
        wakes.extend(whom_users_matter_to(&references));
        Meaning {
            wakes,
            users_of: Some(key.clone()),
            ..Meaning::default()
        }
    }
}

fn first_meaning(key: &Key, fingerprint: &Fingerprint, urgency: Urgency) -> Meaning {
    let mut wakes = vec![(key.clone(), urgency)];
    wakes.extend(whom_users_matter_to(&fingerprint.references));
    Meaning {
        wakes,
        users_of: Some(key.clone()),
        ..Meaning::default()
    }
}

fn changed_meaning(key: &Key, fingerprint: &Fingerprint, before: &Sighting, now: Instant) -> Meaning {
    let then = &before.fingerprint;
    let mut wakes = Vec::new();
    wakes.extend(
        fingerprint
            .urgency_since(then)
            .map(|urgency| (key.clone(), urgency)),
    );
    if fingerprint.references != then.references {
        wakes.extend(whom_users_matter_to(&then.references));
        wakes.extend(whom_users_matter_to(&fingerprint.references));
    } else if fingerprint.shows_other_than(then) {
        let catalogs = fingerprint.references.iter();
        let catalogs = catalogs.filter(|reference| reference.kind == Kind::ImageCatalog);
        wakes.extend(catalogs.map(|catalog| (catalog.clone(), Urgency::Change)));
    }
    let waited = before
        .not_ready_since
        .map(|since| now.saturating_duration_since(since));
    Meaning {
        wakes,
        users_of: fingerprint.concerns_others_since(then).then(|| key.clone()),
        became_ready: waited.filter(|_| fingerprint.readiness == Readiness::Ready),
        drifted: fingerprint.drift_since(&before.fingerprint).map(str::to_owned),
    }
}

/// Those of the objects that are referred to for which it matters by whom: a connection or a catalog that is to go
/// waits for its users. Who is made from a version is no matter of that version.
fn whom_users_matter_to(references: &[Key]) -> impl Iterator<Item = (Key, Urgency)> + '_ {
    references
        .iter()
        .filter(|reference| reference.kind != Kind::ImageVersion)
        .map(|reference| (reference.clone(), Urgency::Change))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::names::{FINALIZER, RECONCILE_REQUESTED_AT, REMOTE_ID, RESOLVE};
    use crate::api::{CloudConnection, ImageCatalog, ImageVersion};
    use serde_json::{Value, json};

    fn connection(status: &str) -> CloudConnection {
        let mut connection: CloudConnection = serde_json::from_value(json!({
            "apiVersion": "image-operator.dev/v1alpha1",
            "kind": "CloudConnection",
            "metadata": { "namespace": "n", "name": "prod", "uid": "u", "generation": 1 },
            "spec": { "horizonCloud": { "orgId": "o" } },
        }))
        .unwrap();
        connection.status = serde_json::from_value(status_of(1, status)).unwrap();
        connection
    }

    fn catalog() -> ImageCatalog {
        serde_json::from_value(json!({
            "apiVersion": "image-operator.dev/v1alpha1",
            "kind": "ImageCatalog",
            "metadata": { "namespace": "n", "name": "win11", "uid": "u", "generation": 1 },
            "spec": {
                "connectionRef": { "name": "prod" },
                "sourceStreamType": "AZURE_SIG",
                "providerLabel": "AZURE",
                "providerInstanceId": "p",
                "assetDetails": { "type": "AZURE_IMAGE_IN_SIG", "data": {} },
                "os": "Windows 11",
                "osType": "WINDOWS",
                "gpuType": "NONE",
            },
            "status": { "observedGeneration": -1 },
        }))
        .unwrap()
    }

    fn status_of(generation: i64, ready: &str) -> Value {
        json!({
            "observedGeneration": generation,
            "conditions": [{
                "type": "Ready",
                "status": ready,
                "reason": "Because",
                "message": "",
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            }],
        })
    }

    fn with_status(mut catalog: ImageCatalog, generation: i64, ready: &str) -> ImageCatalog {
        catalog.status = serde_json::from_value(status_of(generation, ready)).unwrap();
        catalog
    }

    fn annotated(mut catalog: ImageCatalog, name: &str) -> ImageCatalog {
        let annotations = catalog.metadata.annotations.get_or_insert_default();
        annotations.insert(name.to_owned(), "x".to_owned());
        catalog
    }

    /// What the second of two sightings means.
    fn after<K: Watched>(first: &K, second: &K) -> Meaning {
        let mut sightings = Sightings::default();
        sightings.seen(first, Instant::now());
        sightings.seen(second, Instant::now())
    }

    fn own(urgency: Urgency) -> Vec<(Key, Urgency)> {
        vec![(Key::new(Kind::ImageCatalog, "n", "win11"), urgency)]
    }

    fn prod() -> Key {
        Key::new(Kind::CloudConnection, "n", "prod")
    }

    #[test]
    fn a_new_object_is_a_users_edit_and_wakes_its_connection() {
        let meaning = Sightings::default().seen(&catalog(), Instant::now());
        let mut expected = own(Urgency::UserEdit);
        expected.push((prod(), Urgency::Change));
        assert_eq!(meaning.wakes, expected);
    }

    #[test]
    fn an_object_whose_spec_was_looked_at_before_a_restart_can_wait() {
        let meaning = Sightings::default().seen(&with_status(catalog(), 1, "True"), Instant::now());
        assert_eq!(meaning.wakes[0], own(Urgency::Resync)[0]);
    }

    #[test]
    fn a_written_status_wakes_nobody() {
        assert_eq!(
            after(&catalog(), &with_status(catalog(), 1, "False")),
            Meaning::default()
        );
        let meaning = after(&connection("True"), &connection("True"));
        assert_eq!(meaning, Meaning::default());
    }

    #[test]
    fn what_a_person_changes_is_an_edit() {
        let mut respecified = catalog();
        respecified.metadata.generation = Some(2);
        let mut deleted = catalog();
        deleted.metadata.deletion_timestamp =
            Some(serde_json::from_value(json!("2026-01-01T00:00:00Z")).unwrap());
        let mut made_anew = catalog();
        made_anew.metadata.uid = Some("v".to_owned());
        for edited in [
            respecified,
            deleted,
            made_anew,
            annotated(catalog(), RECONCILE_REQUESTED_AT),
            annotated(catalog(), RESOLVE),
        ] {
            assert_eq!(after(&catalog(), &edited).wakes, own(Urgency::UserEdit));
        }
    }

    #[test]
    fn a_finalizer_or_remote_id_that_was_taken_away_is_noticed_without_hurry() {
        let mut kept = annotated(catalog(), REMOTE_ID);
        kept.metadata.finalizers = Some(vec![FINALIZER.to_owned()]);
        let mut unprotected = kept.clone();
        unprotected.metadata.finalizers = None;
        let mut forgetful = kept.clone();
        forgetful.metadata.annotations = None;
        for replaced in [unprotected, forgetful] {
            assert_eq!(after(&kept, &replaced).wakes, own(Urgency::Change));
        }
    }

    #[test]
    fn foreign_annotations_wake_nobody() {
        assert!(
            after(&catalog(), &annotated(catalog(), "other/thing"))
                .wakes
                .is_empty()
        );
    }

    #[test]
    fn another_reference_wakes_both_connections() {
        let mut moved = catalog();
        moved.spec.connection_ref.name = "dev".to_owned();
        let dev = Key::new(Kind::CloudConnection, "n", "dev");
        let meaning = after(&catalog(), &moved);
        assert_eq!(meaning.wakes, [(prod(), Urgency::Change), (dev, Urgency::Change)]);
    }

    fn version(status: &Value) -> ImageVersion {
        serde_json::from_value(json!({
            "apiVersion": "image-operator.dev/v1alpha1",
            "kind": "ImageVersion",
            "metadata": { "namespace": "n", "name": "november", "uid": "u", "generation": 1 },
            "spec": {
                "catalogRef": { "name": "win11" },
                "versionType": "MINOR",
                "sourceVersionRef": { "name": "october" },
            },
            "status": status,
        }))
        .unwrap()
    }

    #[test]
    fn a_version_wakes_its_catalog_and_not_its_source() {
        let first = version(&json!({ "versionStatus": "IMPORT_IN_PROGRESS" }));
        let available = version(&json!({ "versionStatus": "AVAILABLE" }));
        let own = |urgency| (Key::of(&first), urgency);
        let win11 = (Key::of(&catalog()), Urgency::Change);
        let mut sightings = Sightings::default();
        let meaning = sightings.seen(&first, Instant::now());
        assert_eq!(meaning.wakes, [own(Urgency::UserEdit), win11.clone()]);

        let meaning = sightings.seen(&available, Instant::now());
        assert_eq!(meaning.wakes, std::slice::from_ref(&win11));
        assert_eq!(meaning.users_of, Some(Key::of(&first)));

        let meaning = sightings.gone(&Key::of(&first));
        assert_eq!(meaning.wakes, [own(Urgency::Change), win11]);
    }

    #[test]
    fn a_catalog_that_has_its_image_wakes_its_users() {
        let mut made = catalog();
        made.status = serde_json::from_value(json!({ "streamId": "i1" })).unwrap();
        let meaning = after(&catalog(), &made);
        assert_eq!(meaning.users_of, Some(Key::of(&made)));
    }

    #[test]
    fn a_connection_that_becomes_ready_or_changes_wakes_its_users_and_a_becoming_ready_not_itself() {
        let meaning = after(&connection("False"), &connection("True"));
        assert_eq!((meaning.users_of, meaning.wakes), (Some(prod()), vec![]));

        let mut edited = connection("True");
        edited.metadata.generation = Some(2);
        assert_eq!(after(&connection("True"), &edited).users_of, Some(prod()));
    }

    #[test]
    fn what_is_gone_is_looked_at_once_more_and_so_is_its_connection() {
        let mut sightings = Sightings::default();
        sightings.seen(&catalog(), Instant::now());
        let meaning = sightings.gone(&Key::of(&catalog()));
        let mut expected = own(Urgency::Change);
        expected.push((prod(), Urgency::Change));
        assert_eq!(meaning.wakes, expected);
        assert_eq!(sightings.gone(&prod()).users_of, Some(prod()));
    }

    #[test]
    fn a_new_list_tells_what_vanished_and_keeps_what_cannot_be_read() {
        let (mut b, mut c) = (catalog(), catalog());
        b.metadata.name = Some("b".to_owned());
        c.metadata.name = Some("c".to_owned());
        let mut sightings = Sightings::default();
        for object in [&catalog(), &b, &c] {
            sightings.seen(object, Instant::now());
        }
        sightings.listing_begins();
        sightings.seen(&catalog(), Instant::now());
        sightings.unreadable(Key::of(&b));
        assert_eq!(sightings.listing_ends(), [Key::of(&c)]);
        assert!(sightings.listing_ends().is_empty());
    }

    #[test]
    fn the_time_to_ready_counts_from_the_first_sight_of_not_being_ready() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut sightings = Sightings::default();
        sightings.seen(&catalog(), at(0));
        sightings.seen(&with_status(catalog(), 1, "False"), at(10));
        let ready = sightings.seen(&with_status(catalog(), 1, "True"), at(60));
        assert_eq!(ready.became_ready, Some(Duration::from_mins(1)));
        let still = sightings.seen(&with_status(catalog(), 1, "True"), at(70));
        assert_eq!(still.became_ready, None);

        let mut edited = with_status(catalog(), 1, "True");
        edited.metadata.generation = Some(2);
        sightings.seen(&edited, at(80));
        edited.status.as_mut().unwrap().managed.observed_generation = 2;
        assert_eq!(
            sightings.seen(&edited, at(85)).became_ready,
            Some(Duration::from_secs(5))
        );
    }

    #[test]
    fn what_was_ready_and_is_no_longer_has_drifted_unless_somebody_edited_it() {
        let ready = with_status(catalog(), 1, "True");
        let drifted = after(&ready, &with_status(catalog(), 1, "False")).drifted;
        assert_eq!(drifted.as_deref(), Some("Because"));

        let mut edited = ready.clone();
        edited.metadata.generation = Some(2);
        assert_eq!(after(&ready, &edited).drifted, None);
        assert_eq!(
            after(&catalog(), &with_status(catalog(), 1, "False")).drifted,
            None
        );
    }
}
