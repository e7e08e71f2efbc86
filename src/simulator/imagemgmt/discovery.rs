//! What images can be made from: provider instances, source images, virtual machines. A few fixed things of each.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::model::{PROVIDERS, Provider};
use super::turn::Turn;
use super::words::{ProviderLabel, SourceType};
use crate::simulator::error::ApiError;
use crate::simulator::page::{self, Row};
use crate::simulator::reply::Reply;
use crate::simulator::settings::EmptyListAnswer;

struct Fixed(Value);

impl Row for Fixed {
    const SEARCHABLE: &'static [&'static str] = &["id", "name"];
    const SORTABLE: &'static [&'static str] = &["displayName", "vmName"];

    fn values(&self, field: &str) -> Vec<Cow<'_, str>> {
        self.0
            .get(field)
            .and_then(Value::as_str)
            .map(Cow::from)
            .into_iter()
            .collect()
    }

    fn view(&self) -> Value {
        self.0.clone()
    }
}

/// The provider instances of a label. The shape of the elements is inferred: image management needs their id alone.
pub(crate) fn list_provider_instances(turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let wanted = turn.ids.provider_label;
    let of_label = |provider: &&Provider| provider.label.as_ref().eq_ignore_ascii_case(wanted);
    let rows = PROVIDERS
        .iter()
        .filter(|provider| provider.org == turn.org())
        .filter(of_label)
        .map(|provider| {
            Fixed(json!({
                "id": provider.id,
                "name": provider.name,
                "orgId": provider.org,
                "providerLabel": provider.label,
            }))
        })
        .collect();
    page::list(rows, turn.query, turn.settings, EmptyListAnswer::EmptyPage)
}

/// SupportedImageRepresentation: what the provider offers.
pub(crate) fn list_image_sources(turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let provider = named_provider(turn)?;
    let source = turn
        .query
        .get("source_stream")
        .ok_or_else(|| missing("source_stream"))?;
    let source: SourceType = serde_json::from_value(json!(source)).map_err(|_| {
        ApiError::bad_request("BAD_REQUEST", format!("source_stream {source:?} is not known"))
    })?;
    let rows = match (provider.label, source) {
        (ProviderLabel::Azure, SourceType::AzureMarketPlace) => vec![
            market_place_image("windows-11", "win11-24h2-ent", "Windows 11 Enterprise, 24H2"),
            market_place_image(
                "windows-11",
                "win11-24h2-avd",
                "Windows 11 Enterprise multi-session, 24H2",
            ),
        ],
        _ => Vec::new(),
    };
    page::list(rows, turn.query, turn.settings, EmptyListAnswer::EmptyPage)
}

fn market_place_image(offer: &str, sku: &str, display_name: &str) -> Fixed {
    Fixed(json!({
        "id": format!("MicrosoftWindowsDesktop:{offer}:{sku}"),
        "displayName": display_name,
        "sourceType": SourceType::AzureMarketPlace,
        "imageProviderType": "AZURE",
        "imageSourceData": {"publisher": "MicrosoftWindowsDesktop", "offer": offer, "sku": sku},
    }))
}

/// VirtualMachineTO: the virtual machines of a resource group.
pub(crate) fn list_custom_vms(turn: &Turn<'_>) -> Result<Reply, ApiError> {
    let provider = named_provider(turn)?;
    let container = turn
        .query
        .get("container_id")
        .ok_or_else(|| missing("container_id"))?;
    let machine = |name: &str| {
        Fixed(json!({
            "id": format!("{container}/providers/Microsoft.Compute/virtualMachines/{name}"),
            "vmName": name,
            "vmSize": "Standard_D4s_v5",
            "gpuType": "NONE",
            "tags": {},
            "generationType": "V2",
            "securityType": "TRUSTED_LAUNCH",
            "data": {},
            "kind": "azureVirtualMachine",
        }))
    };
    let rows = match provider.label {
        ProviderLabel::Azure => vec![machine("golden-vm-1"), machine("golden-vm-2")],
        _ => Vec::new(),
    };
    page::list(rows, turn.query, turn.settings, EmptyListAnswer::EmptyPage)
}

fn named_provider(turn: &Turn<'_>) -> Result<&'static Provider, ApiError> {
    let id = turn
        .query
        .get("provider_instance_id")
        .ok_or_else(|| missing("provider_instance_id"))?;
    let label = turn
        .query
        .get("provider_type")
        .ok_or_else(|| missing("provider_type"))?;
    let label: ProviderLabel = serde_json::from_value(json!(label)).map_err(|_| {
        ApiError::bad_request(
            "UNSUPPORTED_PROVIDER",
            format!("provider_type {label:?} is not known"),
        )
    })?;
    super::assets::provider(id, label, turn)
}

fn missing(parameter: &str) -> ApiError {
    ApiError::bad_request("BAD_REQUEST", format!("the parameter {parameter} is required"))
}
