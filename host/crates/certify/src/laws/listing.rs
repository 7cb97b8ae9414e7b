//! Pages of a platform that changes while they are read, and items that are edited later.

use crate::bench::Bench;
use crate::law::{Trying, Verdict};
use crate::platform::{Change, Platform};
use crate::run::{Run, Start};

use super::paging::{never, platform, read_on};

const NO_LISTING: &str = "the cassette does not say how the platform lists (`listings`)";

/// Returns those of `wanted` that no item of `runs` is about.
fn missing(wanted: &[String], runs: &[&Run]) -> Vec<String> {
    let came = |id: &&String| !runs.iter().any(|run| run.items().any(|item| names(&item.id, id)));
    wanted.iter().filter(came).cloned().collect()
}

/// Tells whether the connector's id is made of the platform's.
fn names(item: &str, id: &str) -> bool {
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    item.match_indices(id)
        .any(|(at, _)| !word(item[..at].chars().next_back()) && !word(item[at + id.len()..].chars().next()))
}

fn count(run: &Run, id: &str) -> usize {
    run.items().filter(|item| names(&item.id, id)).count()
}

fn listed(bench: &Bench) -> Vec<(Start, Platform)> {
    let starts = bench.starts().into_iter();
    starts.filter_map(|start| platform(bench, &start).map(|platform| (start, platform))).collect()
}

fn fails(trying: &mut Trying, run: &Run, place: &str) -> bool {
    match run.failure() {
        Some(failure) => {
            trying.breach("items", failure.summary(), place);
            true
        }
        None => false,
    }
}

/// `nothing-lost`
pub async fn nothing_lost(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (start, platform) in listed(bench) {
        let run = bench.run_live(&start, platform.live()).await;
        if fails(&mut trying, &run, &start.place()) {
            continue;
        }
        let lost = missing(&platform.ids(), &[&run]);
        let expected = format!("all {} items that are listed", platform.ids().len());
        trying.expect(lost.is_empty(), expected, || never(&lost), start.place());
    }
    trying.verdict(NO_LISTING)
}

/// `listing-grows`
pub async fn grows(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (start, platform) in listed(bench) {
        let place = format!("{}, two items added after the first page", start.place());
        platform.change_after_first_page(Change::Add);
        let first = bench.run_live(&start, platform.live()).await;
        let then = read_on(bench, &start, Some(&platform), first.cursor.clone()).await;
        if fails(&mut trying, &first, &place) || fails(&mut trying, &then, &place) {
            continue;
        }
        let ids = platform.ids();
        let lost = missing(&ids, &[&first, &then]);
        trying.expect(lost.is_empty(), "all items, the new ones too", || never(&lost), place.clone());
        let twice: Vec<_> =
            ids.iter().filter(|id| count(&first, id) + count(&then, id) > 1).cloned().collect();
        trying.expect(twice.is_empty(), "each item once", || format!("twice: {}", twice.join(", ")), place);
    }
    trying.verdict(NO_LISTING)
}

/// `listing-shrinks`
pub async fn shrinks(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (start, platform) in listed(bench) {
        let place = format!("{}, two items deleted after the first page", start.place());
        platform.change_after_first_page(Change::Delete);
        let first = bench.run_live(&start, platform.live()).await;
        let then = read_on(bench, &start, Some(&platform), first.cursor.clone()).await;
        if fails(&mut trying, &first, &place) || fails(&mut trying, &then, &place) {
            continue;
        }
        let lost = missing(&platform.ids(), &[&first, &then]);
        trying.expect(lost.is_empty(), "all items that are still there", || never(&lost), place);
    }
    trying.verdict(NO_LISTING)
}

/// `edits`
pub async fn edits(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for (start, platform) in listed(bench) {
        if !bench.stream(&start.read.stream).is_some_and(|stream| stream.edits_seen) {
            continue;
        }
        let first = bench.run_live(&start, platform.live()).await;
        let edited = platform.edit();
        if edited.is_empty() {
            continue;
        }
        let then = read_on(bench, &start, Some(&platform), first.cursor.clone()).await;
        let place = format!("{}, items edited after the run", start.place());
        if fails(&mut trying, &first, &place) || fails(&mut trying, &then, &place) {
            continue;
        }
        for (id, text) in edited {
            let said = |item: &hark_model::Item| {
                let title = item.title.as_ref().is_some_and(|title| title.contains(&text));
                names(&item.id, &id) && (title || item.text.contains(&text))
            };
            trying.expect(
                then.items().any(said),
                format!("{id} with its new text"),
                || format!("{} items, that one not among them", then.items().count()),
                place.clone(),
            );
        }
    }
    trying.verdict("no stream of the cassette says that it sees edits and has a listing that shows them")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_in_what_is_made_of_it() {
        for (item, id, want) in [
            ("7", "7", true),
            ("post:7", "7", true),
            ("post:17", "7", false),
            ("https://x.example/7/a", "7", true),
            ("71", "7", false),
        ] {
            assert_eq!(names(item, id), want, "{item} {id}");
        }
    }
}
