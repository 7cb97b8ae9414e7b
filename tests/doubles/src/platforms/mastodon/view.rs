//! Statuses and accounts as the API writes them.

use serde_json::{Value, json};

use crate::platforms::mastodon::DOMAIN;
use crate::platforms::mastodon::status::{Account, Status, is_tag};
use crate::platforms::mastodon::world::World;
use crate::times;

/// Returns an account.
pub fn account(account: &Account) -> Value {
    let domain = account.domain.as_deref().unwrap_or(DOMAIN);
    let username = &account.username;
    json!({
        "id": account.id.to_string(), "username": username, "acct": account.acct(),
        "display_name": account.display_name, "locked": false, "bot": account.bot, "discoverable": true,
        "indexable": true, "group": false, "created_at": "2019-03-16T00:00:00.000Z", "note": "<p>hi</p>",
        "url": format!("https://{domain}/@{username}"), "uri": format!("https://{domain}/users/{username}"),
        "avatar": "https://files.example/a.png", "avatar_static": "https://files.example/a.png",
        "header": "https://files.example/h.png", "header_static": "https://files.example/h.png",
        "followers_count": account.followers, "following_count": 120, "statuses_count": 3300,
        "last_status_at": "2026-07-24", "hide_collections": false, "noindex": false, "emojis": [],
        "roles": [], "fields": [],
    })
}

/// Returns a status.
pub fn status(world: &World, status: &Status) -> Value {
    let author = world.account(status.author);
    let (domain, username) = match &author {
        Some(author) => (author.domain.as_deref().unwrap_or(DOMAIN), author.username.as_str()),
        None => (DOMAIN, "nobody"),
    };
    let reblog = status.reblog.and_then(|id| world.statuses.get(id));
    let answered = status.in_reply_to.and_then(|id| world.statuses.get(id));
    let uri = format!("https://{domain}/users/{username}/statuses/{}", status.id);
    let content = if reblog.is_some() { String::new() } else { content(world, status) };
    json!({
        "id": status.id.to_string(), "created_at": times::rfc3339_ms(status.created_at),
        "edited_at": status.edits.last().map(|(at, _)| times::rfc3339_ms(*at)),
        "in_reply_to_id": status.in_reply_to.map(|id| id.to_string()),
        "in_reply_to_account_id": answered.map(|answered| answered.author.to_string()),
        "sensitive": status.sensitive, "spoiler_text": status.spoiler,
        "visibility": status.visibility.name(), "language": status.language,
        "uri": uri, "url": format!("https://{domain}/@{username}/{}", status.id),
        "replies_count": status.replies, "reblogs_count": status.reblogs,
        "favourites_count": status.favourites, "quotes_count": 0, "favourited": false, "reblogged": false,
        "muted": false, "bookmarked": false, "content": content, "filtered": [],
        "reblog": reblog.map(|reblog| self::status(world, &reblog)),
        "application": { "name": "Web", "website": null },
        "account": author.as_ref().map(account),
        "media_attachments": status.pictures.iter().enumerate().map(picture).collect::<Vec<_>>(),
        "mentions": world.mentions(status).iter().map(mention).collect::<Vec<_>>(),
        "tags": status.marked('#').map(tag).collect::<Vec<_>>(),
        "emojis": [], "quote": null, "card": null, "poll": null,
        "quote_approval": { "automatic": ["public"], "manual": [], "current_user": "automatic" },
    })
}

fn picture((place, alt): (usize, &String)) -> Value {
    json!({
        "id": (place + 1).to_string(), "type": "image", "url": "https://files.example/p.png",
        "preview_url": "https://files.example/p.png", "remote_url": null, "text_url": null, "meta": {
            "original": { "width": 640, "height": 480, "size": "640x480", "aspect": 1.333 } },
        "description": alt, "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
    })
}

fn mention(account: &Account) -> Value {
    let domain = account.domain.as_deref().unwrap_or(DOMAIN);
    let username = &account.username;
    json!({
        "id": account.id.to_string(), "username": username, "acct": account.acct(),
        "url": format!("https://{domain}/@{username}"),
    })
}

fn tag(name: &str) -> Value {
    let name = name.to_lowercase();
    json!({ "name": name, "url": format!("https://{DOMAIN}/tags/{name}") })
}

/// Returns what an instance makes of plain text: escaped, paragraphs, mentions and hashtags as links.
fn content(world: &World, status: &Status) -> String {
    if let Some(html) = &status.html {
        return html.clone();
    }
    let paragraphs = status.text.split("\n\n").map(|paragraph| {
        let lines: Vec<_> = paragraph.split('\n').map(|line| linked(world, line)).collect();
        format!("<p>{}</p>", lines.join("<br />"))
    });
    paragraphs.collect()
}

fn linked(world: &World, line: &str) -> String {
    let word = |word: &str| {
        let end = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '@' | '.' | '-'));
        let name = |rest: &str| rest.split(end).next().unwrap_or("").trim_end_matches('.').to_owned();
        if let Some(rest) = word.strip_prefix('@')
            && let Some(account) = world.account_named(&name(rest))
        {
            let (domain, username) = (account.domain.as_deref().unwrap_or(DOMAIN), &account.username);
            let after = escaped(&rest[name(rest).len()..]);
            return format!(
                "<span class=\"h-card\" translate=\"no\"><a href=\"https://{domain}/@{username}\" class=\"u-url mention\">@<span>{username}</span></a></span>{after}"
            );
        }
        if let Some(rest) = word.strip_prefix('#').filter(|rest| is_tag(&name(rest))) {
            let (tag, after) = (name(rest), escaped(&rest[name(rest).len()..]));
            let lower = tag.to_lowercase();
            return format!(
                "<a href=\"https://{DOMAIN}/tags/{lower}\" class=\"mention hashtag\" rel=\"tag\">#<span>{tag}</span></a>{after}"
            );
        }
        escaped(word)
    };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}
