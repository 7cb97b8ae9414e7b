//! The teams that the rules of now know.

use std::sync::{Arc, PoisonError, RwLock};

/// The teams that the rules of now know, to filter by. Cheap to clone; all clones see the same.
#[derive(Debug, Clone, Default)]
pub struct Teams(Arc<RwLock<Arc<[String]>>>);

impl Teams {
    /// Sets them; those that come twice are listed once.
    pub fn set(&self, names: impl IntoIterator<Item = String>) {
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort();
        names.dedup();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = names.into();
    }

    pub(crate) fn list(&self) -> Arc<[String]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl FromIterator<String> for Teams {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        let teams = Self::default();
        teams.set(names);
        teams
    }
}
