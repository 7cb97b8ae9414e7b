"""Timelines, page by page: forwards by `min_id` from a cursor, backwards by `max_id` where there is none.

Holds: a cursor never passes a status that was not given; when the budget is spent, the continuation says
where to go on in this run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from hark_sdk import Batch, ReadMode, ReadRequest, Removal, RemovalReason, cursor, dates, faults, http

from . import api
from .config import Settings
from .statuses import Reader

CURSOR_VERSION = 1
State = dict[str, Any]


@dataclass
class Run:
    """One call: what was read, and what it may still spend."""

    settings: Settings
    request: ReadRequest
    batch: Batch = field(default_factory=lambda: Batch([]))
    requests: int = 0
    known: dict[str, str] = field(default_factory=dict)

    def spent(self) -> bool:
        """Tells whether another page would be too much."""
        budget = self.request.budget
        return self.requests >= budget.max_requests or len(self.batch.events) >= budget.max_events

    def get(self, path: str, **query: str | int | None) -> http.Response:
        """Asks the instance, counted."""
        self.requests += 1
        response = api.get(self.settings, path, **query)
        api.note_limit(self.batch, response)
        return response

    def take(self, response: http.Response) -> list[dict[str, Any]]:
        """Gives the events of a page, oldest first, and returns its entries, newest first."""
        entries = api.listed(response)
        reader = Reader(self.settings, response.received_at, self._roots(entries))
        self.batch.events += reader.page(entries, response.origin)
        return entries

    def _roots(self, entries: list[dict[str, Any]]) -> dict[str, str]:
        """Asks for the threads of replies whose parents are on no page, while requests are left."""
        statuses = [entry.get("status") or entry.get("reblog") or entry for entry in entries]
        here = {status.get("id") for status in statuses}
        for status in statuses:
            parent = status.get("in_reply_to_id")
            left = self.request.budget.max_requests - self.requests
            if not parent or parent in here or parent in self.known or not self.settings.threads or left < 2:
                continue
            self.requests += 1
            try:
                thread = api.get(self.settings, f"/api/v1/statuses/{status['id']}/context").json()
                ancestors = [ancestor["id"] for ancestor in thread["ancestors"]]
            except (faults.NotFound, faults.Protocol, KeyError, TypeError):
                ancestors = []  # Gone meanwhile: the parent is all that is known.
            root = ancestors[0] if ancestors else parent
            self.known |= dict.fromkeys([*ancestors, parent], root)
        return self.known


def paths(settings: Settings, request: ReadRequest) -> dict[str, tuple[str, dict[str, str]]]:
    """Returns the timelines of a stream: for each its key in the cursor, its path and its parameters."""
    match request.stream_name:
        case "home":
            return {"home": ("/api/v1/timelines/home", {})}
        case "notifications":
            return {"notifications": ("/api/v1/notifications", {})}
        case "public":
            scope = {"all": {}, "local": {"local": "true"}, "remote": {"remote": "true"}}[settings.public]
            return {"public": ("/api/v1/timelines/public", scope)}
        case "hashtag":
            tags = [request.target.removeprefix("tag:")] if request.target else settings.hashtags
            clean = [tag.lstrip("#").lower() for tag in tags]
            return {f"tag:{tag}": (f"/api/v1/timelines/tag/{quote(tag, safe='')}", {}) for tag in clean}
        case other:
            raise faults.NotFound(f"there is no stream {other}")


def read(settings: Settings, request: ReadRequest) -> Batch:
    """Reads what is new, old or to be looked at again."""
    run = Run(settings, request)
    if request.mode is ReadMode.RECHECK:
        _recheck(run)
        return run.batch
    state: State = cursor.read(CURSOR_VERSION, request.cursor) or {}
    pending: State = json.loads(request.continuation) if request.continuation else {}
    backfill = request.mode is ReadMode.BACKFILL
    more: State = {}
    for key, (path, parameters) in paths(settings, request).items():
        if run.spent():
            more[key] = pending.get(key, {})
        elif key in state and not backfill:
            _forwards(run, key, path, parameters, state, more)
        else:
            _backwards(run, key, path, parameters, state, more, pending.get(key) or {})
    run.batch.cursor = cursor.write(CURSOR_VERSION, state)
    run.batch.continuation = json.dumps(more).encode() if more else None
    return run.batch


def _forwards(run: Run, key: str, path: str, parameters: dict[str, str], state: State, more: State) -> None:
    while not run.spent():
        entries = run.take(run.get(path, **parameters, min_id=state[key], limit=api.PAGE))
        if not entries:
            return
        state[key] = entries[0]["id"]
    more[key] = {}


def _backwards(
    run: Run, key: str, path: str, parameters: dict[str, str], state: State, more: State, pending: State
) -> None:
    """Goes back from the newest to `since`; only then is there a place to resume from."""
    backfill = run.request.mode is ReadMode.BACKFILL
    newest, below = pending.get("newest"), pending.get("below")
    if backfill and below is None:
        below = state.get(f"below:{key}")
    while not run.spent():
        response = run.get(path, **parameters, max_id=below, limit=api.PAGE)
        entries = run.take(response)
        if entries:
            newest, below = newest or entries[0]["id"], entries[-1]["id"]
        if backfill and below:
            # Backwards, every page is a place to resume from.
            state[f"below:{key}"] = below
        if not entries or _reached(run.request, entries) or (run.request.since is None and not backfill):
            if not backfill:
                state[key] = newest or "0"
            return
    more[key] = {"newest": newest, "below": below}


def _reached(request: ReadRequest, entries: list[dict[str, Any]]) -> bool:
    at = dates.parse_rfc3339(entries[-1].get("created_at") or "")
    return request.since is not None and at is not None and at < request.since


def _recheck(run: Run) -> None:
    """Looks at statuses again: edited, counted anew, or gone."""
    ids = json.loads(run.request.continuation) if run.request.continuation else run.request.ids
    left = list(ids)
    while left and not run.spent():
        status = left.pop(0)
        run.requests += 1
        response = api.ask(run.settings, f"/api/v1/statuses/{quote(status, safe='')}")
        api.note_limit(run.batch, response)
        if response.status in (404, 410):
            # Deleted, made private, or its author gone: the instance does not say which.
            run.batch.events.append(Removal(status, RemovalReason.UNKNOWN, response.origin()))
            continue
        entry = api.good(response).json()
        run.batch.events += Reader(run.settings, response.received_at).page([entry], lambda _, answer=response: answer.origin())  # type: ignore[misc]
    run.batch.continuation = json.dumps(left).encode() if left else None
