//! Standard output: facts for people and programs, with colours where it is a terminal.
//!
//! Holds: who has read enough, as `head` has, is no error of ours, and no panic.

use std::io::{ErrorKind, Write};

/// Prints a line of facts, as `println!` does.
macro_rules! say {
    ($($words:tt)*) => { $crate::out::line(format_args!($($words)*)) };
}

/// Prints a line; ends the program where nobody reads any more.
pub fn line(words: std::fmt::Arguments<'_>) {
    let mut out = anstream::stdout().lock();
    match writeln!(out, "{words}") {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            eprintln!("standard output cannot be written to: {error}");
            std::process::exit(crate::exit::Exit::Internal as i32);
        }
    }
}
