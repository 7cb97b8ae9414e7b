//! TLS: whom a source trusts.
//!
//! Holds: the system's authorities and the web's, plus those of the grant's file; names are always
//! checked. Not here: connections.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, TrustAnchor};
use rustls::{ClientConfig, RootCertStore};

use crate::limits;

/// Why there is no TLS for a source.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file cannot be read.
    #[error("cannot read the authorities in ca_file {}", path.display())]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The file holds no certificate.
    #[error("ca_file {} holds no certificate that is an authority: it must be PEM with BEGIN CERTIFICATE lines", path.display())]
    NoAuthority {
        /// Its path.
        path: PathBuf,
    },
    /// The protocol versions do not fit the library.
    #[error("no usable TLS version")]
    Versions(#[source] rustls::Error),
}

/// Returns the client side of TLS, trusting the authorities in `ca_file`, too.
pub(crate) fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, TrustError> {
    let mut roots = RootCertStore { roots: public_anchors().to_vec() };
    if let Some(path) = ca_file {
        add_authorities(&mut roots, path)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TrustError::Versions)?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Returns the authorities of the web and of the system, read once in the life of the process.
fn public_anchors() -> &'static [TrustAnchor<'static>] {
    static ANCHORS: OnceLock<Vec<TrustAnchor<'static>>> = OnceLock::new();
    ANCHORS.get_or_init(|| {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let native = rustls_native_certs::load_native_certs();
        if let Some(error) = native.errors.first() {
            tracing::debug!(%error, "some of the system's authorities cannot be read");
        }
        roots.add_parsable_certificates(native.certs);
        roots.roots
    })
}

fn add_authorities(roots: &mut RootCertStore, path: &Path) -> Result<(), TrustError> {
    let unreadable = |cause| TrustError::Unreadable { path: path.to_owned(), cause };
    let mut pem = Vec::new();
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(limits::CA_FILE_BYTES_MAX).read_to_end(&mut pem).map_err(unreadable)?;
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok).collect::<Vec<CertificateDer<'_>>>();
    let (added, _) = roots.add_parsable_certificates(certificates);
    if added == 0 {
        return Err(TrustError::NoAuthority { path: path.to_owned() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_file_must_be_there_and_hold_an_authority() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        assert!(matches!(client_config(Some(&path)), Err(TrustError::Unreadable { .. })));
        std::fs::write(&path, "not PEM").unwrap();
        assert!(matches!(client_config(Some(&path)), Err(TrustError::NoAuthority { .. })));
        let key = rcgen::generate_simple_self_signed(vec!["x.example".to_owned()]).unwrap();
        std::fs::write(&path, key.cert.pem()).unwrap();
        assert!(client_config(Some(&path)).is_ok());
    }
}
