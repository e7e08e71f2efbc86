//! The operations on images.

use serde_json::{Map, Value, json};

use super::Turn;
use super::accounts::{Account, REGIONS};
use super::call::Call;
use super::refusal::Refusal;
use super::settings::{AuthRule, EmptyImageSet, FormatRule};
use super::world::{Image, World};
use crate::simulator::clock::seconds_after;
use crate::simulator::faults::WorkName;

pub(super) use super::world::Scope;

const FORMATS: [&str; 4] = ["RAW", "VHD", "VMDK", "qcow2"];
const DEFAULT_LIMIT: usize = 20;
/// The bounds of names and remarks, in characters (public page `uhost-api/specification`).
const LONGEST_NAME: usize = 63;
const LONGEST_DESCRIPTION: usize = 255;

/// Lists images: own ones and, unless asked otherwise, the vendor's. An id that nothing has shows nothing.
pub(super) fn describe(world: &World, call: &Call, scope: &Scope, turn: &Turn<'_>) -> Result<Value, Refusal> {
    let offset = call.number("Offset")?.unwrap_or(0);
    let limit = call.number("Limit")?.unwrap_or(DEFAULT_LIMIT);
    let mut ids = call.list("ImageIds");
    ids.extend(call.text("ImageId"));
    let own = world
        .within(scope)
        .filter(|image| image.listed_from <= turn.moment.wire)
        .map(|image| image.row(turn.settings));
    let matches = |name: &str, row: &Value| {
        let wanted = call.text(name);
        wanted.is_none_or(|wanted| row.get(name).and_then(Value::as_str) == Some(wanted.as_str()))
    };
    let found: Vec<Value> = own
        .chain(base_images(scope))
        .filter(|row| matches("ImageType", row) && matches("OsType", row) && matches("Zone", row))
        .filter(|row| {
            let id = row.get("ImageId").and_then(Value::as_str).unwrap_or_default();
            ids.is_empty() || ids.iter().any(|wanted| wanted == id)
        })
        .collect();
    let mut body = Map::new();
    body.insert("TotalCount".to_owned(), found.len().into());
    let limit = limit.min(turn.settings.max_limit);
    let page: Vec<Value> = found.into_iter().skip(offset).take(limit).collect();
    match (page.is_empty(), turn.settings.empty_image_set) {
        (true, EmptyImageSet::Omitted) => {}
        (true, EmptyImageSet::Null) => {
            body.insert("ImageSet".to_owned(), Value::Null);
        }
        _ => {
            body.insert("ImageSet".to_owned(), page.into());
        }
    }
    Ok(body.into())
}

/// What the vendor offers everywhere.
fn base_images(scope: &Scope) -> impl Iterator<Item = Value> {
    let offered = [("Linux", "Ubuntu 22.04 64位"), ("Windows", "Windows 2019 64位")];
    let region = scope.region.clone();
    offered.into_iter().map(move |(os_type, os_name)| {
        json!({
            "ImageId": format!("uimage-base-{}-{region}", os_type.to_lowercase()),
            "ImageName": os_name,
            "ImageType": "Base",
            "OsType": os_type,
            "OsName": os_name,
            "Zone": format!("{region}-01"),
            "State": "Available",
            "ImageDescription": "",
            "CreateTime": 1_600_000_000,
            "ImageSize": 20,
        })
    })
}

/// Makes an image from a file. The file is not fetched.
pub(super) fn import(
    world: &mut World,
    call: &Call,
    scope: &Scope,
    turn: &Turn<'_>,
) -> Result<Value, Refusal> {
    let name = call.required("ImageName")?;
    let file = call.required("UFileUrl")?;
    let os_type = call.required("OsType")?;
    let os_name = call.required("OsName")?;
    let format = call.required("Format")?;
    let auth = call.required("Auth")?;
    check_name("ImageName", &name)?;
    if !file.starts_with("http://") && !file.starts_with("https://") {
        return Err(Refusal::not_available("UFileUrl"));
    }
    let known = FORMATS.iter().any(|known| match turn.settings.format_rule {
        FormatRule::Exact => *known == format,
        FormatRule::AnyCase => known.eq_ignore_ascii_case(&format),
    });
    if !known {
        return Err(Refusal::not_available("Format"));
    }
    // Inferred from the documented rule that OsName is Other where OsType is.
    if os_type == "Other" && os_name != "Other" {
        return Err(Refusal::not_available("OsName"));
    }
    let description = description(call, "ImageDescription")?.unwrap_or_default();
    let consents = matches!(auth.as_str(), "true" | "True" | "1");
    if !consents && turn.settings.auth_rule == AuthRule::Required {
        return Err(Refusal::new(
            8300,
            "the user refused authorization to operate on the specified resource",
        ));
    }
    let family = if os_type.contains("Windows") {
        "Windows"
    } else {
        "Linux"
    };
    let becomes = Work {
        name: WorkName::Import,
        seconds: turn.settings.import_seconds,
        state: "Making",
    };
    let image = new_image(scope, (name, description), (family.to_owned(), os_name));
    let id = start(world, image, &becomes, turn)?;
    Ok(json!({ "ImageId": id }))
}

