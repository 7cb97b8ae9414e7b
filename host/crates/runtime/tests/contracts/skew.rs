//! Real files whose version of the contract is not served: each is refused with one line, before anything of it is
//! compiled or run.

use std::path::PathBuf;

use hark_kit::{guest_bytes, newer_contract};
use hark_runtime::{LoadError, Precompiler, Runtime, RuntimeOptions, Skew};
use wasm_encoder::{
    Component, ComponentExportKind, ComponentExportSection, ComponentImportSection, ComponentInstanceSection,
    ComponentTypeRef, ComponentTypeSection, InstanceType,
};

use crate::house::options;
use crate::serves_both;

/// A component with these names and nothing in it.
fn component(imports: &[&str], exports: &[&str]) -> Vec<u8> {
    let mut types = ComponentTypeSection::new();
    types.instance(&InstanceType::new());
    let mut imported = ComponentImportSection::new();
    for name in imports {
        imported.import(*name, ComponentTypeRef::Instance(0));
    }
    let mut instances = ComponentInstanceSection::new();
    instances.export_items(Vec::<(&str, ComponentExportKind, u32)>::new());
    let mut exported = ComponentExportSection::new();
    for name in exports {
        exported.export(*name, ComponentExportKind::Instance, imports.len() as u32, None);
    }
    let mut component = Component::new();
    component.section(&types).section(&imported).section(&instances).section(&exported);
    component.finish()
}

/// Options whose folder for compiled code is new, and that folder.
fn with_cache(options: RuntimeOptions) -> (RuntimeOptions, tempfile::TempDir) {
    let cache = tempfile::tempdir().unwrap();
    (RuntimeOptions { cache_dir: Some(cache.path().to_owned()), ..options }, cache)
}

fn compiled(cache: &tempfile::TempDir) -> Vec<PathBuf> {
    let files = std::fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|file| file.extension().is_some_and(|it| it == "compiled")).collect()
}

/// Returns the line with which a host refuses `component`: the same, whether it is loaded or compiled ahead, and
/// with nothing compiled.
async fn refusal(options: RuntimeOptions, component: &[u8]) -> String {
    let (options, cache) = with_cache(options);
    let error = Runtime::new(options.clone()).unwrap().load(component).await.unwrap_err();
    assert!(matches!(error, LoadError::Skew(_)), "{error}");
    let ahead = Precompiler::new(&options).unwrap().prepare(component).unwrap_err();
    assert_eq!(error.to_string(), ahead.to_string());
    assert_eq!(compiled(&cache), [""; 0].map(PathBuf::from), "nothing was compiled");
    assert!(!error.to_string().contains('\n'), "{error}");
    error.to_string()
}

#[tokio::test]
async fn a_skew_is_one_line_that_says_what_to_do() {
    let good = guest_bytes("good");
    let connector = "hark:connector/connector";
    let mixed = component(&["hark:connector/http@0.1.0"], &["hark:connector/connector@0.2.0"]);
    let among_imports = component(
        &["hark:connector/http@0.1.0", "hark:connector/host@0.2.0"],
        &["hark:connector/connector@0.1.0"],
    );
    for (what, component, want) in [
        (
            "newer",
            newer_contract(&good, "0.3.0"),
            "built for hark:connector 0.3.0, this host serves 0.1.0 and 0.2.0: rebuild it with the SDK for 0.2.0, or take a newer Hark that serves 0.3.0",
        ),
        (
            "much newer",
            newer_contract(&good, "1.0.0"),
            "built for hark:connector 1.0.0, this host serves 0.1.0 and 0.2.0: rebuild it with the SDK for 0.2.0, or take a newer Hark that serves 1.0.0",
        ),
        (
            "older",
            newer_contract(&good, "0.0.9"),
            "built for hark:connector 0.0.9, this host serves 0.1.0 and 0.2.0: rebuild it with the SDK for 0.2.0",
        ),
        (
            "a draft",
            component(&[], &["hark:connector/connector@0.2.0-draft.1"]),
            "built for hark:connector 0.2.0-draft.1, this host serves 0.1.0 and 0.2.0: rebuild it with the SDK for 0.2.0",
        ),
        (
            "no version",
            component(&[], &[connector]),
            "built for hark:connector without a version (hark:connector/connector), this host serves 0.1.0 and 0.2.0: rebuild it with the SDK for 0.2.0",
        ),
        (
            "no version among the imports",
            component(&["hark:connector/http"], &["hark:connector/connector@0.1.0"]),
            "built for hark:connector without a version (hark:connector/http), this host serves 0.1.0 and 0.2.0: rebuild it with the SDK for 0.2.0",
        ),
        (
            "half a version",
            component(&[], &["hark:connector/connector@0.2"]),
            "built for hark:connector of a version that is none (hark:connector/connector@0.2), this host serves 0.1.0 and 0.2.0: rebuild it with the SDK for 0.2.0",
        ),
        (
            "imports 0.1, exports 0.2",
            mixed,
            "built for two versions of hark:connector at once (hark:connector/connector@0.2.0 and hark:connector/http@0.1.0), this host serves 0.1.0 and 0.2.0, one for each component: rebuild it with the SDK for 0.2.0",
        ),
        (
            "imports 0.1 and 0.2",
            among_imports,
            "built for two versions of hark:connector at once (hark:connector/connector@0.1.0 and hark:connector/host@0.2.0), this host serves 0.1.0 and 0.2.0, one for each component: rebuild it with the SDK for 0.2.0",
        ),
    ] {
        assert_eq!(refusal(serves_both(), &component).await, want, "{what}");
    }
}

#[tokio::test]
async fn what_is_published_is_all_that_a_usual_host_serves() {
    let line = refusal(options(1), &guest_bytes("speaks_0_2")).await;
    assert_eq!(
        line,
        "built for hark:connector 0.2.0, this host serves 0.1.0: rebuild it with the SDK for 0.1.0, or take a newer Hark that serves 0.2.0"
    );
}

/// Within a version more may be added: who needs nothing of it is served, who does is told.
#[tokio::test]
async fn a_later_version_is_served_as_far_as_it_goes() {
    let (options, _cache) = with_cache(serves_both());
    let runtime = Runtime::new(options).unwrap();
    let later = newer_contract(&guest_bytes("good"), "0.1.7");
    let connector = runtime.load(&later).await.unwrap();
    assert_eq!(connector.contract().to_string(), "0.1.7");

    let needs = renamed(&later, b"progress", b"progenys");
    let error = runtime.load(&needs).await.unwrap_err();
    assert!(matches!(error, LoadError::Skew(Skew::Later { .. })), "{error}");
    let told = error.to_string();
    let start = "built for hark:connector 0.1.7, this host serves 0.1.0, which has not all that it needs: rebuild it with the SDK for 0.1.0, or take a newer Hark that serves 0.1.7 (";
    assert!(told.starts_with(start) && told.contains("progenys"), "{told}");
    // The same of a version that is served in full is no skew.
    let error = runtime.load(&renamed(&guest_bytes("good"), b"progress", b"progenys")).await.unwrap_err();
    assert!(matches!(error, LoadError::Misfit { .. }), "{error}");
}

/// Gives a name another of the same length, wherever it stands.
fn renamed(component: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len(), "the file stays whole");
    let mut renamed = component.to_vec();
    for at in 0..renamed.len() - from.len() {
        if renamed[at..].starts_with(from) {
            renamed[at..at + to.len()].copy_from_slice(to);
        }
    }
    assert_ne!(renamed, component, "the name stands there");
    renamed
}
