//! What becomes of the operator's memory while it is down. The finalizer stays.

use image_operator::api::names::REMOTE_ID;
use image_operator::api::{ImageCatalog, ImageCatalogStatus};
use kube::ResourceExt as _;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::json;

use super::support::Namespace;

/// What is left of status and annotations.
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
}

/// Older copies of a catalog's status.
#[derive(Debug, Clone, Default)]
pub(crate) struct OlderStatus {
    pub(crate) before: Option<ImageCatalogStatus>,
    pub(crate) under_way: Option<ImageCatalogStatus>,
}

impl Memory {
    pub(crate) const ALL: [Self; 6] = [
        Self::Kept,
        Self::StatusLost,
        Self::AnnotationsLost,
        Self::BothLost,
        Self::StatusFromBefore,
        Self::StatusFromUnderWay,
    ];

    /// What a catalog with this fate is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::StatusLost => "status-lost",
            Self::AnnotationsLost => "annotations-lost",
            Self::BothLost => "both-lost",
            Self::StatusFromBefore => "status-from-before",
            Self::StatusFromUnderWay => "status-from-under-way",
        }
    }

    /// Does that to the catalog.
    pub(crate) async fn befall(self, namespace: &Namespace, older: &OlderStatus) {
        match self {
            Self::Kept => {}
            Self::StatusLost => replace_status(namespace, self.name(), None).await,
            Self::AnnotationsLost => lose_annotations(namespace, self.name()).await,
            Self::BothLost => {
                replace_status(namespace, self.name(), None).await;
                lose_annotations(namespace, self.name()).await;
            }
            Self::StatusFromBefore => {
                assert!(older.before.is_some(), "there is a status from before");
                replace_status(namespace, self.name(), older.before.clone()).await;
            }
            Self::StatusFromUnderWay => {
                assert!(older.under_way.is_some(), "there is a status from under way");
                replace_status(namespace, self.name(), older.under_way.clone()).await;
            }
        }
    }
}

/// A last write of the killed operator may still be on its way to the API server, and come first.
async fn replace_status(namespace: &Namespace, name: &str, status: Option<ImageCatalogStatus>) {
    let catalogs = namespace.api::<ImageCatalog>();
    loop {
        let mut catalog = catalogs.get(name).await.unwrap();
        catalog.status.clone_from(&status);
        match catalogs
            .replace_status(name, &PostParams::default(), &catalog)
            .await
        {
            Err(kube::Error::Api(answer)) if answer.code == 409 => {}
            other => {
                other.unwrap();
                return;
            }
        }
    }
}

async fn lose_annotations(namespace: &Namespace, name: &str) {
    let catalogs = namespace.api::<ImageCatalog>();
    let patch = Patch::Merge(json!({ "metadata": { "annotations": null } }));
    let catalog = catalogs
        .patch(name, &PatchParams::default(), &patch)
        .await
        .unwrap();
    assert!(!catalog.annotations().contains_key(REMOTE_ID));
}
