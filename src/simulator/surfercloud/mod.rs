//! The custom images of SurferCloud, after its public API pages and those of UCloud, whose white label it is.
//!
//! Where they are silent, the comments say whether a behaviour was inferred, or is unknown and a setting.
//!
//! | file | what |
//! |---|---|
//! | `call` | a request: its parameters, from wherever they come, and its signature |
//! | `accounts` | the built-in accounts, their projects, the regions |
//! | `refusal` | return codes and the envelope |
//! | `world` | the images, and how time changes them |
//! | `images` | the operations on images |
//! | `settings` | what can be set |

mod accounts;
mod call;
mod images;
mod refusal;
mod settings;
mod world;

use serde_json::json;

use super::clock::Moment;
use super::imagemgmt::Twist;
use super::reply::Reply;
use super::route::Operation;
use accounts::{Account, REGIONS};
pub(crate) use call::Call;
use images::{Scope, Terminated};
pub(crate) use refusal::error_reply;
use refusal::{Envelope, Refusal};
pub use settings::{AuthRule, EmptyImageSet, FormatRule, SurferCloudSettings};
pub(crate) use world::World;

/// The one path; what is asked for stands in the parameters.
pub(crate) const PATH: &str = "/";

/// One request, and what it meets.
pub(crate) struct Turn<'t> {
    pub(crate) moment: Moment,
    pub(crate) settings: &'t SurferCloudSettings,
    pub(crate) twist: &'t Twist,
    /// Names the request, for a support case.
    pub(crate) request_id: String,
}

/// Carries out one request.
pub(crate) fn perform(call: &Call, world: &mut World, turn: &Turn<'_>) -> Reply {
    let envelope = Envelope {
        action: call.action(),
        request_id: &turn.request_id,
        settings: turn.settings,
    };
    match carry_out(call, world, turn, &envelope) {
        Ok(reply) => reply,
        Err(refusal) => envelope.refused(&refusal),
    }
}

/// The order of the checks is inferred from answers that clients published.
fn carry_out(
    call: &Call,
    world: &mut World,
    turn: &Turn<'_>,
    envelope: &Envelope<'_>,
) -> Result<Reply, Refusal> {
    if call.action().is_empty() {
        return Err(Refusal::new(160, "Missing Action"));
    }
    let operation = call.operation();
    if operation == Operation::Unknown {
        return Err(Refusal::new(161, format!("Action [{}] not found", call.action())));
    }
    let account = Account::of(call)?;
    match operation {
        Operation::GetProjectList => return Ok(envelope.done(&account.project_list())),
        Operation::GetRegion => return Ok(envelope.done(&json!({ "Regions": accounts::region_rows() }))),
        _ => {}
    }
    let scope = scope(account, call)?;
    match operation {
        Operation::DescribeImage => {
            images::describe(world, call, &scope, turn).map(|body| envelope.done(&body))
        }
        Operation::ImportCustomImage => {
            images::import(world, call, &scope, turn).map(|body| changed(envelope, &body))
        }
        Operation::CreateCustomImage => {
            images::create(world, call, &scope, turn).map(|body| changed(envelope, &body))
        }
        Operation::CopyCustomImage => {
            images::copy(world, call, (account, &scope), turn).map(|body| changed(envelope, &body))
        }
        _ => images::terminate(world, call, &scope, turn).map(|terminated| match terminated {
            Terminated::Now(body) => changed(envelope, &body),
            Terminated::Before(body) => envelope.done(&body),
        }),
    }
}

fn changed(envelope: &Envelope<'_>, body: &serde_json::Value) -> Reply {
    let id = body.get("ImageId").or_else(|| body.get("TargetImageId"));
    let id = id.and_then(serde_json::Value::as_str).map(str::to_owned);
    envelope.done(body).changing_image(id)
}

/// Where a request looks: without a project, in the account's default one.
fn scope(account: &'static Account, call: &Call) -> Result<Scope, Refusal> {
    let project = account.project(call.text("ProjectId").as_deref())?;
    let region = call.required("Region")?;
    if !REGIONS.contains(&region.as_str()) {
        return Err(Refusal::not_available("Region"));
    }
    Ok(Scope {
        region,
        project: project.to_owned(),
    })
}
