//! A platform that says back every secret it is sent: in bodies, headers, redirects, error pages and broken answers.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::marks::{MADE, SENT, hears, mark};

/// A piece of the memory of a guest.
#[derive(Clone)]
pub struct Piece {
    /// The stream that was read, where the piece begins, and where the memory ends.
    pub place: String,
    pub bytes: Vec<u8>,
}

/// What it was sent.
#[derive(Clone, Default)]
pub struct Platform {
    heard: Arc<Mutex<Vec<u8>>>,
    loot: Arc<Mutex<Vec<Piece>>>,
}

impl Platform {
    pub async fn start() -> (Self, u16) {
        let platform = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = platform.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let platform = serving.clone();
                // A client may go away in the middle; what it misses is missed by the test.
                tokio::spawn(async move { platform.answer(socket).await });
            }
        });
        (platform, port)
    }

    pub fn heard(&self) -> Vec<u8> {
        self.heard.lock().unwrap().clone()
    }

    pub fn loot(&self) -> Vec<Piece> {
        self.loot.lock().unwrap().clone()
    }

    async fn answer(&self, socket: TcpStream) -> std::io::Result<()> {
        let mut socket = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if socket.read_line(&mut head).await? == 0 {
                return Ok(());
            }
        }
        let header = |name: &str| {
            let found = head.lines().filter_map(|line| line.split_once(": "));
            found
                .filter(|(have, _)| have.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.to_owned())
                .next()
        };
        let length = header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        socket.read_exact(&mut body).await?;
        if let Some(place) = header("x-place") {
            self.loot.lock().unwrap().push(Piece { place, bytes: body });
            return socket.write_all(page("200 OK", "", "").as_bytes()).await;
        }
        let asked = [head.as_bytes(), &body].concat();
        self.heard.lock().unwrap().extend(&asked);
        let said: Vec<_> = SENT.iter().chain(&MADE).filter(|name| hears(&asked, name)).copied().collect();
        let path = head.split(' ').nth(1).unwrap_or_default();
        let plant = path.split_once("plant=").map_or("", |(_, plant)| plant);
        socket.write_all(reply(path, plant, &said).as_bytes()).await
    }
}

/// Returns the secrets `names` in the spellings that a platform may answer with.
fn parrot(names: &[&str]) -> String {
    let spell = |name: &&str| {
        let mark = mark(name);
        let percent: String = mark.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let html = mark.replace('&', "&amp;").replace('"', "&quot;");
        let beside = STANDARD.encode(format!("jo:{mark}x"));
        let alike = URL_SAFE_NO_PAD.encode(&mark);
        format!("{mark} {} {percent} {html} {beside} {alike}", serde_json::json!(mark))
    };
    names.iter().map(spell).collect::<Vec<_>>().join(" ")
}

fn page(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
}

fn reply(path: &str, plant: &str, heard: &[&str]) -> String {
    let said = parrot(heard);
    let told = format!("x-heard: {said}\r\ncontent-type: text/plain; heard={plant}\r\n");
    let text = format!("{plant} was told {said}.");
    match path.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default() {
        "token" => page(
            "200 OK",
            &told,
            &serde_json::json!({
                "access_token": mark("access"), "refresh_token": mark("next-refresh"), "expires_in": 3600
            })
            .to_string(),
        ),
        "no-token" => page(
            "400 Bad Request",
            &told,
            &serde_json::json!({ "error": "invalid_grant", "error_description": text }).to_string(),
        ),
        "moved" => page("302 Found", &format!("{told}location: echo?plant={plant}\r\n"), &text),
        "away" => {
            page("302 Found", &format!("location: http://{}.example/{said}\r\n", mark("bearer")), &text)
        }
        "cut" => format!("HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n{told}\r\n{text}"),
        "odd" => format!("HTTP/1.1 2OO {said}\r\n\r\n"),
        "error" => page(
            "401 Unauthorized",
            &format!("{told}www-authenticate: Bearer error=\"{said}\"\r\n"),
            &format!("<html><title>{plant}</title><p>wrong key {said}</html>"),
        ),
        _ => page("200 OK", &format!("{told}set-cookie: session={said}\r\n"), &text),
    }
}
