//! Reads a numbered list page by page: item N is the Nth of the list, the cursor is the next number.

use hark_sdk::prelude::*;

const CURSOR_VERSION: u32 = 1;

#[derive(Deserialize, JsonSchema)]
struct Pages {
    url: String,
    page_items: u64,
}

#[derive(Deserialize)]
struct Page {
    total: u64,
    items: Vec<Post>,
    /// How long to leave the list alone.
    pause_ms: Option<Ms>,
}

#[derive(Deserialize)]
struct Post {
    id: String,
    text: String,
    at: Ms,
}

impl Connector for Pages {
    type Settings = Self;

    fn manifest() -> Manifest {
        Manifest::new("pages", env!("CARGO_PKG_VERSION")).host("{url}").stream(StreamInfo::new("list"))
    }

    fn read(settings: &Self, request: ReadRequest) -> Result<Batch, Fault> {
        let from: u64 = cursor::read(CURSOR_VERSION, request.cursor.as_deref())?.unwrap_or(0);
        let response = http::get(&settings.url)
            .query("from", from.to_string())
            .query("count", settings.page_items.to_string())
            .send()?
            .ok()?;
        let page: Page = response.json()?;
        let next = from + page.items.len() as u64;
        let items = page.items.into_iter().enumerate().map(|(at, post)| {
            Item::new(post.id, post.text, post.at, response.origin(format!("/items/{at}"))).author("list")
        });
        let not_before = page.pause_ms.map(|pause_ms| response.received_at() + pause_ms);
        let batch = Batch::new(items).cursor(cursor::write(CURSOR_VERSION, &next)?);
        Ok(Batch { continuation: (next < page.total).then(Vec::new), not_before, ..batch })
    }
}

hark_sdk::export!(Pages);
