//! News for people: targets and questions as the configuration has them, and the courier that sends.

mod asking;
mod mask;
mod news;
mod target;

pub use asking::{Asking, question_options, questions};
pub use mask::mask;
pub use news::News;
pub use target::target;
