//! `hark plugin sign` and `keygen`: signatures as minisign's, with a statement of what was signed.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use hark_supply::{KeyError, SigningKey, Statement};

use crate::cli::Cli;
use crate::exit::{Done, Exit, Failure, OrExit};
use crate::{print, wiring};

/// Where the password of a key is looked for.
const PASSWORD: &str = "HARK_SIGNING_PASSWORD";

/// Runs `sign`. What is said of the component is what it says of itself.
pub async fn run(cli: &Cli, file: &Path, key: &Path) -> Done {
    let key = read_key(key)?;
    let config = wiring::config_or_none(&cli.config)?;
    let (component, connector) = wiring::Assembler::new(Some(&config))?.component(file).await?;
    let manifest = connector.manifest();
    let statement = Statement { connector: manifest.id.clone(), version: manifest.version.clone() };
    let secs = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let signature = key.sign(&component, &statement, secs).or_exit(Exit::Connector)?;
    let path = signature_file(file);
    std::fs::write(&path, signature.as_str()).map_err(|error| {
        Failure::new(Exit::Usage, format!("{} cannot be written: {error}", path.display()))
    })?;
    print::signed(&path, &statement, &key.public_line(), cli.json);
    Ok(())
}

/// Runs `keygen`.
pub fn make_key(cli: &Cli, file: &Path) -> Done {
    let key = SigningKey::generate().or_exit(Exit::Internal)?;
    key.write_new(file).or_exit(Exit::Usage)?;
    print::key(file, &key.public_line(), cli.json);
    Ok(())
}

/// Returns where the signature of a file lies.
pub fn signature_file(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".minisig");
    PathBuf::from(name)
}

/// Reads the key, with the password of the environment or of whoever sits there.
fn read_key(path: &Path) -> Result<SigningKey, Failure> {
    let password = std::env::var(PASSWORD).ok();
    match SigningKey::read(path, password.as_deref()) {
        Err(KeyError::Locked { .. }) if std::io::stdin().is_terminal() => {
            let typed = rpassword::prompt_password(format!("Password of {}: ", path.display()));
            SigningKey::read(path, Some(&typed.or_exit(Exit::Usage)?)).or_exit(Exit::Usage)
        }
        Err(error @ KeyError::Locked { .. }) => Err(Failure::of(Exit::Usage, &error)
            .hint(format!("put the password into the environment variable {PASSWORD}"))),
        read => read.or_exit(Exit::Usage),
    }
}
