//! `[compile]`: what the process that compiles one connector may take.

use crate::reader::Section;

/// What the process that compiles one connector may take before it is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompileConfig {
    /// Address space in MiB.
    pub memory_mib: u64,
    /// Computing of all its threads together, in seconds; it is waited for four times as long.
    pub secs: u64,
}

impl Default for CompileConfig {
    /// Ten times what a connector in Python or JavaScript takes.
    fn default() -> Self {
        Self { memory_mib: 8_192, secs: 300 }
    }
}

/// Reads the table.
pub(crate) fn read(mut section: Section<'_, '_>) -> CompileConfig {
    let usual = CompileConfig::default();
    let compile = CompileConfig {
        memory_mib: section.number("memory_mib", 256..=1 << 20).unwrap_or(usual.memory_mib),
        secs: section.number("secs", 1..=86_400).unwrap_or(usual.secs),
    };
    section.finish("");
    compile
}
