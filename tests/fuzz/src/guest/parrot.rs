//! A guest that answers with what it is given: a piece of memory, as letters in its settings.
//!
//! Holds: whatever it is asked, it puts that piece in its place, does one deed, and answers with the address that
//! stands at the beginning of the piece. So it is compiled once and answers as arbitrarily as memory can.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, ImportSection, InstructionSink, MemArg, MemorySection,
    MemoryType, Module, TypeSection, ValType,
};

use super::world::{Core, World};

/// Where the piece of memory lies.
pub const PIECE_AT: u32 = 1 << 10;
/// Where the piece ends at the latest, and what the host hands over begins.
pub const PIECE_END: u32 = 1 << 17;
/// Where zeros begin; they go on to [`MEMORY_END`].
pub const ZEROS_AT: u32 = 1 << 19;
/// Where memory ends at first.
pub const MEMORY_END: u32 = 1 << 21;
/// Bytes at the beginning of the piece that say what to do: the address of the answer, the deed, eight arguments.
pub const HEAD_BYTES: u32 = 8 + 8 * 16;

const I32: ValType = ValType::I32;
/// Which global holds where the next allocation goes.
const NEXT: u32 = 0;

/// What it does before it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Nothing,
    Abort,
    Spin,
    Recurse,
    /// Asks for as many pages as its first argument says.
    Grow,
    /// Calls an import with its arguments.
    Call(u32),
}

impl Deed {
    /// Returns how the piece says it.
    pub const fn code(self) -> u32 {
        match self {
            Self::Nothing => 0,
            Self::Abort => 1,
            Self::Spin => 2,
            Self::Recurse => 3,
            Self::Grow => 4,
            Self::Call(import) => 16 + import,
        }
    }
}

/// Where it lets the host put what it is handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Realloc {
    /// Where there is room.
    Honest,
    /// Where there is no memory.
    Outside,
    /// At an odd address.
    Crooked,
    /// It calls the host instead, which it may not.
    Calls,
}

/// How to build one.
#[derive(Debug, Clone, Copy)]
pub struct Parrot<'a> {
    pub world: &'a World,
    pub realloc: Realloc,
    /// The piece that it has before it is given one.
    pub piece: &'a [u8],
}

