//! Listings of different platforms, in the words of a cassette.

use hark_cassette::{Blob, HttpAnswer, HttpExchange};
use serde_json::json;

use super::*;

fn exchange(request: &str, body: &str) -> Exchange {
    Exchange::Http(HttpExchange {
        request: request.to_owned(),
        headers: Vec::new(),
        credential: None,
        body: None,
        after_ms: 0,
        answer: HttpAnswer::Response { status: 200, headers: Vec::new(), body: Blob::from(body) },
    })
}

/// Makes a platform of one listing and one recorded page.
fn platform(listing: Value, page: &Value) -> Platform {
    let mut whole = json!({ "stream": "posts", "path": "/posts", "format": "json", "items": "/posts", "id": "/id", "text": "/text" });
    let fields = whole.as_object_mut().unwrap();
    fields.extend(listing.as_object().unwrap().clone());
    let listing: Listing = serde_json::from_value(whole).unwrap();
    let line = format!("GET https://x.example{}", listing.path);
    Platform::new([listing].iter(), &[exchange(&line, &page.to_string())]).unwrap()
}

fn answer(platform: &Platform, path: &str) -> HttpAnswer {
    let url = format!("https://x.example{path}");
    platform.live()(&HttpAsked { method: "GET".to_owned(), url, ..HttpAsked::default() }).unwrap()
}

fn ask(platform: &Platform, path: &str) -> Value {
    serde_json::from_slice(answer(platform, path).parts().unwrap().2).unwrap()
}

fn ids(page: &Value) -> Vec<String> {
    let list = page.as_array().or_else(|| page.get("posts").or(page.get("data"))?.as_array());
    list.unwrap().iter().map(|post| word(&post["id"]).unwrap()).collect()
}

fn by_place() -> Platform {
    let listing = json!({
        "key": "/seq", "count": "count", "count_max": 2, "since": "since", "page": "page",
        "tells": { "/next": "next" }, "lists_edits": true,
    });
    let post = |id: &str, seq: u64| json!({ "id": id, "seq": seq, "text": seq.to_string() });
    platform(listing, &json!({ "posts": [post("c", 3), post("b", 2), post("a", 1)], "next": "x" }))
}

#[test]
fn pages_follow_each_other_and_know_where_they_end() {
    let platform = by_place();
    let first = ask(&platform, "/posts");
    assert_eq!((ids(&first), &first["next"]), (vec!["c".to_owned()], &json!("3")));
    assert_eq!(ids(&ask(&platform, "/posts?page=3")), ["b"]);
    let last = ask(&platform, "/posts?page=2&since=0");
    assert_eq!((ids(&last), last.get("next")), (vec!["a".to_owned()], None));
    assert_eq!(ids(&ask(&platform, "/posts?since=3")), [""; 0]);
}

#[test]
fn it_changes_between_two_pages() {
    let adds = by_place();
    adds.change_after_first_page(Change::Add);
    assert_eq!(ids(&ask(&adds, "/posts")), ["c"]);
    assert_eq!((adds.ids().len(), ids(&ask(&adds, "/posts?page=3"))), (5, vec!["b".into(), "a".into()]));
    assert_eq!(ids(&ask(&adds, "/posts?since=3")).len(), 2);
    let deletes = by_place();
    deletes.change_after_first_page(Change::Delete);
    ask(&deletes, "/posts");
    assert_eq!(deletes.ids(), ["b"]);
    assert_eq!(deletes.edit(), [("b".to_owned(), "2 (as edited since)".to_owned())]);
    assert_eq!(ids(&ask(&deletes, "/posts?since=3")), ["b"]);
}

