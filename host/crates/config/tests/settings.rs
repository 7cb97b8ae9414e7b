//! What a good file means: defaults, paths, and what reaches the connector.

#![allow(clippy::unwrap_used, reason = "a test may end at once")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hark_config::{Config, ConnectorRef, EXAMPLE, ErrorKind, Require};
use hark_model::{Oauth1Ref, Oauth2Ref, SecretRef, SourceLimits, Zone};
use serde_json::json;

fn parse(text: &str) -> Config {
    Config::parse(text, Path::new("/etc/hark/hark.toml")).unwrap()
}

#[test]
fn an_empty_file_has_defaults_beside_itself() {
    let config = parse("");
    assert_eq!(config.data, Path::new("/etc/hark/hark.db"));
    assert_eq!(config.cache, Path::new("/etc/hark/.hark-cache"));
    assert_eq!(config.listen, "127.0.0.1:7070".parse::<SocketAddr>().unwrap());
    assert!(config.sources.is_empty() && config.rules.is_none());
    let moved = parse("data = \"/var/hark/feed.db\"");
    assert_eq!(moved.cache, Path::new("/var/hark/.hark-cache"), "the cache stands beside the data");
}

#[test]
fn the_example_means_what_it_says() {
    let config = parse(EXAMPLE);
    let mail = &config.sources[0];
    assert_eq!(mail.name.as_str(), "support-mail");
    assert!(EXAMPLE.lines().nth(mail.line - 1).unwrap().contains("[source.support-mail]"));
    assert_eq!(mail.connector.to_string(), "email");
    assert_eq!(
        (mail.zone, mail.poll, mail.enabled),
        (Some(Zone::Extranet), Some(Duration::from_secs(60)), true)
    );
    assert_eq!(mail.owner.as_deref(), Some("Support"));
    assert_eq!(mail.streams.as_deref(), Some(["inbox".to_owned()].as_slice()));
    assert_eq!(mail.targets.as_ref().unwrap().of("inbox"), ["INBOX", "Sent"]);
    assert_eq!((mail.backfill_days, mail.recheck, mail.retention_days), (Some(30), Some(true), Some(365)));
    assert_eq!(config.webhooks, Some("127.0.0.1:7071".parse().unwrap()));
    assert_eq!(json!(mail.settings), json!({ "host": "mail.example.com", "user": "support@example.com" }));
    assert_eq!(mail.credentials["imap-password"], SecretRef::Env("SUPPORT_IMAP_PASSWORD".to_owned()));
    assert_eq!(mail.grant.endpoints[0].as_str(), "tls://mail.example.com:993");
    assert!(mail.grant.admits_private("10.1.9.9".parse().unwrap()));
    assert_eq!(mail.grant.ca_file, Some(PathBuf::from("/etc/hark/corp-ca.pem")));
    assert_eq!(mail.limits, SourceLimits { memory_mib: 128, ..SourceLimits::STRICT });
    assert_eq!(config.components, Path::new("/etc/hark/.hark-components"));
    let acme = &config.trust.publishers[0];
    assert_eq!((config.trust.require, acme.name.as_str()), (Require::Remote, "acme"));
    assert!(acme.connectors[0].admits("acme-forum") && !acme.connectors[0].admits("forum"));
    let registry = &config.registries[0];
    assert_eq!((registry.host.as_str(), registry.plain_http), ("registry.example.com", false));
    assert_eq!(registry.password, Some(SecretRef::Env("REGISTRY_PASSWORD".to_owned())));
    assert_eq!(config.rules.as_deref(), Some(Path::new("/etc/hark/rules.toml")));
}

#[test]
fn sources_keep_the_order_of_the_file() {
    let config = parse("[source.zebra]\nconnector = \"rss\"\n[source.ant]\nconnector = \"ant.wasm\"\n");
    let names: Vec<_> = config.sources.iter().map(|source| (source.name.as_str(), source.line)).collect();
    assert_eq!(names, [("zebra", 1), ("ant", 3)]);
    assert_eq!(config.sources[1].connector, ConnectorRef::File(PathBuf::from("/etc/hark/ant.wasm")));
}

#[test]
fn a_connector_may_lie_elsewhere_and_its_pin_beside_the_file() {
    let config = parse("[source.a]\nconnector = \"oci://ghcr.io/acme/forum:1.2\"\n");
    assert_eq!(config.sources[0].connector.to_string(), "oci://ghcr.io/acme/forum:1.2");
    assert!(matches!(config.sources[0].connector, ConnectorRef::Remote(_)));
    assert_eq!(config.lock(), Path::new("/etc/hark/hark.lock"));
    let trust = parse("[trust]\nrequire = \"all\"\n").trust;
    assert_eq!((trust.require, trust.publishers.len()), (Require::All, 0));
}

#[test]
fn targets_are_for_every_stream_or_for_each_its_own() {
    let config = parse(
        "[source.a]\nconnector = \"rss\"\ntargets = { posts = [\"x y\", \"z\"], mail = \"INBOX\" }\n\
         [source.b]\nconnector = \"rss\"\ntargets = \"one\"\n[source.c]\nconnector = \"rss\"\n",
    );
    let targets = config.sources[0].targets.as_ref().unwrap();
    assert_eq!(
        (targets.of("posts"), targets.of("mail")),
        (&["x y".into(), "z".into()][..], &["INBOX".into()][..])
    );
    assert_eq!(targets.of("other"), [""; 0]);
    assert_eq!(config.sources[1].targets.as_ref().unwrap().of("whatever"), ["one"]);
    assert_eq!(config.sources[2].targets, None);
    for bad in ["[]", "{ posts = [] }", "{ posts = 1 }", "[\"a\", \"a\"]", "7"] {
        let text = format!("[source.a]\nconnector = \"rss\"\ntargets = {bad}\n");
        assert!(Config::parse(&text, Path::new("hark.toml")).is_err(), "targets: {bad}");
    }
}

