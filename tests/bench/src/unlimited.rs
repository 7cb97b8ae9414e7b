//! The same component on a bare engine: no epochs, no meters, no caps, no WASI of ours. What Hark adds to it is measured
//! against this.

#![allow(missing_docs, reason = "generated; the contract itself is documented in wit/")]

use anyhow::{Context, Result};
use wasmtime::component::{Component, HasSelf, Linker, ResourceTable};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

wasmtime::component::bindgen!({
    path: "../../wit/0.1.0",
    world: "listening-connector",
    imports: { default: async | trappable },
    exports: { default: async },
    require_store_data_send: true,
});

use exports::hark::connector::connector::Event;
use hark::connector::{host, http, types};

/// What the host keeps for a guest that nothing is kept from.
struct Bare {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Bare {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl types::Host for Bare {}

impl http::Host for Bare {
    async fn send(&mut self, _: http::Request) -> wasmtime::Result<Result<http::Response, http::HttpFault>> {
        Ok(Err(http::HttpFault::Timeout))
    }
}

impl host::Host for Bare {
    async fn now(&mut self) -> wasmtime::Result<i64> {
        Ok(1_784_884_365_000)
    }

    async fn log(&mut self, _: host::Level, _: String) -> wasmtime::Result<()> {
        Ok(())
    }

    async fn progress(&mut self, _: u64, _: Option<u64>) -> wasmtime::Result<()> {
        Ok(())
    }

    async fn hmac(&mut self, _: String, _: host::Digest, _: Vec<u8>) -> wasmtime::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    async fn hmac_equal(
        &mut self,
        _: String,
        _: host::Digest,
        _: Vec<u8>,
        _: Vec<u8>,
    ) -> wasmtime::Result<bool> {
        Ok(false)
    }
}

/// A connector on a bare engine.
pub struct Unlimited {
    engine: Engine,
    guest: ListeningConnectorPre<Bare>,
}

impl Unlimited {
    /// Compiles `component`. Slots are as Hark has them: what instances cost is not what is asked here.
    pub fn new(component: &[u8]) -> Result<Self> {
        let mut slots = PoolingAllocationConfig::new();
        slots.total_component_instances(4).total_core_instances(64).max_memory_size(64 << 20);
        slots.max_core_instances_per_component(64).total_memories(8).total_tables(64);
        slots.linear_memory_keep_resident(1 << 20).table_keep_resident(64 << 10);
        let mut config = Config::new();
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(slots));
        config.wasm_component_model(true).concurrency_support(false).memory_init_cow(true);
        config.generate_address_map(false).native_unwind_info(false);
        let engine = Engine::new(&config)?;
        let mut linker = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        types::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut Bare| state)?;
        http::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut Bare| state)?;
        host::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut Bare| state)?;
        let guest = linker.instantiate_pre(&Component::from_binary(&engine, component)?)?;
        Ok(Self { guest: ListeningConnectorPre::new(guest)?, engine })
    }

    /// Normalises `body` in a fresh instance; returns how many items it holds.
    pub async fn normalise(
        &self,
        settings: &str,
        label: &str,
        media_type: &str,
        body: &[u8],
    ) -> Result<usize> {
        let state = Bare { wasi: WasiCtx::builder().build(), table: ResourceTable::new() };
        let mut store = Store::new(&self.engine, state);
        let instance = self.guest.instantiate_async(&mut store).await?;
        let raw = exports::hark::connector::connector::Raw {
            payload: 1,
            label: label.to_owned(),
            media_type: media_type.to_owned(),
            body: body.to_owned(),
            received_at: 1_784_884_365_000,
        };
        let events = instance.hark_connector_connector().call_normalise(&mut store, settings, &raw).await?;
        let events = events.map_err(|fault| anyhow::anyhow!("{fault:?}")).context("it normalises")?;
        Ok(events.iter().filter(|event| matches!(event, Event::Item(_))).count())
    }
}
