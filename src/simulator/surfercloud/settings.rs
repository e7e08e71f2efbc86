//! What can be set of SurferCloud.

use serde::{Deserialize, Serialize};

/// How long work takes, and what is done where the public record is silent. Durations are seconds of the simulator's
/// clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SurferCloudSettings {
    /// Seconds that an import takes.
    pub import_seconds: u64,
    /// Seconds that making an image of a host takes.
    pub create_seconds: u64,
    /// Seconds that a copy takes.
    pub copy_seconds: u64,
    /// Seconds that a terminated image is still shown. Unknown in the public record.
    pub terminate_seconds: u64,
    /// How many custom images a region and project may hold; null for any number.
    pub image_quota: Option<usize>,
    /// Whether a second image of the same name in a region and project is refused. Unknown in the public record.
    pub unique_names: bool,
    /// Whether return codes are written as text, as some services behind the gateway do.
    pub text_ret_codes: bool,
    /// Whether images show only their indispensable fields.
    pub sparse_images: bool,
    /// How exact `Format` has to be. Unknown in the public record.
    pub format_rule: FormatRule,
    /// Whether an import without `Auth` is refused.
    pub auth_rule: AuthRule,
    /// How an answer without images is written.
    pub empty_image_set: EmptyImageSet,
    /// The most images in one answer. Unknown in the public record.
    pub max_limit: usize,
}

impl Default for SurferCloudSettings {
    fn default() -> Self {
        SurferCloudSettings {
            import_seconds: 1200,
            create_seconds: 600,
            copy_seconds: 1200,
            terminate_seconds: 0,
            image_quota: None,
            unique_names: false,
            text_ret_codes: false,
            sparse_images: false,
            format_rule: FormatRule::Exact,
            auth_rule: AuthRule::Required,
            empty_image_set: EmptyImageSet::Empty,
            max_limit: 1000,
        }
    }
}

/// How exact `Format` has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FormatRule {
    /// As documented.
    Exact,
    /// In any case.
    AnyCase,
}

/// Whether an import without `Auth` is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AuthRule {
    /// With 8300 (inferred from the text of that code).
    Required,
    /// It is not looked at.
    Ignored,
}

/// How an answer without images is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EmptyImageSet {
    /// `ImageSet` is an empty list.
    Empty,
    /// There is no `ImageSet`.
    Omitted,
    /// `ImageSet` is null.
    Null,
}
