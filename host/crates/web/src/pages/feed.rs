//! The feed: filters beside it, rows newest first, older ones behind a link.

use hark_model::{Ms, Sentiment, Zone};
use hark_query::FilterError;
use hark_store::{FeedRow, SourceStatus};
use maud::{Markup, html};

use super::row::row;
use super::shell::{Place, shell};
use crate::limits;
use crate::query::FeedQuery;
use crate::text::{self, Hits};

/// What a feed page shows.
pub(crate) struct FeedPage<'a> {
    /// The state that the address asks for.
    pub query: &'a FeedQuery,
    /// The rows of the page.
    pub rows: &'a [FeedRow],
    /// Rows that the filter lets through, on all pages.
    pub total: u64,
    /// The page behind this one, if there is one.
    pub older: Option<FeedQuery>,
    /// Newest row that the store had when the page was made.
    pub newest: i64,
    /// Every source.
    pub sources: &'a [SourceStatus],
    /// Every team that the rules know.
    pub teams: &'a [String],
    /// When the page was made.
    pub now: Ms,
}

/// Shows a feed page.
pub(crate) fn page(page: &FeedPage<'_>) -> Markup {
    let hits = Hits::of(page.query);
    // New rows belong on the first page alone.
    let live = page.query.before.is_none().then(|| page.query.link("/live"));
    let main = html! {
        div.columns {
            (side(page))
            main #main {
                div.bar {
                    h1 { (heading(page.query)) }
                    p.count { strong #total { (page.total) } (if page.total == 1 { " item" } else { " items" }) }
                    @if page.query.is_filtered() { a.clear href="/" { "Clear all filters" } }
                    @if live.is_some() { p.live #live role="status" aria-live="polite" { } }
                }
                @if let Some(search) = &page.query.search {
                    p.explained { (text::line(&search.filter.explain(), 400)) }
                }
                @if page.query.before.is_some() {
                    p.newer { a href=(page.query.first_page().link("/")) { "To the newest" } }
                }
                button.pill #pill type="button" hidden { }
                ol.rows #rows data-live=[live] data-after=(page.newest) {
                    @for item in page.rows { (row(item, &hits, page.now)) }
                }
                @if page.rows.is_empty() { (nothing(page)) }
                @if let Some(older) = &page.older {
                    p.older { a #older href=(older.link("/")) rel="next" { "Older" } }
                }
            }
        }
    };
    shell(&heading(page.query), Place::Feed, &search(page.query), &main)
}

fn heading(query: &FeedQuery) -> String {
    match (&query.search, query.zones.as_slice()) {
        (Some(search), _) => format!("Search: {}", text::line(&search.text, 60)),
        (None, [zone]) => capital(zone.as_str()),
        (None, _) => "Feed".to_owned(),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The search box keeps the other filters in hidden fields.
fn search(query: &FeedQuery) -> Markup {
    let text = query.search.as_ref().map(|search| search.text.as_str()).unwrap_or_default();
    search_box(text, query)
}

/// Shows what is wrong with a filter, with a mark under the characters that are meant, and the filter to mend.
pub(crate) fn bad_filter(filter: &str, error: &FilterError) -> Markup {
    let main = html! {
        main.lonely #main {
            p.code { "400" }
            h1 { "This is no filter" }
            pre.wrong dir="ltr" { (error.marked(filter)) }
            p { (text::line(&error.to_string(), 800)) }
            p { a href="/" { "To the feed" } }
        }
    };
    shell("No filter", Place::Nowhere, &search_box(filter, &FeedQuery::default()), &main)
}

fn search_box(text: &str, query: &FeedQuery) -> Markup {
    html! {
        form.search role="search" action="/" method="get" {
            label.unseen for="q" { "Search words" }
            input #q type="search" name="q" value=(text)
                maxlength=(limits::FILTER_BYTES_MAX) placeholder="Search: words, \"a phrase\", begin*, author:name, -not, since:24h"
                autocomplete="off" dir="auto" aria-keyshortcuts="/";
            @for (key, value) in query.first_page().pairs() {
                @if key != "q" { input type="hidden" name=(key) value=(value); }
            }
            button type="submit" { "Search" }
        }
    }
}

fn side(page: &FeedPage<'_>) -> Markup {
    let query = page.query;
    html! {
        nav.side aria-label="Filters" {
            (group("Zones", html! {
                @for zone in Zone::ALL {
                    (switch(&query.with_zone(*zone), query.zones.contains(zone), zone.as_str(), &capital(zone.as_str()), None))
                }
            }))
            (group("Sentiment", html! {
                @for label in Sentiment::ALL {
                    (switch(&query.with_sentiment(*label), query.sentiments.contains(label), label.as_str(), &capital(label.as_str()), None))
                }
            }))
            @if !page.sources.is_empty() {
                (group("Sources", html! {
                    @for source in page.sources.iter().take(limits::SIDE_ENTRIES_MAX) {
                        (switch(&query.with_source(&source.name), query.sources.contains(&source.name), source.zone.as_str(), &source.name, Some(source.items)))
                    }
                }))
            }
            @if !page.teams.is_empty() {
                (group("Teams", html! {
                    @for team in page.teams.iter().take(limits::SIDE_ENTRIES_MAX) {
                        (switch(&query.with_team(team), query.teams.contains(team), "team", team, None))
                    }
                }))
            }
            details.keys {
                summary { "Keyboard" }
                dl {
                    dt { kbd { "j" } " " kbd { "k" } } dd { "next, previous" }
                    dt { kbd { "o" } } dd { "open" }
                    dt { kbd { "u" } } dd { "back" }
                    dt { kbd { "/" } } dd { "search" }
                }
                label { input #keys type="checkbox" checked; " Single keys are on" }
            }
        }
    }
}

fn group(name: &str, entries: Markup) -> Markup {
    html! { section { h2 { (name) } ul { (entries) } } }
}

/// A link that puts one filter in or takes it out.
fn switch(to: &FeedQuery, on: bool, dot: &str, name: &str, count: Option<u64>) -> Markup {
    html! {
        li {
            a.switch href=(to.link("/")) aria-current=[on.then_some("true")] {
                span.dot.(dot) aria-hidden="true" {}
                span.name dir="auto" { (text::line(name, 40)) }
                @if on { span.unseen { " (on; follow to take out)" } span.off aria-hidden="true" { "×" } }
                @else if let Some(count) = count { span.number { (count) } }
            }
        }
    }
}

fn nothing(page: &FeedPage<'_>) -> Markup {
    html! {
        div.nothing {
            @if page.query.is_filtered() {
                p { "Nothing fits these filters." }
                p { a href="/" { "Clear all filters" } }
            } @else if page.query.before.is_some() {
                p { "That is all there is." }
            } @else {
                p { "Nothing has been heard yet." }
                p { "What the sources bring appears here by itself. " a href="/sources" { "How the sources stand" } }
            }
        }
    }
}
