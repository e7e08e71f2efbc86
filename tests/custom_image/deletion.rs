//! What is deleted, and what never is.

use image_operator::api::{CustomImage, Reason};
use serde_json::{Value, json};

use crate::stage::{Stage, image};
use crate::support::surfercloud::CONNECTION;

#[tokio::test]
async fn deleting_a_resource_deletes_its_image_unless_it_is_to_be_retained() {
    let stage = Stage::set().await;
    stage.apply(&image("debian", &json!({}))).await;
    let kept = json!({ "deletionPolicy": "Retain" });
    stage.apply(&image("kept", &kept)).await;
    stage.ready("debian", Reason::Available).await;
    stage.ready("kept", Reason::Available).await;
    stage.delete("debian").await;
    stage.delete("kept").await;
    stage.gone("debian").await;
    stage.gone("kept").await;
    let left = stage.remote_images().await;
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0]["ImageName"], "kept");
}

#[tokio::test]
async fn a_wrong_key_never_lets_the_finalizer_drop_an_image_that_exists() {
    let stage = Stage::bare().await;
    stage.keys("demo-public", "demo-private").await;
    // Without a project, the keys of another account would see an empty list and no error.
    stage.connect(&json!({ "projectId": null })).await;
    stage.apply(&image("debian", &json!({}))).await;
    stage.ready("debian", Reason::Available).await;

    for (public, private, reason) in [
        ("demo-public", "wrong", Reason::InvalidCredentials),
        ("other-public", "other-private", Reason::OrganisationMismatch),
    ] {
        stage.keys(public, private).await;
        stage.annotate_connection(public).await;
        stage.connection_is("False", reason).await;
        stage.delete("debian").await;
        stage.reconciling("debian", Reason::ConnectionNotReady).await;
        let images = stage.namespace.api::<CustomImage>();
        let there = images.get("debian").await.unwrap();
        assert!(there.metadata.finalizers.is_some_and(|all| !all.is_empty()));
        assert_eq!(stage.remote_images().await.len(), 1);
    }

    stage.keys("demo-public", "demo-private").await;
    stage.annotate_connection("good").await;
    stage.gone("debian").await;
    assert_eq!(stage.remote_images().await, Vec::<Value>::new());
}

impl Stage {
    /// Has the connection look at its Secrets now.
    async fn annotate_connection(&self, when: &str) {
        let annotation = format!("image-operator.dev/reconcile-requested-at={when}");
        let arguments = [
            "annotate",
            "--overwrite",
            "cloudconnection",
            CONNECTION,
            &annotation,
        ];
        self.namespace.kubectl(&arguments).await.unwrap();
    }
}
