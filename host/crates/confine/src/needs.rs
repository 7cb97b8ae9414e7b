//! What is still needed once the process is confined.

use std::path::PathBuf;

/// What is still needed. Everything else is given up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Files and folders (with all in them) to read. What does not exist is passed over.
    pub read: Vec<PathBuf>,
    /// Folders to read and write, with all in them. What does not exist is passed over.
    pub write: Vec<PathBuf>,
    /// Ports to listen on; 0 is any that is free.
    pub listen: Vec<u16>,
    /// Why programs must be started, if they must: files and programs are then not given up, because nobody knows what
    /// a program reads.
    pub programs: Option<String>,
}

/// What every program needs that looks up names, speaks TLS and knows the time zones.
#[cfg(target_os = "linux")]
pub(crate) const SYSTEM_READ: &[&str] = &[
    "/dev/null",
    "/dev/random",
    "/dev/urandom",
    "/dev/zero",
    "/etc/alternatives",
    "/etc/ca-certificates",
    "/etc/crypto-policies",
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/pki",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl",
    "/etc/timezone",
    "/lib",
    "/lib64",
    "/proc/self",
    "/proc/sys",
    "/run/nscd",
    "/run/systemd/resolve",
    "/sys/devices/system/cpu",
    "/sys/fs/cgroup",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/share/ca-certificates",
    "/usr/share/ca-certificates",
    "/usr/share/zoneinfo",
];
