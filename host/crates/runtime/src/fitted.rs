//! A component whose exports were found, whatever version of the contract it speaks.
//!
//! Holds: a call costs one allocation more than the adapter's own function, that of its future, which whoever
//! measures the call needs anyway. Not here: how an answer is judged.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::{Duration, Instant};

use hark_model::{
    Action, Batch, CheckReport, Delivery, DeliveryResult, Event, Manifest, Outcome, Raw, ReadRequest, Target,
};
use wasmtime::Store;
use wasmtime::component::InstancePre;

use crate::InvalidManifest;
use crate::contract::{Contract, Returned};
use crate::guest_state::GuestState;

/// A call under way.
pub(crate) type Calling<'a, T> = Pin<Box<dyn Future<Output = Returned<T>> + Send + 'a>>;

/// Something else that is under way.
pub(crate) type Working<'a, T> = Pin<Box<dyn Future<Output = wasmtime::Result<T>> + Send + 'a>>;

/// Each method starts an instance in `store` and asks it, as in [`Contract`].
pub(crate) trait Fitted: Send + Sync {
    fn describe<'a>(
        &'a self,
        store: &'a mut Store<GuestState>,
    ) -> Calling<'a, Result<Manifest, InvalidManifest>>;
    fn check<'a>(&'a self, store: &'a mut Store<GuestState>, config: &'a str) -> Calling<'a, CheckReport>;
    fn discover<'a>(&'a self, store: &'a mut Store<GuestState>, config: &'a str) -> Calling<'a, Vec<Target>>;
    fn read<'a>(
        &'a self,
        store: &'a mut Store<GuestState>,
        config: &'a str,
        request: ReadRequest,
    ) -> Calling<'a, Batch>;
    fn receive<'a>(
        &'a self,
        store: &'a mut Store<GuestState>,
        config: &'a str,
        delivery: Delivery,
    ) -> Calling<'a, DeliveryResult>;
    fn act<'a>(
        &'a self,
        store: &'a mut Store<GuestState>,
        config: &'a str,
        action: Action,
    ) -> Calling<'a, Outcome>;
    fn normalise<'a>(
        &'a self,
        store: &'a mut Store<GuestState>,
        config: &'a str,
        raw: Raw,
    ) -> Calling<'a, Vec<Event>>;
    fn migrate_cursor<'a>(
        &'a self,
        store: &'a mut Store<GuestState>,
        from_version: u32,
        cursor: Vec<u8>,
    ) -> Calling<'a, Vec<u8>>;

    /// Starts an instance in `store` and leaves it at that.
    fn start<'a>(&'a self, store: &'a mut Store<GuestState>) -> Working<'a, ()>;

    /// Times `rounds` calls of `migrate-cursor`, of nothing, in one instance.
    fn time<'a>(&'a self, store: &'a mut Store<GuestState>, rounds: u32) -> Working<'a, Vec<Duration>>;
}

/// A component of version `C`.
struct Adapted<C: Contract>(C::Fitted, PhantomData<fn() -> C>);

/// Finds the exports of a component of version `C`.
pub(crate) fn fit<C: Contract>(linked: InstancePre<GuestState>) -> wasmtime::Result<Box<dyn Fitted>> {
    Ok(Box::new(Adapted::<C>(C::fit(linked)?, PhantomData)))
}

impl<C: Contract> Fitted for Adapted<C> {
    fn describe<'a>(
        &'a self,
        store: &'a mut Store<GuestState>,
    ) -> Calling<'a, Result<Manifest, InvalidManifest>> {
        Box::pin(async move { C::describe(&C::start(&self.0, store).await?, store).await })
    }

    fn check<'a>(&'a self, store: &'a mut Store<GuestState>, config: &'a str) -> Calling<'a, CheckReport> {
        Box::pin(async move { C::check(&C::start(&self.0, store).await?, store, config).await })
    }

    fn discover<'a>(&'a self, store: &'a mut Store<GuestState>, config: &'a str) -> Calling<'a, Vec<Target>> {
        Box::pin(async move { C::discover(&C::start(&self.0, store).await?, store, config).await })
    }

    fn read<'a>(
        &'a self,
        store: &'a mut Store<GuestState>,
        config: &'a str,
        request: ReadRequest,
    ) -> Calling<'a, Batch> {
        Box::pin(async move { C::read(&C::start(&self.0, store).await?, store, config, request).await })
    }

    fn receive<'a>(
        &'a self,
        store: &'a mut Store<GuestState>,
        config: &'a str,
        delivery: Delivery,
    ) -> Calling<'a, DeliveryResult> {
        Box::pin(async move { C::receive(&C::start(&self.0, store).await?, store, config, delivery).await })
    }

    fn act<'a>(
        &'a self,
        store: &'a mut Store<GuestState>,
        config: &'a str,
        action: Action,
    ) -> Calling<'a, Outcome> {
        Box::pin(async move { C::act(&C::start(&self.0, store).await?, store, config, action).await })
    }

    fn normalise<'a>(
        &'a self,
        store: &'a mut Store<GuestState>,
        config: &'a str,
        raw: Raw,
    ) -> Calling<'a, Vec<Event>> {
        Box::pin(async move { C::normalise(&C::start(&self.0, store).await?, store, config, raw).await })
    }

    fn migrate_cursor<'a>(
        &'a self,
        store: &'a mut Store<GuestState>,
        from_version: u32,
        cursor: Vec<u8>,
    ) -> Calling<'a, Vec<u8>> {
        Box::pin(async move {
            C::migrate_cursor(&C::start(&self.0, store).await?, store, from_version, &cursor).await
        })
    }

    fn start<'a>(&'a self, store: &'a mut Store<GuestState>) -> Working<'a, ()> {
        Box::pin(async move { C::start(&self.0, store).await.map(drop) })
    }

    fn time<'a>(&'a self, store: &'a mut Store<GuestState>, rounds: u32) -> Working<'a, Vec<Duration>> {
        Box::pin(async move {
            let guest = C::start(&self.0, store).await?;
            let mut took = Vec::new();
            for _ in 0..rounds {
                let begun = Instant::now();
                let answer = C::migrate_cursor(&guest, store, 1, &[]).await?;
                took.push(begun.elapsed());
                drop(answer);
            }
            Ok(took)
        })
    }
}
