//! How long a platform waits for the answer to a delivery: from the first byte sent to the last received, over
//! loopback, with the body on the disk and the connector asked in between.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use hark_analysis::Analyser;
use hark_config::Config;
use hark_lifecycle::Tasks;
use hark_pipeline::{DeliveryAnswer, Enricher, Incoming, Pipeline, SourceSetup, now};
use hark_runtime::{Runtime, RuntimeOptions};
use hark_store::{Store, StoreOptions};
use hark_web::{DeliveryOptions, DeliveryReply};
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::figure::Figure;

const DELIVERIES: usize = 500;
/// Items of one delivery.
const ITEMS: usize = 20;
const KEY: &str = "the-webhook-key-of-the-bench";
/// What is promised to platforms.
const TARGET_MS: f64 = 50.0;

/// Measures the median and the hundredth that waits longest.
pub async fn measure() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let key_file = folder.path().join("key");
    std::fs::write(&key_file, KEY)?;
    let text = format!(
        "[source.hook]\nconnector = {:?}\nsettings = {{ url = \"http://127.0.0.1:9\" }}\n\
         credentials = {{ hook-key = \"file:key\" }}\nlimits = {{ deliveries_per_min = 1000000 }}\n",
        hark_kit::guest("platform")
    );
    let config = Config::parse(&text, &folder.path().join("hark.toml"))?;
    let source = config.sources.first().context("the source is there")?;
    let connector = Runtime::new(RuntimeOptions::default())?.load(&hark_kit::guest_bytes("platform")).await?;
    let setup = SourceSetup::assemble(source, connector, now()).await?;
    let store = Store::open(&config.data, StoreOptions::default())?;
    let enricher = Enricher::new(Analyser::new(), hark_routing::Tree::bare());
    let pipeline = Pipeline::new(vec![setup], store.clone(), enricher).await?;
    let (mut tasks, shutdown) = Tasks::new();
    let deliveries = pipeline.deliveries();
    pipeline.start(&mut tasks, &shutdown);
    let sources = deliveries.clone();
    let options = DeliveryOptions {
        per_min: std::sync::Arc::new(move |source| sources.per_min(source)),
        body_wait: hark_web::limits::DELIVERY_BODY_WAIT,
        receive: std::sync::Arc::new(move |source, delivery| {
            let deliveries = deliveries.clone();
            Box::pin(async move { reply(deliveries.receive(&source, incoming(delivery)).await) })
        }),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let order = shutdown.clone();
    tasks.spawn("web", async move {
        hark_web::serve(listener, hark_web::deliveries(options), order).await;
    });
    let mut times = Vec::new();
    for n in 0..DELIVERIES {
        times.push(deliver(port, n).await?);
    }
    tasks.stop(Duration::from_secs(30)).await;
    store.close()?;
    times.sort_unstable();
    let ms = |at: usize| times[at].as_secs_f64() * 1e3;
    Ok(vec![
        Figure::at_most(
            "delivery of 20 items, sent to answered, median",
            ms(DELIVERIES / 2),
            TARGET_MS,
            "ms",
        ),
        Figure::at_most("the same, 99 of 100", ms(DELIVERIES * 99 / 100), TARGET_MS, "ms"),
    ])
}

fn incoming(delivery: hark_model::Delivery) -> Incoming {
    let hark_model::Delivery { method, path, query, headers, body, received_at, .. } = delivery;
    Incoming { method, path, query, headers, body, received_at }
}

fn reply(answer: DeliveryAnswer) -> DeliveryReply {
    match answer {
        DeliveryAnswer::Connector { status, headers, body } => {
            DeliveryReply::Connector { status, headers, body }
        }
        DeliveryAnswer::Kept => DeliveryReply::Kept,
        DeliveryAnswer::Busy => DeliveryReply::Busy,
        DeliveryAnswer::Unknown => DeliveryReply::Unknown,
    }
}

async fn deliver(port: u16, n: usize) -> Result<Duration> {
    let item = |at: usize| json!({ "id": format!("d{n}-{at}"), "text": "Not happy: it stopped after the update.", "at": 1_784_000_000_000_u64 });
    let body = json!({ "event": format!("event {n}"), "items": (0..ITEMS).map(item).collect::<Vec<_>>() })
        .to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes())?;
    mac.update(body.as_bytes());
    let signature: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let request = format!(
        "POST /in/hook HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Signature: {signature}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let begun = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let took = begun.elapsed();
    anyhow::ensure!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    Ok(took)
}
