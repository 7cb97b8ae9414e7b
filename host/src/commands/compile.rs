//! `hark compile`: the process apart in which a component becomes code.
//!
//! Holds: before it looks at the component, the process has given up files, programs and privileges, and has bounds
//! for memory and computing.

use std::io::{Read, Write};

use hark_confine::Needs;
use hark_runtime::compile_for;

use crate::cli::CompileArgs;
use crate::exit::{Done, Exit, Failure};

/// Runs the command; its failures are read by the process that asked, word by word.
pub fn run(args: &CompileArgs) -> Done {
    compile(args).map_err(|why| Failure::new(Exit::Connector, why).bare())
}

fn compile(args: &CompileArgs) -> Result<(), String> {
    let failed = |error: std::io::Error| error.to_string();
    hark_confine::confine(&Needs::default());
    hark_confine::bound(args.memory_mib.saturating_mul(1 << 20), args.secs)
        .map_err(|error| format!("the process that compiles cannot be bounded: {error}"))?;
    let mut component = Vec::new();
    std::io::stdin().lock().read_to_end(&mut component).map_err(failed)?;
    let code = compile_for(&args.layout, &args.engine, &component)?;
    std::io::stdout().lock().write_all(&code).map_err(failed)
}
