//! Addresses as guests may write them: one spelling, no user, no fragment, no hidden climbing.
//!
//! Holds: what passes means the same to every parser. Not here: whether it is allowed.

use hark_model::limits::URL_BYTES_MAX;
use url::Url;

use crate::refusal::Refusal;

/// Layers of percent-encoding that are looked through for dot segments.
const DECODINGS_MAX: usize = 3;

/// Parses `text`, or tells which rule it breaks.
pub(crate) fn parse(text: &str) -> Result<Url, Refusal> {
    if text.len() > URL_BYTES_MAX {
        return Err(Refusal::UrlTooLong);
    }
    // The parser drops tabs and line feeds and turns backslashes into slashes: others may not.
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(Refusal::UrlCharacter);
    }
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let authority = rest.ok_or(Refusal::UrlForm)?.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(Refusal::UrlUser);
    }
    let url = Url::parse(text).map_err(|_| Refusal::UrlForm)?;
    if url.fragment().is_some() {
        return Err(Refusal::UrlFragment);
    }
    check_host(&url, authority)?;
    check_path(url.path())?;
    Ok(url)
}

/// Checks where a redirect leads as the server wrote it, before a parser mends it: `base` is where it came
/// from. A relative reference may hold what a parser percent-encodes, such as a blank.
pub(crate) fn check_location(base: &Url, location: &str) -> Result<(), Refusal> {
    if location.chars().any(|c| c.is_control() || c == '\\') {
        return Err(Refusal::UrlCharacter);
    }
    let written = location.trim();
    let rest = match written.split_once("://") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Some(rest),
        _ => written.strip_prefix("//"),
    };
    let Some(rest) = rest else { return Ok(()) };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(Refusal::UrlUser);
    }
    check_host(&base.join(written).map_err(|_| Refusal::UrlForm)?, authority)
}

/// Refuses a host that the parser had to rewrite: an address in octal, a name in another script.
fn check_host(url: &Url, authority: &str) -> Result<(), Refusal> {
    let normal = url.host_str().ok_or(Refusal::UrlForm)?;
    let bracket = authority.rfind(']').unwrap_or(0);
    let written = match authority[bracket..].find(':') {
        Some(colon) => &authority[..bracket + colon],
        None => authority,
    };
    if !written.eq_ignore_ascii_case(normal) {
        return Err(Refusal::UrlHost { normal: normal.to_owned() });
    }
    Ok(())
}

/// Refuses a path that could be taken for a host, and dot segments that a server behind another would
/// decode once more.
fn check_path(path: &str) -> Result<(), Refusal> {
    if path.starts_with("//") {
        return Err(Refusal::UrlSlashes);
    }
    let mut path = path.as_bytes().to_vec();
    for _ in 0..DECODINGS_MAX {
        let mut segments = path.split(|byte| matches!(byte, b'/' | b'\\'));
        let climbs = |segment: &[u8]| {
            let name = segment.split(|byte| *byte == b';').next().unwrap_or_default();
            matches!(name, b"." | b"..")
        };
        if segments.any(climbs) {
            return Err(Refusal::UrlDots);
        }
        path = decoded(&path);
    }
    Ok(())
}

fn decoded(path: &[u8]) -> Vec<u8> {
    let mut output = Vec::with_capacity(path.len());
    let mut at = 0;
    while at < path.len() {
        let pair = path.get(at + 1..at + 3).filter(|_| path[at] == b'%');
        let byte = pair
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        output.push(byte.unwrap_or(path[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    output
}

/// Returns `url` for a message or a kept payload's name: without its query.
pub(crate) fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_passes() {
        for good in [
            "https://api.example.com",
            "https://API.example.com:8443/a/b?x=1&y=%2e%2e",
            "http://127.0.0.1:80/",
            "https://[2606:4700::1]/",
            "https://xn--bcher-kva.example/b%C3%BCcher",
            "https://git.example/api/group%2Fproject",
            "https://git.example/a.b/..c/...",
        ] {
            assert!(parse(good).is_ok(), "{good}: {:?}", parse(good));
        }
    }

    #[test]
    fn every_other_spelling_is_refused_by_its_rule() {
        type Rule = fn(&Refusal) -> bool;
        let cases: &[(&str, Rule)] = &[
            ("ftp://x.example/", |r| *r == Refusal::UrlForm),
            ("file:///etc/passwd", |r| *r == Refusal::UrlForm),
            ("HTTPS://x.example/", |r| *r == Refusal::UrlForm),
            ("https:x.example", |r| *r == Refusal::UrlForm),
            ("//x.example/", |r| *r == Refusal::UrlForm),
            ("https://", |r| *r == Refusal::UrlForm),
            ("https:///x.example/", |r| matches!(r, Refusal::UrlHost { .. })),
            ("https://a:b@x.example/", |r| *r == Refusal::UrlUser),
            ("https://@x.example/", |r| *r == Refusal::UrlUser),
            ("https://good.example@evil.example/", |r| *r == Refusal::UrlUser),
            ("https://x.example/#", |r| *r == Refusal::UrlFragment),
            ("https://x.example/a#b", |r| *r == Refusal::UrlFragment),
            ("https://x.example\\@evil.example/", |r| *r == Refusal::UrlCharacter),
            ("https://x.example/a b", |r| *r == Refusal::UrlCharacter),
            ("https://x.exa\tmple/", |r| *r == Refusal::UrlCharacter),
            ("https://x.example/\r\nHost: y", |r| *r == Refusal::UrlCharacter),
            ("https://2130706433/", |r| matches!(r, Refusal::UrlHost { .. })),
            ("https://0x7f.1/", |r| matches!(r, Refusal::UrlHost { .. })),
            ("https://0177.0.0.1/", |r| matches!(r, Refusal::UrlHost { .. })),
            ("https://127.1/", |r| matches!(r, Refusal::UrlHost { .. })),
            ("https://[::ffff:127.0.0.1]/", |r| matches!(r, Refusal::UrlHost { .. })),
            ("https://b\u{fc}cher.example/", |r| matches!(r, Refusal::UrlHost { .. })),
            ("https://x%2eexample/", |r| matches!(r, Refusal::UrlHost { .. })),
            ("https://\u{ff41}.example/", |r| matches!(r, Refusal::UrlHost { .. })),
            ("https://x.example/2/..%2f1", |r| *r == Refusal::UrlDots),
            ("https://x.example/2/%252e%252e%252f1", |r| *r == Refusal::UrlDots),
            ("https://x.example/2/..;/1", |r| *r == Refusal::UrlDots),
            ("https://x.example/2/..%5c1", |r| *r == Refusal::UrlDots),
            ("https://x.example//evil.example/", |r| *r == Refusal::UrlSlashes),
            ("https://x.example/a/..//evil.example/", |r| *r == Refusal::UrlSlashes),
        ];
        for (bad, right) in cases {
            let refused = parse(bad).unwrap_err();
            assert!(right(&refused), "{bad}: {refused:?}");
        }
        let long = format!("https://x.example/{}", "a".repeat(URL_BYTES_MAX));
        assert_eq!(parse(&long), Err(Refusal::UrlTooLong));
    }
}