impl Parrot<'_> {
    /// Builds the component.
    pub fn component(self) -> Vec<u8> {
        self.world.component(&self.core())
    }

    /// Builds the core module that the component is made of.
    pub fn core(self) -> Vec<u8> {
        let mut types = TypeSection::new();
        let mut imports = ImportSection::new();
        for (at, import) in (0..).zip(&self.world.imports) {
            types.ty().function(import.params.clone(), import.results.clone());
            imports.import(&import.module, &import.name, EntityType::Function(at));
        }
        let mut functions = FunctionSection::new();
        let mut exports = ExportSection::new();
        let mut code = CodeSection::new();
        let first = self.count();
        let mut add = |name: Option<&str>, params: &[ValType], results: &[ValType], body: &Function| {
            let at = first + functions.len();
            types.ty().function(params.to_vec(), results.to_vec());
            functions.function(at);
            code.function(body);
            if let Some(name) = name {
                exports.export(name, ExportKind::Func, at);
            }
        };
        add(None, &[], &[], &self.deed());
        add(None, &[I32; 2], &[], &unfold());
        for export in &self.world.exports {
            add(Some(&export.name), &export.params, &export.results, &self.function(export));
        }
        exports.export("memory", ExportKind::Memory, 0);
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&memory());
        module.section(&next()).section(&exports).section(&code);
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(PIECE_AT as i32), self.piece.iter().copied());
        module.section(&data);
        module.finish()
    }

    fn count(self) -> u32 {
        u32::try_from(self.world.imports.len()).expect("there are few imports")
    }

    fn realloc(self) -> Function {
        finished(|it| {
            let now = (0..).zip(&self.world.imports).find(|(_, import)| import.name == "now");
            let (now, _) = now.expect("the host tells the time");
            match self.realloc {
                Realloc::Honest => {}
                Realloc::Outside => {
                    it.i32_const(-16).return_();
                }
                Realloc::Crooked => {
                    it.i32_const(PIECE_END as i32 + 1).return_();
                }
                Realloc::Calls => {
                    it.call(now).drop();
                }
            }
            // To the next multiple of eight, which does for all.
            it.global_get(NEXT).global_get(NEXT).local_get(3).i32_add();
            it.i32_const(7).i32_add().i32_const(-8).i32_and().global_set(NEXT);
        })
    }

    fn deed(self) -> Function {
        let this = self.count();
        finished(|it| {
            let when = |it: &mut InstructionSink<'_>, deed: Deed| {
                word(it, 4).i32_const(deed.code() as i32).i32_eq().if_(BlockType::Empty);
            };
            when(it, Deed::Abort);
            it.unreachable().end();
            when(it, Deed::Spin);
            it.loop_(BlockType::Empty).br(0).end().end();
            when(it, Deed::Recurse);
            it.call(this).end();
            when(it, Deed::Grow);
            word(it, 8).memory_grow(0).drop().end();
            for (at, import) in (0..).zip(&self.world.imports) {
                when(it, Deed::Call(at));
                for (place, kind) in import.params.iter().enumerate() {
                    let at = memarg(u64::from(PIECE_AT) + 8 + 8 * place as u64, 2);
                    it.i32_const(0);
                    match kind {
                        ValType::I64 => it.i64_load(at),
                        ValType::F32 => it.f32_load(at),
                        ValType::F64 => it.f64_load(at),
                        _ => it.i32_load(at),
                    };
                }
                it.call(at);
                for _ in &import.results {
                    it.drop();
                }
                it.end();
            }
        })
    }

    /// What the export of that name does: make room, answer, or nothing.
    fn function(self, export: &Core) -> Function {
        match export.name.split_once('#') {
            _ if export.name == "cabi_realloc" => self.realloc(),
            Some((_, name)) if !export.name.starts_with("cabi_post_") => {
                self.answer(name, export.params.len())
            }
            _ => finished(|_| {}),
        }
    }

    /// Puts the piece in its place, does the deed and answers.
    fn answer(self, name: &str, params: usize) -> Function {
        let (deed, unfold) = (self.count(), self.count() + 1);
        finished(|it| {
            match (name, params) {
                ("describe", _) => {}
                // Bytes, not letters.
                ("migrate-cursor", _) => {
                    it.i32_const(PIECE_AT as i32).local_get(1).local_get(2).memory_copy(0, 0);
                }
                // So many that they lie in memory.
                (_, 1) => {
                    it.local_get(0).i32_load(memarg(0, 2)).local_get(0).i32_load(memarg(4, 2)).call(unfold);
                }
                _ => {
                    it.local_get(0).local_get(1).call(unfold);
                }
            }
            it.call(deed);
            word(it, 0);
        })
    }
}

/// Makes bytes of pairs of letters from `a` to `p`, at the place of the piece.
fn unfold() -> Function {
    let mut function = Function::new([(1, I32)]);
    let it = &mut function.instructions();
    let half = |it: &mut InstructionSink<'_>, at: u64| {
        it.local_get(0)
            .local_get(2)
            .i32_add()
            .i32_load8_u(memarg(at, 0))
            .i32_const(i32::from(b'a'))
            .i32_sub();
    };
    it.block(BlockType::Empty).loop_(BlockType::Empty);
    it.local_get(2).local_get(1).i32_ge_u().br_if(1);
    it.local_get(2).i32_const(1).i32_shr_u();
    half(it, 0);
    it.i32_const(4).i32_shl();
    half(it, 1);
    it.i32_or().i32_store8(memarg(u64::from(PIECE_AT), 0));
    it.local_get(2).i32_const(2).i32_add().local_set(2).br(0);
    it.end().end().end();
    function
}

fn finished(body: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new([]);
    let mut it = function.instructions();
    body(&mut it);
    it.end();
    function
}

/// Loads a word of the piece.
fn word<'a, 'b>(it: &'a mut InstructionSink<'b>, at: u64) -> &'a mut InstructionSink<'b> {
    it.i32_const(0).i32_load(memarg(u64::from(PIECE_AT) + at, 2))
}

const fn memarg(offset: u64, align: u32) -> MemArg {
    MemArg { offset, align, memory_index: 0 }
}

fn memory() -> MemorySection {
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: u64::from(MEMORY_END >> 16),
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    memories
}

fn next() -> GlobalSection {
    let mut globals = GlobalSection::new();
    let kind = GlobalType { val_type: I32, mutable: true, shared: false };
    globals.global(kind, &ConstExpr::i32_const(PIECE_END as i32));
    globals
}
