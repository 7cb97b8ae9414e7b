//! The world of connectors: what a core module must import and export to be one's inside, and what it then answers.
//!
//! Holds: read from `shell.wasm`, a component of the contract with nothing in it, so it says what the contract says.

use wasm_encoder::{ComponentSectionId, RawSection, Section, ValType};
use wasmparser::component_types::{ComponentEntityType, ComponentValType};
use wasmparser::types::TypesRef;
use wasmparser::{ExternalKind, Parser, Payload, TypeRef, Validator};

use super::kind::Kind;

/// Made by `wasm-tools component embed --dummy --world listening-connector-wire wit/0.1.0`, piped into
/// `wasm-tools component new`.
const SHELL: &[u8] = include_bytes!("shell.wasm");
/// Where sections begin: behind magic number and version.
const HEADER_BYTES: usize = 8;
const CONNECTOR: &str = "hark:connector/connector@0.1.0";

/// A function of a core module.
#[derive(Debug, Clone)]
pub struct Core {
    /// Where it is imported from; empty for exports.
    pub module: String,
    pub name: String,
    pub params: Vec<ValType>,
    pub results: Vec<ValType>,
}

/// A function of the contract that a guest answers.
#[derive(Debug)]
pub struct Export {
    /// Its name in the contract.
    pub name: String,
    /// What it answers.
    pub answer: Kind,
}

/// The world with `wire`, which has all that any connector may have.
#[derive(Debug)]
pub struct World {
    pub imports: Vec<Core>,
    pub exports: Vec<Core>,
    /// What is asked of a connector, in the order of the contract.
    pub asked: Vec<Export>,
}

impl World {
    pub fn new() -> Self {
        let (imports, exports) = inside(core());
        let types = Validator::new().validate_all(SHELL).expect("the shell is valid");
        Self { imports, exports, asked: asked(types.as_ref()) }
    }

    /// Makes a component of a core module: the shell with that in the place of what was in it.
    pub fn component(&self, core: &[u8]) -> Vec<u8> {
        let (begins, ends) = place();
        let mut component = SHELL[..begins].to_vec();
        let section = RawSection { id: ComponentSectionId::CoreModule.into(), data: core };
        section.append_to(&mut component);
        component.extend_from_slice(&SHELL[ends..]);
        component
    }
}

/// Returns the connector's functions with what they answer.
fn asked(types: TypesRef<'_>) -> Vec<Export> {
    let export = types.component_item_for_export(CONNECTOR).expect("the shell is a connector");
    let ComponentEntityType::Instance(connector) = export.ty else { unreachable!("it exports an interface") };
    let functions = types[connector].exports.iter().filter_map(|(name, item)| match item.ty {
        ComponentEntityType::Func(id) => Some((name, types[id].result)),
        _ => None,
    });
    let export = |(name, answer): (&String, Option<ComponentValType>)| Export {
        name: name.clone(),
        answer: Kind::of(types, answer.expect("each function of the contract answers")),
    };
    functions.map(export).collect()
}

/// Returns where the section of the first core module begins and ends: the connector's own, before what the shell needs.
fn place() -> (usize, usize) {
    let mut at = HEADER_BYTES;
    loop {
        let (length, begins) = number(at + 1);
        if SHELL[at] == u8::from(ComponentSectionId::CoreModule) {
            return (at, begins + length);
        }
        at = begins + length;
    }
}

/// Returns the core module that is in the shell.
fn core() -> &'static [u8] {
    let (begins, ends) = place();
    let (_, begins) = number(begins + 1);
    &SHELL[begins..ends]
}

/// Reads a number as sections have them; returns where it ends, too.
fn number(mut at: usize) -> (usize, usize) {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = SHELL[at];
        at += 1;
        number |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            return (number, at);
        }
    }
}

/// Returns what a core module imports and exports.
fn inside(core: &[u8]) -> (Vec<Core>, Vec<Core>) {
    let (mut imports, mut exports, mut types, mut functions) = (vec![], vec![], vec![], vec![]);
    for payload in Parser::new(0).parse_all(core) {
        match payload.expect("the shell is valid") {
            Payload::TypeSection(section) => {
                let all = section.into_iter_err_on_gc_types().map(|it| it.expect("the shell is valid"));
                types.extend(all.map(|it| (flat(it.params()), flat(it.results()))));
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.expect("the shell is valid");
                    let TypeRef::Func(ty) = import.ty else { unreachable!("the shell imports functions") };
                    functions.push(ty);
                    imports.push(core_function(import.module, import.name, &types[ty as usize]));
                }
            }
            Payload::FunctionSection(section) => {
                functions.extend(section.into_iter().map(|ty| ty.expect("the shell is valid")));
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.expect("the shell is valid");
                    if export.kind == ExternalKind::Func {
                        let ty = functions[export.index as usize] as usize;
                        exports.push(core_function("", export.name, &types[ty]));
                    }
                }
            }
            _ => {}
        }
    }
    (imports, exports)
}

fn core_function(module: &str, name: &str, (params, results): &(Vec<ValType>, Vec<ValType>)) -> Core {
    let (module, name) = (module.to_owned(), name.to_owned());
    Core { module, name, params: params.clone(), results: results.clone() }
}

fn flat(types: &[wasmparser::ValType]) -> Vec<ValType> {
    let flat = |ty: &wasmparser::ValType| match ty {
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        _ => ValType::I32,
    };
    types.iter().map(flat).collect()
}
