//! A way to the remote on which a create can be delayed: it arrives after its sender is gone, as a request in the
//! buffers of a network or a gateway does.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const CREATE: &[u8] = b"POST /imagemgmt/v1/images?";
const CHUNK: usize = 1 << 16;

/// Passes everything on at once, creates not before it is told what becomes of them.
pub(crate) struct Detour {
    url: String,
    delayed: watch::Receiver<usize>,
    fate: watch::Sender<Fate>,
}

/// What becomes of creates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Delayed,
    /// Those that were delayed arrive, and so do all that come.
    Delivered,
    /// Those that were delayed never arrive; all that come do.
    Lost,
}

impl Detour {
    /// A detour to the server at `target`, an address such as `127.0.0.1:8080`.
    pub(crate) async fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (count, delayed) = watch::channel(0);
        let (fate, fates) = watch::channel(Fate::Delayed);
        let target = target.to_owned();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (target, count, fates) = (target.clone(), count.clone(), fates.clone());
                tokio::spawn(async move {
                    let server = TcpStream::connect(&target).await.unwrap();
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    let (answered, answers) = watch::channel(0);
                    tokio::join!(
                        there(from_client, to_server, fates, &count, answers),
                        back(from_server, to_client, &answered),
                    );
                });
            }
        });
        Self { url, delayed, fate }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How many creates have been delayed so far.
    pub(crate) fn delayed(&self) -> usize {
        *self.delayed.borrow()
    }

    /// What is delayed arrives now. From now on everything does at once.
    pub(crate) fn deliver(&self) {
        self.fate.send_replace(Fate::Delivered);
    }

    /// What is delayed never arrives. From now on everything does at once.
    pub(crate) fn lose(&self) {
        self.fate.send_replace(Fate::Lost);
    }
}

async fn there(
    mut client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    mut fates: watch::Receiver<Fate>,
    delayed: &watch::Sender<usize>,
    mut answers: watch::Receiver<u64>,
) {
    let mut chunk = vec![0; CHUNK];
    while let Ok(length @ 1..) = client.read(&mut chunk).await {
        let mut request = chunk[..length].to_vec();
        let is_delayed = request.starts_with(CREATE) && *fates.borrow() == Fate::Delayed;
        if is_delayed {
            complete(&mut request, &mut client).await;
            delayed.send_modify(|count| *count += 1);
            match fates
                .wait_for(|fate| *fate != Fate::Delayed)
                .await
                .map(|fate| *fate)
            {
                Ok(Fate::Delivered) => {}
                _ => return,
            }
            answers.mark_unchanged();
        }
        if server.write_all(&request).await.is_err() {
            return;
        }
        if is_delayed {
            // The sender may be gone; the remote does not know that and carries it out.
            let _ = answers.changed().await;
        }
    }
}

/// Reads the rest of a request, so that it does not matter what becomes of the sender.
async fn complete(request: &mut Vec<u8>, client: &mut OwnedReadHalf) {
    let mut chunk = vec![0; CHUNK];
    while request.len() < whole_length(request).unwrap_or(usize::MAX) {
        match client.read(&mut chunk).await {
            Ok(length @ 1..) => request.extend_from_slice(&chunk[..length]),
            _ => return,
        }
    }
}

/// How long a request is with its body, in bytes, once its head is there.
fn whole_length(request: &[u8]) -> Option<usize> {
    let text = String::from_utf8_lossy(request);
    let (head, _) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    Some(head.len() + 4 + length.unwrap_or(0))
}

async fn back(mut server: OwnedReadHalf, mut client: OwnedWriteHalf, answered: &watch::Sender<u64>) {
    let mut chunk = vec![0; CHUNK];
    while let Ok(length @ 1..) = server.read(&mut chunk).await {
        // The client may be gone.
        let _ = client.write_all(&chunk[..length]).await;
        answered.send_modify(|count| *count += 1);
    }
}
