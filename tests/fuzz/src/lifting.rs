//! What a component may answer, and what the host makes of it: guests of our own world that nobody wrote.
//!
//! Holds: an answer that is right is taken, one that is wrong is refused as such, and a guest that misbehaves is told
//! for what it did. Nothing that it does is a panic here, nor takes more than its limits. Not here: what a component
//! is before it runs; that is `admission`'s.

use std::cell::OnceCell;
use std::sync::Arc;

use arbitrary::{Result, Unstructured};
use hark_model::{Action, Budget, Delivery, Raw, ReadMode, ReadRequest, SourceLimits};
use hark_runtime::{
    CallContext, CallError, CallReport, Connector, LoadError, Runtime, RuntimeOptions, TrapKind,
};

use crate::Verdict;
use crate::guest::{Deed, Export, Parrot, Realloc, Said, World, describe, say};
use crate::made_up;

/// The host's own limits, but for time: a machine that is busy with something else is not the guest's fault.
const LIMITS: SourceLimits = SourceLimits { cpu_ms: 120_000, call_secs: 300, ..SourceLimits::STRICT };
/// For guests that do nothing but compute.
const SPINNING: SourceLimits = SourceLimits { cpu_ms: 20, ..LIMITS };
const REALLOCS: [Realloc; 4] = [Realloc::Honest, Realloc::Outside, Realloc::Crooked, Realloc::Calls];

/// Lets a guest answer what the input says, or be what the input says.
pub fn lifting(data: &[u8]) -> Verdict {
    thread_local! {
        static STAGE: OnceCell<Stage> = const { OnceCell::new() };
    }
    STAGE.with(|stage| {
        let stage = stage.get_or_init(Stage::new);
        let mut u = Unstructured::new(data);
        let told = match u.int_in_range(0_u8..=31) {
            Ok(31) => stage.module(&mut u),
            Ok(30) => stage.manifest(&mut u),
            _ => stage.answer(&mut u),
        };
        if told.unwrap_or(false) { Verdict::Taken } else { Verdict::Refused }
    })
}

/// An engine, and guests that answer what they are told to.
struct Stage {
    tokio: tokio::runtime::Runtime,
    runtime: Arc<Runtime>,
    world: World,
    parrots: Vec<Connector>,
    /// What any core module must import and export.
    shape: Vec<u8>,
}

/// How a guest was told to behave.
struct Told<'a> {
    said: &'a Said,
    deed: Deed,
    realloc: Realloc,
    limits: SourceLimits,
}

impl Stage {
    fn new() -> Self {
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("tokio starts");
        let options = RuntimeOptions { instances_max: 1, ..RuntimeOptions::default() };
        let runtime = Runtime::new(options).expect("the engine starts");
        let world = World::new();
        let piece = describe(&world.asked[0].answer);
        let parrot = |realloc| Parrot { world: &world, realloc, piece: &piece };
        let load = |realloc| {
            let component = parrot(realloc).component();
            tokio.block_on(runtime.load(&component)).expect("it describes itself")
        };
        let parrots = REALLOCS.map(load).into();
        let shape = parrot(Realloc::Honest).core();
        Self { tokio, runtime, world, parrots, shape }
    }

    /// Asks for one of the answers, of a guest that is compiled already. Returns whether it was taken.
    fn answer(&self, u: &mut Unstructured<'_>) -> Result<bool> {
        let export = u.choose(&self.world.asked[1..])?;
        let at = if u.ratio(15, 16)? { 0 } else { u.choose_index(REALLOCS.len())? };
        let deed = self.deed(u)?;
        let said = say(&export.answer, deed, u)?;
        let limits = if deed == Deed::Spin { SPINNING } else { LIMITS };
        let told = Told { said: &said, deed, realloc: REALLOCS[at], limits };
        Ok(self.tokio.block_on(ask(&self.parrots[at], export, &told)))
    }

    fn deed(&self, u: &mut Unstructured<'_>) -> Result<Deed> {
        Ok(match u.int_in_range(0_u8..=63)? {
            63 => Deed::Spin,
            62 => Deed::Recurse,
            61 => Deed::Abort,
            60 => Deed::Grow,
            40..60 => Deed::Call(u.choose_index(self.world.imports.len())? as u32),
            _ => Deed::Nothing,
        })
    }

