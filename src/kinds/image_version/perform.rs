//! Turns one step into one remote write.

use super::changes::{REPUBLISH, SHRINK, VALIDATE, failed, missing, surplus};
use super::make::{self, Make};
use super::observed::Seen;
use super::remove;
use crate::api::ImageVersion;
use crate::api::image::Publish;
use crate::api::record::PUBLISH;
use crate::connections::ImageManagement;
use crate::kinds::image::change::PATCH;
use crate::kinds::image::{PublishForm, same_shape};
use crate::kinds::managed::{Performed, Target};
use crate::lifecycle::{Operation, Outcome, Problem, ProblemKind, RemoteId};
use crate::remote::imagemgmt::Client;
use crate::remote::imagemgmt::model::{
    CreatedVersion, PatchVersion, Replica, RepublishTarget, RepublishVersion, RepublishVersionToVsphere,
    ShrinkVersion, ValidateVersion,
};

/// Sends the one write that this operation stands for.
pub(super) async fn perform(
    remote: &ImageManagement,
    operation: &Operation,
    target: Target<'_, ImageVersion>,
) -> Performed<CreatedVersion> {
    let client = remote.client();
    match operation {
        Operation::Create => create(client, target).await,
        Operation::Delete => remove::remove(remote, &target).await,
        Operation::Change { name, goal } => Performed::of_change(match target.seen {
            Some(seen) => change(client, name, goal, &target, seen).await,
            None => Outcome::not_yet("the version is not listed at the moment"),
        }),
    }
}

async fn create(client: &Client, target: Target<'_, ImageVersion>) -> Performed<CreatedVersion> {
    let wanted = target.wanted;
    let Some(image) = &wanted.image else {
        return Performed::of_change(Outcome::not_yet("the image of the version is not known"));
    };
    let made = match &wanted.make {
        Ok(Make::Add(add)) => {
            let request = make::with_password(add, &wanted.spec, target.secret);
            client.add_version(image, &request).await
        }
        Ok(Make::Clone { source, request }) => client.clone_version(image, source, request).await,
        Err(unmade) => {
            let report = unmade.report();
            return Performed {
                told: Some(report.clone()),
                ..Performed::of_change(Outcome::not_yet(&report.message))
            };
        }
    };
    match made {
        Outcome::Done(created) => Performed {
            outcome: Outcome::Done(Some(created.version_id.clone())),
            created: Some(Box::new(created)),
            told: None,
        },
        other => Performed::of_change(other.map(|_| ())),
    }
}

async fn change(
    client: &Client,
    name: &str,
    goal: &str,
    target: &Target<'_, ImageVersion>,
    seen: &Seen,
) -> Outcome<()> {
    let (image, version) = (&seen.image, &seen.version.id);
    match name {
        PUBLISH => publish(client, target, image, version).await,
        REPUBLISH => republish(client, target, seen).await,
        SHRINK => shrink(client, target, seen).await,
        PATCH => {
            let patch = PatchVersion {
                description: Some(goal.to_owned()),
                ..PatchVersion::default()
            };
            client.patch_version(image, version, &patch).await.map(|_| ())
        }
        VALIDATE => validate(client, target, image, version).await,
        _ => not_asked_for(name),
    }
}

async fn publish(
    client: &Client,
    target: &Target<'_, ImageVersion>,
    image: &RemoteId,
    version: &RemoteId,
) -> Outcome<()> {
    match &target.wanted.publish {
        Some(PublishForm::Azure(form)) => client.publish_version(image, version, form).await.map(|_| ()),
        Some(PublishForm::Vsphere(form)) => client
            .publish_version_to_vsphere(image, version, form)
            .await
            .map(|_| ()),
        None => not_asked_for(PUBLISH),
    }
}

async fn republish(client: &Client, target: &Target<'_, ImageVersion>, seen: &Seen) -> Outcome<()> {
    let (image, version) = (&seen.image, &seen.version.id);
    let wanted = target.wanted;
    let (Some(providers), Some(publish)) = (&wanted.providers, &wanted.spec.publish) else {
        return not_asked_for(REPUBLISH);
    };
    let missing = missing(providers, seen);
    if publish.vsphere.is_none() {
        let form = RepublishVersion {
            additional_replicas: missing.into_iter().map(replica).collect(),
            proxy_server: publish.proxy_server.clone(),
            proxy_bypass: publish.proxy_bypass.clone(),
        };
        return client.republish_version(image, version, &form).await.map(|_| ());
    }
    let failed = failed(providers, seen);
    let failed = failed
        .iter()
        .filter_map(|copy| copy.provider_instance_id.as_deref());
    let named: Vec<&str> = missing.into_iter().chain(failed).collect();
    match to_vsphere(publish, &named) {
        Ok(form) => client
            .republish_version_to_vsphere(image, version, &form)
            .await
            .map(|_| ()),
        Err(error) => Outcome::Refused(Problem::new(
            ProblemKind::Rejected,
            format!("spec.publish.vsphere can't be sent: {error}"),
        )),
    }
}

/// On vSphere each provider instance is named, with what is installed there; one that the spec does not describe is
/// named alone.
fn to_vsphere(publish: &Publish, named: &[&str]) -> Result<RepublishVersionToVsphere, serde_json::Error> {
    let vsphere = publish.vsphere.as_ref();
    let described = vsphere.map(|vsphere| vsphere.target_providers.as_slice());
    let target = |provider: &&str| {
        let described = described
            .unwrap_or_default()
            .iter()
            .find(|target| target.provider_instance_id == **provider);
        match described {
            Some(target) => same_shape(target),
            None => Ok(RepublishTarget {
                provider_instance_id: (**provider).to_owned(),
                provider_label: "VIEW".to_owned(),
                provider_data: None,
            }),
        }
    };
    Ok(RepublishVersionToVsphere {
        target_providers: named.iter().map(target).collect::<Result<_, _>>()?,
        staging_area_config_id: vsphere.and_then(|vsphere| vsphere.staging_area_config_id.clone()),
    })
}

async fn shrink(client: &Client, target: &Target<'_, ImageVersion>, seen: &Seen) -> Outcome<()> {
    let providers = target.wanted.providers.as_ref();
    let surplus = providers
        .map(|providers| surplus(providers, seen))
        .unwrap_or_default();
    let replicas = surplus
        .iter()
        .filter_map(|copy| copy.provider_instance_id.as_deref());
    match ShrinkVersion::from_replicas(replicas.map(replica).collect()) {
        Some(form) => client
            .shrink_version(&seen.image, &seen.version.id, &form)
            .await
            .map(|_| ()),
        None => not_asked_for(SHRINK),
    }
}

async fn validate(
    client: &Client,
    target: &Target<'_, ImageVersion>,
    image: &RemoteId,
    version: &RemoteId,
) -> Outcome<()> {
    let Some(validate) = &target.wanted.spec.validate else {
        return not_asked_for(VALIDATE);
    };
    match same_shape(&validate.validation_infra_resource_details) {
        Ok(validation_infra_resource_details) => {
            let form = ValidateVersion {
                validation_infra_resource_details,
            };
            client.validate_version(image, version, &form).await.map(|_| ())
        }
        Err(error) => Outcome::Refused(Problem::new(
            ProblemKind::Rejected,
            format!("spec.validate can't be sent: {error}"),
        )),
    }
}

fn replica(provider_instance_id: &str) -> Replica {
    Replica {
        provider_instance_id: provider_instance_id.to_owned(),
    }
}

fn not_asked_for(name: &str) -> Outcome<()> {
    Outcome::not_yet(format!("the spec does not ask for {name} any more"))
}
