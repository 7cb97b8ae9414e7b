//! What many texts are about: words and phrases of a window of texts, and those that come up more than ever.
//!
//! Holds: a text counts once for each of its terms, however often it says them; usual is what the texts before
//! said, and nothing else; memory is bounded. No model: a term is words as they stand. Not here: clocks. The
//! caller says when a window ends.

mod terms;
mod window;

pub use terms::Terms;
pub use window::{Keyword, Topics, Trend};
