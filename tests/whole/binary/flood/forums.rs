//! Discourse and NodeBB, read by time.

use hark_doubles::platforms::{discourse, nodebb};
use serde_json::json;

use crate::social::{MINUTE, Past, double, ids, lift, read_past};
use crate::source::Source;
use crate::{held, items};

pub fn discourse() {
    let items = items();
    let double = double("discourse");
    lift(&double, &["admin_api_key_rate_limit"]);
    double.control(json!({ "op": "seed", "items": items }));
    let settings = json!({ "software": "discourse", "url": double.base_url() });
    let source = Source::of_double("forum", &double.base_url(), settings)
        .credential("discourse-key", discourse::API_KEY);
    let past = Past { stream: "posts", items, step_ms: MINUTE, requests: items / 50 };
    read_past("discourse", &double, &source, &past);
    held::assert_same(&source.store(), ids(&double).into_iter().map(native));
}

/// The list of all posts, by twenties, is gone through twice, and each topic of thirty has two pages.
pub fn nodebb() {
    let items = items();
    let double = double("nodebb");
    double.control(json!({ "op": "seed", "items": items }));
    let settings = json!({ "software": "nodebb", "url": double.base_url() });
    let source =
        Source::of_double("forum", &double.base_url(), settings).credential("nodebb-token", nodebb::TOKEN);
    let past = Past { stream: "posts", items, step_ms: MINUTE, requests: items / 6 };
    read_past("nodebb", &double, &source, &past);
    held::assert_same(&source.store(), ids(&double).into_iter().map(native));
}

/// The id that the connector gives a post.
pub fn native(id: String) -> String {
    format!("post:{id}")
}
