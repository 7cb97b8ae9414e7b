//! `[registry."HOST"]`: how a host that connectors are fetched from is reached.

use std::path::{Path, PathBuf};

use hark_model::SecretRef;
use ipnet::IpNet;
use url::Url;

use crate::config::path_in;
use crate::error::ErrorKind;
use crate::reader::{Section, Value};
use crate::reference::{is_loopback, is_registry};
use crate::{limits, secret, source};

/// How one host is reached; without an entry it is https, public addresses, and nobody signs in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegistryConfig {
    /// Host, with the port where a reference writes one.
    pub host: String,
    /// It speaks HTTP without TLS; loopback only.
    pub plain_http: bool,
    /// Who signs in.
    pub user: Option<String>,
    /// Where the password or token comes from.
    pub password: Option<SecretRef>,
    /// Host of its token server, which gets the password, too.
    pub sign_in: Option<String>,
    /// Certificate authorities beside the system's.
    pub ca_file: Option<PathBuf>,
    /// Addresses that are not public and may be connected to all the same.
    pub private_addresses: Vec<IpNet>,
}

/// Reads every `[registry."HOST"]`, in the order of the file.
pub(crate) fn read_all(top: &mut Section<'_, '_>, folder: &Path) -> Vec<RegistryConfig> {
    let Some(registries) = top.table("registry") else { return Vec::new() };
    let sink = registries.sink;
    let sections = registries.into_sections();
    if let Some((name, _)) = sections.get(limits::REGISTRIES_MAX) {
        sink.key(ErrorKind::TooMuch, name, &format!("is one host more than {}", limits::REGISTRIES_MAX));
    }
    sections.into_iter().map(|(host, section)| read_one(&host, section, folder)).collect()
}

fn read_one(host: &Value<&str>, mut section: Section<'_, '_>, folder: &Path) -> RegistryConfig {
    let sink = section.sink;
    if !is_registry(host.inner) {
        let why = format!(
            "{:?} is not a host, with a port or without; write \"ghcr.io\" or \"127.0.0.1:5000\"",
            host.inner
        );
        sink.value(ErrorKind::Name, host, &why);
    }
    let plain_http = section.boolean("http").unwrap_or(false);
    let here = Url::parse(&format!("https://{}/", host.inner))
        .is_ok_and(|url| url.host().is_some_and(|host| is_loopback(&host)));
    if plain_http && !here {
        sink.value(
            ErrorKind::Value,
            host,
            "http = true is for loopback only; what comes without TLS can be read and changed on its way",
        );
    }
    let user = section.label("user").map(str::to_owned);
    let password = secret::read_one(&mut section, "password", folder);
    let sign_in = section.label("sign_in").map(str::to_owned);
    let ca_file = section.string("ca_file").map(|text| path_in(folder, &text, sink));
    let private_addresses = source::read_ranges(&mut section, "private_addresses");
    section.finish("");
    RegistryConfig {
        host: host.inner.to_owned(),
        plain_http,
        user,
        password,
        sign_in,
        ca_file,
        private_addresses,
    }
}
