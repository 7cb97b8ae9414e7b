//! Values of credentials: fetched from where the operator keeps them, never shown.
//!
//! Holds: a value is wiped when dropped, prints as `***`, and no error or log line holds one. Not
//! here: where a value is placed.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use hark_model::{Oauth1Ref, Oauth2Ref, SecretRef};
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use zeroize::Zeroizing;

use crate::argv::{self, ArgvError};
use crate::limits;
use crate::oauth1::Oauth1Keys;
use crate::oauth2::Oauth2Client;

/// A value of a credential, or what makes values; wiped when dropped, never printed.
#[derive(Clone)]
pub struct Secret(Kind);

/// What a credential holds.
#[derive(Clone)]
pub(crate) enum Kind {
    /// The value itself.
    Text(Zeroizing<String>),
    /// What signs each request.
    Oauth1(Arc<Oauth1Keys>),
    /// Who fetches values.
    Oauth2(Arc<Oauth2Client>),
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// Why a credential has no value. Names the place, never the value.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The environment has no such variable.
    #[error("environment variable {name} is not set: set it before hark starts")]
    EnvMissing {
        /// Its name.
        name: String,
    },
    /// The file cannot be read.
    #[error("cannot read {}: the file must be there and readable for the user that hark runs as", path.display())]
    Unreadable {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The command cannot be split into program and arguments.
    #[error("cmd: cannot be understood")]
    Argv(#[from] ArgvError),
    /// The program does not start.
    #[error("cannot start the program {program}: it must be installed and on the PATH")]
    Start {
        /// Its name.
        program: String,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The program failed.
    #[error("the program {program} failed with {status}: run it by hand to see why")]
    Failed {
        /// Its name.
        program: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// The program took too long, or closed its output and stayed.
    #[error("the program {program} did not end within {} s: it must not ask questions", limits::COMMAND_WAIT_MAX.as_secs())]
    Slow {
        /// Its name.
        program: String,
    },
    /// There is nothing in it.
    #[error("{place} is empty")]
    Empty {
        /// Environment variable, file or program.
        place: String,
    },
    /// It is not UTF-8.
    #[error("{place} is not UTF-8 text")]
    NotText {
        /// Environment variable, file or program.
        place: String,
    },
    /// It is longer than a secret may be.
    #[error("{place} holds more than {} bytes", limits::SECRET_BYTES_MAX)]
    TooLong {
        /// Environment variable, file or program.
        place: String,
    },
}

impl Secret {
    /// Fetches the value from where `from` says. Programs are started without a shell, within a time.
    pub async fn resolve(from: &SecretRef) -> Result<Self, SecretError> {
        match from {
            SecretRef::Env(name) => from_env(name),
            SecretRef::File(path) => from_file(path),
            SecretRef::Cmd(command) => from_command(command, limits::COMMAND_WAIT_MAX).await,
            SecretRef::Oauth1(from) => keys(from).await.map(|keys| Self(Kind::Oauth1(Arc::new(keys)))),
            SecretRef::Oauth2(from) => client(from).await.map(|client| Self(Kind::Oauth2(Arc::new(client)))),
        }
    }

    /// Returns the value; only the code that places or strips it may ask, here and where a notice is signed or
    /// signs in. What makes values has none itself.
    pub fn expose(&self) -> &str {
        match &self.0 {
            Kind::Text(text) => text,
            Kind::Oauth1(_) | Kind::Oauth2(_) => "",
        }
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0
    }

    /// Returns every text of it that must not be shown.
    pub(crate) fn texts(&self) -> Vec<&str> {
        let all = match &self.0 {
            Kind::Text(text) => vec![text],
            Kind::Oauth1(keys) => {
                vec![&keys.consumer_key, &keys.consumer_secret, &keys.token, &keys.token_secret]
            }
            Kind::Oauth2(client) => client.client_secret.iter().chain(&client.refresh_token).collect(),
        };
        all.into_iter().map(|text| text.as_str()).collect()
    }

    /// Returns the words that tell it from other credentials.
    pub(crate) fn words(&self) -> Vec<&str> {
        match &self.0 {
            Kind::Oauth2(client) => client.words().to_vec(),
            Kind::Text(_) | Kind::Oauth1(_) => self.texts(),
        }
    }

    /// Takes `bytes` as a value if they can be one.
    fn admit(bytes: &[u8], place: String) -> Result<Self, SecretError> {
        if bytes.len() > limits::SECRET_BYTES_MAX {
            return Err(SecretError::TooLong { place });
        }
        let Ok(text) = std::str::from_utf8(bytes) else { return Err(SecretError::NotText { place }) };
        if text.is_empty() {
            return Err(SecretError::Empty { place });
        }
        Ok(Self::from(text.to_owned()))
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(Kind::Text(Zeroizing::new(value)))
    }
}

/// Fetches a text that is part of something larger.
async fn text(from: &SecretRef) -> Result<Zeroizing<String>, SecretError> {
    let found = match from {
        SecretRef::Env(name) => from_env(name),
        SecretRef::File(path) => from_file(path),
        SecretRef::Cmd(command) => from_command(command, limits::COMMAND_WAIT_MAX).await,
        SecretRef::Oauth1(_) | SecretRef::Oauth2(_) => {
            Err(SecretError::NotText { place: "a part of a credential".to_owned() })
        }
    };
    found.map(|secret| Zeroizing::new(secret.expose().to_owned()))
}

async fn maybe(from: Option<&SecretRef>) -> Result<Option<Zeroizing<String>>, SecretError> {
    match from {
        Some(from) => text(from).await.map(Some),
        None => Ok(None),
    }
}

async fn keys(from: &Oauth1Ref) -> Result<Oauth1Keys, SecretError> {
    Ok(Oauth1Keys {
        consumer_key: text(&from.consumer_key).await?,
        consumer_secret: text(&from.consumer_secret).await?,
        token: text(&from.token).await?,
        token_secret: text(&from.token_secret).await?,
    })
}

async fn client(from: &Oauth2Ref) -> Result<Oauth2Client, SecretError> {
    Ok(Oauth2Client {
        token_url: from.token_url.clone(),
        client_id: from.client_id.clone(),
        client_secret: maybe(from.client_secret.as_ref()).await?,
        refresh_token: maybe(from.refresh_token.as_ref()).await?,
        scope: from.scope.clone(),
        client_in_form: from.client_in_form,
    })
}

fn from_env(name: &str) -> Result<Secret, SecretError> {
    let place = format!("environment variable {name}");
    match std::env::var_os(name).map(std::ffi::OsString::into_encoded_bytes).map(Zeroizing::new) {
        Some(value) => Secret::admit(&value, place),
        None => Err(SecretError::EnvMissing { name: name.to_owned() }),
    }
}

/// Reads at once and without buffers of others, so that nothing but the value's own memory holds it.
fn from_file(path: &Path) -> Result<Secret, SecretError> {
    let unreadable = |cause| SecretError::Unreadable { path: path.to_owned(), cause };
    let mut value = value_buffer();
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        // A pipe could keep the whole start waiting.
        return Err(unreadable(std::io::Error::other("it is not a regular file")));
    }
    let file = std::fs::File::open(path).map_err(unreadable)?;
    file.take(value.capacity() as u64).read_to_end(&mut value).map_err(unreadable)?;
    Secret::admit(without_line_end(&value), format!("file {}", path.display()))
}

async fn from_command(command: &str, wait_max: Duration) -> Result<Secret, SecretError> {
    let words = argv::split(command)?;
    let (program, arguments) = words.split_first().ok_or(ArgvError::Empty)?;
    let start = |cause| SecretError::Start { program: program.clone(), cause };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(start)?;
    let output = child.stdout.take().expect("the output was asked to be piped");
    let finish = async {
        let mut value = value_buffer();
        output.take(value.capacity() as u64).read_to_end(&mut value).await.map_err(start)?;
        let status = child.wait().await.map_err(start)?;
        Ok::<_, SecretError>((value, status))
    };
    let Ok(ended) = tokio::time::timeout(wait_max, finish).await else {
        return Err(SecretError::Slow { program: program.clone() });
    };
    let (value, status) = ended?;
    if !status.success() && value.len() <= limits::SECRET_BYTES_MAX {
        return Err(SecretError::Failed { program: program.clone(), status });
    }
    Secret::admit(without_line_end(&value), format!("the output of the program {program}"))
}

/// Returns room for the longest value, its line end and one byte that shows it is too long, so that
/// it never moves and leaves a copy behind.
fn value_buffer() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(limits::SECRET_BYTES_MAX + 3))
}

fn without_line_end(value: &[u8]) -> &[u8] {
    let value = value.strip_suffix(b"\n").unwrap_or(value);
    value.strip_suffix(b"\r").unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolve(from: SecretRef) -> Result<Secret, SecretError> {
        Secret::resolve(&from).await
    }

    #[tokio::test]
    async fn values_come_from_environment_file_and_program() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("value");
        // Cargo gives every test this variable.
        let value = resolve(SecretRef::Env("CARGO_PKG_NAME".to_owned())).await.unwrap();
        assert_eq!(value.expose(), "hark-egress");
        for (content, want) in [("a b\r\n", "a b"), ("a\n\n", "a\n"), ("a", "a")] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(resolve(SecretRef::File(path.clone())).await.unwrap().expose(), want);
        }
        let value = resolve(SecretRef::Cmd("printf '%s\\n' \"two words\"".to_owned())).await.unwrap();
        assert_eq!(value.expose(), "two words");
    }

    #[tokio::test]
    async fn programs_see_no_shell() {
        let value = resolve(SecretRef::Cmd("printf %s $HOME;id".to_owned())).await.unwrap();
        assert_eq!(value.expose(), "$HOME;id");
    }

    #[tokio::test]
    async fn errors_name_the_place_and_never_the_value() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("value");
        let missing = resolve(SecretRef::Env("HARK_NO_SUCH_NAME".to_owned())).await.unwrap_err();
        assert!(missing.to_string().contains("HARK_NO_SUCH_NAME"));
        let missing = resolve(SecretRef::File(path.clone())).await.unwrap_err();
        assert!(missing.to_string().contains(path.to_str().unwrap()));
        std::fs::write(&path, "\n").unwrap();
        assert!(matches!(resolve(SecretRef::File(path.clone())).await, Err(SecretError::Empty { .. })));
        std::fs::write(&path, b"canary\xff").unwrap();
        let broken = resolve(SecretRef::File(path.clone())).await.unwrap_err();
        assert!(matches!(broken, SecretError::NotText { .. }) && !format!("{broken:?}").contains("canary"));
        std::fs::write(&path, "c".repeat(limits::SECRET_BYTES_MAX + 1)).unwrap();
        assert!(matches!(resolve(SecretRef::File(path)).await, Err(SecretError::TooLong { .. })));
        let failed = resolve(SecretRef::Cmd("false canary".to_owned())).await.unwrap_err();
        assert!(matches!(failed, SecretError::Failed { .. }) && !format!("{failed:?}").contains("canary"));
        let started = resolve(SecretRef::Cmd("/no/such/program canary".to_owned())).await.unwrap_err();
        assert!(matches!(started, SecretError::Start { .. }) && !started.to_string().contains("canary"));
        let endless = resolve(SecretRef::Cmd("yes".to_owned())).await.unwrap_err();
        assert!(matches!(endless, SecretError::TooLong { .. }), "{endless:?}");
    }

    #[tokio::test]
    async fn a_program_that_stays_is_given_up() {
        let slow = from_command("tail -f /dev/null", Duration::from_millis(20)).await.unwrap_err();
        assert!(matches!(slow, SecretError::Slow { .. }), "{slow:?}");
    }

    #[test]
    fn a_value_does_not_print() {
        assert_eq!(format!("{:?}", Secret::from("canary".to_owned())), "***");
    }
}
