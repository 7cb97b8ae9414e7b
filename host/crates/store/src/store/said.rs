//! Business steps about who wrote what.

use hark_model::Ms;

use crate::read::said as look;
use crate::{FeedKey, SaidItem, Store, StoreError};

impl Store {
    /// Returns the rows of all authors with this handle, mail address or id; case does not count, nor an `@` in front.
    pub async fn authors(&self, account: String) -> Result<Vec<i64>, StoreError> {
        self.inner.readers.run(move |db| look::authors(db, &account)).await
    }

    /// Returns items of an author whose time in the feed is `since` or later, newest first, behind `after`: a bounded
    /// piece; none when there are no more. What is gone is left out.
    pub async fn said_by(
        &self,
        author: i64,
        since: Ms,
        after: Option<FeedKey>,
    ) -> Result<Vec<SaidItem>, StoreError> {
        self.inner.readers.run(move |db| look::said_by(db, author, since, after)).await
    }
}
