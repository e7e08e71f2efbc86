//! Lists of what is in the cluster.

use std::fmt::Debug;
use std::time::Duration;

use kube::Api;
use kube::api::ListParams;
use serde::de::DeserializeOwned;

/// How often a list is asked for that the API server has no time for, and how long to wait between.
const MOST_TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_secs(1);

/// Everything that there is of a kind.
pub(super) async fn all<K>(api: &Api<K>) -> Result<Vec<K>, kube::Error>
where
    K: Clone + DeserializeOwned + Debug,
{
    let mut tries = 0;
    loop {
        tries += 1;
        match api.list(&ListParams::default()).await {
            Ok(list) => return Ok(list.items),
            Err(error) if is_too_early(&error) && tries < MOST_TRIES => tokio::time::sleep(PAUSE).await,
            Err(error) => return Err(error),
        }
    }
}

/// The API server is busy, or has known the kind for a moment only.
fn is_too_early(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.code == 429)
}
