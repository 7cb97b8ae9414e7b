//! The process as a whole: privileges, its user, its memory.

use std::io;

use rustix::process::{DumpableBehavior, Resource, Rlimit, Signal};

use crate::{Measure, State};

/// Gives up the gaining of privileges.
pub fn privileges() -> Measure {
    let state = match rustix::thread::set_no_new_privs(true) {
        Ok(()) => State::On,
        Err(error) => State::off(format!("the kernel refuses: {error}")),
    };
    Measure::new("privileges", state)
}

/// Looks whose process this is. Nothing is given up: who started it as root meant to.
pub fn user() -> Measure {
    let state = match rustix::process::geteuid().is_root() {
        false => State::On,
        true => State::off("it runs as root; give it a user of its own"),
    };
    Measure::new("user", state)
}

/// Gives up dumps of memory, where secrets would stand.
pub fn dumps() -> Measure {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let given_up = rustix::process::setrlimit(Resource::Core, none)
        .and_then(|()| rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable));
    let state = match given_up {
        Ok(()) => State::On,
        Err(error) => State::off(format!("the kernel refuses: {error}")),
    };
    Measure::new("dumps", state)
}

/// Bounds the address space and the computing of this process, writes to files not at all, and ends with its parent.
/// What is above a bound: memory is refused, computing ends the process by the signal `SIGXCPU`.
pub fn bound(memory_bytes: u64, cpu_secs: u64) -> io::Result<()> {
    let at_most = |bound| Rlimit { current: Some(bound), maximum: Some(bound) };
    // Who catches the signal at the first bound is ended at the second.
    let computing = Rlimit { current: Some(cpu_secs), maximum: Some(cpu_secs.saturating_add(1)) };
    rustix::process::setrlimit(Resource::As, at_most(memory_bytes))?;
    rustix::process::setrlimit(Resource::Cpu, computing)?;
    rustix::process::setrlimit(Resource::Fsize, at_most(0))?;
    Ok(rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?)
}
