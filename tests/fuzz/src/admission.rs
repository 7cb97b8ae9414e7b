//! What is read of a component before anything of it runs: is it one, for this host, of a version that is served?
//!
//! Holds: one answer, whoever asks: a host that compiles and one that does not refuse the same for the same reason,
//! in one line.

use std::cell::OnceCell;
use std::sync::Arc;

use arbitrary::{Arbitrary, Result, Unstructured};
use hark_runtime::{Compiler, LoadError, Runtime, RuntimeOptions};
use wasm_encoder::{
    Component, ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentInstanceSection,
    ComponentTypeRef, ComponentTypeSection, InstanceType,
};
use wasmparser::Validator;

use crate::{Verdict, made_up};

/// Begins an input that describes a file; others are the file itself.
const COMPONENT: u8 = 1;
const MODULE: u8 = 2;
const NAMES: u8 = 3;
/// Longest refusal.
const WORDS_BYTES_MAX: usize = 8 << 10;

/// Admits a file, or one that the input describes.
pub fn admission(data: &[u8]) -> Verdict {
    thread_local! {
        static DOOR: OnceCell<Door> = const { OnceCell::new() };
    }
    DOOR.with(|door| {
        let door = door.get_or_init(Door::new);
        let (kind, rest) = data.split_first().unwrap_or((&0, data));
        let mut u = Unstructured::new(rest);
        let told = match *kind {
            COMPONENT => made_up::any_component(&mut u).map(|file| door.component(&file)),
            MODULE => made_up::any_module(&mut u).map(|file| door.module(&file)),
            NAMES => names(&mut u).map(|file| door.component(&file)),
            _ => Ok(door.file(data)),
        };
        told.unwrap_or(Verdict::Refused)
    })
}

/// A host that compiles what it admits, and one that does not.
struct Door {
    tokio: tokio::runtime::Runtime,
    compiling: Arc<Runtime>,
    listening: Arc<Runtime>,
}

impl Door {
    fn new() -> Self {
        let runtime = |compiler| {
            let options = RuntimeOptions { instances_max: 1, compiler, ..RuntimeOptions::default() };
            Runtime::new(options).expect("the engine starts")
        };
        Self {
            tokio: tokio::runtime::Builder::new_current_thread().enable_all().build().expect("tokio starts"),
            compiling: runtime(Compiler::Here),
            listening: runtime(Compiler::Never),
        }
    }

    /// Admits a file: taken is what it would compile.
    fn file(&self, file: &[u8]) -> Verdict {
        let refusal = self.tokio.block_on(self.listening.load(file)).expect_err("it compiles nothing");
        has_words(&refusal);
        has_place(&refusal, file);
        if !matches!(refusal, LoadError::NotCompiled) {
            let other = self.tokio.block_on(self.compiling.load(file)).expect_err("it is refused");
            assert_eq!(refusal.to_string(), other.to_string(), "two hosts refuse for two reasons");
            return Verdict::Refused;
        }
        let is_valid = Validator::new().validate_all(file).is_ok();
        match self.tokio.block_on(self.compiling.load(file)) {
            Err(error @ (LoadError::Compile { .. } | LoadError::Skew(_) | LoadError::Misfit { .. })) => {
                has_words(&error);
            }
            Err(LoadError::Slot { .. } | LoadError::Describe(_) | LoadError::Manifest(_)) | Ok(_) => {
                assert!(is_valid, "what is not valid was compiled");
            }
            Err(error) => panic!("it was admitted, and then refused: {error:?}"),
        }
        Verdict::Taken
    }

    /// Admits a component that is valid: what is wrong with it is what it asks for and gives.
    fn component(&self, file: &[u8]) -> Verdict {
        let refusal = self.tokio.block_on(self.listening.load(file)).expect_err("it compiles nothing");
        let is_judged = matches!(
            refusal,
            LoadError::NoConnector { .. }
                | LoadError::NotCompiled
                | LoadError::Skew(_)
                | LoadError::UnknownImport { .. }
        );
        assert!(is_judged, "what is valid is damaged: {refusal:?}");
        self.file(file)
    }

    /// Admits a module, which is none of its.
    fn module(&self, file: &[u8]) -> Verdict {
        let refusal = self.tokio.block_on(self.listening.load(file)).expect_err("it compiles nothing");
        assert!(matches!(refusal, LoadError::CoreModule), "{refusal:?}");
        Verdict::Refused
    }
}

/// A component with arbitrary names, mostly near to those of the contract, and nothing in it.
fn names(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let (mut imported, mut exported) = (ComponentImportSection::new(), ComponentExportSection::new());
    let imports = u.int_in_range(0..=3)?;
    for _ in 0..imports {
        imported.import(name(u)?.as_str(), ComponentTypeRef::Instance(0));
    }
    for _ in 0..u.int_in_range(0..=3)? {
        exported.export(name(u)?.as_str(), ComponentExportKind::Instance, imports, None);
    }
    let mut types = ComponentTypeSection::new();
    types.instance(&InstanceType::new());
    let mut instances = ComponentInstanceSection::new();
    instances.export_items(Vec::<(&str, ComponentExportKind, u32)>::new());
    let mut component = Component::new();
    component.section(&types).section(&imported).section(&instances).section(&exported);
    Ok(component.finish())
}

fn name(u: &mut Unstructured<'_>) -> Result<String> {
    let begins = *u.choose(&["hark:connector/", "wasi:io/", ""])?;
    let interface = *u.choose(&["connector", "http", "wire", "host", "types", ""])?;
    let version = *u.choose(&["@0.1.0", "@0.1.9", "@0.2.0", "@1.0.0-rc.1", "@", ""])?;
    let rest = if u8::arbitrary(u)? > 0xc0 { u.arbitrary()? } else { "" };
    Ok(format!("{begins}{interface}{version}{rest}"))
}

/// A refusal is one line, of words that no terminal obeys.
fn has_words(error: &LoadError) {
    let text = error.to_string();
    assert!(!text.is_empty() && text.len() <= WORDS_BYTES_MAX, "{} bytes of words", text.len());
    assert!(!text.contains(char::is_control), "{text:?}");
}

/// Where it is damaged is in it.
fn has_place(error: &LoadError, file: &[u8]) {
    if let LoadError::Damaged { at, .. } | LoadError::Truncated { at } = error {
        assert!(*at <= file.len(), "at byte {at} of {}", file.len());
    }
}
