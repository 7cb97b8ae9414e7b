//! What the faulty connector reads: posts of a small forum, and digits.

use hark_sdk::types::{Fault, Ms};

/// A page of posts.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Posts {
    /// Newest first.
    pub posts: Vec<Post>,
    /// Token of the next page.
    pub next: Option<String>,
}

/// A post.
#[derive(Debug, serde::Deserialize)]
pub struct Post {
    /// Its id.
    pub id: String,
    /// Its place: that of its last change.
    pub seq: u64,
    /// What it says.
    pub text: String,
    /// When it was written.
    pub at: Ms,
}

/// Reads a page.
pub fn posts_of(body: &[u8]) -> Result<Posts, Fault> {
    serde_json::from_slice(body).map_err(|error| Fault::protocol(format!("no posts: {error}")))
}

/// Reads lower-case hex; none where it is none.
pub fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?));
    bytes.collect::<Option<Vec<u8>>>().filter(|_| rest.is_empty())
}
