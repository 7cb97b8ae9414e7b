//! What the sandbox costs: the same code inside and outside, and its own steps.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, Result};
use hark_model::Raw;
use hark_plugin_rss::Rss;
use hark_runtime::{CallContext, Connector, LoadNote, Runtime, RuntimeOptions};
use hark_sdk::types::Raw as GuestRaw;

use crate::figure::{Figure, median, middle};
use crate::unlimited::Unlimited;

const ROUNDS: u32 = 400;
const PROBES: u32 = 4_000;
const LOADS: usize = 40;
const ITEMS: usize = 100;
const LABEL: &str = "https://blog.example.org/feed.xml";
const MEDIA_TYPE: &str = "application/rss+xml";
const SETTINGS: &str = r#"{"feeds":["https://blog.example.org/feed.xml"]}"#;

/// Measures all of it.
pub async fn measure() -> Result<Vec<Figure>> {
    let cache = tempfile::tempdir()?;
    let options = RuntimeOptions { cache_dir: Some(cache.path().to_owned()), ..RuntimeOptions::default() };
    let component = hark_bundled::component("rss").context("the connector is bundled")?;
    let runtime = Runtime::new(options.clone())?;
    let connector = runtime.load(component).await?;

    let page = page().into_bytes();
    let inside = median(ROUNDS, async || normalise(&connector, &page).await).await?;
    let outside = median(ROUNDS, async || normalise_natively(&page)).await?;
    let ratio = inside.as_secs_f64() / outside.as_secs_f64();
    let added = cost_of_limits(&connector, component, &page).await?;

    let mut instantiate = connector.probe(PROBES).await?.instantiate;
    // The guest gives back what it gets: what is measured is the way in and out.
    let mut call = runtime.load(&hark_kit::guest_bytes("good")).await?.probe(PROBES).await?.call;
    let mut loads = Vec::new();
    for _ in 0..LOADS {
        if let LoadNote::Cached { took } = Runtime::new(options.clone())?.load(component).await?.load_note() {
            loads.push(took);
        }
    }
    anyhow::ensure!(loads.len() == LOADS, "every load finds the compiled component");
    Ok(vec![
        Figure::at_most(
            "normalise 100 items in a fresh instance, against the same code native",
            ratio,
            2.5,
            "times",
        ),
        Figure::at_most("limits and copies of Hark, of that time on a bare engine", added, 10.0, "percent"),
        Figure::at_most("instantiate, median", middle(&mut instantiate).as_secs_f64() * 1e6, 20.0, "us"),
        Figure::at_most(
            "call of an export that gives its list back, median",
            middle(&mut call).as_secs_f64() * 1e9,
            300.0,
            "ns",
        ),
        Figure::at_most(
            "load of a compiled component, median",
            middle(&mut loads).as_secs_f64() * 1e3,
            1.0,
            "ms",
        ),
    ])
}

/// Returns what Hark adds to a bare engine, in percent: all limits, and the way of the events into its own types.
/// Both take turns, so that both meet the same noise.
async fn cost_of_limits(connector: &Connector, component: &[u8], page: &[u8]) -> Result<f64> {
    let bare = Unlimited::new(component)?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        normalise(connector, page).await?;
        with.push(begun.elapsed());
        let begun = Instant::now();
        let items = bare.normalise(SETTINGS, LABEL, MEDIA_TYPE, page).await?;
        without.push(begun.elapsed());
        anyhow::ensure!(items == ITEMS, "{items} items on a bare engine");
    }
    Ok((middle(&mut with).as_secs_f64() / middle(&mut without).as_secs_f64() - 1.0) * 100.0)
}

/// A feed of the size of a busy blog's.
fn page() -> String {
    let mut page = String::from(
        r#"<?xml version="1.0"?><rss version="2.0"><channel><title>Widget blog</title><link>https://blog.example.org/</link>"#,
    );
    for n in 0..ITEMS {
        page.push_str(&format!(
            "<item><title>Widget, day {n}</title><link>https://blog.example.org/{n}</link><guid>https://blog.example.org/{n}</guid>\
             <pubDate>Fri, 24 Jul 2026 09:{:02}:00 GMT</pubDate><author>jo@example.org (Jo)</author><description>&lt;p&gt;It failed twice after \
             the update, and the manual says nothing about it. The second time the lamp went red &amp;amp; stayed so. {n}&lt;/p&gt;&lt;p&gt;Who can \
             tell me what to do before Monday?&lt;/p&gt;</description></item>",
            n % 60
        ));
    }
    page + "</channel></rss>"
}

async fn normalise(connector: &Connector, page: &[u8]) -> Result<()> {
    let raw = Raw {
        label: LABEL.to_owned(),
        media_type: MEDIA_TYPE.to_owned(),
        body: page.to_owned(),
        payload: 1,
        received_at: 1_784_884_365_000,
    };
    let call = connector
        .normalise(CallContext { source: "bench".to_owned(), ..CallContext::default() }, SETTINGS, raw)
        .await;
    let items = call.result?.iter().filter(|event| matches!(event, hark_model::Event::Item(_))).count();
    anyhow::ensure!(items == ITEMS, "{items} items");
    Ok(())
}

fn normalise_natively(page: &[u8]) -> Result<()> {
    let settings = hark_sdk::parse_settings(SETTINGS).map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    let raw = GuestRaw {
        label: LABEL.to_owned(),
        media_type: MEDIA_TYPE.to_owned(),
        body: page.to_owned(),
        payload: 1,
        received_at: 1_784_884_365_000,
    };
    let events = <Rss as hark_sdk::Connector>::normalise(&settings, raw)
        .map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    anyhow::ensure!(black_box(events).len() >= ITEMS, "all items");
    Ok(())
}
