//! Work on a batch that needs no database: digests, compression, evidence as JSON.
//!
//! Holds: it is done before the batch reaches the writer, so that the writer only writes.

use hark_model::{Evidence, Item, KeptPayload, Ms, Route};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::apply::rank::{Content, RevisionMark};
use crate::{BatchCommit, Entry, NewNotice, RoutingStep, StoreError, limits};

/// A batch, ready to be written; may be written again after a failed transaction.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub commit: BatchCommit,
    pub payloads: Vec<PreparedPayload>,
    /// One for each entry; `None` for what is no item.
    pub items: Vec<Option<PreparedItem>>,
    /// What people are told because of it.
    pub notices: Vec<NewNotice>,
    /// What is remembered of what was decided.
    pub routing: Option<RoutingStep>,
}

/// A payload as it is stored.
#[derive(Debug)]
pub(crate) struct PreparedPayload {
    pub sha256: [u8; 32],
    /// None where it is not kept.
    pub body: Option<Vec<u8>>,
    pub encoding: &'static str,
}

/// What can be told of an item before it meets the database; its uid needs the source's scope.
#[derive(Debug)]
pub(crate) struct PreparedItem {
    pub content: Content,
    /// Newest time that the platform itself gave, if that can be true.
    pub claimed_at: Option<Ms>,
    /// One for each annotation.
    pub evidence: Vec<String>,
    /// One for each reason of the route.
    pub reasons: Vec<String>,
    /// What was cut, as a JSON list.
    pub cuts: Option<String>,
}

impl Prepared {
    pub fn new(mut commit: BatchCommit) -> Result<Self, StoreError> {
        let mut compressor =
            zstd::bulk::Compressor::new(limits::COMPRESS_LEVEL).map_err(StoreError::Compress)?;
        let keeps = commit.keeps_bodies;
        let payloads =
            commit.payloads.iter_mut().map(|payload| PreparedPayload::new(payload, keeps, &mut compressor));
        let payloads = payloads.collect::<Result<_, _>>()?;
        let items = commit.entries.iter().map(|entry| PreparedItem::of(entry, commit.observed_at)).collect();
        Ok(Self { commit, payloads, items, notices: Vec::new(), routing: None })
    }
}

impl PreparedPayload {
    /// Takes the body out of `payload`.
    fn new(
        payload: &mut KeptPayload,
        keeps: bool,
        compressor: &mut zstd::bulk::Compressor<'_>,
    ) -> Result<Self, StoreError> {
        let body = std::mem::take(&mut payload.body);
        let sha256 = Sha256::digest(&body).into();
        if !keeps {
            return Ok(Self { sha256, body: None, encoding: "erased" });
        }
        if body.len() >= limits::COMPRESS_BYTES_MIN {
            let packed = compressor.compress(&body).map_err(StoreError::Compress)?;
            if packed.len() < body.len() {
                return Ok(Self { sha256, body: Some(packed), encoding: "zstd" });
            }
        }
        Ok(Self { sha256, body: Some(body), encoding: "identity" })
    }
}

impl PreparedItem {
    fn of(entry: &Entry, observed_at: Ms) -> Option<Self> {
        let hark_model::Event::Item(item) = &entry.event else { return None };
        let reasons =
            |route: &Route| route.reasons.iter().map(|reason| evidence_json(&reason.evidence)).collect();
        Some(Self {
            content: content_of(item),
            claimed_at: claim_of(item, observed_at),
            evidence: entry.annotations.iter().map(|opinion| evidence_json(&opinion.evidence)).collect(),
            reasons: entry.route.as_ref().map_or_else(Vec::new, reasons),
            cuts: (!entry.cuts.is_empty()).then(|| json!(entry.cuts).to_string()),
        })
    }
}

/// Returns the newest time that the platform gave for the item itself. A time ahead of our clock is no claim:
/// who forges one could never be removed.
fn claim_of(item: &Item, observed_at: Ms) -> Option<Ms> {
    let claim = item.edited_at.or((!item.published_is_estimate).then_some(item.published_at));
    claim.filter(|at| *at <= observed_at.saturating_add(hark_model::limits::CLOCK_SKEW_MS_MAX))
}

