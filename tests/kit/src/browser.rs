//! A real Chromium for a test, driven through its driver; both gone when the test is done.
//!
//! Holds: it talks to loopback only, with a profile of its own, and never to Chromium's own services.
//! Not its business: what the pages should show.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use fantoccini::{Client, ClientBuilder};
use serde_json::json;

/// What Chromium is started with: no window, nothing of its own on the network.
const ARGUMENTS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
];

/// A running Chromium.
pub struct Browser {
    driver: Child,
    /// The window.
    pub window: Client,
}

impl Browser {
    /// Returns nothing, or which program is missing.
    pub fn installed() -> Result<(), String> {
        for (program, package) in [("chromium", "chromium"), ("chromedriver", "chromium-driver")] {
            let answers = Command::new(program).arg("--version").output();
            if !answers.is_ok_and(|answer| answer.status.success()) {
                return Err(format!("{program} is not installed (Debian: apt-get install {package})"));
            }
        }
        Ok(())
    }

    /// Starts one with an empty profile.
    pub async fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("callers ask first whether it is installed");
        let port = port_of(&mut driver);
        let mut capabilities = serde_json::Map::new();
        capabilities.insert("browserName".to_owned(), json!("chrome"));
        capabilities.insert("goog:chromeOptions".to_owned(), json!({ "args": ARGUMENTS }));
        let window = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium starts");
        Self { driver, window }
    }

    /// Keeps a picture of what is shown, for a person to look at.
    pub async fn keep_picture(&self, path: &Path) {
        let picture = self.window.screenshot().await.expect("a picture can be taken");
        std::fs::write(path, picture).expect("a picture can be kept");
    }

    /// Closes the window and ends Chromium.
    pub async fn stop(self) {
        self.window.clone().close().await.expect("the window can be closed");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Returns the port that the driver says it took.
fn port_of(driver: &mut Child) -> u16 {
    let lines = BufReader::new(driver.stdout.take().expect("it is piped")).lines();
    lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_suffix('.')?.rsplit_once("successfully on port ")?.1.parse().ok())
        .expect("the driver says its port")
}
