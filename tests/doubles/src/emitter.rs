//! The way out for webhooks: what waits, what is sent, what is tried again.
//!
//! Holds: nothing is sent but on order, one after the other, so that two runs of a script send the same.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::client::{self, Asked};
use crate::hooks::{Handshake, Hook, Sent};
use crate::sample::Chance;
use crate::{ControlError, Core, Ms, Platform, Spoilt, reply, spoil};

/// How long a webhook may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// An event on its way to the webhook.
#[derive(Debug, Clone, PartialEq)]
pub struct Push {
    /// Its body.
    pub body: Value,
    /// Headers beside the signature: the event's name, its id.
    pub headers: Vec<(String, String)>,
}

/// One attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// Which delivery, from 1.
    pub delivery: u64,
    /// Which attempt of it, from 1.
    pub attempt: u32,
    /// When, by the double's clock.
    pub at: Ms,
    /// Status of the answer.
    pub status: Option<u16>,
    /// When it is tried again; none when it arrived or was given up.
    pub again_at: Option<Ms>,
}

/// How waiting events are delivered.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct DeliverArgs {
    /// Most events; the others wait on.
    take: usize,
    order: Sequence,
    /// How often each is sent.
    times: u32,
    /// How long after it happened: the clock is moved on first.
    late_ms: Ms,
    /// How old the signature's time is.
    signed_ago_ms: Ms,
    spoilt: Option<Spoilt>,
    /// Most events of one body, where the platform sends several.
    batch: usize,
}

