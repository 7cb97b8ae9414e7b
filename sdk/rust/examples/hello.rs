//! Reads a list of posts as JSON.
use hark_sdk::prelude::*;
/// Where the posts are.
#[derive(Deserialize, JsonSchema)]
pub struct Hello {
    url: String,
}
#[derive(Deserialize)]
struct Post {
    id: String,
    text: String,
    at: Ms,
}
impl Connector for Hello {
    type Settings = Self;
    fn manifest() -> Manifest {
        Manifest::new("hello", env!("CARGO_PKG_VERSION")).host("{url}").stream(StreamInfo::new("posts"))
    }
    fn read(settings: &Self, _request: ReadRequest) -> Result<Batch, Fault> {
        let page = http::get(&settings.url).send()?.ok()?;
        let posts: Vec<Post> = page.json()?;
        Ok(Batch::new(posts.into_iter().map(|post| Item::new(post.id, post.text, post.at, page.origin("")))))
    }
}
hark_sdk::export!(Hello);