fn content_of(item: &Item) -> Content {
    let mut hash = Sha256::new();
    for part in [item.title.as_deref(), Some(&item.text), item.html.as_deref()] {
        frame(&mut hash, part);
    }
    Content {
        edited_at: item.edited_at,
        platform_revision: RevisionMark::new(&item.revision),
        sha256: hash.finalize().into(),
        facts: facts_of(item),
    }
}

/// Tells two accounts of one content apart: first by how much they tell, then by a digest of it. Times that
/// are ours, engagement and visibility are left out, for they are merged and not chosen.
fn facts_of(item: &Item) -> i64 {
    let told = [item.author.is_some(), item.url.is_some(), item.language.is_some()];
    let told = told.into_iter().filter(|told| *told).count();
    let fullness =
        (told + item.relations.len() + item.attachments.len() + item.tags.len()).min(0x7fff) as u64;
    let mut hash = Sha256::new();
    for part in
        [item.author.as_deref(), item.url.as_deref(), item.language.as_deref(), Some(&item.conversation)]
    {
        frame(&mut hash, part);
    }
    hash.update([item.kind as u8, item.direction as u8, u8::from(item.sensitive), u8::from(item.automated)]);
    for relation in &item.relations {
        hash.update([relation.kind as u8, u8::from(relation.target_is_actor)]);
        frame(&mut hash, Some(&relation.target));
    }
    for file in &item.attachments {
        for part in [&file.url, &file.media_type, &file.name, &file.alt] {
            frame(&mut hash, part.as_deref());
        }
        hash.update(format!("{:?}{:?}{:?}", file.bytes, file.width, file.height));
    }
    item.tags.iter().for_each(|tag| frame(&mut hash, Some(tag)));
    let digest = hash.finalize();
    let low = digest[..6].iter().fold(0_u64, |low, byte| low << 8 | u64::from(*byte));
    (fullness << 48 | low) as i64
}

/// Adds a part so that no two lists of parts look the same.
fn frame(hash: &mut Sha256, part: Option<&str>) {
    match part {
        None => hash.update([0]),
        Some(part) => {
            hash.update([1]);
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
    }
}

/// Returns evidence as the JSON that stands in the database.
pub(crate) fn evidence_json(evidence: &[Evidence]) -> String {
    if evidence.is_empty() {
        return "[]".to_owned();
    }
    let spans = evidence.iter();
    let spans: Value =
        spans.map(|e| json!({"start": e.start, "end": e.end, "text": e.text, "weight": e.weight})).collect();
    spans.to_string()
}

/// Reads evidence back; what is not understood is left out, for evidence is only shown.
pub(crate) fn evidence_from(json: &str) -> Vec<Evidence> {
    let spans: Vec<Value> = serde_json::from_str(json).unwrap_or_default();
    let span = |span: &Value| {
        Some(Evidence {
            start: usize::try_from(span["start"].as_u64()?).ok()?,
            end: usize::try_from(span["end"].as_u64()?).ok()?,
            text: span["text"].as_str()?.to_owned(),
            weight: span["weight"].as_f64().unwrap_or(0.0),
        })
    };
    spans.iter().filter_map(span).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_reads_back() {
        let evidence = vec![Evidence { start: 1, end: 4, text: "a \"b".into(), weight: -1.5 }];
        assert_eq!(evidence_from(&evidence_json(&evidence)), evidence);
        assert_eq!(evidence_from("no json"), []);
    }

    #[test]
    fn only_payloads_worth_it_are_compressed() {
        let mut compressor = zstd::bulk::Compressor::new(1).unwrap();
        let noise: Vec<u8> = (0..40_u32).flat_map(|n| Sha256::digest(n.to_le_bytes())).collect();
        for (body, encoding) in
            [(b"tiny".to_vec(), "identity"), (vec![b'a'; 1000], "zstd"), (noise, "identity")]
        {
            let mut payload = KeptPayload {
                id: 1,
                label: String::new(),
                media_type: String::new(),
                body,
                url: None,
                status: None,
                received_at: 0,
                via: hark_model::Via::Poll,
            };
            let forgotten = PreparedPayload::new(&mut payload.clone(), false, &mut compressor).unwrap();
            assert_eq!((forgotten.body.as_ref(), forgotten.encoding), (None, "erased"));
            let kept = PreparedPayload::new(&mut payload, true, &mut compressor).unwrap();
            assert_eq!((kept.encoding, kept.sha256), (encoding, forgotten.sha256));
            assert!(kept.body.is_some());
        }
    }
}
