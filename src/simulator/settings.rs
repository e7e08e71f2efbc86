//! The settings: how long work takes, and what the simulator does where the public record is silent.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::surfercloud::SurferCloudSettings;

/// What can be set, at the start (`--settings`) and later (`PATCH /_simulator/settings`).
///
/// Work durations are seconds of the simulator's clock. Unknown fields are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Settings {
    /// Real milliseconds before each request is looked at.
    pub latency_millis: u64,
    /// Seconds that an import or a clone takes.
    pub import_seconds: u64,
    /// Seconds that copying a gallery image takes.
    pub copy_seconds: u64,
    /// Seconds that publishing the first copy takes.
    pub publish_seconds: u64,
    /// Seconds that copying to further provider instances takes.
    pub replicate_seconds: u64,
    /// Seconds that a validation takes.
    pub validate_seconds: u64,
    /// Seconds that removing copies from provider instances takes.
    pub shrink_seconds: u64,
    /// Seconds that deleting a version takes.
    pub delete_seconds: u64,
    /// Seconds that moving a marker takes.
    pub marker_move_seconds: u64,
    /// Seconds after an import during which publishing is answered with 412. Unknown in the public record: the
    /// vendor's command line waits a minute at this point.
    pub publish_settle_seconds: u64,
    /// Seconds (real ones) that an access token lives; null for what each sign-in documents (1799, 17999, 3600).
    pub token_lifetime_seconds: Option<u64>,
    /// What a list without anything in it answers; null for what the public OpenAPI document says of each list.
    pub empty_list_answer: Option<EmptyListAnswer>,
    /// The most elements on a page; larger sizes are cut to it. Unknown in the public record.
    pub max_page_size: usize,
    /// Whether a second image of the same name in an organisation is a 409 (inferred from the documented code).
    pub unique_names: bool,
    /// Whether the service keeps the descriptions it is given.
    pub keep_descriptions: bool,
    /// Whether `include_catalog_details` is understood.
    pub catalog_details: bool,
    /// What a read for an organisation other than the token's answers. Unknown in the public record.
    pub wrong_org_answer: WrongOrgAnswer,
    /// What `force=true` on a delete gets past. Unknown in the public record.
    pub force_delete: ForceDelete,
    /// How a bad API token is answered; clients have seen both.
    pub bad_token_answer: BadTokenAnswer,
    /// What can be set of SurferCloud.
    pub surfer_cloud: SurferCloudSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            latency_millis: 0,
            import_seconds: 1200,
            copy_seconds: 600,
            publish_seconds: 1200,
            replicate_seconds: 600,
            validate_seconds: 300,
            shrink_seconds: 120,
            delete_seconds: 120,
            marker_move_seconds: 60,
            publish_settle_seconds: 0,
            token_lifetime_seconds: None,
            empty_list_answer: None,
            max_page_size: 1000,
            unique_names: true,
            keep_descriptions: true,
            catalog_details: true,
            wrong_org_answer: WrongOrgAnswer::Forbidden,
            force_delete: ForceDelete::Ignored,
            bad_token_answer: BadTokenAnswer::NotFound,
            surfer_cloud: SurferCloudSettings::default(),
        }
    }
}

impl Settings {
    /// These settings with some fields replaced, those of an object one by one.
    pub(crate) fn patched(&self, patch: &Value) -> Result<Settings, serde_json::Error> {
        let mut merged = serde_json::to_value(self)?;
        merge(&mut merged, patch);
        serde_json::from_value(merged)
    }
}

fn merge(value: &mut Value, patch: &Value) {
    match (value.as_object_mut(), patch.as_object()) {
        (Some(fields), Some(changes)) => {
            for (name, change) in changes {
                merge(fields.entry(name.as_str()).or_insert(Value::Null), change);
            }
        }
        _ => *value = patch.clone(),
    }
}

/// What a list without anything in it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum EmptyListAnswer {
    /// 404 with an error body.
    NotFound,
    /// 204 without a body.
    NoContent,
    /// 200 with a page of no elements.
    EmptyPage,
}

impl TryFrom<u16> for EmptyListAnswer {
    type Error = String;

    fn try_from(status: u16) -> Result<Self, Self::Error> {
        match status {
            404 => Ok(EmptyListAnswer::NotFound),
            204 => Ok(EmptyListAnswer::NoContent),
            200 => Ok(EmptyListAnswer::EmptyPage),
            other => Err(format!(
                "an empty list is answered with 404, 204 or 200, not {other}"
            )),
        }
    }
}

impl From<EmptyListAnswer> for u16 {
    fn from(answer: EmptyListAnswer) -> u16 {
        match answer {
            EmptyListAnswer::NotFound => 404,
            EmptyListAnswer::NoContent => 204,
            EmptyListAnswer::EmptyPage => 200,
        }
    }
}

/// What a read for an organisation other than the token's answers; a write is always a 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum WrongOrgAnswer {
    /// 403.
    Forbidden,
    /// 404.
    NotFound,
    /// An empty list, or 404 where one thing was asked for.
    Empty,
}

/// What `force=true` on a delete gets past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ForceDelete {
    /// Nothing.
    Ignored,
    /// Pools that use the version (409).
    BypassesInUse,
    /// Those, and the status (422).
    BypassesAll,
}

/// How a bad API token is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum BadTokenAnswer {
    /// 400.
    BadRequest,
    /// 404.
    NotFound,
}

impl TryFrom<u16> for BadTokenAnswer {
    type Error = String;

    fn try_from(status: u16) -> Result<Self, Self::Error> {
        match status {
            400 => Ok(BadTokenAnswer::BadRequest),
            404 => Ok(BadTokenAnswer::NotFound),
            other => Err(format!("a bad token is answered with 400 or 404, not {other}")),
        }
    }
}

impl From<BadTokenAnswer> for u16 {
    fn from(answer: BadTokenAnswer) -> u16 {
        match answer {
            BadTokenAnswer::BadRequest => 400,
            BadTokenAnswer::NotFound => 404,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_patch_changes_what_it_names_and_keeps_the_rest() {
        let changed = Settings::default()
            .patched(&json!({"emptyListAnswer": 204, "deleteSeconds": 1}))
            .unwrap();
        assert_eq!(changed.empty_list_answer, Some(EmptyListAnswer::NoContent));
        assert_eq!(changed.delete_seconds, 1);
        assert_eq!(changed.import_seconds, Settings::default().import_seconds);
        let nested = changed
            .patched(&json!({"surferCloud": {"imageQuota": 3}}))
            .unwrap();
        assert_eq!(nested.surfer_cloud.image_quota, Some(3));
        assert_eq!(
            nested.surfer_cloud.import_seconds,
            SurferCloudSettings::default().import_seconds
        );
    }

    #[test]
    fn a_field_that_does_not_exist_is_refused_by_name() {
        let problem = Settings::default().patched(&json!({"latency": 5})).unwrap_err();
        assert!(problem.to_string().contains("`latency`"), "{problem}");
    }

    #[test]
    fn an_empty_list_is_never_a_500() {
        assert!(
            Settings::default()
                .patched(&json!({"emptyListAnswer": 500}))
                .is_err()
        );
    }
}
