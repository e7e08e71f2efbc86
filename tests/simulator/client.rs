//! The operator's client speaks to the simulator: two readings of the same public documents agree.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use image_operator::lifecycle::{Outcome, ProblemKind, RemoteId};
use image_operator::remote::http::{
    AllowedHosts, Authorization, Authorize, HostPattern, NoRecorder, PlainHttp, SignInFailure, Transport,
    TransportSettings, Wire, WireSettings,
};
use image_operator::remote::imagemgmt::model::{
    AddVersion, AssetDetailsRequest, CloneAssetDetailsRequest, CloneVersion, GpuType,
    InfrastructureResources, MarkerRequest, PatchVersion, PublishVersionToVsphere, Replica, RepublishTarget,
    RepublishVersion, RepublishVersionToVsphere, ShrinkVersion, TargetProvider, ValidateVersion, VersionType,
    VmInfo,
};
use image_operator::remote::imagemgmt::{Client, ClientSettings};
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde_json::{Map, Value, json};

use crate::support::{AZURE, AZURE_2, GALLERY_VERSION, IMAGES, Made, ORG, Remote, VIEW, view_image};

#[tokio::test]
async fn versions_are_added_from_a_gallery_and_from_a_vm() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let (image, first) = ids(&made);
    let gallery = AddVersion {
        source_version_id: Some(first.clone()),
        version_type: VersionType::Minor,
        ..added("AZURE_SIG", gallery_details())
    };
    let minor = done(client(&remote).add_version(&image, &gallery).await);
    assert_eq!(minor.version_name.as_deref(), Some("1.1.0"));
    assert_eq!(minor.version_history, ["1.0.0"]);
    assert_eq!(minor.source_version_id, Some(first));
    assert_eq!(minor.image_id.as_ref(), Some(&image));
    let vm = done(
        client(&remote)
            .add_version(&image, &added("AZURE_CUSTOM_VM", vm_details()))
            .await,
    );
    assert_eq!(vm.version_name.as_deref(), Some("2.0.0"));
    remote.finish_work().await;
    let version = done(client(&remote).get_version(&image, &vm.version_id).await);
    assert_eq!(version.status.as_str(), "IMPORT_COMPLETE");
    assert_eq!(version.description.as_deref(), Some("November [io1:x]"));
}

#[tokio::test]
async fn what_the_remote_judges_comes_back_as_a_refusal_in_its_words() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let market = remote.imported_image("market").await;
    let (image, _) = ids(&made);
    let gallery = || added("AZURE_SIG", gallery_details());
    let cases = [
        (
            image.clone(),
            AddVersion {
                version_type: VersionType::Minor,
                ..gallery()
            },
            "VALIDATION_FAILED",
        ),
        (
            image.clone(),
            AddVersion {
                version_type: VersionType::Patch,
                ..gallery()
            },
            "INVALID_VERSION_TYPE",
        ),
        (
            image.clone(),
            AddVersion {
                os_type: "LINUX".into(),
                ..gallery()
            },
            "INVALID_OS_TYPE",
        ),
        (
            image,
            AddVersion {
                gpu_type: GpuType::Nvidia,
                ..gallery()
            },
            "INVALID_GPU_TYPE",
        ),
        (ids(&market).0, gallery(), "UNSUPPORTED_METHOD"),
    ];
    for (image, version, code) in cases {
        let outcome = client(&remote).add_version(&image, &version).await;
        let Outcome::Refused(problem) = outcome else {
            panic!("{code}: {outcome:?}")
        };
        assert_eq!(
            (problem.kind, problem.code.as_deref()),
            (ProblemKind::Rejected, Some(code))
        );
    }
}

#[tokio::test]
async fn a_version_is_cloned() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let (image, source) = ids(&made);
    let clone = CloneVersion {
        version_type: VersionType::Minor,
        version_description: "November [io1:x]".into(),
        asset_details: CloneAssetDetailsRequest {
            resource_type: "AZURE_NETWORK_RESOURCE".into(),
            data: object(&json!({"vNet": "/v", "subNet": "/s"})),
            options: None,
        },
        markers: Vec::new(),
        ims_tags: [("team".to_owned(), "desk".to_owned())].into(),
        uem_managed: None,
    };
    let cloned = done(client(&remote).clone_version(&image, &source, &clone).await);
    assert_eq!(cloned.source_type.as_deref(), Some("COPIED_FROM_AZURE_VERSION"));
    remote.finish_work().await;
    let version = done(client(&remote).get_version(&image, &cloned.version_id).await);
    assert_eq!(version.status.as_str(), "IMPORT_COMPLETE");
    assert_eq!(version.ims_tags["team"], "desk");
}

