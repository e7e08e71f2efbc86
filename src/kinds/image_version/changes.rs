//! The next change to a version that is there, in order.

use super::desired::{Providers, Wanted};
use super::observed::Seen;
use crate::api::record::PUBLISH;
use crate::kinds::applied;
use crate::kinds::image::change::{PATCH, can_be_patched, change};
use crate::lifecycle::{Described, Operation};
use crate::remote::imagemgmt::Phase;
use crate::remote::imagemgmt::model::Copy;

/// Publishes missing copies, and failed ones again.
pub const REPUBLISH: &str = "republish";

/// Takes away copies that the spec does not name.
pub const SHRINK: &str = "shrink";

/// Validates the version.
pub const VALIDATE: &str = "validate";

/// The longest goal that lists provider instances, in characters; a longer list is told by its digest.
const LONGEST_LIST: usize = 512;

/// The next change, if there is anything to change. `open` is the operation on record, and `validated` the request to
/// validate that was acted on last.
pub fn next(
    wanted: &Wanted,
    seen: &Seen,
    open: Option<&Operation>,
    validated: Option<&str>,
) -> Option<Operation> {
    publish(wanted, seen)
        .or_else(|| change_copies(wanted, seen, open))
        .or_else(|| describe(wanted, seen))
        .or_else(|| validate(wanted, seen, validated))
}

fn publish(wanted: &Wanted, seen: &Seen) -> Option<Operation> {
    wanted.publish.as_ref()?;
    let waits = seen.version.status.phase() == Phase::WaitingForUser;
    waits.then(|| change(PUBLISH, seen.version.id.as_str()))
}

/// Adds copies before it takes any away.
fn change_copies(wanted: &Wanted, seen: &Seen, open: Option<&Operation>) -> Option<Operation> {
    wanted.publish.as_ref()?;
    let providers = wanted.providers.as_ref()?;
    let goal = goal(providers);
    let republish = change(REPUBLISH, &goal);
    let shrink = change(SHRINK, &goal);
    if seen.version.status.phase() == Phase::InTransition {
        // Whether it helped shows when the remote has come to rest; until then its tries are kept.
        return open
            .filter(|open| **open == republish || **open == shrink)
            .cloned();
    }
    if can_be_republished(seen)
        && (!missing(providers, seen).is_empty() || !failed(providers, seen).is_empty())
    {
        return Some(republish);
    }
    (seen.is_usable() && !surplus(providers, seen).is_empty()).then_some(shrink)
}

/// What the copies look like when they are as wanted.
fn goal(providers: &Providers) -> String {
    let all: Vec<&str> = providers.all().into_iter().collect();
    let list = all.join(",");
    if list.len() <= LONGEST_LIST {
        return list;
    }
    applied::digest(&all).unwrap_or_default()
}

/// A version that can be used, or whose publication failed.
fn can_be_republished(seen: &Seen) -> bool {
    let action = seen.version.last_triggered_action.as_deref().unwrap_or_default();
    let failed_to_publish = seen.version.status.as_str() == "FAILED" && action.contains("PUBLISH");
    seen.is_usable() || failed_to_publish
}

/// The provider instances that are to have a copy and have none.
pub(super) fn missing<'a>(providers: &'a Providers, seen: &Seen) -> Vec<&'a str> {
    let has_copy = |provider: &str| {
        let mut copies = seen.copies.iter();
        copies.any(|copy| copy.provider_instance_id.as_deref() == Some(provider))
    };
    let replicas = providers.replicas.iter().map(String::as_str);
    replicas.filter(|provider| !has_copy(provider)).collect()
}

/// The copies that failed to be published where there is to be one.
pub(super) fn failed<'a>(providers: &Providers, seen: &'a Seen) -> Vec<&'a Copy> {
    let wanted = |copy: &&Copy| is_wanted(copy, providers, seen);
    let failed = |copy: &&Copy| {
        let word = copy.status.as_str();
        copy.status.phase() == Phase::Failed && !word.starts_with("DELETION") && !word.starts_with("IMPORT")
    };
    seen.copies.iter().filter(failed).filter(wanted).collect()
}

/// The copies in provider instances that the spec does not name.
pub(super) fn surplus<'a>(providers: &Providers, seen: &'a Seen) -> Vec<&'a Copy> {
    let surplus = |copy: &&Copy| {
        copy.provider_instance_id.is_some()
            && copy.status.phase() != Phase::Deleting
            && !is_wanted(copy, providers, seen)
    };
    seen.copies.iter().filter(surplus).collect()
}

