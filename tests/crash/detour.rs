//! A way to the remote on which a create can be delayed: it arrives after its sender is gone, as a request in the
//! buffers of a network or a gateway does.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const CREATE: &[u8] = b"POST /imagemgmt/v1/images?";
const CHUNK: usize = 1 << 16;

/// Passes everything on at once, creates not before it is opened.
pub(crate) struct Detour {
    url: String,
    delayed: watch::Receiver<usize>,
    open: watch::Sender<bool>,
}

impl Detour {
    /// A detour to the server at `target`, an address such as `127.0.0.1:8080`.
    pub(crate) async fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (count, delayed) = watch::channel(0);
        let (open, opened) = watch::channel(false);
        let target = target.to_owned();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (target, count, opened) = (target.clone(), count.clone(), opened.clone());
                tokio::spawn(async move {
                    let server = TcpStream::connect(&target).await.unwrap();
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    let (answered, answers) = watch::channel(0);
                    tokio::join!(
                        there(from_client, to_server, opened, &count, answers),
                        back(from_server, to_client, &answered),
                    );
                });
            }
        });
        Self { url, delayed, open }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How many creates have been delayed so far.
    pub(crate) fn delayed(&self) -> usize {
        *self.delayed.borrow()
    }

    /// Lets everything pass from now on, what is delayed first.
    pub(crate) fn open(&self) {
        self.open.send_replace(true);
    }
}

async fn there(
    mut client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    mut opened: watch::Receiver<bool>,
    delayed: &watch::Sender<usize>,
    mut answers: watch::Receiver<u64>,
) {
    let mut chunk = vec![0; CHUNK];
    while let Ok(length @ 1..) = client.read(&mut chunk).await {
        let mut request = chunk[..length].to_vec();
        let is_delayed = request.starts_with(CREATE) && !*opened.borrow();
        if is_delayed {
            complete(&mut request, &mut client).await;
            delayed.send_modify(|count| *count += 1);
            if opened.wait_for(|open| *open).await.is_err() {
                return;
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
