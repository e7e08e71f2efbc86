//! The closed sets of words.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which part of a version number counts up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VersionType {
    /// The first: 1.0.0 becomes 2.0.0.
    #[default]
    Major,
    /// The second: 1.0.0 becomes 1.1.0.
    Minor,
    /// The third: 1.0.0 becomes 1.0.1.
    Patch,
}

/// The sort of graphics card that an image is made for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GpuType {
    /// None.
    #[default]
    None,
    /// One by AMD.
    Amd,
    /// One by NVIDIA.
    Nvidia,
}

impl fmt::Display for GpuType {
    /// The word of the remote API.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GpuType::None => "NONE",
            GpuType::Amd => "AMD",
            GpuType::Nvidia => "NVIDIA",
        })
    }
}