impl Default for DeliverArgs {
    fn default() -> Self {
        let (order, spoilt) = (Sequence::Given, None);
        Self { take: usize::MAX, order, times: 1, late_ms: 0, signed_ago_ms: 0, spoilt, batch: 1 }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Sequence {
    Given,
    Reversed,
    Shuffled,
}

#[derive(Debug, Clone)]
struct Retry {
    delivery: u64,
    attempt: u32,
    due_at: Ms,
    push: Push,
}

/// What is on its way.
#[derive(Debug, Default)]
pub(crate) struct Emitter {
    hook: Option<Hook>,
    waiting: Vec<Push>,
    retries: Vec<Retry>,
    attempts: Vec<Attempt>,
    deliveries: u64,
}

impl Emitter {
    pub fn push(&mut self, push: Push) {
        if self.hook.is_some() {
            self.waiting.push(push);
        }
    }

    pub fn set_hook(&mut self, hook: Hook) {
        self.hook = Some(hook);
    }

    pub fn is_live(&self) -> bool {
        self.hook.as_ref().is_some_and(|hook| hook.live)
    }

    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    fn take(&mut self, args: &DeliverArgs, seed: u64) -> Vec<Push> {
        let count = self.waiting.len().min(args.take);
        let mut taken: Vec<Push> = self.waiting.drain(..count).collect();
        match args.order {
            Sequence::Given => {}
            Sequence::Reversed => taken.reverse(),
            Sequence::Shuffled => {
                let mut chance = Chance::new(seed, self.deliveries);
                taken.sort_by_cached_key(|_| chance.draw());
            }
        }
        taken
    }

    fn next_delivery(&mut self) -> u64 {
        self.deliveries += 1;
        self.deliveries
    }

    fn take_due(&mut self, now: Ms) -> Vec<Retry> {
        let (mut due, rest): (Vec<_>, Vec<_>) = self.retries.drain(..).partition(|retry| retry.due_at <= now);
        self.retries = rest;
        due.sort_by_key(|retry| (retry.due_at, retry.delivery));
        due
    }
}

/// Delivers what waits, and returns what was sent.
pub(crate) async fn deliver(core: &Core, platform: &dyn Platform, args: &DeliverArgs) -> Vec<Sent> {
    core.clock().advance(args.late_ms);
    let Some(hook) = core.state().emitter.hook.clone() else { return Vec::new() };
    let taken = core.state().emitter.take(args, core.seed());
    let mut all = Vec::new();
    for push in batched(platform, taken, args.batch) {
        let number = core.state().emitter.next_delivery();
        for _ in 0..args.times {
            let mut sent = prepare(core, platform, &hook, &push, args.signed_ago_ms);
            if let Some(how) = args.spoilt {
                spoil_sent(&mut sent, how, platform, &hook);
            }
            send(&hook, &mut sent).await;
            record(core, platform, &hook, number, &sent, &push);
            all.push(sent);
        }
    }
    all
}

/// Tries again what has failed and is due.
pub(crate) async fn retry_due(core: &Core, platform: &dyn Platform) {
    let Some(hook) = core.state().emitter.hook.clone() else { return };
    let due = core.state().emitter.take_due(core.now());
    for Retry { delivery, attempt, push, .. } in due {
        let mut sent = Sent { attempt, ..prepare(core, platform, &hook, &push, 0) };
        sent.headers.extend(platform.retry_headers(attempt));
        send(&hook, &mut sent).await;
        record(core, platform, &hook, delivery, &sent, &push);
    }
}

/// Does the platform's handshake with the webhook; without an address it returns the request only.
pub(crate) async fn shake_hands(core: &Core, platform: &dyn Platform) -> Result<Value, ControlError> {
    let Some(hook) = core.state().emitter.hook.clone() else {
        return Err(ControlError::missing("hook", "any"));
    };
    let Some(handshake) = platform.handshake(&hook) else {
        return Err(ControlError::missing("handshake", "of this platform"));
    };
    let Handshake { method, query, headers, body, .. } = handshake.clone();
    let (path, at) = (path_of(&hook), core.now());
    let mut sent = Sent { method: method.into(), path, query, headers, body, at, attempt: 1, status: None };
    let answer = send(&hook, &mut sent).await;
    let ok = answer.is_some_and(|(status, body)| handshake.is_answered_by(status, &body));
    Ok(json!({ "ok": ok, "sent": sent }))
}

fn batched(platform: &dyn Platform, pushes: Vec<Push>, most: usize) -> Vec<Push> {
    if most < 2 {
        return pushes;
    }
    let join = |some: &[Push]| {
        let bodies: Vec<Value> = some.iter().map(|push| push.body.clone()).collect();
        let body = platform.batch(&bodies)?;
        Some(Push { body, headers: some[0].headers.clone() })
    };
    let joined: Option<Vec<Push>> = pushes.chunks(most).map(join).collect();
    joined.unwrap_or(pushes)
}

fn prepare(core: &Core, platform: &dyn Platform, hook: &Hook, push: &Push, signed_ago_ms: Ms) -> Sent {
    let at = core.now();
    let body = platform.hook_bytes(&push.body);
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    headers.extend(push.headers.iter().cloned());
    headers.extend(platform.sign(hook, &body, at - signed_ago_ms));
    let (method, path) = ("POST".to_owned(), path_of(hook));
    Sent { method, path, query: String::new(), headers, body, at, attempt: 1, status: None }
}

fn spoil_sent(sent: &mut Sent, how: Spoilt, platform: &dyn Platform, hook: &Hook) {
    let of_signature: Vec<String> =
        platform.sign(hook, &sent.body, sent.at).into_iter().map(|(name, _)| name).collect();
    let (mut signature, rest): (Vec<_>, Vec<_>) =
        sent.headers.drain(..).partition(|(name, _)| of_signature.contains(name));
    spoil(&mut signature, &mut sent.body, how);
    sent.headers = rest.into_iter().chain(signature).collect();
}

async fn send(hook: &Hook, sent: &mut Sent) -> Option<(u16, Vec<u8>)> {
    let mut url = hook.url.clone()?;
    if !sent.query.is_empty() {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(&sent.query);
    }
    let asked = Asked {
        method: sent.method.clone(),
        url,
        headers: sent.headers.clone(),
        body: sent.body.clone(),
        timeout: TIMEOUT,
    };
    let answered = client::send(asked).await.ok()?;
    sent.status = Some(answered.status);
    Some((answered.status, answered.body))
}

fn record(core: &Core, platform: &dyn Platform, hook: &Hook, delivery: u64, sent: &Sent, push: &Push) {
    if hook.url.is_none() {
        return;
    }
    let arrived = sent.status.is_some_and(|status| (200..300).contains(&status));
    let attempt = sent.attempt + 1;
    let pause = if arrived { None } else { platform.retry_after_ms(attempt) };
    let again_at = pause.map(|pause| core.now() + pause);
    let mut state = core.state();
    let emitter = &mut state.emitter;
    emitter.attempts.push(Attempt {
        delivery,
        attempt: sent.attempt,
        at: sent.at,
        status: sent.status,
        again_at,
    });
    if let Some(due_at) = again_at {
        emitter.retries.push(Retry { delivery, attempt, due_at, push: push.clone() });
    }
}

fn path_of(hook: &Hook) -> String {
    let url = hook.url.as_deref().and_then(|url| url::Url::parse(url).ok());
    url.map_or_else(|| "/".to_owned(), |url| url.path().to_owned())
}

/// Returns a body as most platforms send it.
pub(crate) fn plain_bytes(body: &Value) -> Vec<u8> {
    reply::json_bytes(body)
}
