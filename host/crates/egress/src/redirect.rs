//! Redirects: what the next request would be. Decides only; every hop passes the gate again.

use reqwest::Method;
use url::Url;

use crate::refusal::Refusal;
use crate::url_rule;

/// The request that a redirect asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NextHop {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// The body goes along.
    pub(crate) keeps_body: bool,
    /// Same scheme, host and port as before.
    pub(crate) same_origin: bool,
}

/// Tells whether `status` asks for another request.
pub(crate) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Returns the request that `status` with `location` asks for after `method` on `from`.
pub(crate) fn follow(method: &Method, from: &Url, status: u16, location: &str) -> Result<NextHop, Refusal> {
    url_rule::check_location(from, location)?;
    let mut url = from.join(location).map_err(|_| Refusal::UrlForm)?;
    url.set_fragment(None);
    let url = url_rule::parse(url.as_str())?;
    if from.scheme() == "https" && url.scheme() != "https" {
        return Err(Refusal::RedirectDowngrade);
    }
    // RFC 9110, 15.4: 303 asks for a look elsewhere; 301 and 302 do after a POST, by long custom.
    let becomes_get = match status {
        303 => !matches!(*method, Method::GET | Method::HEAD),
        301 | 302 => *method == Method::POST,
        _ => false,
    };
    let method = if becomes_get { Method::GET } else { method.clone() };
    let same_origin = url.origin() == from.origin();
    Ok(NextHop { method, url, keeps_body: !becomes_get, same_origin })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(from: &str, location: &str) -> Result<NextHop, Refusal> {
        follow(&Method::GET, &Url::parse(from).unwrap(), 302, location)
    }

    #[test]
    fn the_method_is_rewritten_by_status() {
        let from = Url::parse("https://x.example/a").unwrap();
        let cases = [
            (Method::POST, 301, Method::GET, false),
            (Method::POST, 302, Method::GET, false),
            (Method::POST, 303, Method::GET, false),
            (Method::POST, 307, Method::POST, true),
            (Method::POST, 308, Method::POST, true),
            (Method::PUT, 301, Method::PUT, true),
            (Method::PUT, 303, Method::GET, false),
            (Method::DELETE, 302, Method::DELETE, true),
            (Method::GET, 302, Method::GET, true),
            (Method::HEAD, 303, Method::HEAD, true),
        ];
        for (method, status, want, keeps_body) in cases {
            let next = follow(&method, &from, status, "/b").unwrap();
            assert_eq!((next.method, next.keeps_body), (want, keeps_body), "{method} after {status}");
        }
    }

    #[test]
    fn the_origin_is_scheme_host_and_port() {
        let from = "https://x.example/a";
        for (location, same) in [
            ("/b", true),
            ("b?c", true),
            ("https://x.example:443/", true),
            ("//x.example/", true),
            ("https://x.example:444/", false),
            ("https://y.example/", false),
            ("//y.example/", false),
            ("https://x.example./", false),
        ] {
            assert_eq!(followed(from, location).unwrap().same_origin, same, "location: {location}");
        }
        assert!(!followed("http://x.example/", "https://x.example/").unwrap().same_origin);
    }

    #[test]
    fn a_location_is_an_address_like_any_other() {
        let from = "https://x.example/a";
        assert_eq!(followed(from, "http://x.example/"), Err(Refusal::RedirectDowngrade));
        assert_eq!(followed(from, "https://u:p@x.example/"), Err(Refusal::UrlUser));
        assert_eq!(followed(from, "ftp://x.example/"), Err(Refusal::UrlForm));
        assert_eq!(followed(from, "javascript:alert(1)"), Err(Refusal::UrlForm));
        assert_eq!(followed(from, "/..%2fb"), Err(Refusal::UrlDots));
        assert_eq!(followed(from, "https://@x.example/"), Err(Refusal::UrlUser));
        assert_eq!(followed(from, "//a@x.example/"), Err(Refusal::UrlUser));
        assert_eq!(followed(from, "/\\y.example/"), Err(Refusal::UrlCharacter));
        assert_eq!(followed(from, "/\ty"), Err(Refusal::UrlCharacter));
        assert_eq!(followed(from, "/a/..//y.example/"), Err(Refusal::UrlSlashes));
        assert!(matches!(followed(from, "https://0x7f.1/"), Err(Refusal::UrlHost { .. })));
        assert!(matches!(followed(from, "//b\u{fc}cher.example/"), Err(Refusal::UrlHost { .. })));
        assert_eq!(followed(from, "/a b?to=http://y.example/@z").unwrap().url.path(), "/a%20b");
        assert_eq!(followed(from, "/b#c").unwrap().url.as_str(), "https://x.example/b");
    }
}
