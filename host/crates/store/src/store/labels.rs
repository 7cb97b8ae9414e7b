//! Business steps about labels of people.

use hark_model::Ms;

use crate::apply::labels as apply;
use crate::read::labels as look;
use crate::{LabelKept, LabelRow, NewLabel, Store, StoreError};

impl Store {
    /// Keeps what somebody says of how the shown revision of an item feels, beside all that was said before; `None`
    /// if the item is not known, or gone.
    pub async fn keep_label(&self, new: NewLabel) -> Result<Option<LabelKept>, StoreError> {
        self.step(move |db| apply::keep(db, &new)).await
    }

    /// Returns labels behind row `after` that were given at `since` or later, by row: a bounded piece; none when
    /// there are no more. Of a revision the newest alone; none of what is gone.
    pub async fn labels(&self, since: Ms, after: i64) -> Result<Vec<LabelRow>, StoreError> {
        self.inner.readers.run(move |db| look::labels(db, since, after)).await
    }
}
