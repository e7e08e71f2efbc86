//! The client: what can be changed about the versions of an image. All of it starts work in the background of the
//! remote.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::client::Client;
use super::model::{
    AddVersion, CloneVersion, CreatedVersion, PublishedVersion, RepublishVersion, RepublishVersionToVsphere,
    ShrinkVersion, ValidateVersion, Version,
};
use super::writes::{about, unwritable, version_path, without_password};
use crate::lifecycle::{Outcome, RemoteId};
use crate::remote::http::Request;

impl Client {
    /// Adds a version to an image. Not idempotent, and the remote knows no request token.
    pub async fn add_version(&self, image: &RemoteId, version: &AddVersion) -> Outcome<CreatedVersion> {
        let settings = self.settings();
        let body = version.body(settings.org_id.as_ref(), settings.password_form);
        let request = Request::post(self.endpoint(), "add_version")
            .about(format!("to image {image}"))
            .path(["imagemgmt", "v1", "images", image.as_str(), "versions"])
            .json(&body);
        let outcome = self.transport().send(request).await;
        without_password(outcome, version.asset_details.vm_info.as_ref())
    }

    /// Clones a version as a further version of its image. Not idempotent, and the remote knows no request token.
    pub async fn clone_version(
        &self,
        image: &RemoteId,
        source: &RemoteId,
        clone: &CloneVersion,
    ) -> Outcome<CreatedVersion> {
        let request = Request::post(self.endpoint(), "clone_version")
            .path(version_path(image, source))
            .path(["clone"])
            .query("action", "clone-version");
        self.send_with_body(request, image, source, clone).await
    }

    /// Publishes the failed copies of a version again and adds further ones, on every provider but vSphere. Refused
    /// with `Conflict` while work is under way, `FailedDependency` where there is nothing to publish from.
    pub async fn republish_version(
        &self,
        image: &RemoteId,
        version: &RemoteId,
        republish: &RepublishVersion,
    ) -> Outcome<PublishedVersion> {
        let request = Request::post(self.endpoint(), "republish_version")
            .path(version_path(image, version))
            .path(["republish"]);
        self.publish(request, image, version, republish).await
    }

    /// The same on vSphere: the one operation of this API in version 2.
    pub async fn republish_version_to_vsphere(
        &self,
        image: &RemoteId,
        version: &RemoteId,
        republish: &RepublishVersionToVsphere,
    ) -> Outcome<PublishedVersion> {
        let request = Request::post(self.endpoint(), "republish_version_to_vsphere")
            .path(["imagemgmt", "v2", "images", image.as_str()])
            .path(["versions", version.as_str(), "republish"]);
        self.publish(request, image, version, republish).await
    }

    /// Takes copies of a version away. Refused with `PreconditionFailed` in a status that does not allow it.
    pub async fn shrink_version(
        &self,
        image: &RemoteId,
        version: &RemoteId,
        shrink: &ShrinkVersion,
    ) -> Outcome<Version> {
        let request = Request::post(self.endpoint(), "shrink_version")
            .path(version_path(image, version))
            .path(["shrink"]);
        self.send_with_body(request, image, version, shrink).await
    }

    /// Validates a version, which can be used again once that has succeeded.
    pub async fn validate_version(
        &self,
        image: &RemoteId,
        version: &RemoteId,
        validate: &ValidateVersion,
    ) -> Outcome<Version> {
        let request = Request::post(self.endpoint(), "validate_version")
            .path(version_path(image, version))
            .path(["validate"]);
        self.send_with_body(request, image, version, validate).await
    }

    /// Deletes a marker. Refused with `NotFound` where there is none, `Conflict` while a template uses it,
    /// `PreconditionFailed` while it moves. Markers are made and moved by [`Client::patch_version`].
    pub async fn delete_marker(&self, image: &RemoteId, marker: &RemoteId) -> Outcome<()> {
        let request = Request::delete(self.endpoint(), "delete_marker")
            .about(format!("{marker} of image {image}"))
            .path(["imagemgmt", "v1", "images", image.as_str()])
            .path(["markers", marker.as_str()]);
        self.transport().send_unit(self.with_org(request)).await
    }

