//! What the host asks, from the types of the model into those of 0.1.

use hark_model::{Action, Delivery, Raw, ReadMode, ReadRequest};

use super::bindings::guest;

pub(super) const fn read_mode(mode: ReadMode) -> guest::ReadMode {
    match mode {
        ReadMode::Incremental => guest::ReadMode::Incremental,
        ReadMode::Backfill => guest::ReadMode::Backfill,
        ReadMode::Recheck => guest::ReadMode::Recheck,
    }
}

pub(super) fn read_request(request: ReadRequest) -> guest::ReadRequest {
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

pub(super) fn delivery(delivery: Delivery) -> guest::Delivery {
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

pub(super) fn action(action: Action) -> guest::Action {
    guest::Action {
        name: action.name,
        on: action.on,
        arguments: action.arguments,
        idempotency_key: action.idempotency_key,
    }
}

pub(super) fn raw(raw: Raw) -> guest::Raw {
    guest::Raw {
        label: raw.label,
        media_type: raw.media_type,
        body: raw.body,
        payload: raw.payload,
        received_at: raw.received_at,
    }
}
