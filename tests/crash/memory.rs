//! What becomes of the operator's memory while it is down.

use kube::api::DynamicObject;
use serde_json::{Value, json};

use super::support::{Subject, eventually};
use super::workshop::DEADLINE;

/// What is left of status, annotations, finalizer and uid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    Kept,
    StatusLost,
    AnnotationsLost,
    BothLost,
    /// The status is that of a time before the intent: it says that nothing was ever sent.
    StatusFromBefore,
    /// The status is that of the time when the request was under way.
    StatusFromUnderWay,
    /// The resource comes from a backup: a new uid, and everything else as it was.
    Restored,
    /// The resource is made anew from its manifest: a new uid, and status, annotations and finalizer are lost.
    AppliedAnew,
}

/// Older copies of a resource's status.
#[derive(Debug, Clone)]
pub(crate) struct OlderStatus {
    pub(crate) before: Value,
    pub(crate) under_way: Value,
}

impl Memory {
    pub(crate) const ALL: [Self; 8] = [
        Self::Kept,
        Self::StatusLost,
        Self::AnnotationsLost,
        Self::BothLost,
        Self::StatusFromBefore,
        Self::StatusFromUnderWay,
        Self::Restored,
        Self::AppliedAnew,
    ];

    /// What a resource with this fate is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::StatusLost => "status-lost",
            Self::AnnotationsLost => "annotations-lost",
            Self::BothLost => "both-lost",
            Self::StatusFromBefore => "status-from-before",
            Self::StatusFromUnderWay => "status-from-under-way",
            Self::Restored => "restored-with-a-new-uid",
            Self::AppliedAnew => "applied-anew",
        }
    }

    /// Does that to a resource. One that the killed operator has let go of entirely has nothing to lose.
    pub(crate) async fn befall(self, subject: &Subject, older: &OlderStatus) {
        let Some(object) = subject.now().await else { return };
        let deleted = object.metadata.deletion_timestamp.is_some();
        match self {
            Self::Kept => {}
            Self::StatusLost => subject.replace_status(&Value::Null).await,
            Self::AnnotationsLost => lose_annotations(subject).await,
            Self::BothLost => {
                subject.replace_status(&Value::Null).await;
                lose_annotations(subject).await;
            }
            Self::StatusFromBefore => subject.replace_status(&older.before).await,
            Self::StatusFromUnderWay => subject.replace_status(&older.under_way).await,
            Self::Restored => {
                lose(subject, &object).await;
                let metadata = json!({
                    "name": subject.name,
                    "annotations": object.metadata.annotations,
                    "finalizers": object.metadata.finalizers,
                });
                subject.create(&manifest(&object, &metadata)).await;
                subject.replace_status(&object.data["status"]).await;
                if deleted {
                    subject.delete().await;
                }
            }
            Self::AppliedAnew => {
                lose(subject, &object).await;
                if !deleted {
                    let metadata = json!({ "name": subject.name });
                    subject.create(&manifest(&object, &metadata)).await;
                }
            }
        }
    }
}

async fn lose_annotations(subject: &Subject) {
    subject
        .patch(&json!({ "metadata": { "annotations": null } }))
        .await;
}

/// The resource goes, without its operator.
async fn lose(subject: &Subject, object: &DynamicObject) {
    subject
        .patch(&json!({ "metadata": { "finalizers": null } }))
        .await;
    if object.metadata.deletion_timestamp.is_none() {
        subject.delete().await;
    }
    eventually(DEADLINE, "the resource is gone", async || {
        match subject.now().await {
            None => Ok(()),
            Some(left) => Err(format!("{:?}", left.metadata)),
        }
    })
    .await;
}

fn manifest(object: &DynamicObject, metadata: &Value) -> Value {
    let types = object.types.as_ref().expect("the API server says what it is");
    json!({
        "apiVersion": types.api_version,
        "kind": types.kind,
        "metadata": metadata,
        "spec": object.data["spec"],
    })
}
