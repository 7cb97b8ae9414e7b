"""Statuses that are looked at again: edited, counted anew, or gone.

Holds: one request for each; what the instance does not answer yet stays in the continuation.
"""

from __future__ import annotations

import json
from urllib.parse import quote

from hark_sdk import Batch, Removal, RemovalReason, faults, http

from . import api
from .run import PIECE, Run
from .statuses import Reader


def read(run: Run) -> Batch:
    """Looks at the statuses of the request, or at those that are left of it."""
    left = list(http.parse_json(run.request.continuation) if run.request.continuation else run.request.ids)
    while left and run.may_ask():
        response = run.ask(f"/api/v1/statuses/{quote(left[0], safe='', errors='replace')}")
        if response.status in (404, 410):
            # Deleted, made private, or its author gone: the instance does not say which.
            run.add([Removal(left[0], RemovalReason.UNKNOWN, response.origin())])
        else:
            status = api.good(response).json()
            if not isinstance(status, dict):
                raise faults.Protocol(f"no status; {response.quote()}")
            events = Reader(run.settings, response.received_at).one(status, response.origin())
            if run.events > 0 and len(events) > max(PIECE, run.room()):
                break  # A boost has more; it comes first the next time.
            run.add(events)
        left.pop(0)
    batch = run.done()
    batch.continuation = json.dumps(left).encode() if left else None
    return batch
