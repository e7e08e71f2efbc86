//! A tiny HTTP server for tests: it answers by a script, one connection per request, and keeps what it was asked.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{AllowedHosts, BaseUrl, PlainHttp, Wire, WireSettings};

/// What the server does with one request.
#[derive(Clone, Debug)]
pub(in crate::remote) enum Reply {
    /// Sends an answer: status, headers, body.
    Answer(u16, Vec<(String, String)>, Vec<u8>),
    /// Sends these bytes, whatever they are, and closes.
    Bytes(Vec<u8>),
    /// Closes without a word.
    Drop,
    /// Says nothing for this long, then closes.
    Silence(Duration),
}

impl Reply {
    pub(in crate::remote) fn json(status: u16, body: &serde_json::Value) -> Self {
        Reply::text(status, &body.to_string()).with("content-type", "application/json")
    }

    pub(in crate::remote) fn text(status: u16, body: &str) -> Self {
        Reply::Answer(status, Vec::new(), body.as_bytes().to_vec())
    }

    pub(in crate::remote) fn with(mut self, name: &str, value: &str) -> Self {
        if let Reply::Answer(_, headers, _) = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// What the server was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::remote) struct Asked {
    pub(in crate::remote) method: String,
    pub(in crate::remote) target: String,
    pub(in crate::remote) headers: HashMap<String, String>,
    pub(in crate::remote) body: String,
}

impl Asked {
    pub(in crate::remote) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(in crate::remote) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }
}

pub(in crate::remote) struct Scripted {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    replies: Mutex<VecDeque<Reply>>,
    asked: Mutex<Vec<Asked>>,
    stopped: AtomicBool,
}

impl Scripted {
    /// A server that gives these replies in turn, and 500 when they are used up.
    pub(in crate::remote) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            replies: Mutex::new(replies.into_iter().collect()),
            ..Shared::default()
        });
        let accepting = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if accepting.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let shared = accepting.clone();
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Scripted { address, shared }
    }

    pub(in crate::remote) fn base_url(&self) -> BaseUrl {
        format!("http://{}", self.address).parse().unwrap()
    }

    pub(in crate::remote) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    pub(in crate::remote) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

/// A wire that may speak to the servers of tests.
pub(in crate::remote) fn wire() -> Arc<Wire> {
    wire_with(|_| {})
}

pub(in crate::remote) fn wire_with(change: impl FnOnce(&mut WireSettings)) -> Arc<Wire> {
    let hosts = AllowedHosts::new(["127.0.0.1".parse().unwrap()], PlainHttp::Allowed);
    let mut settings = WireSettings {
        deadline: Duration::from_secs(10),
        ..WireSettings::for_hosts(hosts)
    };
    change(&mut settings);
    Arc::new(Wire::new(settings).unwrap())
}

fn serve(mut stream: TcpStream, shared: &Shared) {
    let Some(asked) = read_request(&stream) else {
        return;
    };
    shared.asked.lock().unwrap().push(asked);
    let reply = shared.replies.lock().unwrap().pop_front();
    match reply.unwrap_or_else(|| Reply::text(500, "the script is over")) {
        Reply::Answer(status, headers, body) => {
            let mut head = vec![
                format!("HTTP/1.1 {status} Scripted"),
                "connection: close".to_owned(),
            ];
            if !headers.iter().any(|(name, _)| name == "content-length") && status != 204 {
                head.push(format!("content-length: {}", body.len()));
            }
            head.extend(
                headers
                    .into_iter()
                    .map(|(name, value)| format!("{name}: {value}")),
            );
            let head = head.join("\r\n") + "\r\n\r\n";
            let _ = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(&body));
        }
        Reply::Bytes(bytes) => {
            let _ = stream.write_all(&bytes);
        }
        Reply::Drop => {}
        Reply::Silence(time) => std::thread::sleep(time),
    }
    let _ = stream.shutdown(Shutdown::Both);
}

fn read_request(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked {
        method,
        target,
        headers,
        body: String::from_utf8(body).unwrap(),
    })
}