    /// Loads a guest that says of itself what the input says.
    fn manifest(&self, u: &mut Unstructured<'_>) -> Result<bool> {
        let said = say(&self.world.asked[0].answer, Deed::Nothing, u)?;
        let parrot = Parrot { world: &self.world, realloc: Realloc::Honest, piece: &said.piece };
        let loaded = self.tokio.block_on(self.runtime.load(&parrot.component()));
        match &loaded {
            Ok(_) => assert_eq!(said.wrong, None, "what is wrong is taken"),
            Err(LoadError::Manifest(why)) => {
                assert_eq!(said.wrong, None, "what is wrong is taken, and then refused");
                assert!(!why.to_string().is_empty());
            }
            Err(LoadError::Describe(CallError::InvalidBatch(_))) => {
                assert_ne!(said.wrong, None, "what is right is refused: {loaded:?}");
            }
            Err(LoadError::Describe(CallError::BatchTooLarge { .. })) => assert!(said.is_large),
            Err(error) => panic!("a manifest is at fault, nothing else: {error:?}"),
        }
        Ok(loaded.is_ok())
    }

    /// Loads a guest of arbitrary code that has all that the world wants.
    fn module(&self, u: &mut Unstructured<'_>) -> Result<bool> {
        let core = made_up::core_module(&self.shape, u)?;
        match self.tokio.block_on(self.runtime.load(&self.world.component(&core))) {
            Ok(_) => return Ok(true),
            Err(LoadError::Describe(error)) => has_words(&error),
            Err(LoadError::Manifest(_) | LoadError::Slot { .. } | LoadError::Compile { .. }) => {}
            Err(error) => panic!("it fits the world: {error:?}"),
        }
        Ok(false)
    }
}

/// Asks for what the guest was told to say; returns whether that was taken.
async fn ask(parrot: &Connector, export: &Export, told: &Told<'_>) -> bool {
    let context = CallContext { source: "parrot".to_owned(), limits: told.limits, ..CallContext::default() };
    let config = &letters(&told.said.piece);
    match export.name.as_str() {
        "check" => told.judge(&parrot.check(context, config).await),
        "discover" => told.judge(&parrot.discover(context, config).await),
        "read" => told.judge(&parrot.read(context, config, request()).await),
        "receive" => told.judge(&parrot.receive(context, config, delivery()).await),
        "act" => told.judge(&parrot.act(context, config, action()).await),
        "normalise" => told.judge(&parrot.normalise(context, config, raw()).await),
        "migrate-cursor" => told.judge(&parrot.migrate_cursor(context, 1, told.said.piece.clone()).await),
        other => unreachable!("nothing asks for {other}"),
    }
}

/// Two letters for each byte, as the guest reads them.
fn letters(piece: &[u8]) -> String {
    piece.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|half| char::from(b'a' + half)).collect()
}

impl Told<'_> {
    /// Asserts that what came of it is what it was told, within its limits; returns whether it was taken.
    fn judge<T: std::fmt::Debug>(&self, report: &CallReport<T>) -> bool {
        let usage = &report.usage;
        assert!(usage.memory_peak_bytes <= self.limits.memory_mib << 20, "{} bytes", usage.memory_peak_bytes);
        assert!(usage.log_lines <= self.limits.log_lines, "{} lines", usage.log_lines);
        assert_eq!((usage.requests, report.payloads.len()), (0, 0), "there is no gate");
        if let Err(error) = &report.result {
            has_words(error);
        }
        match (self.realloc, self.deed) {
            (Realloc::Honest, Deed::Nothing) => self.judge_answer(&report.result),
            (Realloc::Honest, deed) => is_told(deed, &report.result),
            // Whatever it is: it is told as something that the guest did.
            _ => assert!(!matches!(report.result, Err(CallError::NotStarted(_))), "{:?}", report.result),
        }
        report.result.is_ok()
    }

    fn judge_answer<T: std::fmt::Debug>(&self, result: &std::result::Result<T, CallError>) {
        let Said { wrong, is_large, is_fault, .. } = *self.said;
        match result {
            Ok(_) => assert_eq!((wrong, is_fault), (None, false), "what is wrong is taken: {result:?}"),
            Err(CallError::Fault(_)) => assert_eq!((wrong, is_fault), (None, true), "{result:?}"),
            Err(CallError::InvalidBatch(why)) => {
                // What is of the right type may still be no answer.
                let is_judged = why.contains("HTTP status") || why.contains("are kept");
                assert!(wrong.is_some() || is_judged && !is_fault, "what is right is refused: {why}");
            }
            Err(CallError::BatchTooLarge { .. } | CallError::TooManyEvents { .. }) => {
                assert!(is_large, "{result:?}");
            }
            Err(error) => panic!("an answer is at fault, nothing else: {error:?}"),
        }
    }
}