/// Makes an image of a host; any host will do.
pub(super) fn create(
    world: &mut World,
    call: &Call,
    scope: &Scope,
    turn: &Turn<'_>,
) -> Result<Value, Refusal> {
    call.required("UHostId")?;
    let name = call.required("ImageName")?;
    check_name("ImageName", &name)?;
    let description = description(call, "ImageDescription")?.unwrap_or_default();
    let work = Work {
        name: WorkName::Import,
        seconds: turn.settings.create_seconds,
        state: "Making",
    };
    let image = new_image(
        scope,
        (name, description),
        ("Linux".to_owned(), "Ubuntu 22.04 64位".to_owned()),
    );
    let id = start(world, image, &work, turn)?;
    Ok(json!({ "ImageId": id }))
}

/// Copies an image. That name and description of the source are taken over unless given is inferred.
pub(super) fn copy(
    world: &mut World,
    call: &Call,
    (account, scope): (&Account, &Scope),
    turn: &Turn<'_>,
) -> Result<Value, Refusal> {
    let source = call.required("SourceImageId")?;
    let project = call.required("TargetProjectId")?;
    let target = Scope {
        project: account.project(Some(&project))?.to_owned(),
        region: call.text("TargetRegion").unwrap_or_else(|| scope.region.clone()),
    };
    if !REGIONS.contains(&target.region.as_str()) {
        return Err(Refusal::not_available("TargetRegion"));
    }
    let name = call.text("TargetImageName");
    name.iter()
        .try_for_each(|name| check_name("TargetImageName", name))?;
    let given = description(call, "TargetImageDescription")?;
    if target == *scope {
        return Err(Refusal::new(8962, "the target project is the source project"));
    }
    let source = world.find_mut(scope, &source).ok_or_else(no_such_image)?;
    if source.state != "Available" {
        return Err(Refusal::new(8961, "the source image is not available"));
    }
    let texts = (
        name.unwrap_or_else(|| source.name.clone()),
        given.unwrap_or_else(|| source.description.clone()),
    );
    let system = (source.os_type.clone(), source.os_name.clone());
    let work = Work {
        name: WorkName::Copy,
        seconds: turn.settings.copy_seconds,
        state: "Copying",
    };
    let id = start(world, new_image(&target, texts, system), &work, turn)?;
    Ok(json!({ "TargetImageId": id }))
}

/// Deletes an image, in whatever state it is (inferred).
pub(super) fn terminate(
    world: &mut World,
    call: &Call,
    scope: &Scope,
    turn: &Turn<'_>,
) -> Result<Terminated, Refusal> {
    let id = call.required("ImageId")?;
    let image = world.find_mut(scope, &id).ok_or_else(no_such_image)?;
    let body = json!({ "ImageId": id });
    if image.gone.is_some() {
        return Ok(Terminated::Before(body));
    }
    image.gone = Some(seconds_after(turn.moment.world, turn.settings.terminate_seconds));
    world.advance(turn.moment.world);
    Ok(Terminated::Now(body))
}

/// What is answered, and when the image was told to go.
pub(super) enum Terminated {
    Now(Value),
    /// By an earlier request, while it is still shown.
    Before(Value),
}

fn no_such_image() -> Refusal {
    Refusal::new(8956, "resource does not exist or is not a custom image")
}

/// What is done to a new image, and how it is shown meanwhile.
struct Work {
    name: WorkName,
    seconds: u64,
    state: &'static str,
}

fn new_image(
    scope: &Scope,
    (name, description): (String, String),
    (os_type, os_name): (String, String),
) -> Image {
    let never = jiff::Timestamp::MAX;
    Image {
        id: String::new(),
        scope: scope.clone(),
        name,
        description,
        os_type,
        os_name,
        state: String::new(),
        created: never,
        listed_from: never,
        becomes: None,
        gone: None,
    }
}

/// Sets work going on a new image, within the quota.
fn start(world: &mut World, image: Image, work: &Work, turn: &Turn<'_>) -> Result<String, Refusal> {
    let count = world.within(&image.scope).count();
    if turn.settings.image_quota.is_some_and(|quota| count >= quota) {
        return Err(Refusal::new(8095, "create failed: quota insufficient"));
    }
    let taken = world.within(&image.scope).any(|other| other.name == image.name);
    if turn.settings.unique_names && taken {
        return Err(Refusal::not_available("ImageName"));
    }
    let fails = turn
        .twist
        .fail_work
        .as_ref()
        .is_some_and(|fail| fail.work.is_none_or(|failing| failing == work.name));
    let end = if fails { "Unavailable" } else { "Available" };
    let now = turn.moment.world;
    let shown = turn.moment.wire.checked_add(turn.twist.hidden_for);
    let id = world.new_id();
    world.add(Image {
        id: id.clone(),
        state: work.state.to_owned(),
        created: now,
        listed_from: shown.unwrap_or(jiff::Timestamp::MAX),
        becomes: Some((seconds_after(now, work.seconds), end)),
        ..image
    });
    Ok(id)
}

fn check_name(parameter: &str, name: &str) -> Result<(), Refusal> {
    let fits = name.chars().count() <= LONGEST_NAME;
    let allowed = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if fits && name.chars().all(allowed) {
        Ok(())
    } else {
        Err(Refusal::not_available(parameter))
    }
}

fn description(call: &Call, parameter: &str) -> Result<Option<String>, Refusal> {
    let text = call.text(parameter);
    if text
        .as_ref()
        .is_some_and(|text| text.chars().count() > LONGEST_DESCRIPTION)
    {
        return Err(Refusal::new(240, format!("Params [{parameter}] too large")));
    }
    Ok(text)
}
