//! The process as a whole: privileges, its user, its memory.

use rustix::process::{DumpableBehavior, Resource, Rlimit};

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
