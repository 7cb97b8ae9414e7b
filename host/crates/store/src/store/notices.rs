//! Business steps about notices: queued, claimed, settled, looked after by people.

use hark_model::Ms;

use crate::apply::notices as apply;
use crate::prepare::Prepared;
use crate::read::{self, notices as look};
use crate::writer::{Outcome, Step, Work};
use crate::{
    BatchCommit, ClaimedNotice, Committed, NewNotice, NoticeClaim, NoticeEnd, NoticeId, NoticeRow,
    NoticeState, Store, StoreError,
};

impl Store {
    /// Stores a batch and queues the notices that it causes, or does neither. A batch that is a repeat queues none;
    /// a key that is empty or longer than 200 characters fails the batch.
    pub async fn commit_batch_with_notices(
        &self,
        commit: BatchCommit,
        notices: Vec<NewNotice>,
    ) -> Result<Committed, StoreError> {
        let prepared = read::blocking(move || Prepared::new(commit)).await?;
        let step = Step::Commit(Box::new(Prepared { notices, ..prepared }));
        match self.inner.writer.submit(step).await? {
            Outcome::Committed(committed) => Ok(committed),
            _ => Err(StoreError::Closed),
        }
    }

    /// Queues a notice; it is on the disk when this returns. False if its key was used before.
    pub async fn queue_notice(&self, new: NewNotice) -> Result<bool, StoreError> {
        self.work(Work::new(move |db| apply::queue(db, &new, None)).durable()).await
    }

    /// Gives due notices of a target to one who sends; nobody else gets them until the lease ends.
    pub async fn claim_notices(&self, claim: NoticeClaim) -> Result<Vec<ClaimedNotice>, StoreError> {
        self.step(move |db| apply::claim(db, &claim)).await
    }

    /// Notes that a notice is about to be handed over for good; it is on the disk when this returns. False if the
    /// lease was lost: then it must not be handed over.
    pub async fn hand_over_notice(&self, id: NoticeId, lease: i64, at: Ms) -> Result<bool, StoreError> {
        self.work(Work::new(move |db| apply::hand_over(db, id, lease, at)).durable()).await
    }

    /// Notes what became of an attempt; it is on the disk when this returns. False if the lease was lost and nothing
    /// was changed; that a target took a notice is noted in any case.
    pub async fn settle_notice(
        &self,
        id: NoticeId,
        lease: i64,
        end: NoticeEnd,
        at: Ms,
    ) -> Result<bool, StoreError> {
        self.work(Work::new(move |db| apply::settle(db, id, lease, &end, at)).durable()).await
    }

    /// Leaves a target alone until then.
    pub async fn hold_notices(&self, target: &str, until: Ms) -> Result<(), StoreError> {
        let target = target.to_owned();
        self.step(move |db| apply::hold(db, &target, until)).await
    }

    /// Queues a digest in the place of the held notices that it lists; false, and nothing, if one of them is not
    /// held any more.
    pub async fn bundle_notices(&self, digest: NewNotice, ids: Vec<NoticeId>) -> Result<bool, StoreError> {
        self.work(Work::new(move |db| apply::bundle(db, &digest, &ids)).durable()).await
    }

    /// Lets go what waits for a digest that a target does not have any more; returns how many.
    pub async fn release_held_notices(&self, target: &str) -> Result<u64, StoreError> {
        let target = target.to_owned();
        self.step(move |db| apply::release_held(db, &target)).await
    }

    /// Gives up what is for none of these targets; returns how many.
    pub async fn give_up_orphaned_notices(&self, known: Vec<String>) -> Result<u64, StoreError> {
        self.step(move |db| apply::give_up_orphans(db, &known)).await
    }

    /// Tries a notice again that was given up or waits, at once and from the beginning; false if there is none.
    pub async fn retry_notice(&self, key: &str, at: Ms) -> Result<bool, StoreError> {
        let key = key.to_owned();
        self.step(move |db| apply::retry(db, &key, at)).await
    }

    /// Drops a notice that was not sent and that nobody sends now; false if there is none.
    pub async fn drop_notice(&self, key: &str, at: Ms) -> Result<bool, StoreError> {
        let key = key.to_owned();
        self.step(move |db| apply::discard(db, &key, at)).await
    }

    /// Erases the words of notices that were settled before; returns how many. Their keys stay.
    pub async fn erase_notices(&self, before: Ms) -> Result<u64, StoreError> {
        self.step(move |db| apply::erase(db, before)).await
    }

    /// Returns notices in a state, oldest first, at most `count`: those given up are [`NoticeState::Dead`].
    pub async fn notices(&self, state: NoticeState, count: u32) -> Result<Vec<NoticeRow>, StoreError> {
        self.inner.readers.run(move |db| look::list(db, state, count)).await
    }

    /// Returns the notice of a key.
    pub async fn notice(&self, key: &str) -> Result<Option<NoticeRow>, StoreError> {
        let key = key.to_owned();
        self.inner.readers.run(move |db| look::one(db, &key)).await
    }

    /// Returns what waits for a digest of a target, oldest first, at most `count`.
    pub async fn held_notices(&self, target: &str, count: u32) -> Result<Vec<NoticeRow>, StoreError> {
        let target = target.to_owned();
        self.inner.readers.run(move |db| look::held(db, &target, count)).await
    }

    /// Returns how many notices are in each state that has any.
    pub async fn notice_counts(&self) -> Result<Vec<(NoticeState, u64)>, StoreError> {
        self.inner.readers.run(look::counts).await
    }

    /// Returns when a target is worth looking at again: its next notice is due, its rest is over, or a lease ends.
    /// With `urgent_only` the others are not asked.
    pub async fn next_notice_due(&self, target: &str, urgent_only: bool) -> Result<Option<Ms>, StoreError> {
        let target = target.to_owned();
        self.inner.readers.run(move |db| look::next_due(db, &target, urgent_only)).await
    }
}
