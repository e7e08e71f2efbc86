//! The overlays, as the API server takes them.

use crate::support::cluster;
use crate::support::workplace::repository;

#[tokio::test]
async fn the_api_server_accepts_every_overlay() {
    let kubectl = cluster().kubectl();
    kubectl.run(&["create", "namespace", "images"]).unwrap();
    for overlay in ["cluster-wide", "one-namespace", "simulator"] {
        let folder = repository().join("deploy/overlays").join(overlay);
        let apply = [
            "apply",
            "--server-side",
            "--dry-run=server",
            "--force-conflicts",
            "-k",
        ];
        let applied = kubectl.run(&[&apply[..], &[&folder.to_string_lossy()]].concat());
        assert!(applied.is_ok(), "{overlay}: {}", applied.unwrap_err());
    }
}
