//! What has been said, as feeds: RSS 2.0 for the blog, Atom for its comments.
//!
//! Holds: newest first; the same boards give the same bytes. Not here: HTTP.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::stage::{Board, Boards, Entry, escape};

fn at(ms: i64) -> Zoned {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC)
}

/// Writes a time as RSS and mail have it.
fn rfc2822(ms: i64) -> String {
    jiff::fmt::rfc2822::to_string(&at(ms)).unwrap_or_default()
}

/// Writes a time as Atom has it.
fn rfc3339(ms: i64) -> String {
    at(ms).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Writes a time as HTTP headers have it.
pub(crate) fn http_date(ms: i64) -> String {
    at(ms).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Takes the first words out of markup that `stage` has made.
fn summary(html: &str) -> &str {
    html.split("</p>").next().unwrap_or_default().trim_start_matches("<p>")
}

/// Writes the blog as RSS 2.0.
pub(crate) fn blog(boards: &Boards, origin: &str) -> String {
    let items: String =
        boards.blog.entries.iter().rev().map(|entry| blog_item(boards, entry, origin)).collect();
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:wfw="http://wellformedweb.org/CommentAPI/">
<channel>
<title>Acme Widgets blog</title>
<link>{origin}/blog</link>
<atom:link rel="self" type="application/rss+xml" href="{origin}/blog.rss"/>
<description>News from the people who make Widget</description>
<language>en</language>
<lastBuildDate>{built}</lastBuildDate>
{items}</channel>
</rss>
"#,
        built = rfc2822(boards.blog.changed_at_ms),
    )
}

fn blog_item(boards: &Boards, entry: &Entry, origin: &str) -> String {
    let answers = |comment: &&Entry| comment.parent.as_ref().is_some_and(|parent| parent.root_id == entry.id);
    let comments = boards.comments.entries.iter().filter(answers).count();
    let category =
        entry.tag.as_deref().map(|tag| format!("<category>{}</category>\n", escape(tag))).unwrap_or_default();
    format!(
        "<item>\n<title>{title}</title>\n<link>{url}</link>\n<guid isPermaLink=\"false\">{id}</guid>\n\
         <pubDate>{date}</pubDate>\n<dc:creator>{author}</dc:creator>\n{category}\
         <description>{summary}</description>\n<content:encoded><![CDATA[{html}]]></content:encoded>\n\
         <comments>{url}#comments</comments>\n<slash:comments>{comments}</slash:comments>\n\
         <wfw:commentRss>{origin}/comments.atom</wfw:commentRss>\n</item>\n",
        title = escape(&entry.title),
        url = escape(&entry.url),
        id = escape(&entry.id),
        date = rfc2822(entry.at_ms),
        author = escape(&entry.author),
        summary = escape(summary(&entry.html)),
        // The markup is our own and escapes `>`, so it cannot hold the end of a CDATA section.
        html = entry.html,
    )
}

/// Writes the comments below the blog as Atom, each with what it answers.
pub(crate) fn comments(board: &Board, origin: &str) -> String {
    let entries: String = board.entries.iter().rev().filter_map(answer).collect();
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0">
<id>tag:acme-widgets.example,2026:comments</id>
<title>Comments on the Acme Widgets blog</title>
<updated>{updated}</updated>
<link rel="self" href="{origin}/comments.atom"/>
{entries}</feed>
"#,
        updated = rfc3339(board.changed_at_ms),
    )
}

fn answer(entry: &Entry) -> Option<String> {
    let parent = entry.parent.as_ref()?;
    Some(format!(
        // An answer has no headline of its own, and Atom wants the element all the same.
        "<entry>\n<id>{id}</id>\n<title/>\n<updated>{date}</updated>\n\
         <published>{date}</published>\n<author><name>{author}</name></author>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{url}\"/>\n\
         <thr:in-reply-to ref=\"{parent_id}\" href=\"{parent_url}\" type=\"text/html\"/>\n\
         <content type=\"html\">{html}</content>\n</entry>\n",
        id = escape(&entry.id),
        date = rfc3339(entry.at_ms),
        author = escape(&entry.author),
        url = escape(&entry.url),
        parent_id = escape(&parent.id),
        parent_url = escape(&parent.url),
        html = escape(&entry.html),
    ))
}
