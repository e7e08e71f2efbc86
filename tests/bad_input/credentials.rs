//! Credentials: wrong, of another organisation, missing.

use futures::future::join_all;
use image_operator::api::{CloudConnection, ImageCatalog, Reason};
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::{Value, json};

use crate::scene::{
    DEADLINE, DEMO, Expected, KEY, Kind, OTHER, Scene, catalog, connected, connection, count, image_ids,
    ready, reconciling, recorded_id, stalled, stream_id,
};
use crate::support::eventually;

const REQUESTED: &str = "image-operator.dev/reconcile-requested-at";

#[tokio::test]
async fn wrong_credentials_are_named_and_right_ones_are_picked_up() {
    let scene = Scene::new().await;
    let remote = Scene::simulator().await;
    scene.namespace.secret("remote", &[(KEY, "wrong-token")]).await;
    scene
        .apply::<CloudConnection>("remote", connection("remote", remote.url(), DEMO))
        .await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;

    let not_accepted = [
        "the credentials are not accepted",
        "check the connection's Secret",
        "HTTP 404",
    ];
    let refused: CloudConnection = scene
        .shows("remote", stalled(Reason::InvalidCredentials, &not_accepted))
        .await;
    assert!(
        !format!("{refused:?}").contains("wrong-token"),
        "the secret stands in {refused:?}"
    );
    scene
        .shows::<ImageCatalog>(
            "win11",
            reconciling(
                Reason::ConnectionNotReady,
                &[
                    "CloudConnection \"remote\"",
                    "InvalidCredentials",
                    not_accepted[0],
                ],
            ),
        )
        .await;
    scene.others_go_on().await;
    let asked = remote.requests().await;
    assert!(
        asked.iter().all(|request| request.operation == "signIn"),
        "{asked:?}"
    );

    scene.namespace.secret("remote", &[(KEY, DEMO.token)]).await;

    scene.shows::<CloudConnection>("remote", connected()).await;
    scene.available("win11").await;
    assert_eq!(count(&remote, "createImage").await, (1, 1));
}

#[tokio::test]
async fn a_token_endpoint_that_answers_400_is_tried_again_until_it_does_not() {
    let scene = Scene::new().await;
    let remote = Scene::simulator().await;
    let fault = json!({
        "match": { "operation": "signIn" },
        "times": 0,
        "effect": {
            "type": "refuse",
            "status": 400,
            "body": { "statusCode": 400, "message": "invalid_grant: the token has expired", "cspErrorCode": "540.120" },
        },
    });
    remote.fault(fault).await;
    scene.namespace.secret("remote", &[(KEY, DEMO.token)]).await;
    scene
        .apply::<CloudConnection>("remote", connection("remote", remote.url(), DEMO))
        .await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;

    let said = ["invalid_grant: the token has expired", "HTTP 400", "code 540.120"];
    scene
        .shows::<CloudConnection>("remote", stalled(Reason::InvalidCredentials, &said))
        .await;
    scene
        .shows::<ImageCatalog>("win11", reconciling(Reason::ConnectionNotReady, &said))
        .await;
    scene.others_go_on().await;

    remote.clear_faults().await;

    scene.shows::<CloudConnection>("remote", connected()).await;
    scene.available("win11").await;
    assert_eq!(count(&remote, "createImage").await, (1, 1));
}

#[tokio::test]
async fn a_token_endpoint_in_trouble_is_tried_again_until_it_is_well() {
    let rows = [
        (
            "error",
            json!({ "type": "refuse", "status": 500, "body": "no healthy upstream" }),
            reconciling(
                Reason::Retrying,
                &["signing in", "no healthy upstream", "HTTP 500"],
            ),
        ),
        (
            "throttled",
            json!({ "type": "refuse", "status": 429, "headers": { "retry-after": "2" }, "body": "slow down" }),
            reconciling(Reason::Throttled, &["signing in", "slow down", "HTTP 429"]),
        ),
        (
            "html",
            json!({ "type": "corrupt", "how": "html" }),
            reconciling(
                Reason::InvalidResponse,
                &["signing in", "the answer holds no token"],
            ),
        ),
        (
            "truncated",
            json!({ "type": "corrupt", "how": "truncate" }),
            reconciling(
                Reason::InvalidResponse,
                &["signing in", "the answer holds no token"],
            ),
        ),
        (
            "huge",
            json!({ "type": "corrupt", "how": "huge" }),
            reconciling(Reason::InvalidResponse, &["signing in"]),
        ),
    ];
    let row = async |(name, effect, expected): (&str, Value, Expected<'static>)| {
        let scene = Scene::new().await;
        let remote = Scene::simulator().await;
        remote
            .fault(json!({ "match": { "operation": "signIn" }, "times": 0, "effect": effect }))
            .await;
        scene.namespace.secret(name, &[(KEY, DEMO.token)]).await;
        scene
            .apply::<CloudConnection>(name, connection(name, remote.url(), DEMO))
            .await;
        scene.apply::<ImageCatalog>("win11", catalog(name)).await;

        scene.shows::<CloudConnection>(name, expected).await;
        scene
            .shows::<ImageCatalog>("win11", reconciling(Reason::ConnectionNotReady, &["signing in"]))
            .await;
        scene.others_go_on().await;
        remote.clear_faults().await;

        scene.shows::<CloudConnection>(name, connected()).await;
        scene.available("win11").await;
        assert_eq!(count(&remote, "createImage").await, (1, 1), "{name}");
    };
    join_all(rows.into_iter().map(row)).await;
}

