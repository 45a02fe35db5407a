//! TLS: certificates that are trusted, and those that are not.

use crate::clients::{client_at, later, look_up, mary, names, soon};
use crate::server::{Server, Stream};
use admit_outbound::{CallError, Options, UserPoolClient};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::net::TcpStream;
use std::sync::Arc;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A certificate authority.
struct Authority {
    der: Vec<u8>,
    issuer: Issuer<'static, KeyPair>,
}

fn authority() -> Authority {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let der = params.self_signed(&key).unwrap().der().to_vec();
    Authority { der, issuer: Issuer::new(params, key) }
}

/// A server with a certificate of the authority for this name.
fn server(authority: &Authority, name: &str) -> Server {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority.issuer).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let accept = move |stream: TcpStream| {
        let connection = ServerConnection::new(Arc::clone(&config)).ok()?;
        Some(Box::new(StreamOwned::new(connection, stream)) as Box<dyn Stream>)
    };
    Server::start_with(accept, |conversation| {
        while conversation.request().is_some() {
            conversation.answer(200, &mary());
        }
    })
}

fn client(server: &Server) -> UserPoolClient {
    client_at(&format!("https://localhost:{}", server.port()), Options::default())
}

fn refused(client: &UserPoolClient) -> String {
    match look_up(client, later()) {
        Err(CallError::Unavailable(reason)) => reason,
        other => unreachable!("{other:?}"),
    }
}

#[test]
fn a_trusted_certificate_is_accepted() {
    let authority = authority();
    let server = server(&authority, "localhost");
    let client = client(&server).trusting(&authority.der);
    for _ in 0..2 {
        assert_eq!(names(&look_up(&client, later()).unwrap()), ["mary"]);
    }
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let authority = authority();
    let server = server(&authority, "example.com");
    let reason = refused(&client(&server).trusting(&authority.der));
    assert!(reason.starts_with("TLS with localhost: invalid peer certificate"), "{reason}");
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn an_unknown_authority_is_refused() {
    let server = server(&authority(), "localhost");
    let reason = refused(&client(&server).trusting(&authority().der));
    assert!(reason.contains("UnknownIssuer") || reason.contains("BadSignature"), "{reason}");
    // A client with the usual authorities does not trust it either.
    let reason = refused(&client(&server));
    assert!(reason.contains("UnknownIssuer"), "{reason}");
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_server_without_tls_is_refused() {
    let plain = Server::start(|conversation| {
        conversation.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        conversation.wait_for_end();
    });
    let reason = refused(&client(&plain));
    assert!(reason.starts_with("TLS with localhost: "), "{reason}");
}

#[test]
fn a_handshake_that_hangs_is_left_at_the_deadline() {
    let server = Server::start(|conversation| conversation.wait_for_end());
    assert_eq!(look_up(&client(&server), soon()), Err(CallError::Timeout));
}
