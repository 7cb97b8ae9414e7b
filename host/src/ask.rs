//! Questions to the person at the terminal.

use std::io::{BufRead, IsTerminal, Write};

use crate::exit::{Exit, Failure};

/// Asks and returns whether the answer is yes; `otherwise` says what did not happen where nobody can be asked.
pub fn yes(question: &str, otherwise: &str) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        let message = format!("nobody can be asked here, so {otherwise}");
        return Err(Failure::new(Exit::Usage, message).hint("add --yes to do it without asking"));
    }
    eprint!("{question} [y/N] ");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    Ok(read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes"))
}