/// The copy that the others were made of is always wanted.
fn is_wanted(copy: &Copy, providers: &Providers, seen: &Seen) -> bool {
    let oldest = seen.copies.iter().min_by_key(|copy| (&copy.created_at, &copy.id));
    let named = copy
        .provider_instance_id
        .as_deref()
        .is_some_and(|provider| providers.all().contains(provider));
    named || oldest.is_some_and(|oldest| oldest.id == copy.id)
}

/// The spec's description with the mark. A version that the spec names by its id is somebody else's work: it is
/// described only where the spec describes it differently.
fn describe(wanted: &Wanted, seen: &Seen) -> Option<Operation> {
    if !can_be_patched(&seen.version) {
        return None;
    }
    let spec = &wanted.spec;
    let there = Described::parse(seen.version.description.as_deref().unwrap_or_default());
    let text = spec.version_description.as_ref().unwrap_or(&there.text);
    let marked = there.mark == Some(wanted.version.mark) || there.mark.is_none() && spec.version_id.is_some();
    let as_wanted = marked && there.text == *text;
    (!as_wanted).then(|| change(PATCH, &Described::render(text, wanted.version.mark)))
}

fn validate(wanted: &Wanted, seen: &Seen, validated: Option<&str>) -> Option<Operation> {
    let request = &wanted.spec.validate.as_ref()?.request;
    let status = seen.version.status.as_str();
    // Until it is on record as done, what is under way may be what was asked for.
    let can_be_validated =
        seen.is_usable() || matches!(status, "VALIDATION_FAILED" | "VALIDATION_IN_PROGRESS");
    (can_be_validated && validated != Some(request)).then(|| change(VALIDATE, request))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::kinds::image_version::examples::{copy, seen, version, wanted};

    fn to(replicas: &[&str]) -> Value {
        let replicas: Vec<Value> = replicas
            .iter()
            .map(|provider| json!({ "providerInstanceId": provider }))
            .collect();
        json!({ "publish": { "replicas": replicas } })
    }

    fn next_of(spec: Value, there: Value, copies: Vec<Copy>) -> Option<Operation> {
        next(&wanted(spec), &seen(version(there), copies), None, None)
    }

    #[test]
    fn nothing_changes_where_all_is_as_wanted() {
        assert_eq!(next_of(json!({}), json!({}), vec![]), None);
        let copies = vec![copy("c1", "home", "AVAILABLE"), copy("c2", "p2", "AVAILABLE")];
        assert_eq!(next_of(to(&["p2"]), json!({}), copies), None);
    }

    #[test]
    fn a_version_is_published_once_it_is_imported_and_only_when_asked() {
        let imported = || json!({ "status": "IMPORT_COMPLETE" });
        let published = next_of(
            to(&["p2"]),
            imported(),
            vec![copy("c1", "home", "IMPORT_COMPLETE")],
        );
        assert_eq!(published, Some(change(PUBLISH, "v2")));
        assert_eq!(next_of(json!({}), imported(), vec![]), None);
    }

    #[test]
    fn copies_are_made_as_the_list_says() {
        let home = || copy("c1", "home", "AVAILABLE");
        let available = || json!({});
        let goal = "home,p2";
        let rows = [
            (
                "one is missing",
                available(),
                vec![home()],
                Some(change(REPUBLISH, goal)),
            ),
            (
                "one failed",
                json!({ "status": "PARTIALLY_AVAILABLE" }),
                vec![home(), copy("c2", "p2", "REPLICATION_FAILED")],
                Some(change(REPUBLISH, goal)),
            ),
            (
                "one is too many",
                available(),
                vec![
                    home(),
                    copy("c2", "p2", "AVAILABLE"),
                    copy("c3", "p3", "AVAILABLE"),
                ],
                Some(change(SHRINK, goal)),
            ),
            (
                "one is missing and one too many",
                available(),
                vec![home(), copy("c3", "p3", "AVAILABLE")],
                Some(change(REPUBLISH, goal)),
            ),
            (
                "the surplus is going",
                available(),
                vec![
                    home(),
                    copy("c2", "p2", "AVAILABLE"),
                    copy("c3", "p3", "DELETING"),
                ],
                None,
            ),
            (
                "the surplus could not be taken away",
                available(),
                vec![
                    home(),
                    copy("c2", "p2", "AVAILABLE"),
                    copy("c3", "p3", "DELETION_FAILED"),
                ],
                Some(change(SHRINK, goal)),
            ),
            (
                "publishing failed",
                json!({ "status": "FAILED", "lastTriggeredAction": "PUBLISH" }),
                vec![
                    copy("c1", "home", "PUBLISH_FAILED"),
                    copy("c2", "p2", "AVAILABLE"),
                ],
                Some(change(REPUBLISH, goal)),
            ),
            (
                "the import failed",
                json!({ "status": "FAILED", "lastTriggeredAction": "ADD_VERSION" }),
                vec![copy("c1", "home", "IMPORT_FAILED")],
                None,
            ),
            (
                "at work",
                json!({ "status": "REPLICATION_IN_PROGRESS" }),
                vec![home()],
                None,
            ),
        ];
        for (name, there, copies, expected) in rows {
            assert_eq!(next_of(to(&["p2"]), there, copies), expected, "{name}");
        }
    }

    #[test]
    fn the_copy_that_a_version_was_made_with_is_never_taken_away() {
        let elsewhere = vec![copy("c1", "elsewhere", "AVAILABLE")];
        assert_eq!(next_of(to(&[]), json!({}), elsewhere), None);
    }

    #[test]
    fn copies_are_left_alone_where_nothing_is_said_about_publishing() {
        let copies = vec![copy("c1", "home", "AVAILABLE"), copy("c2", "p2", "AVAILABLE")];
        assert_eq!(next_of(json!({}), json!({}), copies), None);
    }

    #[test]
    fn a_change_of_copies_stays_open_until_the_remote_has_come_to_rest() {
        let at_work = seen(version(json!({ "status": "REPLICATION_IN_PROGRESS" })), vec![]);
        let republish = change(REPUBLISH, "home,p2");
        let another = change(REPUBLISH, "home");
        let next_with = |open: &Operation| next(&wanted(to(&["p2"])), &at_work, Some(open), None);
        assert_eq!(next_with(&republish), Some(republish.clone()));
        assert_eq!(next_with(&another), None);
    }

    #[test]
    fn a_goal_fits_its_bound_however_many_replicas_there_are() {
        let long: Vec<String> = (0..32).map(|number| format!("{number:0>128}")).collect();
        let long: Vec<&str> = long.iter().map(String::as_str).collect();
        let copies = vec![copy("c1", "home", "AVAILABLE")];
        let Some(Operation::Change { goal, .. }) = next_of(to(&long), json!({}), copies) else {
            panic!("something is missing")
        };
        assert!(goal.len() <= LONGEST_LIST, "{goal}");
    }

    #[test]
    fn a_description_is_kept_as_the_spec_says_with_its_mark() {
        let mark = wanted(json!({})).version.mark;
        let patch = |text: &str| Some(change(PATCH, &Described::render(text, mark)));
        let new = || json!({ "versionDescription": "new" });
        let adopted = || json!({ "versionId": "v2" });
        let rows = [
            ("new text", new(), json!({}), patch("new")),
            (
                "mark edited away",
                json!({}),
                json!({ "description": "by hand" }),
                patch("by hand"),
            ),
            ("adopted", adopted(), json!({ "description": "theirs" }), None),
            (
                "adopted and described alike",
                json!({ "versionId": "v2", "versionDescription": "theirs" }),
                json!({ "description": "theirs" }),
                None,
            ),
            (
                "adopted and described anew",
                json!({ "versionId": "v2", "versionDescription": "new" }),
                json!({ "description": "theirs" }),
                patch("new"),
            ),
            ("at work", new(), json!({ "status": "IMPORT_IN_PROGRESS" }), None),
        ];
        for (name, spec, there, expected) in rows {
            assert_eq!(next_of(spec, there, vec![]), expected, "{name}");
        }
    }

    #[test]
    fn a_version_is_validated_once_for_each_request() {
        let spec = || json!({ "validate": { "request": "r2", "validationInfraResourceDetails": {} } });
        let validated = |there: Value, last: Option<&str>| {
            next(&wanted(spec()), &seen(version(there), vec![]), None, last)
        };
        let asked = Some(change(VALIDATE, "r2"));
        assert_eq!(validated(json!({}), Some("r1")), asked);
        assert_eq!(validated(json!({}), Some("r2")), None);
        assert_eq!(validated(json!({ "status": "VALIDATION_FAILED" }), None), asked);
        assert_eq!(validated(json!({ "status": "IMPORT_COMPLETE" }), None), None);
    }
}
