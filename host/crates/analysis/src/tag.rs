//! Language tags as platforms write them, into BCP 47 as we write it.

use crate::limits;

/// Returns `claim` in the one spelling of BCP 47 (`pt-BR`, `zh-Hant-TW`), or nothing when it names no
/// language: `und`, `zxx`, the inventions of platforms, and what is no tag at all.
pub(crate) fn normalised(claim: &str) -> Option<String> {
    let claim = claim.trim();
    if claim.len() > limits::TAG_BYTES_MAX {
        return None;
    }
    let mut parts = claim.split(['-', '_']);
    let primary = parts.next()?.to_ascii_lowercase();
    let is_language = matches!(primary.len(), 2 | 3) && primary.bytes().all(|b| b.is_ascii_lowercase());
    // "q.." are private: X says "qme" for media and "qht" for hashtags alone. "art" is any made-up language.
    if !is_language
        || matches!(primary.as_str(), "und" | "zxx" | "mul" | "mis" | "art")
        || is_private(&primary)
    {
        return None;
    }
    let mut tag = current(&primary).to_owned();
    for (at, part) in parts.enumerate() {
        if part.is_empty() || part.len() > 8 || !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return None;
        }
        tag.push('-');
        tag.push_str(&spelled(part, at));
    }
    Some(tag)
}

fn is_private(primary: &str) -> bool {
    primary.len() == 3 && primary.starts_with('q') && primary.as_bytes()[1] <= b't'
}

/// Returns the code that replaced a withdrawn one.
fn current(primary: &str) -> &str {
    match primary {
        "iw" => "he",
        "in" => "id",
        "ji" => "yi",
        "mo" => "ro",
        "cmn" => "zh",
        "eng" => "en",
        "deu" | "ger" => "de",
        "fra" | "fre" => "fr",
        "spa" => "es",
        "ita" => "it",
        "por" => "pt",
        "nld" | "dut" => "nl",
        "jpn" => "ja",
        other => other,
    }
}

fn spelled(part: &str, at: usize) -> String {
    let lower = part.to_ascii_lowercase();
    let is_word = part.bytes().all(|b| b.is_ascii_alphabetic());
    match part.len() {
        2 if is_word => lower.to_ascii_uppercase(),
        4 if is_word && at == 0 => lower[..1].to_ascii_uppercase() + &lower[1..],
        _ => lower,
    }
}

/// Returns the language of a tag without script and region.
pub(crate) fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_one_spelling_and_nothing_is_not_a_language() {
        for (claim, want) in [
            ("en", Some("en")),
            ("EN_us", Some("en-US")),
            ("pt-br", Some("pt-BR")),
            ("zh-hant-tw", Some("zh-Hant-TW")),
            ("es-419", Some("es-419")),
            ("iw", Some("he")),
            ("deu", Some("de")),
            ("fil", Some("fil")),
            ("quz", Some("quz")),
            (" de ", Some("de")),
            ("und", None),
            ("zxx", None),
            ("qme", None),
            ("", None),
            ("english", None),
            ("e", None),
            ("en-", None),
            ("en-\u{e9}", None),
            ("en-toolongpart", None),
            (&"en-".repeat(50), None),
        ] {
            assert_eq!(normalised(claim).as_deref(), want, "claim: {claim:?}");
        }
        assert_eq!(primary("zh-Hant-TW"), "zh");
    }
}