/// Asserts that a guest that did this is told for it.
fn is_told<T: std::fmt::Debug>(deed: Deed, result: &std::result::Result<T, CallError>) {
    let is_told = match (deed, result) {
        (Deed::Abort, Err(CallError::Trap { kind, .. })) => *kind == TrapKind::Unreachable,
        (Deed::Recurse, Err(CallError::Trap { kind, .. })) => *kind == TrapKind::StackOverflow,
        (Deed::Spin, Err(CallError::CpuBudget { .. })) => true,
        (Deed::Abort | Deed::Recurse | Deed::Spin, _) => false,
        // It may have written over its answer, or have been stopped for what it asked.
        (_, result) => !matches!(result, Err(CallError::NotStarted(_) | CallError::CpuBudget { .. })),
    };
    assert!(is_told, "{deed:?} is told as {result:?}");
}

/// Asserts that an error has words of ours: without what steers a terminal, and not too many.
fn has_words(error: &CallError) {
    let text = error.to_string();
    assert!(!text.is_empty(), "{error:?}");
    // A fault is in the connector's own words, which who shows them makes harmless.
    if !matches!(error, CallError::Fault(_)) {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    }
    assert!(error.limit_key().is_none_or(|key| SourceLimits::default().set(key, 1)), "{error:?}");
}

fn request() -> ReadRequest {
    ReadRequest {
        stream: "all".to_owned(),
        target: Some("one".to_owned()),
        mode: ReadMode::Incremental,
        cursor: Some(vec![1, 2, 3]),
        continuation: None,
        since: Some(1),
        until: None,
        ids: vec!["a".to_owned(), String::new()],
        budget: Budget { max_events: 9, max_requests: 9, max_cost_microusd: 0, deadline: 9 },
    }
}

fn delivery() -> Delivery {
    Delivery {
        payload: 1,
        method: "POST".to_owned(),
        path: "/".to_owned(),
        query: String::new(),
        headers: vec![("a".to_owned(), "b".to_owned())],
        body: vec![7; 100],
        received_at: 0,
    }
}

fn action() -> Action {
    Action {
        name: "reply".to_owned(),
        on: None,
        arguments: "{}".to_owned(),
        idempotency_key: "key".to_owned(),
    }
}

fn raw() -> Raw {
    Raw {
        label: "page".to_owned(),
        media_type: "text/plain".to_owned(),
        body: vec![7; 100],
        payload: 1,
        received_at: 0,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn answers_are_right_wrong_and_faults() {
        let stage = Stage::new();
        let export =
            stage.world.asked.iter().find(|export| export.name == "read").expect("it is asked to read");
        let (mut met, mut state) = (BTreeSet::new(), 1_u64);
        for _ in 0..300 {
            // Any bytes, the same each time (Knuth's MMIX generator).
            let mut byte = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 56) as u8
            };
            let bytes: Vec<u8> = std::iter::repeat_with(&mut byte).take(400).collect();
            let said = say(&export.answer, Deed::Nothing, &mut Unstructured::new(&bytes)).expect("bytes do");
            let told = Told { said: &said, deed: Deed::Nothing, realloc: Realloc::Honest, limits: LIMITS };
            let is_taken = stage.tokio.block_on(ask(&stage.parrots[0], export, &told));
            met.insert((said.wrong.is_some(), said.is_fault, is_taken));
        }
        let is_met = |wrong, fault, taken| met.contains(&(wrong, fault, taken));
        assert!(
            is_met(false, false, true) && is_met(false, true, false) && is_met(true, false, false),
            "{met:?}"
        );
        assert!(!is_met(true, false, true) && !is_met(true, true, true), "what is wrong is taken: {met:?}");
    }
}
