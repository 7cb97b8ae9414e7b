//! What the host holds in memory with ten sources at work.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use hark_demo::{Demo, DemoOptions};
use hark_lifecycle::Tasks;

use crate::figure::Figure;

const SOURCES: usize = 10;
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts the built `hark` with ten sources, waits until all were read, and asks the kernel.
pub async fn measure() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let (mut tasks, shutdown) = Tasks::new();
    let options = DemoOptions { interval: None, ..DemoOptions::default() };
    let demo = Demo::start(folder.path(), options, &mut tasks, &shutdown).await?;
    std::fs::write(folder.path().join("hark.toml"), ten_sources(&demo))?;
    let mut host = Host::start(folder.path())?;
    let resident_mib = host.resident_when_read(&folder.path().join("hark.db")).await;
    drop(host);
    tasks.stop(Duration::from_secs(5)).await;
    Ok(vec![Figure::at_most("resident memory with 10 sources", resident_mib?, 150.0, "MiB")])
}

/// The demo's mailbox and blog, five times each.
fn ten_sources(demo: &Demo) -> String {
    let (imap, http) = (demo.imap(), demo.http());
    let pair = |n: usize| {
        format!(
            r#"
[source.mail-{n}]
connector = "email"
scope = "imap:{n}"
settings = {{ host = "127.0.0.1", port = {}, user = "{}" }}
credentials = {{ imap-password = {:?} }}
grant = {{ endpoints = ["tls://{imap}"], private_addresses = ["127.0.0.1/32"], ca_file = {:?} }}
[source.blog-{n}]
connector = "rss"
settings = {{ feeds = ["http://{http}/blog.rss"] }}
grant = {{ hosts = ["http://{http}"], private_addresses = ["127.0.0.1/32"] }}
"#,
            imap.port(),
            demo.account(),
            format!("file:{}", demo.password_file().display()),
            demo.ca_file(),
        )
    };
    (0..SOURCES / 2).map(pair).collect()
}

/// A running `hark run`; ends with the value.
struct Host(Child);

impl Host {
    fn start(folder: &Path) -> Result<Self> {
        let child = Command::new(binary()?)
            .args(["--config", "hark.toml", "run", "--no-web"])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self(child))
    }

    async fn resident_when_read(&mut self, database: &Path) -> Result<f64> {
        let begun = Instant::now();
        while read_streams(database) < SOURCES {
            anyhow::ensure!(begun.elapsed() < PATIENCE, "not every source was read within {PATIENCE:?}");
            anyhow::ensure!(self.0.try_wait()?.is_none(), "hark ended by itself");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line =
            status.lines().find(|line| line.starts_with("VmRSS:")).context("the kernel tells VmRSS")?;
        let kib: f64 = line.split_whitespace().nth(1).context("a number")?.parse()?;
        Ok(kib / 1024.0)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How many streams were read to their end.
fn read_streams(database: &Path) -> usize {
    let count = || -> rusqlite::Result<i64> {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        rusqlite::Connection::open_with_flags(database, flags)?.query_row(
            "SELECT count(*) FROM checkpoint WHERE state = 'ok'",
            [],
            |row| row.get(0),
        )
    };
    count().ok().and_then(|count| usize::try_from(count).ok()).unwrap_or(0)
}

/// The `hark` binary beside this one.
fn binary() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let binary = own.with_file_name("hark");
    anyhow::ensure!(binary.exists(), "{} is not built: cargo build -p hark", binary.display());
    Ok(binary)
}
