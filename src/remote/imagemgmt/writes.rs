//! The client: making an image, publishing, describing and deleting a version. All of it starts work in the background
//! of the remote.

use secrecy::ExposeSecret;
use serde::Serialize;

use super::client::Client;
use super::model::{
    CreateImage, CreatedImage, PatchVersion, PublishVersion, PublishVersionToVsphere, PublishedVersion,
    Version, VmInfo,
};
use crate::lifecycle::{Outcome, Problem, ProblemKind, RemoteId};
use crate::remote::http::Request;
use crate::remote::redact::redacted;

impl Client {
    /// Makes an image with its first version. Not idempotent, and the remote knows no request token.
    pub async fn create_image(&self, image: &CreateImage) -> Outcome<CreatedImage> {
        let settings = self.settings();
        let body = image.body(settings.org_id.as_ref(), settings.password_form);
        let request = Request::post(self.endpoint(), "create_image")
            .about(&image.stream_name)
            .path(["imagemgmt", "v1", "images"])
            .query("action", image.action.as_str())
            .json(&body);
        let outcome = self.transport().send(request).await;
        without_password(outcome, image.asset_details.vm_info.as_ref())
    }

    /// Publishes an imported version, on every provider but vSphere. 412 soon after an import is known to pass.
    pub async fn publish_version(
        &self,
        image: &RemoteId,
        version: &RemoteId,
        publish: &PublishVersion,
    ) -> Outcome<PublishedVersion> {
        let request = Request::post(self.endpoint(), "publish_version")
            .path(version_path(image, version))
            .query("action", "publish");
        self.publish(request, image, version, publish).await
    }

    /// Publishes an imported version to vSphere providers.
    pub async fn publish_version_to_vsphere(
        &self,
        image: &RemoteId,
        version: &RemoteId,
        publish: &PublishVersionToVsphere,
    ) -> Outcome<PublishedVersion> {
        let request = Request::post(self.endpoint(), "publish_version_to_vsphere")
            .path(version_path(image, version))
            .path(["publish"]);
        self.publish(request, image, version, publish).await
    }

    pub(super) async fn publish(
        &self,
        request: Request,
        image: &RemoteId,
        version: &RemoteId,
        publish: &impl Serialize,
    ) -> Outcome<PublishedVersion> {
        let request = match self.with_body(request, image, version, publish) {
            Ok(request) => request,
            Err(error) => return unwritable(&error),
        };
        let outcome = self.transport().send_optional::<PublishedVersion>(request).await;
        outcome.map(Option::unwrap_or_default)
    }

    /// Changes the description or the markers of a version.
    pub async fn patch_version(
        &self,
        image: &RemoteId,
        version: &RemoteId,
        patch: &PatchVersion,
    ) -> Outcome<Version> {
        let body = match serde_json::to_value(patch) {
            Ok(body) => body,
            Err(error) => return unwritable(&error),
        };
        let request = Request::patch(self.endpoint(), "patch_version")
            .about(about(image, version))
            .path(version_path(image, version))
            .json(&body);
        self.transport().send(self.with_org(request)).await
    }

    /// Deletes a version with all its copies, and with the last version the image. Refused with `NotFound` where
    /// there is none, `Conflict` while something uses it, `Unprocessable` while its status does not allow it.
    pub async fn delete_version(&self, image: &RemoteId, version: &RemoteId) -> Outcome<()> {
        let request = Request::delete(self.endpoint(), "delete_version")
            .about(about(image, version))
            .path(version_path(image, version));
        self.transport().send_unit(self.with_org(request)).await
    }
}

pub(super) fn version_path<'a>(image: &'a RemoteId, version: &'a RemoteId) -> [&'a str; 6] {
    [
        "imagemgmt",
        "v1",
        "images",
        image.as_str(),
        "versions",
        version.as_str(),
    ]
}

pub(super) fn about(image: &RemoteId, version: &RemoteId) -> String {
    format!("{version} of image {image}")
}

/// A remote that finds fault with a password may repeat it.
pub(super) fn without_password<T>(outcome: Outcome<T>, info: Option<&VmInfo>) -> Outcome<T> {
    match info {
        Some(info) => redacted(outcome, info.password.expose_secret()),
        None => outcome,
    }
}

