//! What an operation means where it does not say: the same on every platform.

/// What is said.
pub fn text() -> String {
    "my acme widget stopped".to_owned()
}

/// Who says it.
pub fn author() -> String {
    "jofict".to_owned()
}

/// How often.
pub fn one() -> u32 {
    1
}

/// That it is so.
pub fn yes() -> bool {
    true
}
