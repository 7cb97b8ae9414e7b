//! Addresses in feeds: relative ones are resolved, what is no web address is left out.

/// Resolves `reference` against `base` (RFC 3986, section 5.2); none if the result is no web address.
pub fn resolve(base: Option<&str>, reference: &str) -> Option<String> {
    let reference = reference.trim().replace([' ', '\n', '\t', '\r'], "%20");
    if reference.is_empty() {
        return None;
    }
    if scheme(&reference).is_some() {
        return web(reference);
    }
    let base = base?;
    let (base_scheme, rest) = (scheme(base)?, &base[scheme(base)?.len() + 1..]);
    let rest = rest.strip_prefix("//")?;
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let path_and_query = rest[authority.len()..].split('#').next().unwrap_or_default();
    let path = path_and_query.split('?').next().unwrap_or_default();
    let root = format!("{base_scheme}://{authority}");
    web(match reference.as_bytes()[0] {
        b'/' if reference.starts_with("//") => format!("{base_scheme}:{reference}"),
        b'/' => format!("{root}{}", without_dots(&reference)),
        b'?' => format!("{root}{path}{reference}"),
        b'#' => format!("{root}{path_and_query}{reference}"),
        _ => {
            let folder = &path[..path.rfind('/').map_or(0, |at| at + 1)];
            let folder = if folder.is_empty() { "/" } else { folder };
            format!("{root}{}", without_dots(&format!("{folder}{reference}")))
        }
    })
}

/// Says whether `text` is an address or name with a scheme, and so means the same everywhere.
pub fn is_global(text: &str) -> bool {
    scheme(text).is_some_and(|scheme| scheme.len() + 1 < text.len())
}

fn web(url: String) -> Option<String> {
    let scheme = scheme(&url)?;
    (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")).then_some(url)
}

fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let legal = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    (legal && scheme.len() > 1 && scheme.as_bytes()[0].is_ascii_alphabetic()).then_some(scheme)
}

fn without_dots(path_and_more: &str) -> String {
    let end = path_and_more.find(['?', '#']).unwrap_or(path_and_more.len());
    let (path, more) = path_and_more.split_at(end);
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    format!("/{}{more}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_resolved() {
        let base = Some("https://blog.test/a/feed.xml?x=1#top");
        for (reference, want) in [
            ("https://other.test/p", Some("https://other.test/p")),
            ("//cdn.test/p.png", Some("https://cdn.test/p.png")),
            ("/p/../q/./r?y=..", Some("https://blog.test/q/r?y=..")),
            ("b", Some("https://blog.test/a/b")),
            ("../b", Some("https://blog.test/b")),
            ("..", Some("https://blog.test/")),
            ("?p=9", Some("https://blog.test/a/feed.xml?p=9")),
            ("#c1", Some("https://blog.test/a/feed.xml?x=1#c1")),
            (" https://other.test/a b ", Some("https://other.test/a%20b")),
            ("javascript:alert(1)", None),
            ("mailto:jo@example.org", None),
            ("", None),
        ] {
            assert_eq!(resolve(base, reference).as_deref(), want, "{reference}");
        }
        assert_eq!(resolve(Some("https://blog.test"), "b").as_deref(), Some("https://blog.test/b"));
        assert_eq!(resolve(None, "b"), None);
        assert_eq!(resolve(Some("tag:x,2026:1"), "b"), None);
    }

    #[test]
    fn ids_with_a_scheme_are_global() {
        for (id, want) in [
            ("tag:blog,2026:1", true),
            ("https://x", true),
            ("urn:uuid:1", true),
            ("123", false),
            ("a b:c", false),
            (":", false),
            ("post:", false),
        ] {
            assert_eq!(is_global(id), want, "{id}");
        }
    }
}
