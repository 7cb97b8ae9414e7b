//! Business steps about persons who are asked, and who asks.

use hark_model::Ms;

use crate::apply::people as apply;
use crate::read::people as look;
use crate::{NewPerson, Store, StoreError};

impl Store {
    /// Returns the row of the person of an address, or else of a name; makes one if nobody is known.
    pub async fn person(&self, new: NewPerson, at: Ms) -> Result<i64, StoreError> {
        self.step(move |db| apply::person(db, &new, at)).await
    }

    /// Returns the row of the user of a login; makes one with this name and role if there is none.
    pub async fn user(&self, login: &str, name: &str, role: &str) -> Result<i64, StoreError> {
        let (login, name, role) = (login.to_owned(), name.to_owned(), role.to_owned());
        self.step(move |db| apply::user(db, &login, &name, &role, None)).await
    }

    /// Returns the mail addresses of everybody who goes by a name or handle, at most a few.
    pub async fn emails_of(&self, name: &str) -> Result<Vec<String>, StoreError> {
        let name = name.to_owned();
        self.inner.readers.run(move |db| look::emails_of(db, &name)).await
    }
}
