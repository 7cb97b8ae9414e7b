//! What counts as a signature, and whose.

use hark_config::{Config, TrustConfig};
use hark_supply::{KeyError, Origin, Signature, SignatureError, SigningKey, TrustError, Verdict, judge};

use crate::kit::{component, signed, statement, trust};

fn trusting(text: &str) -> TrustConfig {
    Config::parse(text, std::path::Path::new("hark.toml")).unwrap().trust
}

#[test]
fn what_was_signed_is_what_is_verified() {
    let (key, other) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let bytes = component("forum");
    let signature = signed(&key, "acme-forum", "1.2.0", &bytes);
    assert_eq!(signature.verify(&key.public_line(), &bytes), Ok(statement("acme-forum", "1.2.0")));
    assert_eq!(signature.verify(&key.public_line(), &component("forun")), Err(SignatureError::Wrong));
    assert_eq!(signature.verify(&other.public_line(), &bytes), Err(SignatureError::Wrong));
    assert_eq!(Signature::parse(signature.as_str()).unwrap().key_number(), signature.key_number());
}

#[test]
fn no_part_of_a_signature_can_be_changed() {
    let key = SigningKey::generate().unwrap();
    let bytes = component("forum");
    let text = signed(&key, "acme-forum", "1.2.0", &bytes).as_str().to_owned();
    let lines: Vec<&str> = text.lines().collect();
    let changed = |at: usize, line: &str| {
        let mut lines = lines.clone();
        lines[at] = line;
        lines.join("\n") + "\n"
    };
    let elsewhere = lines[2].replace("acme-forum", "acme-email");
    let newer = lines[2].replace("1.2.0", "9.9.9");
    let flipped = |line: &str| {
        let at = line.len() - 20;
        let byte = if line.as_bytes()[at] == b'A' { "B" } else { "A" };
        format!("{}{byte}{}", &line[..at], &line[at + 1..])
    };
    for text in [
        changed(2, &elsewhere),
        changed(2, &newer),
        changed(1, &flipped(lines[1])),
        changed(3, &flipped(lines[3])),
    ] {
        let read = Signature::parse(&text).unwrap();
        assert_eq!(read.verify(&key.public_line(), &bytes), Err(SignatureError::Wrong), "{text}");
    }
    // The first comment is signed by nobody, and nobody goes by it.
    let renamed = Signature::parse(&changed(0, "untrusted comment: another")).unwrap();
    assert!(renamed.verify(&key.public_line(), &bytes).is_ok());
}

#[test]
fn a_signature_that_is_none_is_refused_before_it_is_used() {
    let key = SigningKey::generate().unwrap();
    let text = signed(&key, "acme-forum", "1.2.0", b"x").as_str().to_owned();
    let lines: Vec<&str> = text.lines().collect();
    let with = |at: usize, line: &str| {
        let mut lines = lines.clone();
        lines[at] = line;
        lines.join("\n")
    };
    let long = format!("trusted comment: {}", "x".repeat(2_000));
    for (text, want) in [
        (String::new(), "four lines"),
        (lines[..3].join("\n"), "four lines"),
        (format!("{text}more"), "four lines"),
        (with(0, "comment"), "comments begin"),
        (with(1, "!!!!"), "Base64"),
        // Both would be read past their end.
        (with(1, "RUQ="), "cut"),
        (with(3, "AAAA"), "cut"),
        (with(1, &lines[1].replacen("RU", "RW", 1)), "old kind"),
        (with(2, &long), "too long"),
        (with(2, "trusted comment: a\u{1b}[2J"), "control character"),
    ] {
        let error = Signature::parse(&text).unwrap_err().to_string();
        assert!(error.contains(want), "{text:?}\n{error}");
    }
}

