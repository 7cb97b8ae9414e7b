//! `hark plugin double`: a folder of answers in a platform's place, on loopback.

use std::net::SocketAddr;
use std::path::Path;

use hark_lifecycle::Tasks;
use tokio::net::TcpListener;

use crate::cli::Cli;
use crate::exit::{Done, Exit, Failure, OrExit};
use crate::print;
use crate::signals::Signals;

/// Runs the command.
pub async fn run(cli: &Cli, folder: &Path, listen: SocketAddr) -> Done {
    if !listen.ip().is_loopback() {
        return Err(Failure::new(Exit::Usage, format!("{listen} is no address of this machine alone"))
            .hint("a double is served on loopback only: --listen 127.0.0.1:7071"));
    }
    if !folder.is_dir() {
        return Err(Failure::new(Exit::Usage, format!("there is no folder {}", folder.display()))
            .hint("a new connector has one: hark plugin double NAME/double"));
    }
    let mut signals = Signals::listen()?;
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Failure::new(Exit::Network, format!("{listen} cannot be listened on: {error}"))
            .hint("choose another one with --listen, and the same in hark.toml")
    })?;
    print::double(folder, listener.local_addr().or_exit(Exit::Network)?, cli.json);
    let (_tasks, shutdown) = Tasks::new();
    tokio::select! {
        served = hark_demo::serve_folder(listener, folder.to_owned(), shutdown) => served.or_exit(Exit::Network),
        () = signals.next() => Ok(()),
    }
}
