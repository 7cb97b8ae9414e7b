//! Components that nobody wrote, yet of the world that this host runs: what they import and export fits, what they do
//! does not have to.

mod kind;
mod parrot;
mod value;
mod world;

pub use parrot::{Deed, Parrot, Realloc};
pub use value::{Said, describe, say};
pub use world::{Export, World};
