//! Compares what a store holds with what a corpus wants.

use std::collections::BTreeMap;

use hark_model::{ItemUid, RelationKind};
use hark_store::{FeedFilter, FeedRow, ItemDetail};

use crate::corpus::{Item, Specimen, Text, Want};
use crate::listener::Listener;

/// Rows of one page.
const PAGE: u32 = 500;

/// Tells how many items there are.
pub async fn count(listener: &Listener) -> u64 {
    listener.store.count(FeedFilter::default()).await.expect("a count")
}

/// Checks that every mail is there once, as what it must be, and nothing else is.
pub async fn all(listener: &Listener, mails: &[Specimen], new_items: u32) {
    let mut rows = rows_by_token(listener).await;
    let mut wrong = Vec::new();
    for (mail, want) in mails.iter().filter_map(|mail| Some((mail, item(mail)?))) {
        let name = format!("{} ({})", want.token, mail.trap);
        match rows.remove(&want.token) {
            Some(row) => {
                wrong.extend(differences(listener, &row, want).await.map(|why| format!("{name}: {why}")))
            }
            None => wrong.push(format!("{name}: is not there")),
        }
    }
    wrong.extend(rows.into_iter().map(|(token, row)| format!("{token}: must not be there: {row:?}")));
    assert!(wrong.is_empty(), "{} mails are not what they must be:\n{}", wrong.len(), wrong.join("\n"));

    let wanted = mails.iter().filter_map(item).count();
    assert_eq!(new_items as usize, wanted, "each item was new once");
    assert_eq!(count(listener).await, wanted as u64, "each item is there once");
    let poisons = mails.iter().filter(|mail| matches!(mail.want, Want::Poison)).count() as u64;
    let set_aside = listener.store.sources().await.expect("sources")[0].quarantined;
    assert_eq!(set_aside, poisons, "each broken mail is set aside");
}

fn item(mail: &Specimen) -> Option<&Item> {
    match &mail.want {
        Want::Item(item) => Some(item),
        Want::Known | Want::Poison => None,
    }
}

async fn rows_by_token(listener: &Listener) -> BTreeMap<String, FeedRow> {
    let mut rows = BTreeMap::new();
    let mut after = None;
    loop {
        let filter = FeedFilter { after, limit: PAGE, ..FeedFilter::default() };
        let page = listener.store.feed(filter).await.expect("a page");
        let Some(last) = page.last() else { return rows };
        after = Some(last.key);
        for row in page {
            let title = row.title.clone().unwrap_or_default();
            let is_token = |word: &&str| {
                word.len() == 5
                    && word.starts_with('T')
                    && word[1..].bytes().all(|byte| byte.is_ascii_digit())
            };
            let token = title.split(' ').find(is_token).unwrap_or(&title).to_owned();
            assert!(rows.insert(token.clone(), row).is_none(), "{token} is there twice");
        }
    }
}

/// Returns what is not as it must be, each with what it is.
async fn differences(listener: &Listener, row: &FeedRow, want: &Item) -> Option<String> {
    let detail =
        listener.store.item(row.uid).await.expect("an item").expect("the feed shows items that are there");
    let thread = listener
        .store
        .thread(row.conversation_id)
        .await
        .expect("a thread")
        .expect("an item has a conversation");
    let conversation = thread.conversation.native_id;
    let parent: Vec<_> = detail
        .relations
        .iter()
        .filter(|relation| relation.kind == RelationKind::ReplyTo)
        .map(|relation| relation.target.clone())
        .collect();
    let mut wrong = Vec::new();
    let mut check = |is_right: bool, what: &str, is: String| {
        if !is_right {
            wrong.push(format!("{what} is {is}"));
        }
    };
    check(is_id(&detail, want), "the id", detail.native_id.clone());
    check(
        is_text(&row.text, &want.text),
        "the text",
        format!("{:?}", row.text.chars().take(200).collect::<String>()),
    );
    check(row.direction == want.direction, "the direction", row.direction.to_string());
    check(row.visibility == want.visibility, "the visibility", row.visibility.to_string());
    check(row.automated == want.automated, "automated", row.automated.to_string());
    check(
        row.published_is_estimate == want.is_estimate,
        "the date an estimate",
        row.published_is_estimate.to_string(),
    );
    check(row.attachments == want.attachments, "attachments", row.attachments.to_string());
    let names: Vec<_> = detail.attachments.iter().filter_map(|row| row.file.name.clone()).collect();
    check(names == want.names, "the files", format!("{names:?}"));
    check(row.revisions == want.revisions, "revisions", row.revisions.to_string());
    check(detail.html.is_some() == want.html, "markup", format!("{:?}", detail.html));
    let wanted_conversation = want.conversation.as_ref().unwrap_or(&detail.native_id);
    check(conversation == *wanted_conversation, "the conversation", conversation.clone());
    let wanted_parent: Vec<_> = want.parent.clone().into_iter().collect();
    check(parent == wanted_parent, "the parent", format!("{parent:?}"));
    (!wrong.is_empty()).then(|| wrong.join("; "))
}

fn is_id(detail: &ItemDetail, want: &Item) -> bool {
    let derived = ItemUid::derive(Listener::SCOPE, &detail.native_id) == detail.row.uid;
    derived
        && match &want.id {
            Some(id) => *id == detail.native_id,
            None => detail.native_id.starts_with("sha256.") && detail.native_id.ends_with("@local"),
        }
}

fn is_text(text: &str, want: &Text) -> bool {
    match want {
        Text::Is(whole) => text == whole,
        Text::Holds(part) => text.contains(part.as_str()),
    }
}
