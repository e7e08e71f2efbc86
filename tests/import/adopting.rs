//! What exists remotely is imported, applied and adopted, and nothing changes there.

use image_operator::api::{ImageCatalog, ImageVersion};
use kube::api::ListParams;

use crate::estate::Console;
use crate::scene::{CONNECTION, DEMO, Scene};

const IMAGES: usize = 50;
const VERSIONS_EACH: usize = 4;

#[tokio::test]
async fn an_estate_is_imported_and_adopted_without_a_remote_write() {
    let scene = Scene::set(&DEMO).await;
    Console::sign_in(&scene.simulator)
        .await
        .fill(IMAGES, VERSIONS_EACH)
        .await;
    assert_eq!(scene.simulator.versions().await.len(), IMAGES * VERSIONS_EACH);
    let before = scene.changes().await;

    what_is_printed_can_be_applied_as_it_is(&scene).await;
    let folder = scene.path("imported");
    let folder = folder.to_str().unwrap();
    let import = ["--connection", CONNECTION, "--out", folder];
    let said = scene.run("import", &import).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(
        said.remarks,
        "50 ImageCatalogs and 150 ImageVersions written, 0 objects left out\n"
    );
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 200);
    no_file_is_overwritten(&scene, &import).await;

    scene.namespace.kubectl(&["apply", "-f", folder]).await.unwrap();
    let versions = scene.namespace.api::<ImageVersion>();
    let applied = versions.list(&ListParams::default()).await.unwrap();
    assert_eq!(applied.items.len(), IMAGES * (VERSIONS_EACH - 1));
    let _operator = scene.operator().await;
    scene.all_ready::<ImageCatalog>(IMAGES).await;
    scene
        .all_ready::<ImageVersion>(IMAGES * (VERSIONS_EACH - 1))
        .await;

    let catalogs = scene.namespace.api::<ImageCatalog>();
    let one = catalogs.get("win-11-team7").await.unwrap();
    let status = one.status.unwrap();
    assert_eq!(status.stream_id, one.spec.stream_id);
    assert_eq!(status.version_name.as_deref(), Some("1.0.0"));
    let one = versions.get("win-11-team7-2.0.0").await.unwrap();
    let status = one.status.unwrap();
    assert_eq!(status.version_id, one.spec.version_id);
    assert_eq!(status.version_name.as_deref(), Some("2.0.0"));
    assert_eq!(scene.changes().await, before, "remote writes");

    let again = scene.run("import", &["--connection", CONNECTION]).await;
    assert_eq!(again.results, "", "{again:?}");
    assert!(
        again
            .remarks
            .ends_with("0 ImageCatalogs and 0 ImageVersions written, 250 objects left out\n"),
        "{again:?}"
    );
}

/// Before anything of the estate has a resource.
async fn what_is_printed_can_be_applied_as_it_is(scene: &Scene) {
    let one = ["--connection", CONNECTION, "--catalog", "Win-11-Team1"];
    let said = scene.run("import", &one).await;
    let printed = scene.path("printed").with_extension("yaml");
    std::fs::write(&printed, &said.results).unwrap();
    let rehearse = ["apply", "--dry-run=server", "-f", printed.to_str().unwrap()];
    let applied = scene.namespace.kubectl(&rehearse).await.unwrap();
    assert_eq!(applied.lines().count(), VERSIONS_EACH, "{applied}");
}

async fn no_file_is_overwritten(scene: &Scene, import: &[&str]) {
    let again = scene.run("import", import).await;
    assert_eq!(again.code, Some(1), "{again:?}");
    assert!(again.remarks.contains("imagecatalog-win-11-team"), "{again:?}");
}

#[tokio::test]
async fn a_person_is_told_what_is_wrong() {
    let scene = Scene::set(&DEMO).await;
    for (arguments, words) in [
        (
            &["--connection", "other"][..],
            "there is no CloudConnection \"other\"",
        ),
        (
            &["--connection", CONNECTION, "--catalog", "win12"],
            "no image with the name or id \"win12\"",
        ),
    ] {
        let said = scene.run("import", arguments).await;
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.remarks.contains(words), "{said:?}");
    }
    scene
        .namespace
        .kubectl(&["delete", "secret", "demo-token"])
        .await
        .unwrap();
    let said = scene.run("import", &["--connection", CONNECTION]).await;
    assert!(
        said.remarks.contains("there is no Secret \"demo-token\""),
        "{said:?}"
    );
}
