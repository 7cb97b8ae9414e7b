//! `hark demo`: servers and conversation of its own, listened to like any others.

use std::path::{Path, PathBuf};
use std::time::Duration;

use hark_demo::{Demo, DemoOptions};
use hark_lifecycle::Tasks;

use crate::cli::{Cli, DemoArgs};
use crate::commands::plugin_add;
use crate::commands::run::listen;
use crate::exit::{Done, Exit, Failure, OrExit};
use crate::signals::Signals;
use crate::{print, wiring};

/// Runs the command.
pub async fn run(cli: &Cli, args: &DemoArgs) -> Done {
    let signals = Signals::listen()?;
    let folder = Folder::make(args.folder.as_deref())?;
    let (mut tasks, shutdown) = Tasks::new();
    let options = DemoOptions { interval: Some(Duration::from_secs(args.every)), ..DemoOptions::default() };
    let demo = Demo::start(folder.path(), options, &mut tasks, &shutdown).await.or_exit(Exit::Network)?;
    let file = folder.path().join("hark.toml");
    std::fs::write(&file, demo.config(args.listen)).map_err(|error| unwritable(&file, &error))?;
    let rules = folder.path().join("rules.toml");
    std::fs::write(&rules, demo.rules()).map_err(|error| unwritable(&rules, &error))?;
    let mut config = wiring::config(&file)?;
    if let Some(cache) = user_cache() {
        // A second demo finds the connectors compiled.
        config.cache = cache;
    }
    print::demo(&file, cli.json);
    tokio::task::block_in_place(|| plugin_add::ready(&config))?;
    listen(&config, Some(print::Served { json: cli.json }), tasks, shutdown, signals).await
}

/// The demo's folder: the user's own, or a temporary one that goes with the demo.
enum Folder {
    Kept(PathBuf),
    Temporary(tempfile::TempDir),
}

impl Folder {
    fn make(named: Option<&Path>) -> Result<Self, Failure> {
        let Some(named) = named else {
            let folder = tempfile::Builder::new().prefix("hark-demo-").tempdir();
            return folder.map(Self::Temporary).map_err(|error| unwritable(&std::env::temp_dir(), &error));
        };
        if named.join("hark.toml").exists() {
            let message = format!("{} holds a configuration already; nothing was changed", named.display());
            return Err(
                Failure::new(Exit::Usage, message).hint("name a new folder, or none for a temporary one")
            );
        }
        std::fs::create_dir_all(named).map_err(|error| unwritable(named, &error))?;
        Ok(Self::Kept(named.to_owned()))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Temporary(folder) => folder.path(),
        }
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Usage, format!("{} cannot be written: {error}", path.display()))
}

/// The user's folder for things that can be made again, where there is one.
fn user_cache() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    named.or_else(home).map(|cache| cache.join("hark").join("connectors"))
}
