//! Clients for the demo's servers: raw IMAP lines over TLS, raw HTTP, and the APIs of the played platforms.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::sync::Arc;
use std::time::Duration;

use hark_demo::{Channel, Demo, DemoOptions};
use hark_lifecycle::Tasks;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Far longer than anything here takes; only a broken test waits for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// A demo that waits for `advance`, and what it needs to stay alive.
pub struct Running {
    pub demo: Demo,
    pub folder: tempfile::TempDir,
    pub tasks: Tasks,
}

impl Running {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (mut tasks, shutdown) = Tasks::new();
        let options = DemoOptions { seed: 7, interval: None };
        let demo = Demo::start(folder.path(), options, &mut tasks, &shutdown).await.unwrap();
        Self { demo, folder, tasks }
    }

    pub fn password(&self) -> String {
        std::fs::read_to_string(self.demo.password_file()).unwrap().trim_end().to_owned()
    }

    pub async fn imap(&self) -> Imap {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.demo.ca_file()).unwrap()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let tcp = TcpStream::connect(self.demo.imap()).await.unwrap();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap();
        let mut imap = Imap { stream: BufReader::new(stream), tag: 0 };
        assert!(imap.line().await.starts_with("* OK [CAPABILITY IMAP4rev1"));
        imap
    }

    pub async fn signed_in(&self) -> Imap {
        let mut imap = self.imap().await;
        let command = format!("LOGIN {} \"{}\"", self.demo.account(), self.password());
        assert!(imap.ask(&command).await.ends_with("signed in\r\n"));
        imap
    }

    /// Asks for a path; returns the head and the body.
    pub async fn get(&self, path: &str, headers: &str) -> (String, String) {
        get_from(&self.demo.http().to_string(), path, headers).await
    }

    /// Returns what was said lately on a played platform, as its API tells it.
    pub async fn heard(&self, channel: Channel) -> Vec<Said> {
        let (path, headers) = match channel {
            Channel::X => (X_PATH, "Authorization: Bearer x-user-token\r\n".to_owned()),
            Channel::Facebook => (FACEBOOK_PATH, "Authorization: Bearer fb-page-token-1\r\n".to_owned()),
            _ => {
                let key = std::fs::read_to_string(self.folder.path().join("forum-key")).unwrap();
                ("/posts.json", format!("Api-Key: {}\r\nApi-Username: system\r\n", key.trim_end()))
            }
        };
        let address = self.demo.played(channel);
        let host = address.strip_prefix("http://").unwrap();
        let (head, body) = get_from(host, path, &headers).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{channel:?}: {head} {body}");
        let page: Value = serde_json::from_str(&body).unwrap();
        match channel {
            Channel::X => said(&page["data"], "text", "/author_id"),
            Channel::Facebook => {
                let mut all = said(&page["data"], "message", "/from/id");
                for post in page["data"].as_array().unwrap() {
                    all.extend(said(&post["comments"]["data"], "message", "/from/id"));
                }
                all
            }
            _ => said(&page["latest_posts"], "cooked", "/username"),
        }
    }
}

const X_PATH: &str = "/2/tweets/search/recent?max_results=100&tweet.fields=author_id\
    &query=acme_widgets_inc%20OR%20from%3Aacme_widgets_inc";
const FACEBOOK_PATH: &str = "/v26.0/104000000000001/feed?limit=100\
    &fields=id,message,from,comments.filter(stream).limit(100){id,message,from}";

/// Something that was said on a played platform.
#[derive(Debug)]
pub struct Said {
    pub author: String,
    pub title: Option<String>,
    pub text: String,
}

fn said(list: &Value, text: &str, author: &str) -> Vec<Said> {
    let word = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let one = |entry: &Value| Said {
        author: word(entry.pointer(author)),
        title: entry["topic_title"].as_str().map(str::to_owned),
        text: word(entry.get(text)),
    };
    list.as_array().into_iter().flatten().map(one).collect()
}

/// Asks for a path; returns the head and the body.
async fn get_from(host: &str, path: &str, headers: &str) -> (String, String) {
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: tests\r\nConnection: close\r\n{headers}\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

pub struct Imap {
    stream: BufReader<TlsStream<TcpStream>>,
    tag: u32,
}

impl Imap {
    pub async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// Reads one line; bytes that are not UTF-8 are shown as replaced.
    pub async fn line(&mut self) -> String {
        let mut line = Vec::new();
        let read = tokio::io::AsyncBufReadExt::read_until(&mut self.stream, b'\n', &mut line);
        tokio::time::timeout(PATIENCE, read).await.unwrap().unwrap();
        String::from_utf8_lossy(&line).into_owned()
    }

    /// Sends a command and returns everything up to and with its tagged answer.
    pub async fn ask(&mut self, command: &str) -> String {
        self.tag += 1;
        let tag = format!("t{}", self.tag);
        self.send(&format!("{tag} {command}\r\n")).await;
        self.until(&format!("{tag} ")).await
    }

    /// Reads lines until one starts with `mark`; returns them all.
    pub async fn until(&mut self, mark: &str) -> String {
        let mut all = String::new();
        loop {
            let line = self.line().await;
            assert!(!line.is_empty(), "the server hung up after {all:?}");
            all.push_str(&line);
            if line.starts_with(mark) {
                return all;
            }
        }
    }
}
