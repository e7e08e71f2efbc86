//! The types of condition that the operator sets.

use std::fmt;

use schemars::{Schema, SchemaGenerator, json_schema};

/// The type of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConditionType {
    /// The resource is as its spec says. Always present from the first pass on.
    Ready,
    /// Work on it goes on. Present, and true, only while that holds.
    Reconciling,
    /// It will not become ready by itself. Present, and true, only while that holds.
    Stalled,
    /// ImageCatalog: every marker in the spec points at its version. Present while the spec has markers; where it is false
    /// because a version is not there yet, the resource can be ready all the same.
    MarkersCurrent,
    /// CloudConnection: the remote asked to come back later. Present, and true, only while that holds.
    Throttled,
    /// CloudConnection: the remote failed too often just now, and requests are held back.
    CircuitOpen,
    /// CloudConnection: many objects vanished at once, and nothing is created or deleted until that is explained.
    InventorySuspect,
    /// CloudConnection: resources refer to it, so its deletion waits for them.
    InUse,
}

impl ConditionType {
    /// All types.
    pub const ALL: [ConditionType; 8] = [
        ConditionType::Ready,
        ConditionType::Reconciling,
        ConditionType::Stalled,
        ConditionType::MarkersCurrent,
        ConditionType::Throttled,
        ConditionType::CircuitOpen,
        ConditionType::InventorySuspect,
        ConditionType::InUse,
    ];

    /// The type as it stands in a status.
    pub fn as_str(self) -> &'static str {
        match self {
            ConditionType::Ready => "Ready",
            ConditionType::Reconciling => "Reconciling",
            ConditionType::Stalled => "Stalled",
            ConditionType::MarkersCurrent => "MarkersCurrent",
            ConditionType::Throttled => "Throttled",
            ConditionType::CircuitOpen => "CircuitOpen",
            ConditionType::InventorySuspect => "InventorySuspect",
            ConditionType::InUse => "InUse",
        }
    }
}

impl fmt::Display for ConditionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The schema of a list of conditions: the standard one of Kubernetes, with its usual limits.
pub fn conditions(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "array",
        "maxItems": 16,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["type"],
        "items": {
            "type": "object",
            "required": ["type", "status", "lastTransitionTime", "reason", "message"],
            "properties": {
                "type": {
                    "description": "Type of the condition, such as `Ready`.",
                    "type": "string",
                    "maxLength": 316,
                },
                "status": {
                    "description": "Whether it holds: `True`, `False` or `Unknown`.",
                    "type": "string",
                    "enum": ["True", "False", "Unknown"],
                },
                "observedGeneration": {
                    "description": "The `metadata.generation` that the condition was set for.",
                    "type": "integer",
                    "format": "int64",
                },
                "lastTransitionTime": {
                    "description": "When `status` last changed.",
                    "type": "string",
                    "format": "date-time",
                },
                "reason": {
                    "description": "Why, in one word for programs.",
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 1024,
                    "pattern": "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
                },
                "message": {
                    "description": "Why, in a sentence for people.",
                    "type": "string",
                    "maxLength": 32768,
                },
            },
        },
    })
}