#[test]
fn a_page_tells_of_itself_and_an_edit_is_a_new_version() {
    let listing = json!({
        "items": "/data", "id": "/versions/0", "key": "/id", "history": "/versions", "time": "/at", "edited": ["/at"],
        "count": "max", "count_max": 100, "since": "since_id", "since_time": "start", "until_time": "end",
        "page": "token", "lists_edits": true,
        "tells": { "/meta/newest": "newest", "/meta/oldest": "oldest", "/meta/count": "count", "/meta/next": "next" },
    });
    let post = |id: &str, at: &str| json!({ "id": id, "versions": [id], "text": id, "at": at });
    let posts = [
        post("30", "2026-07-24T10:00:03Z"),
        post("20", "2026-07-24T10:00:02Z"),
        post("10", "2026-07-24T10:00:01Z"),
    ];
    let page = json!({ "data": posts, "meta": { "newest": "30", "newer": true } });
    let platform = platform(listing, &page);
    let first = ask(&platform, "/posts?max=2");
    assert_eq!(
        first["meta"],
        json!({ "newest": "30", "oldest": "30", "count": 1, "next": "30", "newer": true })
    );
    assert_eq!(ids(&ask(&platform, "/posts?start=2026-07-24T10:00:02Z&token=30")), ["20"]);
    assert_eq!(ids(&ask(&platform, "/posts?end=2026-07-24T10:00:01Z")), ["10"]);
    assert_eq!(ask(&platform, "/posts?since_id=30")["meta"], json!({ "count": 0, "newer": true }));
    assert_eq!(platform.edit()[0].0, "10");
    let edited = ask(&platform, "/posts?since_id=30");
    assert_eq!((ids(&edited), &edited["data"][0]["versions"]), (vec!["31".to_owned()], &json!(["10", "31"])));
    platform.change_after_first_page(Change::Add);
    ask(&platform, "/posts");
    let added = ask(&platform, "/posts?since_id=31");
    assert_eq!(
        (ids(&added), &added["data"][0]["versions"]),
        (vec!["33".to_owned(), "32".to_owned()], &json!(["33"]))
    );
}

#[test]
fn the_next_page_is_named_by_an_address_or_in_a_header() {
    let listing = json!({
        "items": "", "count": "limit", "count_max": 40, "since": "since_id", "upward": "min_id", "page": "max_id",
        "link": true,
    });
    let page: Vec<Value> = [5, 4, 3, 2, 1].map(|id| json!({ "id": id.to_string(), "text": "" })).to_vec();
    let linked = platform(listing, &json!(page));
    let first = answer(&linked, "/posts?limit=2&local=true");
    assert_eq!(
        first.parts().unwrap().1,
        [("link", "<https://x.example/posts?limit=2&local=true&max_id=4>; rel=\"next\"")]
    );
    assert_eq!(ids(&ask(&linked, "/posts?limit=2&max_id=4")), ["3", "2"]);
    assert_eq!(ids(&ask(&linked, "/posts?limit=2&min_id=1")), ["3", "2"], "the oldest of what is newer");
    assert_eq!(ids(&ask(&linked, "/posts?limit=2&since_id=1")), ["5", "4"], "the newest of it");
    assert_eq!(answer(&linked, "/posts?min_id=4").parts().unwrap().1, [("", ""); 0]);

    let listing = json!({
        "items": "/data", "count": "limit", "count_max": 2, "page": "after",
        "tells": { "/paging/next": "next-address", "/paging/cursors/after": "next", "/more": "more" },
    });
    let post = |id: &str| json!({ "id": id, "text": "" });
    let posts =
        json!({ "data": [post("1_12"), post("1_11"), post("1_10")], "paging": { "next": "https://old" } });
    let paged = platform(listing, &posts);
    let first = ask(&paged, "/posts?limit=9");
    assert_eq!(first["paging"]["next"], "https://x.example/posts?limit=9&after=1_12");
    let last = ask(&paged, "/posts?after=1_11");
    assert_eq!(
        (ids(&last), &last["paging"], &last["more"]),
        (vec!["1_10".to_owned()], &json!({}), &json!(false))
    );
    paged.change_after_first_page(Change::Add);
    ask(&paged, "/posts");
    assert_eq!(paged.ids()[3..], ["1_1000013", "1_2000015"]);
}

#[test]
fn pages_are_numbered_and_items_stand_alone_too() {
    let listing =
        json!({ "path": "/recent/*", "items": "", "count_max": 2, "number": "page", "one": "/posts/*.json" });
    let page = json!([{ "id": 3, "text": "" }, { "id": 2, "text": "" }, { "id": 1, "text": "" }]);
    let numbered = platform(listing, &page);
    assert_eq!(numbered.ids().len(), 7, "so many that a page that is not full is the last");
    assert_eq!(ids(&ask(&numbered, "/recent/day?page=2")), ["5", "4"]);
    assert_eq!(ids(&ask(&numbered, "/recent/week?page=4")), ["1"]);
    numbered.change_after_first_page(Change::Delete);
    ask(&numbered, "/recent/day");
    assert_eq!(ask(&numbered, "/posts/2.json")["id"], 2);
    assert_eq!(answer(&numbered, "/posts/7.json").parts().unwrap().0, 404);
    let unknown = HttpAsked {
        method: "GET".into(),
        url: "https://x.example/posts/99.json".into(),
        ..HttpAsked::default()
    };
    assert!(numbered.live()(&unknown).is_none(), "what was never listed is left to the cassette");
}