#[tokio::test]
async fn credentials_of_another_organisation_are_not_used() {
    let scene = Scene::new().await;
    let remote = Scene::simulator().await;
    scene.namespace.secret("remote", &[(KEY, OTHER.token)]).await;
    scene
        .apply::<CloudConnection>("remote", connection("remote", remote.url(), DEMO))
        .await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;

    let mismatch = [DEMO.organisation, OTHER.organisation, "correct one of them"];
    scene
        .shows::<CloudConnection>("remote", stalled(Reason::OrganisationMismatch, &mismatch))
        .await;
    scene
        .shows::<ImageCatalog>(
            "win11",
            reconciling(Reason::ConnectionNotReady, &["OrganisationMismatch"]),
        )
        .await;
    scene.others_go_on().await;
    let asked = remote.requests().await;
    assert!(
        asked.iter().all(|request| request.operation == "signIn"),
        "{asked:?}"
    );

    scene.namespace.secret("remote", &[(KEY, DEMO.token)]).await;

    scene.shows::<CloudConnection>("remote", connected()).await;
    scene.available("win11").await;
    assert_eq!(count(&remote, "createImage").await, (1, 1));
}

#[tokio::test]
async fn credentials_that_come_to_be_of_another_organisation_take_nothing_away() {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;
    let id = stream_id(&scene.available("win11").await);

    scene.namespace.secret("remote", &[(KEY, OTHER.token)]).await;
    scene.annotate::<CloudConnection>("remote", REQUESTED, "1").await;
    scene
        .shows::<CloudConnection>(
            "remote",
            stalled(Reason::OrganisationMismatch, &[OTHER.organisation]),
        )
        .await;
    let before = remote.requests().await.len();
    scene.annotate::<ImageCatalog>("win11", REQUESTED, "1").await;
    scene.apply::<ImageCatalog>("newcomer", catalog("remote")).await;

    scene
        .shows::<ImageCatalog>(
            "newcomer",
            reconciling(Reason::ConnectionNotReady, &["OrganisationMismatch"]),
        )
        .await;
    // Nothing became of it that the image was last seen available.
    let kept = scene.available("win11").await;
    assert_eq!(stream_id(&kept), id);
    assert_eq!(recorded_id(&kept), Some(id.clone()));
    assert_eq!(image_ids(&remote).await, [id.as_str()]);
    let asked = &remote.requests().await[before..];
    assert!(
        asked.iter().all(|request| request.operation == "signIn"),
        "{asked:?}"
    );
    scene.others_go_on().await;

    scene.namespace.secret("remote", &[(KEY, DEMO.token)]).await;

    scene.shows::<CloudConnection>("remote", connected()).await;
    scene.available("newcomer").await;
    assert_eq!(stream_id(&scene.available("win11").await), id);
}

#[tokio::test]
async fn a_deletion_waits_for_credentials_of_the_right_organisation() {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;
    let id = stream_id(&scene.available("win11").await);
    scene.namespace.secret("remote", &[(KEY, OTHER.token)]).await;
    scene.annotate::<CloudConnection>("remote", REQUESTED, "1").await;
    scene
        .shows::<CloudConnection>("remote", stalled(Reason::OrganisationMismatch, &[]))
        .await;

    let catalogs = scene.namespace.api::<ImageCatalog>();
    catalogs.delete("win11", &DeleteParams::default()).await.unwrap();

    let waiting: ImageCatalog = scene
        .shows(
            "win11",
            reconciling(Reason::ConnectionNotReady, &["OrganisationMismatch"]),
        )
        .await;
    assert_eq!(recorded_id(&waiting), Some(id.clone()));
    scene.others_go_on().await;
    assert_eq!(image_ids(&remote).await, [id]);

    scene.namespace.secret("remote", &[(KEY, DEMO.token)]).await;

    gone(&catalogs, "win11").await;
    assert!(image_ids(&remote).await.is_empty());
}

