//! The files that the demo leaves in its folder for a client to use.
//!
//! Holds: the password is readable by its owner alone, from the moment it is there.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::{Channel, DemoError};

/// Name of the file with the authority to trust.
pub(crate) const CA_FILE: &str = "demo-ca.pem";
/// Name of the file with the mailbox's password.
pub(crate) const PASSWORD_FILE: &str = "imap-password";
/// Names of the files with the tokens of the played platforms.
pub(crate) const TOKEN_FILES: [(Channel, &str); 3] =
    [(Channel::X, "x-token"), (Channel::Facebook, "facebook-token"), (Channel::Forum, "forum-key")];

/// Writes `bytes` as `name` into `folder`; returns the path.
pub(crate) fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, DemoError> {
    let path = folder.join(name);
    let written = fs::create_dir_all(folder).and_then(|()| write_private(&path, bytes));
    written.map_err(|source| DemoError::Folder { path: path.clone(), source })?;
    Ok(path)
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        // An older file keeps its mode when it is only written to, so it has to go.
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}