#[test]
fn several_listings_are_one_platform() {
    let listing = |path: &str| -> Listing {
        let text = json!({ "stream": "s", "path": path, "format": "json", "items": "", "id": "/id", "text": "/text" });
        serde_json::from_value(text).unwrap()
    };
    let listings = [listing("/a"), listing("/b"), listing("/never-asked")];
    let recorded = [
        exchange("GET https://x.example/a", r#"[{"id":"1","text":""}]"#),
        exchange("GET https://x.example/b", r#"[{"id":"2","text":""}]"#),
    ];
    let platform = Platform::new(listings.iter(), &recorded).unwrap();
    assert_eq!(
        (platform.ids(), ids(&ask(&platform, "/b"))),
        (vec!["1".into(), "2".into()], vec!["2".into()])
    );
    assert!(Platform::new(listings[2..].iter(), &recorded).is_none());
}

#[test]
fn what_hangs_on_an_item_goes_with_it() {
    let listing = |path: &str, count_max: usize| -> Listing {
        let text = json!({
            "stream": "s", "path": path, "format": "json", "items": "", "id": "/id", "text": "/text",
            "count_max": count_max, "link": true, "page": "page",
        });
        serde_json::from_value(text).unwrap()
    };
    let listings = [listing("/posts", 1), listing("/posts/1/comments", 0)];
    let recorded = [
        exchange("GET https://x.example/posts", r#"[{"id":"2","text":""},{"id":"1","text":""}]"#),
        exchange("GET https://x.example/posts/1/comments", r#"[{"id":"7","text":""}]"#),
    ];
    let platform = Platform::new(listings.iter(), &recorded).unwrap();
    assert_eq!(platform.ids(), ["1", "2", "7"]);
    platform.change_after_first_page(Change::Delete);
    ask(&platform, "/posts");
    assert_eq!(platform.ids(), [""; 0]);
}

#[test]
fn feeds_are_taken_apart_at_their_items() {
    let listing = r#"{"stream":"feed","path":"/f","format":"xml","items":"item","id":"guid","text":"title","lists_edits":true}"#;
    let listing: Listing = serde_json::from_str(listing).unwrap();
    let feed = "<rss><items/><item><title>T1</title><guid x='y'>g1</guid></item> <item><guid>g2</guid><title>T2</title></item></rss>";
    let platform = Platform::new([listing].iter(), &[exchange("GET https://x.example/f", feed)]).unwrap();
    assert_eq!(platform.ids(), ["g2", "g1"]);
    let text =
        |platform: &Platform| String::from_utf8(answer(platform, "/f").parts().unwrap().2.to_vec()).unwrap();
    assert_eq!(text(&platform), feed.replace("</item> <item>", "</item><item>"));
    platform.0[0].add();
    platform.edit();
    let (id, text) = (platform.ids()[2].clone(), text(&platform));
    assert!(
        text.contains(&format!("<guid x='y'>{id}</guid>")) && text.contains("T2 (as edited since)"),
        "{text}"
    );
}

#[test]
fn of_an_element_a_part_may_be_the_field() {
    let listing = serde_json::json!({
        "stream": "feed", "path": "/f", "format": "xml", "items": "entry", "id": "substring-after(id, '#p')",
        "text": "substring-before(substring-after(content, '<![CDATA['), '<p>By ')", "edited": ["updated"],
        "lists_edits": true,
    });
    let listing: Listing = serde_json::from_value(listing).unwrap();
    let entry = "<entry><id>https://x.example/?p=7#p7</id><link href=\"/?p=7#p7\"/>\
        <updated>2026-07-24T18:00:00+00:00 </updated><content><![CDATA[\nT<p>By jo</p>\n]]></content></entry>";
    let feed = format!("<feed>{entry}</feed>");
    let platform = Platform::new([listing].iter(), &[exchange("GET https://x.example/f", &feed)]).unwrap();
    assert_eq!(platform.ids(), ["7"]);
    let text =
        |platform: &Platform| String::from_utf8(answer(platform, "/f").parts().unwrap().2.to_vec()).unwrap();
    assert_eq!(text(&platform), feed);
    assert_eq!(platform.edit(), [("7".to_owned(), "T (as edited since)".to_owned())]);
    let edited = entry.replace("\nT<p>", "\nT (as edited since)<p>").replace("18:00:00", "18:01:00");
    assert_eq!(text(&platform), format!("<feed>{edited}</feed>"));
    platform.0[0].add();
    assert_eq!(platform.ids(), ["7", "8"]);
    let added = "<id>https://x.example/?p=8#p8</id><link href=\"/?p=8#p7\"/>";
    assert!(text(&platform).contains(added), "{}", text(&platform));
}