#[tokio::test]
async fn copies_are_added_and_taken_away() {
    let mut remote = Remote::start().await;
    let made = remote.available_image("win11").await;
    let (image, version) = ids(&made);
    let republish = RepublishVersion {
        additional_replicas: vec![replica(AZURE_2)],
        ..RepublishVersion::default()
    };
    let answer = done(
        client(&remote)
            .republish_version(&image, &version, &republish)
            .await,
    );
    assert_eq!(answer.version_status.as_str(), "REPLICATION_IN_PROGRESS");
    let shrink = ShrinkVersion::from_replicas(vec![replica(AZURE_2)]).unwrap();
    let early = client(&remote).shrink_version(&image, &version, &shrink).await;
    assert_eq!(early.problem().unwrap().kind, ProblemKind::PreconditionFailed);
    let again = client(&remote)
        .republish_version(&image, &version, &republish)
        .await;
    assert_eq!(again.problem().unwrap().kind, ProblemKind::Conflict);
    remote.finish_work().await;
    assert_eq!(copies(&remote, &made).await, 2);
    let answer = done(client(&remote).shrink_version(&image, &version, &shrink).await);
    assert_eq!(answer.status.as_str(), "SHRINK_IN_PROGRESS");
    remote.finish_work().await;
    assert_eq!(copies(&remote, &made).await, 1);
}

#[tokio::test]
async fn a_failed_import_has_nothing_to_publish_from() {
    let mut remote = Remote::start().await;
    let effect = json!({"type": "failWork", "errorCode": "INITATE_IMAGE_IMPORT_FAILED"});
    remote
        .fault(json!({"match": {"operation": "createImage"}, "effect": effect}))
        .await;
    let (image, version) = ids(&remote.imported_image("win11").await);
    let outcome = client(&remote)
        .republish_version(&image, &version, &RepublishVersion::default())
        .await;
    assert_eq!(outcome.problem().unwrap().kind, ProblemKind::FailedDependency);
}

#[tokio::test]
async fn a_view_version_is_published_again_in_its_own_form() {
    let mut remote = Remote::start().await;
    let (_, created) = remote.post(IMAGES, &view_image("golden")).await;
    let (image, version) = ids(&Made::of_create(&created));
    remote.finish_work().await;
    let publish = PublishVersionToVsphere {
        target_providers: vec![TargetProvider {
            provider_instance_id: VIEW.into(),
            provider_label: "VIEW".into(),
            provider_data: None,
        }],
        ..PublishVersionToVsphere::default()
    };
    let outcome = client(&remote)
        .publish_version_to_vsphere(&image, &version, &publish)
        .await;
    assert_eq!(done(outcome).version_status.as_str(), "PUBLISH_IN_PROGRESS");
    remote.finish_work().await;
    let republish = RepublishVersionToVsphere {
        target_providers: vec![RepublishTarget {
            provider_instance_id: VIEW.into(),
            provider_label: "VIEW".into(),
            provider_data: None,
        }],
        staging_area_config_id: None,
    };
    let outcome = client(&remote)
        .republish_version_to_vsphere(&image, &version, &republish)
        .await;
    assert_eq!(done(outcome).version_id, Some(version));
}

#[tokio::test]
async fn a_version_is_validated_when_asked() {
    let mut remote = Remote::start().await;
    let (image, version) = ids(&remote.available_image("win11").await);
    let validate = ValidateVersion {
        validation_infra_resource_details: InfrastructureResources::default(),
    };
    let answer = done(
        client(&remote)
            .validate_version(&image, &version, &validate)
            .await,
    );
    assert_eq!(answer.status.as_str(), "VALIDATION_IN_PROGRESS");
    remote.finish_work().await;
    let version = done(client(&remote).get_version(&image, &version).await);
    let details = version.version_validation_details.unwrap();
    assert_eq!(details.validation_status.as_deref(), Some("SUCCESS"));
}