#[test]
fn limits_of_a_source_stand_over_those_of_the_file() {
    let config = parse(
        "[limits]\nrequests = 7\ncall_secs = 9\nredirects = 0\n[source.a]\nconnector = \"rss\"\nlimits = { requests = 8 }\n",
    );
    let want = SourceLimits { requests: 8, call_secs: 9, redirects: 0, ..SourceLimits::STRICT };
    assert_eq!(config.sources[0].limits, want);
}

#[test]
fn settings_reach_the_connector_as_json() {
    let config = parse(
        "[source.a]\nconnector = \"rss\"\n[source.a.settings]\nsince = 2026-11-22T05:00:00Z\nday = 2026-11-22\n\
         n = [1, -2, 0x10, 18446744073709551615]\nf = 1.5\nyes = true\n[source.a.settings.deep]\nlist = [{ a = 1 }]\n",
    );
    let want = json!({
        "since": "2026-11-22T05:00:00Z",
        "day": "2026-11-22",
        "n": [1, -2, 16, 18_446_744_073_709_551_615_u64],
        "f": 1.5,
        "yes": true,
        "deep": { "list": [{ "a": 1 }] },
    });
    assert_eq!(json!(config.sources[0].settings), want);
}

#[test]
fn secrets_come_from_the_environment_a_file_or_a_command() {
    let config = parse(
        "[source.a]\nconnector = \"rss\"\n[source.a.credentials]\na = \"env:A_1\"\nb = \"file:b.txt\"\n\
         c = \"file:/run/c\"\nd = \"cmd:pass show d\"\n",
    );
    let credentials = &config.sources[0].credentials;
    assert_eq!(credentials["a"], SecretRef::Env("A_1".to_owned()));
    assert_eq!(credentials["b"], SecretRef::File(PathBuf::from("/etc/hark/b.txt")));
    assert_eq!(credentials["c"], SecretRef::File(PathBuf::from("/run/c")));
    assert_eq!(credentials["d"], SecretRef::Cmd("pass show d".to_owned()));
}

#[test]
fn tokens_come_from_an_endpoint_and_signatures_from_four_words() {
    let config = parse(
        "token_key = \"file:hark.key\"\n[source.a]\nconnector = \"rss\"\n[source.a.credentials.a]\nkind = \"oauth2\"\n\
         token_url = \"https://id.example/token\"\nclient_id = \"hark\"\nrefresh_token = \"file:r\"\nscope = \"a b\"\n\
         client_in_form = true\n[source.a.credentials.b]\nkind = \"oauth1\"\nconsumer_key = \"env:A\"\n\
         consumer_secret = \"env:B\"\ntoken = \"env:C\"\ntoken_secret = \"cmd:d\"\n",
    );
    assert_eq!(config.token_key, Some(SecretRef::File(PathBuf::from("/etc/hark/hark.key"))));
    let credentials = &config.sources[0].credentials;
    let env = |name: &str| SecretRef::Env(name.to_owned());
    let client = Oauth2Ref {
        token_url: "https://id.example/token".to_owned(),
        client_id: "hark".to_owned(),
        client_secret: None,
        refresh_token: Some(SecretRef::File(PathBuf::from("/etc/hark/r"))),
        scope: Some("a b".to_owned()),
        client_in_form: true,
    };
    assert_eq!(credentials["a"], SecretRef::Oauth2(Box::new(client)));
    let keys = Oauth1Ref {
        consumer_key: env("A"),
        consumer_secret: env("B"),
        token: env("C"),
        token_secret: SecretRef::Cmd("d".to_owned()),
    };
    assert_eq!(credentials["b"], SecretRef::Oauth1(Box::new(keys)));
}

#[test]
fn files_that_cannot_be_used_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let kind = |path: &Path| Config::load(path).unwrap_err().errors()[0].kind;

    let missing = Config::load(&at("none.toml")).unwrap_err();
    assert_eq!(missing.errors()[0].kind, ErrorKind::Missing);
    assert!(missing.to_string().contains("run `hark demo`") && missing.to_string().contains("[source.news]"));

    std::fs::write(at("latin1.toml"), b"data = \"a\"\n# gr\xfc\xdfe\n").unwrap();
    let latin1 = Config::load(&at("latin1.toml")).unwrap_err();
    assert!(latin1.to_string().ends_with("line 2 holds bytes that are not UTF-8; save the file as UTF-8"));

    let large = std::fs::File::create(at("large.toml")).unwrap();
    large.set_len(hark_config::limits::FILE_BYTES_MAX + 1).unwrap();
    assert_eq!(kind(&at("large.toml")), ErrorKind::TooMuch);

    assert_eq!(kind(folder.path()), ErrorKind::Unreadable);
    std::fs::write(at("good.toml"), "\u{feff}data = \"x.db\"\r\n").unwrap();
    assert_eq!(Config::load(&at("good.toml")).unwrap().data, at("x.db"));
}
