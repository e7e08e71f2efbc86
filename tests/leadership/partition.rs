//! A way to the API server that can be cut: then nothing gets through, and nobody is told. What was sent meanwhile
//! arrives late.

use std::path::PathBuf;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::support::cluster;

const CHUNK: usize = 1 << 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Whole,
    Cut,
}

pub(crate) struct Partition {
    link: watch::Sender<Link>,
    kubeconfig: PathBuf,
}

impl Partition {
    /// A way for the operator, with its rights.
    pub(crate) async fn new() -> Self {
        let direct = cluster().operator_kubeconfig().unwrap();
        let mut config: serde_json::Value = serde_json::from_slice(&std::fs::read(&direct).unwrap()).unwrap();
        let server = &mut config["clusters"][0]["cluster"]["server"];
        let target = server.as_str().unwrap().trim_start_matches("https://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        *server = format!("https://{}", listener.local_addr().unwrap()).into();
        let kubeconfig = direct.with_added_extension("detour");
        std::fs::write(&kubeconfig, config.to_string()).unwrap();

        let (link, seen) = watch::channel(Link::Whole);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (target, seen) = (target.clone(), seen.clone());
                tokio::spawn(async move {
                    let server = TcpStream::connect(&target).await.unwrap();
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    tokio::join!(
                        pass_on(from_client, to_server, seen.clone()),
                        pass_on(from_server, to_client, seen),
                    );
                });
            }
        });
        Self { link, kubeconfig }
    }

    /// The environment of an operator that goes this way.
    pub(crate) fn environment(&self) -> (String, String) {
        (
            "KUBECONFIG".to_owned(),
            self.kubeconfig.to_string_lossy().into_owned(),
        )
    }

    pub(crate) fn cut(&self) {
        self.link.send_replace(Link::Cut);
    }

    pub(crate) fn heal(&self) {
        self.link.send_replace(Link::Whole);
    }
}

async fn pass_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut link: watch::Receiver<Link>) {
    let mut chunk = vec![0; CHUNK];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        if link.wait_for(|link| *link == Link::Whole).await.is_err() {
            return;
        }
        if to.write_all(&chunk[..length]).await.is_err() {
            return;
        }
    }
}
