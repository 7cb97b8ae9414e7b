//! What a connector says of itself, and the exports that must be pure.

use std::sync::Arc;

use hark_cassette::Player;
use hark_model::{Fault, FaultClass, Placement, SourceLimits};
use hark_runtime::{CallContext, CallError};
use serde_json::Value;

use crate::law::{Trying, Verdict};
use crate::{Bench, shown};

/// `manifest`
pub async fn sane(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    let manifest = bench.connector.manifest();
    settings_schema(bench, &mut trying);
    for action in &manifest.actions {
        let schema: Value = serde_json::from_str(&action.schema).unwrap_or_default();
        trying.expect(
            jsonschema::draft202012::meta::is_valid(&schema),
            "a JSON Schema of 2020-12",
            || action.schema.clone(),
            format!("action {}", action.name),
        );
    }
    audiences(bench, &mut trying);
    for stream in &manifest.streams {
        let keyed = manifest.credentials.iter().any(|info| info.placement == Placement::WebhookKey);
        trying.expect(
            !stream.webhook || keyed,
            "a credential of placement webhook-key, without which no delivery can be told from a forged one",
            || "a stream that takes deliveries, and no such credential".to_owned(),
            format!("stream {}", stream.name),
        );
    }
    trying.expect(!manifest.streams.is_empty(), "at least one stream", || "none".to_owned(), "the manifest");
    trying.verdict("")
}

fn settings_schema(bench: &Bench, trying: &mut Trying) {
    let text = &bench.connector.manifest().config_schema;
    let schema: Value = serde_json::from_str(text).unwrap_or_default();
    let place = "the manifest's config-schema";
    if !jsonschema::draft202012::meta::is_valid(&schema) {
        return trying.breach("a JSON Schema of 2020-12", text.clone(), place);
    }
    match jsonschema::draft202012::new(&schema) {
        Ok(validator) => {
            let settings = Value::Object(bench.cassette.settings.clone());
            for error in validator.iter_errors(&settings) {
                trying.breach("the recorded settings are taken", error.to_string(), place);
            }
        }
        Err(error) => trying.breach("a schema that can be used", error.to_string(), place),
    }
    trying.tried();
}

fn audiences(bench: &Bench, trying: &mut Trying) {
    let options = bench.options();
    for credential in &options.credentials {
        let place = format!("credential {}", credential.info.name);
        let hosts = credential.audience_hosts.iter().filter(|audience| {
            !options.hosts.iter().any(|host| host.covers(audience) || audience.covers(host))
        });
        let endpoints = credential.audience_endpoints.iter().filter(|audience| {
            !options.endpoints.iter().any(|host| host.covers(audience) || audience.covers(host))
        });
        let beyond: Vec<&str> = hosts.map(|it| it.as_str()).chain(endpoints.map(|it| it.as_str())).collect();
        trying.expect(
            beyond.is_empty(),
            "an audience within the manifest's hosts and endpoints",
            || beyond.join(", "),
            place,
        );
    }
}

/// `describe-pure`
pub async fn describe_pure(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for _ in 0..2 {
        let context = CallContext { source: "certify".to_owned(), ..CallContext::default() };
        let call = bench.connector.describe(context).await;
        match call.result {
            Ok(manifest) => trying.expect(
                manifest == *bench.connector.manifest(),
                "the same manifest as before",
                || "another".to_owned(),
                "describe",
            ),
            Err(error) => trying.breach("a manifest", error.to_string(), "describe"),
        }
        trying.expect(
            call.usage.impure.is_empty(),
            "the host is asked for nothing",
            || call.usage.impure.join(", "),
            "describe",
        );
    }
    trying.verdict("")
}

/// `normalise-pure`
pub async fn normalise_pure(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    for start in bench.starts() {
        let run = bench.run(&start).await;
        let payloads = run.told.iter().flat_map(|told| &told.payloads);
        for payload in payloads.filter(|payload| !payload.body.is_empty()) {
            let (once, again) = (bench.normalise(payload).await, bench.normalise(payload).await);
            if matches!(&once.error, Some(CallError::Fault(Fault::Unsupported(_)))) {
                continue;
            }
            let place = format!("{}, payload {} ({})", start.place(), payload.id, payload.label);
            if let Some(crash) = once.crash() {
                trying.breach("events or a fault", crash, place);
                continue;
            }
            let show = |told: &crate::told::Told| told.events.iter().map(shown::event).collect::<Vec<_>>();
            trying.expect(
                show(&once) == show(&again) && once.class() == again.class(),
                "the same events for the same payload",
                || first_difference(&show(&once), &show(&again)),
                place.clone(),
            );
            trying.expect(
                once.usage.impure.is_empty(),
                "the host is asked for nothing",
                || once.usage.impure.join(", "),
                place,
            );
        }
    }
    trying.verdict("the connector does not normalise, or the cassette keeps no payload")
}

/// Returns the first event of `one` that is not in `other`.
pub fn first_difference(one: &[Value], other: &[Value]) -> String {
    let at = one.iter().zip(other).position(|(one, other)| one != other);
    match at {
        Some(at) => format!("event {}: {} instead of {}", at + 1, other[at], one[at]),
        None => format!("{} events instead of {}", other.len(), one.len()),
    }
}

/// `settings`
pub async fn settings(bench: &Bench) -> Verdict {
    let mut trying = Trying::default();
    let schema: Value = serde_json::from_str(&bench.connector.manifest().config_schema).unwrap_or_default();
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    for field in required.iter().filter_map(Value::as_str) {
        let mut less = bench.cassette.settings.clone();
        less.remove(field);
        let settings = Value::Object(less).to_string();
        let player = Arc::new(Player::new(bench.exchanges_from(0), 0));
        let told = bench.check(&player, &settings).await;
        let place = format!("check without the setting `{field}`");
        trying.expect(told.class() == Some(FaultClass::Config), "a fault `config`", || told.summary(), place);
        if let Some(start) = bench.starts().first() {
            let told = bench.read_with(&player, &start.read, SourceLimits::STRICT, &settings).await;
            let place = format!("read without the setting `{field}`");
            trying.expect(
                told.class() == Some(FaultClass::Config),
                "a fault `config`",
                || told.summary(),
                place,
            );
        }
    }
    trying.verdict("the schema requires no setting")
}
