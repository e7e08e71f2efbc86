//! No way to the remote.

use std::sync::Arc;

use image_operator::api::{CloudConnection, ImageCatalog, Reason};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::scene::{DEMO, KEY, Scene, catalog, connected, connection, count, reconciling, stalled};
use crate::support::{Simulator, SimulatorOptions, cluster, workplace};

/// An issuer made for tests, and a certificate of it for 127.0.0.1.
const ISSUER: &str = include_str!("../../src/remote/http/testdata/ca.pem");
const CERTIFICATE: &[u8] = include_bytes!("../../src/remote/http/testdata/server.pem");
const CERTIFICATE_KEY: &[u8] = include_bytes!("../../src/remote/http/testdata/server.key");

#[tokio::test]
async fn a_refused_connection_is_tried_again_until_somebody_listens() {
    let scene = Scene::new().await;
    let address = format!("127.0.0.1:{}", workplace::free_port().unwrap());
    scene.namespace.secret("remote", &[(KEY, DEMO.token)]).await;
    scene
        .apply::<CloudConnection>("remote", connection("remote", &format!("http://{address}"), DEMO))
        .await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;

    let message = [
        "no connection to 127.0.0.1",
        "refused",
        "check the base URL and the network",
    ];
    scene
        .shows::<CloudConnection>("remote", reconciling(Reason::Unreachable, &message))
        .await;
    scene
        .shows::<ImageCatalog>(
            "win11",
            reconciling(Reason::ConnectionNotReady, &["Unreachable", message[0]]),
        )
        .await;
    scene.others_go_on().await;

    let options = SimulatorOptions {
        listen: address,
        speed: 1_000,
    };
    let remote = Simulator::start(cluster(), options).await.unwrap();

    scene.shows::<CloudConnection>("remote", connected()).await;
    scene.available("win11").await;
    assert_eq!(count(&remote, "createImage").await, (1, 1));
}

#[tokio::test]
async fn an_unknown_issuer_is_named_and_trusted_once_the_connection_says_so() {
    let scene = Scene::new().await;
    let remote = Scene::simulator().await;
    let url = behind_tls(&remote).await;
    let mut spec = connection("remote", &url, DEMO);
    scene.namespace.secret("remote", &[(KEY, DEMO.token)]).await;
    scene.apply::<CloudConnection>("remote", spec.clone()).await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;

    let message = [
        "no trusted connection to 127.0.0.1",
        "a private issuer belongs into the CA bundle",
    ];
    scene
        .shows::<CloudConnection>("remote", stalled(Reason::TlsFailed, &message))
        .await;
    scene
        .shows::<ImageCatalog>(
            "win11",
            reconciling(Reason::ConnectionNotReady, &["TlsFailed", message[0]]),
        )
        .await;
    scene.others_go_on().await;
    assert!(remote.requests().await.is_empty());

    spec["tls"] = json!({ "caBundle": ISSUER });
    scene.apply::<CloudConnection>("remote", spec).await;

    scene.shows::<CloudConnection>("remote", connected()).await;
    scene.available("win11").await;
    assert_eq!(count(&remote, "createImage").await, (1, 1));
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_a_tls_failure() {
    let scene = Scene::new().await;
    let remote = Scene::simulator().await;
    let url = remote.url().replace("http:", "https:");
    scene.namespace.secret("remote", &[(KEY, DEMO.token)]).await;
    scene
        .apply::<CloudConnection>("remote", connection("remote", &url, DEMO))
        .await;
    scene.apply::<ImageCatalog>("win11", catalog("remote")).await;

    scene
        .shows::<CloudConnection>("remote", stalled(Reason::TlsFailed, &["127.0.0.1"]))
        .await;
    scene.others_go_on().await;

    scene
        .apply::<CloudConnection>("remote", connection("remote", remote.url(), DEMO))
        .await;

    scene.shows::<CloudConnection>("remote", connected()).await;
    scene.available("win11").await;
}

/// Puts the remote behind TLS, as a proxy with a private issuer does. Returns the new URL.
async fn behind_tls(remote: &Simulator) -> String {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
    let key = PrivateKeyDer::from_pem_slice(CERTIFICATE_KEY).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let remote = remote.url().trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            let remote = remote.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate goes away here.
                let Ok(mut client) = acceptor.accept(client).await else {
                    return;
                };
                let mut server = TcpStream::connect(remote).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    url
}
