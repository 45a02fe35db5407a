//! The settings of TLS.

use std::sync::{Arc, OnceLock};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// The settings of TLS, made at the first connection: a function that makes no call does not pay.
#[derive(Default)]
pub(crate) struct Tls(OnceLock<TlsConnector>);

impl Tls {
    /// TLS that trusts these authorities alone.
    #[cfg(feature = "testing")]
    pub(crate) fn trusting(roots: RootCertStore) -> Tls {
        let tls = Tls::default();
        if let Ok(connector) = connector(roots) {
            let _ = tls.0.set(connector);
        }
        tls
    }

    pub(crate) fn connector(&self) -> Result<&TlsConnector, String> {
        if let Some(connector) = self.0.get() {
            return Ok(connector);
        }
        let made = connector(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect())?;
        Ok(self.0.get_or_init(|| made))
    }
}

fn connector(roots: RootCertStore) -> Result<TlsConnector, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up: {error}"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