    async fn send_with_body<T: DeserializeOwned>(
        &self,
        request: Request,
        image: &RemoteId,
        version: &RemoteId,
        body: &impl Serialize,
    ) -> Outcome<T> {
        match self.with_body(request, image, version, body) {
            Ok(request) => self.transport().send(request).await,
            Err(error) => unwritable(&error),
        }
    }

    /// The request about a version with its body, the organisation included.
    pub(super) fn with_body(
        &self,
        request: Request,
        image: &RemoteId,
        version: &RemoteId,
        body: &impl Serialize,
    ) -> Result<Request, serde_json::Error> {
        let mut body = serde_json::to_value(body)?;
        if let (Value::Object(fields), Some(org_id)) = (&mut body, &self.settings().org_id) {
            fields.insert("orgId".to_owned(), org_id.as_str().into());
        }
        Ok(request.about(about(image, version)).json(&body))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::client::tests::{client, id};
    use super::super::model::{
        AssetDetailsRequest, CloneAssetDetailsRequest, GpuType, InfrastructureResources, MarkerRequest,
        PatchVersion, Replica, RepublishTarget, VersionType, VmInfo, VmOptions,
    };
    use super::*;
    use crate::lifecycle::ProblemKind;
    use crate::remote::http::scripted::{Reply, Scripted};
    use serde_json::json;

    fn custom_vm() -> AddVersion {
        AddVersion {
            source_version_id: Some(id("v1")),
            version_type: VersionType::Minor,
            description: "November [io1:x]".into(),
            source_type: "AZURE_CUSTOM_VM".into(),
            os_type: "WINDOWS".into(),
            os: "Windows 11".into(),
            gpu_type: GpuType::None,
            provider_label: "AZURE".into(),
            provider_instance_id: "p1".into(),
            asset_details: AssetDetailsRequest {
                asset_type: "AZURE_VM_IN_RG".into(),
                data: json!({ "vmName": "golden" }).as_object().unwrap().clone(),
                options: None,
                vm_info: Some(VmInfo {
                    username: "admin".into(),
                    password: "hunter2-hunter2".into(),
                }),
            },
            markers: Vec::new(),
            project_id: Some("project-1".into()),
        }
    }

    fn clone() -> CloneVersion {
        CloneVersion {
            version_type: VersionType::Minor,
            version_description: "[io1:x]".into(),
            asset_details: CloneAssetDetailsRequest {
                resource_type: "AZURE_NETWORK_RESOURCE".into(),
                data: json!({ "vNet": "/v", "subNet": "/s" })
                    .as_object()
                    .unwrap()
                    .clone(),
                options: Some(VmOptions {
                    create_public_ip: Some(false),
                    open_ssh_port: None,
                }),
            },
            markers: Vec::new(),
            ims_tags: BTreeMap::from([("team".to_owned(), "desk".to_owned())]),
            uem_managed: None,
        }
    }

    fn created() -> Reply {
        Reply::json(
            201,
            &json!({
                "imageId": "i1", "imageStatus": "AVAILABLE", "versionId": "v2", "versionName": "1.1.0",
                "versionStatus": "PENDING", "versionHistory": ["1.0.0"], "assetId": "a2",
                "assetStatus": "IMPORT_PENDING", "sourceVersionId": "v1",
            }),
        )
    }

    fn sent(server: &Scripted, number: usize) -> Value {
        serde_json::from_str(&server.asked()[number].body).unwrap()
    }

    #[tokio::test]
    async fn an_added_version_says_what_it_is_and_gives_the_ids_that_the_remote_chose() {
        let server = Scripted::new([created()]);
        let Outcome::Done(version) = client(&server).add_version(&id("i1"), &custom_vm()).await else {
            panic!()
        };
        assert_eq!(
            (&version.version_id, version.image_id),
            (&id("v2"), Some(id("i1")))
        );
        assert_eq!(version.version_history, ["1.0.0"]);
        assert_eq!(version.image_status.as_str(), "AVAILABLE");
        assert_eq!(server.lines(), ["POST /imagemgmt/v1/images/i1/versions"]);
        let body = sent(&server, 0);
        assert_eq!(
            body["assetDetails"]["vmInfo"]["password"]
                .as_array()
                .unwrap()
                .len(),
            15
        );
        assert_eq!(
            body,
            json!({
                "orgId": "org-1", "sourceVersionId": "v1", "versionType": "MINOR",
                "description": "November [io1:x]", "sourceType": "AZURE_CUSTOM_VM", "osType": "WINDOWS",
                "os": "Windows 11", "gpuType": "NONE", "providerLabel": "AZURE", "providerInstanceId": "p1",
                "assetDetails": body["assetDetails"], "markers": [], "projectId": "project-1",
            })
        );
    }

    #[tokio::test]
    async fn an_added_version_whose_answer_has_no_id_may_be_done() {
        for reply in [
            Reply::json(201, &json!({ "versionName": "1.1.0" })),
            Reply::text(201, ""),
            Reply::text(502, "bad gateway"),
            Reply::Drop,
        ] {
            let server = Scripted::new([reply]);
            let outcome = client(&server).add_version(&id("i1"), &custom_vm()).await;
            assert_eq!(outcome.class(), "unknown");
            assert_eq!(server.lines().len(), 1);
        }
    }

    #[tokio::test]
    async fn a_password_that_the_remote_repeats_is_not_passed_on() {
        let body = json!({ "errors": [{ "message": "password hunter2-hunter2 is too weak" }] });
        let server = Scripted::new([Reply::json(400, &body)]);
        let outcome = client(&server).add_version(&id("i1"), &custom_vm()).await;
        assert_eq!(
            outcome.problem().unwrap().message,
            "add version to image i1: password [redacted] is too weak"
        );
    }

    #[tokio::test]
    async fn a_clone_becomes_a_version_of_the_same_image() {
        let server = Scripted::new([created()]);
        let outcome = client(&server)
            .clone_version(&id("i1"), &id("v1"), &clone())
            .await;
        let Outcome::Done(version) = outcome else { panic!() };
        assert_eq!(version.source_version_id, Some(id("v1")));
        assert_eq!(
            server.lines(),
            ["POST /imagemgmt/v1/images/i1/versions/v1/clone?action=clone-version"]
        );
        assert_eq!(
            sent(&server, 0),
            json!({
                "orgId": "org-1", "versionType": "MINOR", "versionDescription": "[io1:x]",
                "assetDetails": {
                    "type": "AZURE_NETWORK_RESOURCE", "data": { "vNet": "/v", "subNet": "/s" },
                    "options": { "createPublicIp": false },
                },
                "markers": [], "imsTags": { "team": "desk" },
            })
        );
    }

    #[tokio::test]
    async fn both_forms_of_republish_go_to_their_own_path() {
        let body = json!({ "versionId": "v1", "versionStatus": "REPLICATION_IN_PROGRESS" });
        let server = Scripted::new([Reply::json(202, &body), Reply::text(202, "")]);
        let client = client(&server);
        let republish = RepublishVersion {
            additional_replicas: vec![replica("p2")],
            ..RepublishVersion::default()
        };
        let outcome = client.republish_version(&id("i1"), &id("v1"), &republish).await;
        let Outcome::Done(published) = outcome else {
            panic!()
        };
        assert_eq!(published.version_status.as_str(), "REPLICATION_IN_PROGRESS");
        let vsphere = RepublishVersionToVsphere {
            target_providers: vec![RepublishTarget {
                provider_instance_id: "p3".into(),
                provider_label: "VIEW".into(),
                provider_data: None,
            }],
            staging_area_config_id: None,
        };
        let outcome = client
            .republish_version_to_vsphere(&id("i1"), &id("v1"), &vsphere)
            .await;
        assert_eq!(outcome, Outcome::Done(PublishedVersion::default()));
        assert_eq!(
            server.lines(),
            [
                "POST /imagemgmt/v1/images/i1/versions/v1/republish",
                "POST /imagemgmt/v2/images/i1/versions/v1/republish",
            ]
        );
        assert_eq!(
            sent(&server, 0),
            json!({ "orgId": "org-1", "additionalReplicas": [{ "providerInstanceId": "p2" }] })
        );
        assert_eq!(
            sent(&server, 1),
            json!({ "orgId": "org-1", "targetProviders": [{ "providerInstanceId": "p3", "providerLabel": "VIEW" }] })
        );
    }

    #[tokio::test]
    async fn a_shrink_names_what_is_taken_away() {
        assert_eq!(ShrinkVersion::from_replicas(Vec::new()), None);
        let server = Scripted::new([Reply::json(
            202,
            &json!({ "id": "v1", "status": "SHRINK_IN_PROGRESS" }),
        )]);
        let shrink = ShrinkVersion::from_replicas(vec![replica("p2")]).unwrap();
        let outcome = client(&server)
            .shrink_version(&id("i1"), &id("v1"), &shrink)
            .await;
        let Outcome::Done(version) = outcome else { panic!() };
        assert_eq!(version.status.as_str(), "SHRINK_IN_PROGRESS");
        assert_eq!(
            server.lines(),
            ["POST /imagemgmt/v1/images/i1/versions/v1/shrink"]
        );
        assert_eq!(
            sent(&server, 0),
            json!({ "orgId": "org-1", "replicas": [{ "providerInstanceId": "p2" }] })
        );
    }

    #[tokio::test]
    async fn a_validation_names_where_it_runs() {
        let answer = json!({ "id": "v1", "status": "VALIDATION_IN_PROGRESS" });
        let server = Scripted::new([Reply::json(201, &answer)]);
        let validate = ValidateVersion {
            validation_infra_resource_details: InfrastructureResources::default(),
        };
        let outcome = client(&server)
            .validate_version(&id("i1"), &id("v1"), &validate)
            .await;
        assert_eq!(outcome.class(), "done");
        assert_eq!(
            server.lines(),
            ["POST /imagemgmt/v1/images/i1/versions/v1/validate"]
        );
        assert_eq!(
            sent(&server, 0),
            json!({ "orgId": "org-1", "validationInfraResourceDetails": { "infrastructureResourceList": [] } })
        );
    }

    #[tokio::test]
    async fn what_the_present_status_does_not_allow_is_refused_by_its_own_kind() {
        let server = Scripted::new([
            Reply::text(409, "{}"),
            Reply::text(424, "{}"),
            Reply::text(412, "{}"),
            Reply::text(400, "{}"),
        ]);
        let client = client(&server);
        let (image, version) = (id("i1"), id("v1"));
        let republish = RepublishVersion::default();
        let shrink = ShrinkVersion::from_replicas(vec![replica("p2")]).unwrap();
        let kinds = [
            kind(&client.republish_version(&image, &version, &republish).await),
            kind(&client.republish_version(&image, &version, &republish).await),
            kind(&client.shrink_version(&image, &version, &shrink).await),
            kind(
                &client
                    .validate_version(&image, &version, &ValidateVersion::default())
                    .await,
            ),
        ];
        assert_eq!(
            kinds,
            [
                Some(ProblemKind::Conflict),
                Some(ProblemKind::FailedDependency),
                Some(ProblemKind::PreconditionFailed),
                Some(ProblemKind::Rejected),
            ]
        );
    }

    #[tokio::test]
    async fn a_marker_is_made_and_moved_by_its_name_and_deleted_by_its_id() {
        let server = Scripted::new([
            Reply::json(202, &json!({ "id": "v2" })),
            Reply::text(204, ""),
            Reply::text(409, r#"{"errors":[{"code":"MARKER_IN_USE","message":"in use"}]}"#),
            Reply::text(412, "{}"),
            Reply::text(404, "{}"),
        ]);
        let client = client(&server);
        let patch = PatchVersion {
            markers: Some(vec![MarkerRequest {
                name: "stable".into(),
            }]),
            ..PatchVersion::default()
        };
        let outcome = client.patch_version(&id("i1"), &id("v2"), &patch).await;
        assert_eq!(outcome.class(), "done");
        assert_eq!(sent(&server, 0), json!({ "markers": [{ "name": "stable" }] }));
        let mut seen = Vec::new();
        for _ in 0..4 {
            seen.push(kind(&client.delete_marker(&id("i1"), &id("m1")).await));
        }
        assert_eq!(
            seen,
            [
                None,
                Some(ProblemKind::Conflict),
                Some(ProblemKind::PreconditionFailed),
                Some(ProblemKind::NotFound),
            ]
        );
        assert_eq!(
            server.lines()[1],
            "DELETE /imagemgmt/v1/images/i1/markers/m1?org_id=org-1"
        );
    }

    fn replica(instance: &str) -> Replica {
        Replica {
            provider_instance_id: instance.into(),
        }
    }

    fn kind<T>(outcome: &Outcome<T>) -> Option<ProblemKind> {
        outcome.problem().map(|problem| problem.kind)
    }
}