#[tokio::test]
async fn a_marker_is_made_moved_and_deleted() {
    let mut remote = Remote::start().await;
    let (image, first) = ids(&remote.available_image("win11").await);
    let second = done(
        client(&remote)
            .add_version(&image, &added("AZURE_SIG", gallery_details()))
            .await,
    );
    remote.finish_work().await;
    let client = client(&remote);
    let patch = PatchVersion {
        markers: Some(vec![MarkerRequest {
            name: "stable".into(),
        }]),
        ..PatchVersion::default()
    };
    done(client.patch_version(&image, &first, &patch).await);
    let made = done(client.list_markers(&image).await).items.remove(0);
    let marker = made.id.unwrap();
    assert_eq!(made.version_id, Some(first));
    done(client.patch_version(&image, &second.version_id, &patch).await);
    let moving = done(client.get_marker(&image, &marker).await);
    assert_eq!(moving.next_version_id.as_ref(), Some(&second.version_id));
    let early = client.delete_marker(&image, &marker).await;
    assert_eq!(early.problem().unwrap().kind, ProblemKind::PreconditionFailed);
    remote.advance(120).await;
    let moved = done(client.get_marker(&image, &marker).await);
    assert_eq!(moved.version_id, Some(second.version_id));
    done(client.delete_marker(&image, &marker).await);
    let gone = client.get_marker(&image, &marker).await;
    assert_eq!(gone.problem().unwrap().kind, ProblemKind::NotFound);
}

fn added(source_type: &str, asset_details: AssetDetailsRequest) -> AddVersion {
    AddVersion {
        source_version_id: None,
        version_type: VersionType::Major,
        description: "November [io1:x]".into(),
        source_type: source_type.into(),
        os_type: "WINDOWS".into(),
        os: "Windows 11 Enterprise, 24H2".into(),
        gpu_type: GpuType::None,
        provider_label: "AZURE".into(),
        provider_instance_id: AZURE.into(),
        asset_details,
        markers: Vec::new(),
        project_id: None,
    }
}

fn gallery_details() -> AssetDetailsRequest {
    AssetDetailsRequest {
        asset_type: "AZURE_IMAGE_IN_SIG".into(),
        data: object(&json!({"galleryImageResourceId": GALLERY_VERSION, "galleryAzureADTenantId": "t"})),
        options: None,
        vm_info: None,
    }
}

fn vm_details() -> AssetDetailsRequest {
    AssetDetailsRequest {
        asset_type: "AZURE_VM_IN_RG".into(),
        data: object(&json!({
            "licenseType": "l", "publisher": "p", "offer": "o", "sku": "s", "vmSize": "v", "vmName": "n",
            "resourceGroupName": "g",
        })),
        options: None,
        vm_info: Some(VmInfo {
            username: "admin".into(),
            password: "change-Me-1234".into(),
        }),
    }
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

fn replica(instance: &str) -> Replica {
    Replica {
        provider_instance_id: instance.into(),
    }
}

fn ids(made: &Made) -> (RemoteId, RemoteId) {
    (made.image.parse().unwrap(), made.version.parse().unwrap())
}

fn done<T: std::fmt::Debug>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Done(answer) => answer,
        other => panic!("{other:?}"),
    }
}

async fn copies(remote: &Remote, made: &Made) -> usize {
    let (image, version) = ids(made);
    done(client(remote).list_copies(&image, &version).await)
        .items
        .len()
}

/// The operator's client with the token that the test has just now.
fn client(remote: &Remote) -> Client {
    let host: HostPattern = "127.0.0.1".parse().unwrap();
    let hosts = AllowedHosts::new([host], PlainHttp::Allowed);
    let wire = Wire::new(WireSettings::for_hosts(hosts)).unwrap();
    let sign_in = Arc::new(SignedIn(remote.token().to_owned()));
    let transport = Transport::new(Arc::new(wire), TransportSettings::default(), Arc::new(NoRecorder))
        .with_sign_in(sign_in);
    let settings = ClientSettings::new(remote.url.parse().unwrap(), ORG.parse().ok());
    Client::new(Arc::new(transport), settings)
}

/// Somebody who has signed in already.
struct SignedIn(String);

impl Authorize for SignedIn {
    fn authorization(&self) -> BoxFuture<'_, Result<Authorization, SignInFailure>> {
        let value = HeaderValue::from_str(&format!("Bearer {}", self.0)).unwrap();
        let headers = vec![(AUTHORIZATION, value)];
        async { Ok(Authorization { headers, sign_in: 1 }) }.boxed()
    }

    fn rejected(&self, _: &Authorization) {}
}
