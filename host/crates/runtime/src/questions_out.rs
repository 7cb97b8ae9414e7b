//! What the host asks, from the model's types into those of the contract.

use hark_model::{Action, Delivery, Raw, ReadMode, ReadRequest};

use crate::bindings::guest;

pub(crate) const fn read_mode(mode: ReadMode) -> guest::ReadMode {
    match mode {
        ReadMode::Incremental => guest::ReadMode::Incremental,
        ReadMode::Backfill => guest::ReadMode::Backfill,
        ReadMode::Recheck => guest::ReadMode::Recheck,
    }
}

pub(crate) fn read_request(request: ReadRequest) -> guest::ReadRequest {
    guest::ReadRequest {
        stream_name: request.stream,
        target: request.target,
        mode: read_mode(request.mode),
        cursor: request.cursor,
        continuation: request.continuation,
        since: request.since,
        until: request.until,
        ids: request.ids,
        budget: guest::Budget {
            max_events: request.budget.max_events,
            max_requests: request.budget.max_requests,
            max_cost_microusd: request.budget.max_cost_microusd,
            deadline: request.budget.deadline,
        },
    }
}

pub(crate) fn delivery(delivery: Delivery) -> guest::Delivery {
    guest::Delivery {
        payload: delivery.payload,
        method: delivery.method,
        path: delivery.path,
        query: delivery.query,
        headers: delivery.headers,
        body: delivery.body,
        received_at: delivery.received_at,
    }
}

pub(crate) fn action(action: Action) -> guest::Action {
    guest::Action {
        name: action.name,
        on: action.on,
        arguments: action.arguments,
        idempotency_key: action.idempotency_key,
    }
}

pub(crate) fn raw(raw: Raw) -> guest::Raw {
    guest::Raw {
        label: raw.label,
        media_type: raw.media_type,
        body: raw.body,
        payload: raw.payload,
        received_at: raw.received_at,
    }
}
