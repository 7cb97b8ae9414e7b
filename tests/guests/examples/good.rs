//! Does what a connector should: one item for the answer of one page, a page again from its payload.

use hark_guests::{Settings, batch, item, manifest};
use hark_sdk::prelude::*;

struct Good;

impl Connector for Good {
    type Settings = Settings;

    fn manifest() -> Manifest {
        manifest("good", &["items", "page"]).host("http://127.0.0.1:1")
    }

    fn read(_: &Settings, request: ReadRequest) -> Result<Batch, Fault> {
        info!("reading {}", request.stream_name);
        hark_sdk::progress(1, Some(2));
        println!("out");
        eprintln!("err");
        match request.stream_name.as_str() {
            "items" => {
                Ok(batch((0..request.budget.max_events).map(|n| Event::Item(item(&n.to_string()))).collect()))
            }
            "page" => {
                let page = http::get(String::from_utf8_lossy(&request.cursor.unwrap_or_default())).send()?;
                let item = Item { text: page.text(), origin: page.origin("/0"), ..item("page") };
                Ok(batch(vec![Event::Item(item)]))
            }
            other => Err(Fault::NotFound(other.to_owned())),
        }
    }

    fn migrate_cursor(_: u32, cursor: Vec<u8>) -> Result<Vec<u8>, Fault> {
        Ok(cursor)
    }

    fn normalise(_: &Settings, raw: Raw) -> Result<Vec<Event>, Fault> {
        let text = String::from_utf8_lossy(&raw.body).into_owned();
        if text == "ask" {
            return Err(http::get("http://127.0.0.1:1/")
                .send()
                .map(|_| Fault::unsupported(""))
                .unwrap_or_else(Fault::from));
        }
        Ok(text.split(' ').map(|word| Event::Item(Item { text: word.to_owned(), ..item(word) })).collect())
    }
}

hark_sdk::export!(Good);
