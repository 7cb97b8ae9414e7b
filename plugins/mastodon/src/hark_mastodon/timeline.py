"""Timelines, entry by entry: forwards by `min_id` from a cursor, backwards by `max_id` where there is none.

Holds: a cursor never passes an entry that was not given, and comes only with a batch after which nothing that it
has not passed was given either; no batch is larger than the budget says, one item apart; when the budget is
spent, or a request fails after something was given, the continuation says where to go on in this run.
Not here: requests and threads; see `run`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from hark_sdk import Batch, ReadMode, ReadRequest, cursor, faults, host, http

from . import recheck
from .config import Settings
from .run import Entry, Run

CURSOR_VERSION = 2
DAY_MS = 86_400_000
State = dict[str, Any]
GIVEN = "given"
"""Where the cursor remembers the last items that were given: a boost shows again what it shares."""


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
        return recheck.read(run)
    going_on = _object(http.parse_json(request.continuation)) if request.continuation else {}
    # Within a run the continuation knows more: a cursor comes between two entries only.
    state = going_on.get("state") or _object(cursor.read(CURSOR_VERSION, request.cursor))
    run.given = list(state.get(GIVEN) or [])
    left = _Left(state)
    for key, (path, parameters) in paths(settings, request).items():
        if going_on and key not in going_on["more"]:
            continue  # Done in this run: asked again, it would keep the others from their turn.
        timeline = _Timeline(run, left, key, lambda more, path=path, parameters=parameters: run.page(path, **parameters, **more))  # type: ignore[misc]
        timeline.place = dict(going_on["more"][key]) if going_on else {}
        if key in state and request.mode is ReadMode.INCREMENTAL:
            timeline.forwards()
        else:
            timeline.backwards()
    state[GIVEN] = run.given
    batch = run.done()
    batch.cursor = cursor.write(CURSOR_VERSION, state) if left.is_between else None
    batch.continuation = json.dumps({"state": state, "more": left.more}).encode() if left.more else None
    return batch


def _object(found: object) -> State:
    if found is not None and not isinstance(found, dict):
        raise faults.StaleCursor("the cursor cannot be read: it is not ours")
    return found or {}


@dataclass
class _Left:
    """What is done and what is left of all timelines of a stream."""

    state: State
    more: State = field(default_factory=dict)
    is_between: bool = True
    """Resuming from the state alone would neither lose nor double anything."""


class _Timeline:
    """One timeline in one call."""

    def __init__(self, run: Run, left: _Left, key: str, page: Callable[[dict[str, str | None]], list[Entry] | None]) -> None:
        self.run, self.left, self.key, self.page = run, left, key, page
        self.place: State = {}
        """Where this run stands: `newest` of it, all down to `below` is given, and of `half` a part."""

    def forwards(self) -> None:
        """Gives what is newer than the state, oldest first."""
        state = self.left.state
        while self.run.may_ask():
            entries = self.page({"min_id": state[self.key]})
            if entries is None:
                break
            for entry in reversed(entries):
                if not self._give(entry):
                    return self._break_off("half" not in self.place)
                state[self.key] = entry.id
            if not entries:
                return None
        return self._break_off("half" not in self.place)

    def backwards(self) -> None:
        """Goes back from the newest to `since`; only then is there a place to go forwards from."""
        first = len(self.run.groups)
        if self.run.request.mode is ReadMode.BACKFILL:
            self._fill()
        else:
            self._begin()
        # Oldest first is how a batch is read.
        self.run.groups[first:] = reversed(self.run.groups[first:])

    def _begin(self) -> None:
        place = self.place
        while self.run.may_ask():
            entries = self.page({"max_id": place.get("below")})
            if entries is None:
                break
            for entry in entries:
                place.setdefault("newest", entry.id)
                if self._is_before(entry):
                    break
                if not self._give(entry):
                    return self._break_off(False)
                place["below"] = entry.id
            else:
                if entries:
                    continue
            self.left.state[self.key] = place.get("newest", "0")
            return None
        return self._break_off("newest" not in place)

    def _fill(self) -> None:
        state, below = self.left.state, f"below:{self.key}"
        while self.run.may_ask():
            entries = self.page({"max_id": state.get(below)})
            if entries is None:
                break
            for entry in entries:
                if self._is_before(entry):
                    return None
                if not self._is_after(entry) and not self._give(entry):
                    return self._break_off("half" not in self.place)
                state[below] = entry.id
            if not entries:
                return None
        return self._break_off("half" not in self.place)

    def _give(self, entry: Entry) -> bool:
        """Gives an entry as far as there is room, and tells whether that was all of it."""
        id_, begun = self.place.pop("half", ("", 0))
        done = self.run.give(entry, begun if id_ == entry.id else 0)
        if 0 < done < len(entry.pieces):
            self.place["half"] = [entry.id, done]
        return done == len(entry.pieces)

    def _break_off(self, is_between: bool) -> None:
        self.left.more[self.key] = self.place
        self.left.is_between &= is_between

    def _is_before(self, entry: Entry) -> bool:
        since = self.run.request.since
        if since is None and self.run.request.mode is ReadMode.INCREMENTAL:
            since = host.now() - self.run.settings.lookback_days * DAY_MS
        return since is not None and entry.at is not None and entry.at < since

    def _is_after(self, entry: Entry) -> bool:
        until = self.run.request.until
        return until is not None and entry.at is not None and entry.at >= until
