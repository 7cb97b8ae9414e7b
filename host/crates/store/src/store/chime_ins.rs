//! Business steps about questions to experts.

use hark_model::Ms;

use crate::apply::chime_ins as apply;
use crate::read::chime_ins as look;
use crate::writer::Work;
use crate::{
    ChimeInAsked, ChimeInId, ChimeInPage, ChimeInRow, ChimeInSecrets, ChimeInStanding, ChimeInState,
    ConversationKey, NewAnswer, NewChimeIn, Store, StoreError,
};

impl Store {
    /// Asks an expert and queues the notice that says so, or does neither; it is on the disk when this returns.
    pub async fn ask_chime_in(&self, new: NewChimeIn) -> Result<ChimeInAsked, StoreError> {
        self.work(Work::new(move |db| apply::ask(db, &new)).durable()).await
    }

    /// Returns what opens a question; `None` if there is no such one.
    pub async fn chime_in_secrets(&self, id: ChimeInId) -> Result<Option<ChimeInSecrets>, StoreError> {
        self.inner.readers.run(move |db| look::secrets(db, id)).await
    }

    /// Tells whether a question opens. Changes nothing.
    pub async fn chime_in_standing(&self, id: ChimeInId, now: Ms) -> Result<ChimeInStanding, StoreError> {
        self.inner.readers.run(move |db| look::standing(db, id, now)).await
    }

    /// Notes that the person looked, if the question opens; returns whether it does.
    pub async fn see_chime_in(&self, id: ChimeInId, at: Ms) -> Result<ChimeInStanding, StoreError> {
        self.step(move |db| apply::see(db, id, at)).await
    }

    /// Returns what an open question shows; `None` if it does not open.
    pub async fn chime_in_page(&self, id: ChimeInId, now: Ms) -> Result<Option<ChimeInPage>, StoreError> {
        self.inner.readers.run(move |db| look::page(db, id, now)).await
    }

    /// Keeps the answer, if the question opens; returns whether it did. It opens no more. It is on the disk when
    /// this returns.
    pub async fn answer_chime_in(
        &self,
        id: ChimeInId,
        answer: NewAnswer,
    ) -> Result<ChimeInStanding, StoreError> {
        self.work(Work::new(move |db| apply::answer(db, id, &answer)).durable()).await
    }

    /// Notes that the person does not want to answer, if the question opens; returns whether it did.
    pub async fn decline_chime_in(&self, id: ChimeInId, at: Ms) -> Result<ChimeInStanding, StoreError> {
        self.work(Work::new(move |db| apply::decline(db, id, at)).durable()).await
    }

    /// Takes a question back that is not over; false if there is no such one.
    pub async fn withdraw_chime_in(&self, id: ChimeInId, at: Ms) -> Result<bool, StoreError> {
        self.step(move |db| apply::withdraw(db, id, at)).await
    }

    /// Notes that the mail of a question came back; false if the person has looked since, or it is over.
    pub async fn note_undeliverable_chime_in(&self, id: ChimeInId, at: Ms) -> Result<bool, StoreError> {
        self.step(move |db| apply::undeliverable(db, id, at)).await
    }

    /// Closes questions whose time is over, a bounded piece at once; returns how many.
    pub async fn expire_chime_ins(&self, at: Ms) -> Result<u64, StoreError> {
        self.step(move |db| apply::expire(db, at)).await
    }

    /// Returns a question; `None` if there is no such one.
    pub async fn chime_in(&self, id: ChimeInId) -> Result<Option<ChimeInRow>, StoreError> {
        self.inner.readers.run(move |db| look::one(db, id)).await
    }

    /// Returns the newest questions, newest first, at most `count`: all, or those in a state.
    pub async fn all_chime_ins(
        &self,
        state: Option<ChimeInState>,
        count: u32,
    ) -> Result<Vec<ChimeInRow>, StoreError> {
        self.inner.readers.run(move |db| look::list(db, state, count)).await
    }

    /// Returns the newest questions about a thread, newest first.
    pub async fn chime_ins(&self, conversation: ConversationKey) -> Result<Vec<ChimeInRow>, StoreError> {
        self.inner.readers.run(move |db| look::of_conversation(db, conversation)).await
    }
}
