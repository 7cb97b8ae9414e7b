//! Measures routing: time for an item of the whole stage, beside what other engines take to find the rules alone.
//!
//! `cargo run -p hark-routing --example routing`. The company and the day are those of the tests: 12 teams, 300 people, 1,000
//! rules. The stage is everything: which rules, who gets it, who is told, and noting it. The others only find the rules, the
//! same ones, which is checked. All of it on one thread, in one run.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for those who work on this crate")]

#[path = "../tests/company/made.rs"]
mod made;
#[path = "routing/table.rs"]
mod table;

fn main() {
    let company = table::Company::new();
    let mut table = table::Table::new(&company);
    table.stage();
    table.plain_loop();
    table.regex_set();
    table.print();
}