#[test]
fn trust_names_who_may_sign_what() {
    let (key, stranger) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let bytes = component("forum");
    let (theirs, others) =
        (signed(&key, "acme-forum", "1.0.0", &bytes), signed(&key, "email", "1.0.0", &bytes));
    let strange = signed(&stranger, "acme-forum", "1.0.0", &bytes);
    let wrong = signed(&key, "acme-forum", "1.0.0", b"something else");
    let acme = trust(&key, "[\"acme-*\"]");
    let by_acme =
        Verdict::Signed { publisher: "acme".to_owned(), statement: statement("acme-forum", "1.0.0") };
    let number = strange.key_number();
    let is_strange = TrustError::Stranger { key_number: number };
    let not_theirs = TrustError::NotTheirs { publisher: "acme".to_owned(), connector: "email".to_owned() };
    let is_wrong = TrustError::Signature { publisher: "acme".to_owned(), cause: SignatureError::Wrong };
    use Origin::{Fetched, FetchedByDigest, File};
    let cases = [
        ("remote", Fetched, None, Err(TrustError::Unsigned)),
        ("remote", FetchedByDigest, None, Ok(Verdict::Unsigned)),
        ("remote", File, None, Ok(Verdict::Unsigned)),
        ("all", File, None, Err(TrustError::Unsigned)),
        ("all", FetchedByDigest, None, Err(TrustError::Unsigned)),
        ("none", Fetched, None, Ok(Verdict::Unsigned)),
        ("remote", Fetched, Some(&theirs), Ok(by_acme.clone())),
        ("none", File, Some(&theirs), Ok(by_acme)),
        ("remote", Fetched, Some(&others), Err(not_theirs)),
        ("remote", File, Some(&others), Ok(Verdict::Unsigned)),
        ("remote", Fetched, Some(&strange), Err(is_strange)),
        ("none", Fetched, Some(&strange), Ok(Verdict::Unsigned)),
        // What a known publisher did not sign is refused wherever it comes from.
        ("remote", Fetched, Some(&wrong), Err(is_wrong.clone())),
        ("none", File, Some(&wrong), Err(is_wrong)),
    ];
    for (require, origin, signature, want) in cases {
        let trust = trusting(&format!("trust.require = \"{require}\"\n{acme}"));
        assert_eq!(judge(&trust, origin, &bytes, signature), want, "{require} {origin:?} {signature:?}");
    }
}

#[test]
fn a_publisher_may_change_its_key_and_two_names_may_share_one() {
    let (old, new) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
    let bytes = component("forum");
    let keys = format!("[\"{}\", \"{}\"]", old.public_line(), new.public_line());
    let text = format!(
        "[trust.acme]\nkey = {keys}\nconnectors = \"acme-*\"\n[trust.acme-mail]\nkey = {:?}\nconnectors = [\"email\"]\n",
        new.public_line()
    );
    let trust = trusting(&text);
    for (key, connector, publisher) in
        [(&old, "acme-a", "acme"), (&new, "acme-a", "acme"), (&new, "email", "acme-mail")]
    {
        let signature = signed(key, connector, "1.0.0", &bytes);
        let verdict = judge(&trust, Origin::Fetched, &bytes, Some(&signature)).unwrap();
        assert!(matches!(verdict, Verdict::Signed { publisher: by, .. } if by == publisher), "{connector}");
    }
    let signature = signed(&old, "email", "1.0.0", &bytes);
    assert!(
        judge(&trust, Origin::Fetched, &bytes, Some(&signature)).is_err(),
        "the old key is not that of acme-mail"
    );
}

#[test]
fn a_key_is_kept_for_its_owner_and_does_not_print() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("acme.key");
    let key = SigningKey::generate().unwrap();
    key.write_new(&path).unwrap();
    let read = SigningKey::read(&path, None).unwrap();
    assert_eq!(read.public_line(), key.public_line());
    let signature = signed(&read, "acme-forum", "1.0.0", b"bytes");
    assert!(signature.verify(&key.public_line(), b"bytes").is_ok());
    let secret = std::fs::read_to_string(&path).unwrap();
    let secret = secret.lines().nth(1).unwrap();
    assert!(!format!("{key:?}").contains(&secret[30..60]));
    assert_eq!(format!("{key:?}"), format!("SigningKey({})", key.public_line()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(matches!(key.write_new(&path), Err(KeyError::Unwritable { .. })), "no key is written over");
    std::fs::write(&path, "not a key\nat all\n").unwrap();
    assert!(matches!(SigningKey::read(&path, None), Err(KeyError::Form { .. })));
    let spoken = key.sign(b"x", &statement("acme-forum", "1.0 connector:email"), 1).unwrap_err();
    assert!(spoken.to_string().contains("not a version to sign"), "{spoken}");
}
