//! Questions to the cluster before anything is deleted remotely.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;

use super::context::Context;
use super::write::in_time;

/// Whether the definition of a kind is being removed, which deletes every resource of it. Where that can't be found
/// out, it counts as being removed: a delete can wait.
pub(super) async fn definition_is_going(context: &Context, definition: &str) -> bool {
    let definitions: Api<CustomResourceDefinition> = Api::all(context.tools.client.clone());
    let found = in_time(
        "reading the custom resource definition",
        definitions.get_metadata(definition),
    )
    .await;
    match found {
        Ok(definition) => definition.metadata.deletion_timestamp.is_some(),
        Err(error) => {
            tracing::warn!(%error, definition, "deletion waits: the custom resource definition can't be read");
            true
        }
    }
}
