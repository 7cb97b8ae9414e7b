//! The demo as a whole: starts the servers, tells the day, and goes on telling.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hark_lifecycle::{Shutdown, Tasks};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::arrivals::Arrivals;
use crate::certificate::Certificate;
use crate::imap::{self, Account};
use crate::played::Played;
use crate::stage::{Arrival, Channel, Stage, now_ms};
use crate::story::Story;
use crate::{DemoError, config, folder, http, limits, said};

/// How the demo is told.
#[derive(Debug, Clone, Copy)]
pub struct DemoOptions {
    /// Chooses the order and the words of what is said after the script is over.
    pub seed: u64,
    /// Pause between two arrivals; `None` waits for [`Demo::advance`] instead.
    pub interval: Option<Duration>,
}

impl Default for DemoOptions {
    /// A new mail or post every five seconds.
    fn default() -> Self {
        Self { seed: 42, interval: Some(Duration::from_secs(5)) }
    }
}

/// A running demo: its servers stop with the tasks it was started under.
#[derive(Debug, Clone)]
pub struct Demo {
    stage: Arc<Stage>,
    arrivals: Arc<Mutex<Arrivals>>,
    imap: SocketAddr,
    http: SocketAddr,
    ca_file: PathBuf,
    password_file: PathBuf,
}

/// The address that owns the mailbox.
const ACCOUNT: &str = "support@acme-widgets.example";

impl Demo {
    /// Starts the servers on free ports of loopback, under `tasks`, and puts the files that a client
    /// needs into `folder`. When it returns, the whole day can be read.
    pub async fn start(
        folder: &Path,
        options: DemoOptions,
        tasks: &mut Tasks,
        shutdown: &Shutdown,
    ) -> Result<Self, DemoError> {
        let story = Story::load()?;
        let certificate = Certificate::make()?;
        let password = password();
        let ca_file = folder::write(folder, folder::CA_FILE, certificate.ca_pem.as_bytes())?;
        let password_file = folder::write(folder, folder::PASSWORD_FILE, format!("{password}\n").as_bytes())?;

        for (channel, name) in folder::TOKEN_FILES {
            folder::write(folder, name, said::token(channel).as_bytes())?;
        }

        let (mail, imap) = listen().await?;
        let (feeds, http) = listen().await?;
        let stage = Arc::new(told(&story, Played::start(options.seed)?, http)?);
        let account = Account { user: ACCOUNT.to_owned(), password: password.into() };
        let acceptor = TlsAcceptor::from(certificate.server);
        tasks.spawn("demo-imap", imap::serve(mail, acceptor, Arc::clone(&stage), account, shutdown.clone()));
        tasks.spawn("demo-http", http::serve(feeds, Arc::clone(&stage), shutdown.clone()));

        let platforms = Arc::clone(&stage);
        let order = shutdown.clone();
        tasks.spawn("demo-platforms", async move { platforms.played().go(order).await });

        let arrivals = Arc::new(Mutex::new(Arrivals::new(story, options.seed)));
        let demo = Self { stage, arrivals, imap, http, ca_file, password_file };
        if let Some(interval) = options.interval {
            let interval = interval.max(limits::INTERVAL_MIN);
            tasks.spawn("demo-arrivals", go_on(demo.clone(), interval, shutdown.clone()));
        }
        Ok(demo)
    }

    /// Lets the next thing happen, now; returns what it is, `None` if there is nothing to say.
    pub fn advance(&self) -> Option<Arrival> {
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        // A platform that is full or has stopped is passed over.
        for _ in 0..limits::PASSED_OVER_MAX {
            let scene = arrivals.next(&self.stage)?;
            match self.stage.play_now(&scene, now_ms()) {
                Ok(arrival) => return Some(arrival),
                Err(error) => tracing::debug!(key = scene.key, %error, "not said"),
            }
        }
        None
    }

    /// Returns the text of a `hark.toml` that listens to all of it. It names its files relative to
    /// itself, so it belongs into the folder that the demo was started with.
    pub fn config(&self, listen: SocketAddr) -> String {
        let played = |channel| self.stage.played().address(channel);
        config::text(listen, self.imap, self.http, &played)
    }

    /// Returns the text of the `rules.toml` that the `hark.toml` names: who of the invented company sees what.
    pub fn rules(&self) -> String {
        config::rules()
    }

    /// Returns where the mailbox is served: IMAP, TLS from the first byte.
    pub const fn imap(&self) -> SocketAddr {
        self.imap
    }

    /// Returns where the feeds are served: plain HTTP.
    pub const fn http(&self) -> SocketAddr {
        self.http
    }

    /// Returns where a platform is that a double plays, as `http://127.0.0.1:<port>`; "" for another channel.
    pub fn played(&self, channel: Channel) -> String {
        self.stage.played().address(channel)
    }

    /// Returns the user of the mailbox.
    pub const fn account(&self) -> &'static str {
        ACCOUNT
    }

    /// Returns the file with the authority to trust, as PEM.
    pub fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    /// Returns the file with the mailbox's password; only its owner may read it.
    pub fn password_file(&self) -> &Path {
        &self.password_file
    }
}

async fn listen() -> Result<(TcpListener, SocketAddr), DemoError> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(DemoError::Listen)?;
    let address = listener.local_addr().map_err(DemoError::Listen)?;
    Ok((listener, address))
}

/// Sets the stage and tells the day, so that it ends about now.
fn told(story: &Story, played: Played, http: SocketAddr) -> Result<Stage, DemoError> {
    let now_ms = now_ms();
    let run = format!("{:x}", now_ms / 1_000);
    // Each start makes a new mailbox whose numbers mean nothing to the one before.
    let uid_validity = u32::try_from(now_ms / 1_000 % i64::from(u32::MAX)).unwrap_or(1);
    let stage = Stage::new(played, format!("http://{http}"), ACCOUNT.to_owned(), run, uid_validity);
    for (position, scene) in (0_i64..).zip(&story.day) {
        // Nothing in real life happens on the full minute.
        let seconds = position * 37 % 53;
        stage.play_past(scene, now_ms - scene.minutes_ago * 60_000 - (60 - seconds) * 1_000)?;
    }
    Ok(stage)
}

async fn go_on(demo: Demo, interval: Duration, shutdown: Shutdown) {
    loop {
        tokio::select! {
            biased;
            () = shutdown.ordered() => return,
            () = tokio::time::sleep(interval) => {}
        }
        match demo.advance() {
            Some(arrival) => {
                tracing::debug!(channel = arrival.channel.as_str(), title = arrival.title, "arrived")
            }
            None => return,
        }
    }
}

/// Makes a password that differs at each start, from the randomness that the standard library seeds
/// its maps with: good enough for a mailbox of invented mails on loopback.
fn password() -> String {
    format!("{:016x}{:016x}", RandomState::new().hash_one(1_u8), RandomState::new().hash_one(2_u8))
}
