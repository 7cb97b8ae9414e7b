//! What X asks for, in millionths of a dollar, as of the price list of 2026; it counts for budgets only.

/// A post that was read.
pub const POST: u64 = 5_000;
/// A post that mentions our own account.
pub const OWN_POST: u64 = 1_000;
/// An account that was read.
pub const USER: u64 = 10_000;