#[tokio::test]
async fn a_connection_made_anew_with_a_wrong_organisation_is_never_everything_is_gone() {
    let scene = Scene::new().await;
    let remote = scene.remote("remote").await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;
    let id = stream_id(&scene.available("win11").await);

    replace_connection(&scene).await;
    scene.namespace.secret("remote", &[(KEY, OTHER.token)]).await;
    scene
        .apply::<CloudConnection>("remote", connection("remote", remote.url(), OTHER))
        .await;

    scene.shows::<CloudConnection>("remote", connected()).await;
    let kept: ImageCatalog = scene
        .shows(
            "win11",
            stalled(Reason::AccountChanged, &[&id, "restore the connection"]),
        )
        .await;
    assert_eq!(recorded_id(&kept), Some(id.clone()));
    scene.others_go_on().await;
    assert_eq!(image_ids(&remote).await, [id.as_str()]);

    replace_connection(&scene).await;
    scene.namespace.secret("remote", &[(KEY, DEMO.token)]).await;
    scene
        .apply::<CloudConnection>("remote", connection("remote", remote.url(), DEMO))
        .await;

    assert_eq!(stream_id(&scene.available("win11").await), id);
    assert_eq!(count(&remote, "createImage").await, (1, 1));
    assert_eq!(count(&remote, "deleteVersion").await, (0, 0));
}

/// Deletes the connection as a determined person does, who takes its finalizer away.
async fn replace_connection(scene: &Scene) {
    let api = scene.namespace.api::<CloudConnection>();
    api.delete("remote", &DeleteParams::default()).await.unwrap();
    let free = Patch::Merge(json!({ "metadata": { "finalizers": null } }));
    api.patch("remote", &PatchParams::default(), &free).await.unwrap();
    gone(&api, "remote").await;
}

async fn gone<K: Kind>(api: &Api<K>, name: &str) {
    let description = format!("{} {name} is gone", K::kind(&()));
    eventually(DEADLINE, &description, async || match api.get_opt(name).await {
        Ok(None) => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
}

#[tokio::test]
async fn a_secret_that_is_missing_lacks_its_key_or_is_empty_is_named_until_it_is_right() {
    let scene = Scene::new().await;
    let remote = Scene::simulator().await;
    scene
        .apply::<CloudConnection>("remote", connection("creds", remote.url(), DEMO))
        .await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;
    let wrong = async |reason: Reason, message: &[&str]| {
        scene
            .shows::<CloudConnection>("remote", reconciling(reason, message))
            .await;
        scene
            .shows::<ImageCatalog>("win11", reconciling(Reason::ConnectionNotReady, message))
            .await;
    };

    wrong(
        Reason::SecretNotFound,
        &["there is no Secret \"creds\"", "create it with the key \"token\""],
    )
    .await;
    scene.others_go_on().await;
    scene.namespace.secret("creds", &[("other", DEMO.token)]).await;
    wrong(
        Reason::SecretKeyMissing,
        &["the Secret \"creds\" has no key \"token\""],
    )
    .await;
    scene.namespace.secret("creds", &[(KEY, "")]).await;
    wrong(
        Reason::SecretEmpty,
        &["key \"token\" of Secret \"creds\"", "is empty"],
    )
    .await;
    scene.namespace.secret("creds", &[(KEY, " \n")]).await;
    wrong(Reason::SecretEmpty, &["is empty"]).await;
    assert!(remote.requests().await.is_empty());

    scene.namespace.secret("creds", &[(KEY, DEMO.token)]).await;

    scene.shows::<CloudConnection>("remote", connected()).await;
    scene.available("win11").await;
}

#[tokio::test]
async fn a_catalog_waits_for_a_connection_that_does_not_exist_yet() {
    let scene = Scene::new().await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;

    let message = [
        "there is no CloudConnection \"remote\"",
        "correct spec.connectionRef",
    ];
    scene
        .shows::<ImageCatalog>("win11", reconciling(Reason::ConnectionNotFound, &message))
        .await;
    scene.others_go_on().await;

    let remote = scene.remote("remote").await;

    scene
        .shows::<ImageCatalog>("win11", ready(Reason::Available, &[]))
        .await;
    assert_eq!(count(&remote, "createImage").await, (1, 1));
}
