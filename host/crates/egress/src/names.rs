//! Names to addresses: resolved once, every address checked, only the checked ones handed on.
//!
//! Holds: one refused address refuses the whole name, so that no retry or race can pick it.

use std::error::Error;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use hark_model::Grant;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::address::{self, AddressRefused};
use crate::limits;

/// Answers a name in place of the system.
pub type NameTable = Arc<dyn Fn(&str) -> Vec<IpAddr> + Send + Sync>;

/// Who answers names.
#[derive(Clone, Default)]
pub enum Names {
    /// The system's resolver.
    #[default]
    System,
    /// A function of ours, asked at every resolution.
    Table(NameTable),
}

impl std::fmt::Debug for Names {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::System => "System",
            Self::Table(_) => "Table",
        })
    }
}

/// Why a name has no addresses to connect to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NameError {
    #[error("{host} cannot be resolved")]
    Unresolved {
        host: String,
        #[source]
        cause: std::io::Error,
    },
    #[error("{host} has no address")]
    Empty { host: String },
    #[error(transparent)]
    Refused(#[from] AddressRefused),
}

/// Resolves and checks; what it returns is all that may be connected to.
#[derive(Clone)]
pub(crate) struct Resolver {
    names: Names,
    grant: Arc<Grant>,
}

impl Resolver {
    pub(crate) fn new(names: Names, grant: Arc<Grant>) -> Self {
        Self { names, grant }
    }

    /// Returns the checked addresses of `host`, which may be an address itself.
    pub(crate) async fn resolve(&self, host: &str) -> Result<Vec<IpAddr>, NameError> {
        let found = match host_address(host) {
            Some(address) => vec![address],
            None => self.ask(host).await?,
        };
        if found.is_empty() {
            return Err(NameError::Empty { host: host.to_owned() });
        }
        for address in &found {
            address::admit(&self.grant, host, *address)?;
        }
        Ok(found.into_iter().take(limits::ADDRESSES_MAX).collect())
    }

    async fn ask(&self, host: &str) -> Result<Vec<IpAddr>, NameError> {
        match &self.names {
            Names::Table(table) => Ok(table(host)),
            Names::System => tokio::net::lookup_host((host, 0))
                .await
                .map(|found| found.map(|socket| socket.ip()).collect())
                .map_err(|cause| NameError::Unresolved { host: host.to_owned(), cause }),
        }
    }
}

/// Returns the address that `host` writes out, brackets allowed.
pub(crate) fn host_address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let found = Resolver::resolve(&resolver, name.as_str()).await;
            let sockets = found.map_err(|error| -> Box<dyn Error + Send + Sync> { Box::new(error) })?;
            let addrs: Addrs = Box::new(sockets.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolved(answer: &[&str]) -> Result<Vec<IpAddr>, NameError> {
        let answer: Vec<IpAddr> = answer.iter().map(|text| text.parse().unwrap()).collect();
        let names = Names::Table(Arc::new(move |_| answer.clone()));
        Resolver::new(names, Arc::new(Grant::default())).resolve("x.example").await
    }

    #[tokio::test]
    async fn one_private_address_refuses_the_name() {
        assert_eq!(resolved(&["1.1.1.1", "2606:4700::1"]).await.unwrap().len(), 2);
        for answer in [&["1.1.1.1", "10.0.0.1"][..], &["10.0.0.1", "1.1.1.1"], &["1.1.1.1", "::1"]] {
            assert!(matches!(resolved(answer).await, Err(NameError::Refused(_))), "answer: {answer:?}");
        }
        assert!(matches!(resolved(&[]).await, Err(NameError::Empty { .. })));
    }

    #[tokio::test]
    async fn the_hidden_private_address_behind_many_is_found() {
        let mut answer = vec!["1.1.1.1"; limits::ADDRESSES_MAX];
        assert_eq!(resolved(&answer).await.unwrap().len(), limits::ADDRESSES_MAX);
        answer.push("192.168.0.1");
        assert!(resolved(&answer).await.is_err());
    }
}
