//! Numbers by chance that are the same every time.

use crate::hash::mixed;

/// A row of numbers.
#[derive(Debug, Default)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Returns a number below `end`, which is above 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mixed(self.0) % end.max(1) as u64) as usize
    }

    /// Returns `text` with a digit for each `#`.
    pub fn digits(&mut self, text: &str) -> String {
        let digit = |c| if c == '#' { char::from(b'0' + self.below(10) as u8) } else { c };
        text.chars().map(digit).collect()
    }

    /// Puts `list` in another order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        (1..list.len()).for_each(|at| list.swap(at, self.below(at + 1)));
    }
}
