//! Business steps beside live reading: the inbox, backfills, rechecks, the outbox, payloads read again.

use hark_model::{ItemUid, Ms};

use crate::apply::{backfills, grants, inbox, outbox, rechecks, tokens};
use crate::read::beside;
use crate::statements::Statements;
use crate::writer::{Outcome, Step, Work};
use crate::{
    ActionBegun, BackfillKey, BackfillOrder, BackfillRest, BackfillStatus, DeliveryEnd, DeliveryId, KeptRaw,
    NewAction, NewDelivery, OutboxRow, PendingDelivery, ReadFrom, RecheckPlan, SourceGrant, SourceId, Store,
    StoreError, Whereabouts,
};

impl Store {
    pub(super) async fn work<T: Send + 'static>(&self, work: Work) -> Result<T, StoreError> {
        match self.inner.writer.submit(Step::Work(work)).await? {
            Outcome::Made(made) => made.downcast().map(|made| *made).map_err(|_| StoreError::Closed),
            _ => Err(StoreError::Closed),
        }
    }

    pub(super) async fn step<T: Send + 'static>(
        &self,
        doing: impl Fn(&Statements<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.work(Work::new(doing)).await
    }

    /// Keeps a delivery before anybody looks into it; it is on the disk when this returns. `None` if too many of
    /// its source wait already.
    pub async fn keep_delivery(&self, new: NewDelivery) -> Result<Option<DeliveryId>, StoreError> {
        self.work(Work::new(move |db| inbox::keep(db, &new)).durable()).await
    }

    /// Settles a delivery that said nothing that is stored.
    pub async fn end_delivery(&self, id: DeliveryId, end: DeliveryEnd) -> Result<(), StoreError> {
        self.step(move |db| inbox::end(db, id, &end)).await
    }

    /// Returns deliveries of a source that have not been handled and are due by `due_by`, oldest first, at most
    /// `count`. A new one is due when who took it has had its time.
    pub async fn pending_deliveries(
        &self,
        source: SourceId,
        due_by: Ms,
        count: u32,
    ) -> Result<Vec<PendingDelivery>, StoreError> {
        self.inner.readers.run(move |db| beside::pending(db, source, due_by, count)).await
    }

    /// Tells whether a delivery of this key was handled.
    pub async fn knows_delivery(&self, source: SourceId, key: &str) -> Result<bool, StoreError> {
        let key = key.to_owned();
        self.inner.readers.run(move |db| beside::knows_delivery(db, source, &key)).await
    }

    /// Asks for a backfill; returns whether there is something to read.
    ///
    /// One that rests goes on from its cursor; one that has ended, or has another span, begins anew.
    pub async fn order_backfill(&self, order: BackfillOrder) -> Result<bool, StoreError> {
        self.step(move |db| backfills::order(db, &order)).await
    }

    /// Takes the lease of a backfill that waits, until `until`; false if somebody else reads it, or nobody should.
    pub async fn take_backfill(
        &self,
        key: BackfillKey,
        lease: i64,
        at: Ms,
        until: Ms,
    ) -> Result<bool, StoreError> {
        self.step(move |db| backfills::take(db, &key, lease, at, until)).await
    }

    /// Lets go of a backfill.
    pub async fn rest_backfill(&self, key: BackfillKey, rest: BackfillRest) -> Result<(), StoreError> {
        self.step(move |db| backfills::rest(db, &key, &rest)).await
    }

    /// Begins the span of a backfill anew: its cursor is of no more use.
    pub async fn restart_backfill(&self, key: BackfillKey, lease: i64) -> Result<(), StoreError> {
        self.step(move |db| backfills::restart(db, &key, lease)).await
    }

    /// Stops a backfill, whoever reads it.
    pub async fn pause_backfill(&self, key: BackfillKey) -> Result<(), StoreError> {
        self.step(move |db| backfills::pause(db, &key)).await
    }

    /// Returns every backfill of a source.
    pub async fn backfills(&self, source: SourceId) -> Result<Vec<BackfillStatus>, StoreError> {
        self.inner.readers.run(move |db| beside::backfills(db, source)).await
    }

    /// Returns which items of a stream are to be looked at again by `now`, at most `ids_max`.
    pub async fn plan_recheck(
        &self,
        source: SourceId,
        stream: &str,
        now: Ms,
        ids_max: u32,
    ) -> Result<RecheckPlan, StoreError> {
        let stream = stream.to_owned();
        self.step(move |db| rechecks::plan(db, source, &stream, now, ids_max)).await
    }

    /// Notes that an action is about to be tried; it is on the disk when this returns.
    pub async fn begin_action(&self, new: NewAction) -> Result<ActionBegun, StoreError> {
        self.work(Work::new(move |db| outbox::begin(db, &new)).durable()).await
    }

    /// Keeps a sealed token under a name in place of what was there; it is on the disk when this returns, and what
    /// was there stays until then.
    pub async fn keep_token(&self, name: String, sealed: Vec<u8>, at: Ms) -> Result<(), StoreError> {
        self.work(Work::new(move |db| tokens::keep(db, &name, &sealed, at)).durable()).await
    }

    /// Returns the sealed token that is kept under a name.
    pub async fn kept_token(&self, name: String) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.readers.run(move |db| tokens::kept(db, &name)).await
    }

    /// Keeps what the connector of a source is granted, in place of what it was.
    pub async fn keep_grant(&self, grant: SourceGrant) -> Result<(), StoreError> {
        self.work(Work::new(move |db| grants::keep(db, &grant)).durable()).await
    }

    /// Returns what the connector of a source was granted; none if it was never listened with.
    pub async fn kept_grant(&self, source: String) -> Result<Option<SourceGrant>, StoreError> {
        self.inner.readers.run(move |db| grants::kept(db, &source)).await
    }

    /// Returns the newest actions, newest first, at most `count`.
    pub async fn outbox(&self, count: u32) -> Result<Vec<OutboxRow>, StoreError> {
        self.inner.readers.run(move |db| beside::outbox(db, count)).await
    }

    /// Returns kept payloads of a source behind row `after`, received at `since` or later, by row: as many as fit
    /// into a bounded piece; none when there are no more. Erased ones are left out.
    pub async fn raws(&self, source: SourceId, since: Ms, after: i64) -> Result<Vec<KeptRaw>, StoreError> {
        self.inner.readers.run(move |db| beside::raws(db, source, since, after)).await
    }

    /// Returns revisions behind row `after` that were read from payloads of a source, received at `since` or
    /// later: a bounded piece; none when there are no more.
    pub async fn read_from(
        &self,
        source: SourceId,
        since: Ms,
        after: i64,
    ) -> Result<Vec<ReadFrom>, StoreError> {
        self.inner.readers.run(move |db| beside::read_from(db, source, since, after)).await
    }

    /// Returns the registered source of this name.
    pub async fn source_id(&self, name: &str) -> Result<Option<SourceId>, StoreError> {
        let name = name.to_owned();
        self.inner.readers.run(move |db| beside::source_id(db, &name)).await
    }

    /// Returns who saw an item that is named by its row; `None` if it is not known.
    pub async fn whereabouts_of_row(&self, row: i64) -> Result<Option<Whereabouts>, StoreError> {
        self.inner.readers.run(move |db| beside::whereabouts(db, "i.id = ?1", &row)).await
    }

    /// Returns who saw an item; `None` if it is not known.
    pub async fn whereabouts(&self, uid: ItemUid) -> Result<Option<Whereabouts>, StoreError> {
        self.inner.readers.run(move |db| beside::whereabouts(db, "i.uid = ?1", uid.as_bytes())).await
    }
}
