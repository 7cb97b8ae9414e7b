//! OAuth 1.0a: signs a request with HMAC-SHA1 (RFC 5849).
//!
//! Holds: the keys never leave; only a signature does, for one request, once. Not here: how the keys were had.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use reqwest::Method;
use sha1::Sha1;
use url::Url;
use zeroize::Zeroizing;

/// The four words that sign: who asks, and for whom.
#[derive(Clone)]
pub(crate) struct Oauth1Keys {
    pub(crate) consumer_key: Zeroizing<String>,
    pub(crate) consumer_secret: Zeroizing<String>,
    pub(crate) token: Zeroizing<String>,
    pub(crate) token_secret: Zeroizing<String>,
}

/// What makes a signature good for one request only.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Once<'a> {
    /// Never used before with the same second.
    pub(crate) nonce: &'a str,
    /// Seconds since 1970.
    pub(crate) secs: i64,
}

/// Returns the value of `Authorization` for `method` on `url` with `form`, the body if it is a form.
pub(crate) fn authorization(
    keys: &Oauth1Keys,
    once: Once<'_>,
    method: &Method,
    url: &Url,
    form: Option<&[u8]>,
) -> Zeroizing<String> {
    let secs = once.secs.to_string();
    let own = [
        ("oauth_consumer_key", keys.consumer_key.as_str()),
        ("oauth_nonce", once.nonce),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", &secs),
        ("oauth_token", &keys.token),
        ("oauth_version", "1.0"),
    ];
    let signature = signature(keys, &base_string(&own, method, url, form));
    let mut header = Zeroizing::new("OAuth ".to_owned());
    for (name, value) in own.into_iter().chain([("oauth_signature", signature.as_str())]) {
        if !header.ends_with(' ') {
            header.push_str(", ");
        }
        header.push_str(&format!("{name}=\"{}\"", &*encoded(value)));
    }
    header
}

/// Returns what is signed (RFC 5849, 3.4.1): method, address without query, and all parameters in order.
fn base_string(own: &[(&str, &str)], method: &Method, url: &Url, form: Option<&[u8]>) -> Zeroizing<String> {
    let mut parameters: Vec<(Zeroizing<String>, Zeroizing<String>)> =
        own.iter().map(|(name, value)| (encoded(name), encoded(value))).collect();
    let query = url.query_pairs();
    let body = url::form_urlencoded::parse(form.unwrap_or_default());
    parameters.extend(query.chain(body).map(|(name, value)| (encoded(&name), encoded(&value))));
    parameters
        .sort_by(|one, other| (one.0.as_str(), one.1.as_str()).cmp(&(other.0.as_str(), other.1.as_str())));
    let mut normal = Zeroizing::new(String::new());
    for (name, value) in &parameters {
        if !normal.is_empty() {
            normal.push('&');
        }
        normal.push_str(name);
        normal.push('=');
        normal.push_str(value);
    }
    let mut place = url.clone();
    place.set_query(None);
    place.set_fragment(None);
    Zeroizing::new(format!("{method}&{}&{}", &*encoded(place.as_str()), &*encoded(&normal)))
}

fn signature(keys: &Oauth1Keys, text: &str) -> String {
    let key =
        Zeroizing::new(format!("{}&{}", &*encoded(&keys.consumer_secret), &*encoded(&keys.token_secret)));
    let mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    STANDARD.encode(mac.chain_update(text).finalize().into_bytes())
}

/// Encodes everything but letters, digits, `-`, `.`, `_` and `~` (RFC 5849, 3.6).
fn encoded(text: &str) -> Zeroizing<String> {
    let mut output = Zeroizing::new(String::with_capacity(text.len() * 3));
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                output.push(char::from(byte))
            }
            other => output.push_str(&format!("%{other:02X}")),
        }
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(words: [&str; 4]) -> Oauth1Keys {
        let [consumer_key, consumer_secret, token, token_secret] =
            words.map(|word| Zeroizing::new(word.to_owned()));
        Oauth1Keys { consumer_key, consumer_secret, token, token_secret }
    }

    /// The request that X's documentation of signatures walks through.
    #[test]
    fn it_signs_as_x_publishes_it() {
        let keys = keys([
            "xvz1evFS4wEEPTGEFPHBog",
            "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw",
            "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
            "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
        ]);
        let once = Once { nonce: "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg", secs: 1_318_622_958 };
        let form = b"status=Hello%20Ladies%20%2b%20Gentlemen%2c%20a%20signed%20OAuth%20request%21";
        for (url, signature) in [
            (
                "https://api.twitter.com/1.1/statuses/update.json?include_entities=true",
                "hCtSmYh%2BiHYCEqBWrE7C7hYmtUk%3D",
            ),
            (
                "https://api.twitter.com/1/statuses/update.json?include_entities=true",
                "tnnArxj06cWHq44gCs1OSKk%2FjLY%3D",
            ),
        ] {
            let header = authorization(&keys, once, &Method::POST, &Url::parse(url).unwrap(), Some(form));
            assert!(header.contains(&format!("oauth_signature=\"{signature}\"")), "{url}: {}", *header);
        }
    }

    #[test]
    fn it_signs_as_the_standard_has_it() {
        // RFC 5849, 1.2, but for `oauth_version`, which the example leaves out.
        let keys = keys(["dpf43f3p2l4k3l03", "kd94hf93k423kf44", "nnch734d00sl2jdk", "pfkkdhi9sl3r4s00"]);
        let own = [
            ("oauth_consumer_key", "dpf43f3p2l4k3l03"),
            ("oauth_token", "nnch734d00sl2jdk"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131202"),
            ("oauth_nonce", "chapoH"),
        ];
        let url = Url::parse("http://photos.example.net/photos?file=vacation.jpg&size=original").unwrap();
        let text = base_string(&own, &Method::GET, &url, None);
        assert_eq!(signature(&keys, &text), "MdpQcU8iPSUjWoN/UDMsK2sui9I=");
    }

    #[test]
    fn the_signed_text_is_the_one_of_the_standard() {
        // RFC 5849, 3.4.1.1 to 3.4.1.3.
        let own = [
            ("oauth_consumer_key", "9djdj82h48djs9d2"),
            ("oauth_token", "kkk9d7dh3k39sjv7"),
            ("oauth_signature_method", "HMAC-SHA1"),
            ("oauth_timestamp", "137131201"),
            ("oauth_nonce", "7d8f3e4a"),
        ];
        let url = Url::parse("http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b").unwrap();
        let text = base_string(&own, &Method::POST, &url, Some(b"c2&a3=2+q"));
        assert_eq!(
            *text,
            "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
        );
    }
}
