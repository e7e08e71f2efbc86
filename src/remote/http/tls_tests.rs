//! TLS against a server whose certificate has an issuer of its own.
//!
//! `testdata/` holds an issuer made for these tests, whose key was thrown away, and a certificate for 127.0.0.1.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::scripted::wire_with;
use super::{Endpoint, NoRecorder, Request, Transport, TransportSettings};
use crate::lifecycle::{Outcome, ProblemKind};

const CA: &[u8] = include_bytes!("testdata/ca.pem");
const CERTIFICATE: &[u8] = include_bytes!("testdata/server.pem");
const KEY: &[u8] = include_bytes!("testdata/server.key");

/// Answers `7` to one request over TLS.
fn server() -> SocketAddr {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let connection = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = rustls::StreamOwned::new(connection, stream);
        let mut asked = [0; 4096];
        if stream.read(&mut asked).is_ok() {
            let answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 1\r\n\r\n7";
            stream.write_all(answer).unwrap();
        }
        stream.conn.send_close_notify();
        let _ = stream.flush();
    });
    address
}

async fn ask(url: String, ca_bundle: Option<Vec<u8>>) -> Outcome<i64> {
    let wire = wire_with(|settings| settings.ca_bundle = ca_bundle);
    let endpoint = Endpoint {
        api: "test",
        base_url: url.parse().unwrap(),
        read_error: |_| None,
    };
    Transport::new(wire, TransportSettings::default(), Arc::new(NoRecorder))
        .send(Request::get(&endpoint, "get_number").deadline(Duration::from_secs(20)))
        .await
}

#[tokio::test]
async fn an_unknown_issuer_is_a_refusal_that_names_the_ca_bundle() {
    let Outcome::Refused(problem) = ask(format!("https://{}", server()), None).await else {
        panic!()
    };
    assert_eq!(problem.kind, ProblemKind::Tls);
    assert!(problem.message.contains("CA bundle"), "{problem}");
}

#[tokio::test]
async fn an_issuer_in_the_ca_bundle_is_trusted() {
    let outcome = ask(format!("https://{}", server()), Some(CA.to_vec())).await;
    assert_eq!(outcome, Outcome::Done(7));
}

#[tokio::test]
async fn tls_older_than_1_2_is_neither_offered_nor_taken() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let hello = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut hello = vec![0; 4096];
        let length = stream.read(&mut hello).unwrap();
        stream.write_all(&server_hello_of_tls_1_1()).unwrap();
        let _ = stream.read(&mut [0; 64]);
        hello.truncate(length);
        hello
    });
    let Outcome::Refused(problem) = ask(format!("https://{address}"), None).await else {
        panic!()
    };
    assert_eq!(problem.kind, ProblemKind::Tls);
    // RFC 8446, section 4.2.1: extension 43, its length, the length of the list, and the list.
    let versions = [0, 43, 0, 5, 4, 3, 4, 3, 3];
    let hello = hello.join().unwrap();
    let offered = hello.windows(versions.len()).any(|window| window == versions);
    assert!(offered, "the client offers other versions than 1.3 and 1.2");
}

/// RFC 4346, section 7.4.1.3, with a cipher suite of that time.
fn server_hello_of_tls_1_1() -> Vec<u8> {
    let mut message = vec![3, 2];
    message.extend([7; 32]);
    message.extend([0, 0xc0, 0x14, 0]);
    let mut record = vec![22, 3, 2, 0, 42, 2, 0, 0, 38];
    record.extend(message);
    record
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut hello = [0; 4096];
        let _ = stream.read(&mut hello);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        let _ = stream.read(&mut hello);
    });
    let Outcome::Refused(problem) = ask(format!("https://{address}"), None).await else {
        panic!()
    };
    assert_eq!(problem.kind, ProblemKind::Tls);
}
