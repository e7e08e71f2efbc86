//! The image management API of Horizon Cloud next-gen, after its public OpenAPI document.
//!
//! Where that is silent, the comments say whether a behaviour was inferred, or is unknown and a setting.
//!
//! | file | what |
//! |---|---|
//! | `words` | the closed sets of words |
//! | `model` | images, versions, copies, markers, pools, provider instances |
//! | `world` | all of them, and how time changes them |
//! | `work` | the stages of background work |
//! | `turn` | one request |
//! | `images` `versions` `publish` `clone` `copies` `markers` `discovery` | the operations |
//! | `assets` | the sources of a version and their rules |
//! | `rows` | the records as they are shown, searched and sorted |

mod assets;
mod clone;
mod copies;
mod discovery;
mod images;
mod markers;
mod model;
mod publish;
mod rows;
mod turn;
mod version_name;
mod versions;
mod words;
mod work;
mod world;

use axum::http::StatusCode;
use serde::Deserialize;

pub(crate) use model::Used;
pub(crate) use turn::{Turn, Twist};
pub(crate) use world::{World, pool_view};

use super::error::ApiError;
use super::page;
use super::reply::Reply;
use super::route::Operation;
use super::settings::{EmptyListAnswer, WrongOrgAnswer};

/// Carries out one operation.
pub(crate) fn perform(operation: Operation, world: &mut World, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    if names_another_org(turn) {
        return wrong_org(operation, turn);
    }
    match operation {
        Operation::ListImages => images::list(world, turn),
        Operation::GetImage => images::get(world, turn),
        Operation::CreateImage => images::create(world, turn),
        Operation::DeleteImage => images::delete(world, turn),
        Operation::ListVersions => versions::list(world, turn),
        Operation::GetVersion => versions::get(world, turn),
        Operation::AddVersion => versions::add(world, turn),
        Operation::PatchVersion => versions::patch(world, turn),
        Operation::DeleteVersion => versions::delete(world, turn),
        Operation::ValidateVersion => versions::validate(world, turn),
        Operation::PublishVersion => publish::publish(world, turn),
        Operation::PublishVersionSecondary => publish::publish_secondary(world, turn),
        Operation::RepublishVersion => publish::republish(world, turn),
        Operation::RepublishVersionV2 => publish::republish_secondary(world, turn),
        Operation::ShrinkVersion => publish::shrink(world, turn),
        Operation::CloneVersion => clone::clone(world, turn),
        Operation::ListCopies => copies::list_of_version(world, turn),
        Operation::GetCopy => copies::get(world, turn),
        Operation::ListImageCopies => copies::list_all(world, turn),
        Operation::ListMarkerCopies => copies::list_of_marker(world, turn),
        Operation::ListMarkers => markers::list(world, turn),
        Operation::GetMarker => markers::get(world, turn),
        Operation::DeleteMarker => markers::delete(world, turn),
        Operation::ListImageSources => discovery::list_image_sources(turn),
        Operation::ListCustomVms => discovery::list_custom_vms(turn),
        Operation::ListProviderInstances => discovery::list_provider_instances(turn),
        Operation::NotAllowed => Err(assets::not_allowed("the method is not allowed here")),
        Operation::ImportCustomImage
        | Operation::CreateCustomImage
        | Operation::CopyCustomImage
        | Operation::TerminateCustomImage
        | Operation::DescribeImage
        | Operation::GetProjectList
        | Operation::GetRegion
        | Operation::Unknown
        | Operation::SignIn => Err(ApiError::new(
            StatusCode::NOT_FOUND,
            "RESOURCE_NOT_FOUND",
            "nothing is served here",
        )),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrgOfBody {
    org_id: Option<String>,
}

/// Whether the query (`org_id`, `orgId`) or the body (`orgId`) names an organisation other than the caller's.
fn names_another_org(turn: &Turn<'_>) -> bool {
    let in_body = serde_json::from_slice::<OrgOfBody>(turn.body)
        .ok()
        .and_then(|body| body.org_id);
    let in_query = turn.query.all("org_id").chain(turn.query.all("orgId"));
    in_query
        .chain(in_body.as_deref())
        .any(|org| !turn.caller.is_of(org))
}

fn wrong_org(operation: Operation, turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let forbidden = || ApiError::forbidden("the token is not of this organisation");
    let absent = || {
        ApiError::new(
            StatusCode::NOT_FOUND,
            "RESOURCE_NOT_FOUND",
            "nothing is found for the request",
        )
    };
    match turn.settings.wrong_org_answer {
        WrongOrgAnswer::Empty if operation.is_list() => {
            let answer = turn
                .settings
                .empty_list_answer
                .unwrap_or(EmptyListAnswer::EmptyPage);
            page::empty(answer, turn.query, turn.settings)
        }
        WrongOrgAnswer::Empty | WrongOrgAnswer::NotFound if operation.is_list() || operation.is_get() => {
            Err(absent())
        }
        _ => Err(forbidden()),
    }
}