pub(super) fn unwritable<T>(error: &serde_json::Error) -> Outcome<T> {
    Outcome::Refused(Problem::new(
        ProblemKind::Rejected,
        format!("the request cannot be written: {error}"),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::client::tests::{client, id};
    use super::super::model::{
        AssetDetailsRequest, GpuType, ImageAction, MarkerRequest, Replica, VersionType, VmOptions,
    };
    use super::super::settings::PasswordForm;
    use super::*;
    use crate::remote::http::scripted::{Reply, Scripted};
    use serde_json::{Value, json};

    fn marketplace() -> CreateImage {
        CreateImage {
            action: ImageAction::Import,
            source_stream_type: "AZURE_MARKET_PLACE".into(),
            stream_name: "win11".parse().unwrap(),
            stream_description: Some("Desktop [io1:x]".into()),
            version_source: "0.0".into(),
            version_type: VersionType::Major,
            version_description: None,
            provider_label: "AZURE".into(),
            provider_instance_id: "p1".into(),
            asset_details: AssetDetailsRequest {
                asset_type: "AZURE_VM_IN_RG".into(),
                data: json!({ "offer": "windows-11" }).as_object().unwrap().clone(),
                options: Some(VmOptions {
                    create_public_ip: Some(true),
                    open_ssh_port: None,
                }),
                vm_info: Some(VmInfo {
                    username: "admin".into(),
                    password: "pä!".into(),
                }),
            },
            os: "Windows 11".into(),
            os_type: "WINDOWS".into(),
            gpu_type: GpuType::None,
            project_id: None,
            markers: vec![MarkerRequest {
                name: "default".into(),
            }],
            uem_managed: None,
        }
    }

    #[test]
    fn a_create_says_all_that_is_known_and_no_more() {
        let body = marketplace().body(Some(&id("org-1")), PasswordForm::Characters);
        assert_eq!(
            body,
            json!({
                "sourceStreamType": "AZURE_MARKET_PLACE", "streamName": "win11",
                "streamDescription": "Desktop [io1:x]", "versionSource": "0.0", "versionType": "MAJOR",
                "providerLabel": "AZURE", "providerInstanceId": "p1",
                "assetDetails": {
                    "type": "AZURE_VM_IN_RG", "data": { "offer": "windows-11" },
                    "options": { "createPublicIp": true },
                    "vmInfo": { "username": "admin", "password": ["p", "ä", "!"] },
                },
                "os": "Windows 11", "osType": "WINDOWS", "gpuType": "NONE", "orgId": "org-1",
                "markers": [{ "name": "default" }],
            })
        );
        let body = marketplace().body(None, PasswordForm::Text);
        assert_eq!(body.pointer("/assetDetails/vmInfo/password"), Some(&json!("pä!")));
        assert_eq!(body.get("orgId"), None);
    }

    #[test]
    fn a_password_is_not_shown_by_debug() {
        assert!(!format!("{:?}", marketplace()).contains("pä!"));
    }

    #[tokio::test]
    async fn a_create_gives_the_ids_that_the_remote_chose() {
        let body = json!({
            "streamId": "65f0", "streamStatus": "PENDING", "versionId": "v1", "versionName": "1.0.0",
            "versionStatus": "PENDING", "assetId": "a1", "assetStatus": "IMPORT_PENDING",
        });
        let server = Scripted::new([Reply::json(201, &body)]);
        let Outcome::Done(created) = client(&server).create_image(&marketplace()).await else {
            panic!()
        };
        assert_eq!(created.stream_id, id("65f0"));
        assert_eq!(created.version_id, Some(id("v1")));
        assert_eq!(created.asset_status.as_str(), "IMPORT_PENDING");
        assert_eq!(server.lines(), ["POST /imagemgmt/v1/images?action=import"]);
        assert_eq!(server.asked()[0].header("content-type"), Some("application/json"));
    }

    #[tokio::test]
    async fn a_create_whose_answer_has_no_id_may_be_done() {
        for reply in [
            Reply::json(201, &json!({ "streamName": "win11" })),
            Reply::text(201, ""),
            Reply::text(200, "<html>welcome</html>"),
            Reply::text(502, "bad gateway"),
            Reply::Drop,
        ] {
            let server = Scripted::new([reply]);
            let outcome = client(&server).create_image(&marketplace()).await;
            assert_eq!(outcome.class(), "unknown");
            assert_eq!(server.lines().len(), 1);
        }
    }

    #[tokio::test]
    async fn a_password_that_the_remote_repeats_is_not_passed_on() {
        let body = json!({ "errors": [{ "message": "password hunter2-hunter2 is too weak" }] });
        let server = Scripted::new([Reply::json(400, &body)]);
        let mut image = marketplace();
        image.asset_details.vm_info = Some(VmInfo {
            username: "admin".into(),
            password: "hunter2-hunter2".into(),
        });
        let outcome = client(&server).create_image(&image).await;
        let message = &outcome.problem().unwrap().message;
        assert_eq!(message, "create image win11: password [redacted] is too weak");
    }

    #[tokio::test]
    async fn both_forms_of_publish_name_the_organisation() {
        let body = json!({ "versionId": "v1", "versionStatus": "PUBLISH_IN_PROGRESS" });
        let server = Scripted::new([Reply::json(201, &body), Reply::text(201, "")]);
        let client = client(&server);
        let (image, version) = (id("i1"), id("v1"));
        let publish = PublishVersion {
            provider_label: "AZURE".into(),
            replicas: vec![Replica {
                provider_instance_id: "p2".into(),
            }],
            ..PublishVersion::default()
        };
        let Outcome::Done(published) = client.publish_version(&image, &version, &publish).await else {
            panic!()
        };
        assert_eq!(published.version_status.as_str(), "PUBLISH_IN_PROGRESS");
        let vsphere = PublishVersionToVsphere::default();
        assert_eq!(
            client
                .publish_version_to_vsphere(&image, &version, &vsphere)
                .await,
            Outcome::Done(PublishedVersion::default())
        );
        assert_eq!(
            server.lines(),
            [
                "POST /imagemgmt/v1/images/i1/versions/v1?action=publish",
                "POST /imagemgmt/v1/images/i1/versions/v1/publish",
            ]
        );
        let sent: Value = serde_json::from_str(&server.asked()[0].body).unwrap();
        assert_eq!(
            sent,
            json!({ "providerLabel": "AZURE", "replicas": [{ "providerInstanceId": "p2" }], "orgId": "org-1" })
        );
    }

    #[tokio::test]
    async fn a_patch_sends_only_what_changes() {
        let server = Scripted::new([Reply::json(202, &json!({ "id": "v1", "description": "new" }))]);
        let patch = PatchVersion {
            description: Some("new".into()),
            ..PatchVersion::default()
        };
        let outcome = client(&server).patch_version(&id("i1"), &id("v1"), &patch).await;
        let Outcome::Done(version) = outcome else { panic!() };
        assert_eq!(version.description.as_deref(), Some("new"));
        assert_eq!(
            server.lines(),
            ["PATCH /imagemgmt/v1/images/i1/versions/v1?org_id=org-1"]
        );
        assert_eq!(server.asked()[0].body, r#"{"description":"new"}"#);
    }

    #[tokio::test]
    async fn a_delete_is_done_refused_or_unknown() {
        let server = Scripted::new([
            Reply::text(202, ""),
            Reply::text(204, ""),
            Reply::text(404, "{}"),
            Reply::text(
                409,
                r#"{"errors":[{"code":"VERSION_IN_USE","message":"in use"}]}"#,
            ),
            Reply::text(422, "{}"),
            Reply::Drop,
        ]);
        let client = client(&server);
        let mut seen = Vec::new();
        for _ in 0..6 {
            let outcome = client.delete_version(&id("i1"), &id("v1")).await;
            seen.push((outcome.class(), outcome.problem().map(|problem| problem.kind)));
        }
        assert_eq!(
            seen,
            [
                ("done", None),
                ("done", None),
                ("refused", Some(ProblemKind::NotFound)),
                ("refused", Some(ProblemKind::Conflict)),
                ("refused", Some(ProblemKind::Unprocessable)),
                ("unknown", Some(ProblemKind::Unreachable)),
            ]
        );
        assert_eq!(
            server.lines()[0],
            "DELETE /imagemgmt/v1/images/i1/versions/v1?org_id=org-1"
        );
    }
}
