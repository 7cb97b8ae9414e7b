"""One call: what it has read, what it may still spend, and which threads it has learnt of.

Holds: every request is counted; a page whose threads cannot be asked for is read all the same, each reply then
stands below the parent that it names.
Not here: which page comes next; see `timeline`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from hark_sdk import Batch, Event, Fault, FlagReport, Item, Ms, Poison, ReadRequest, faults, host, http, poison

from . import api
from .config import Settings
from .statuses import Reader

GIVEN_MAX = 80
"""Items that are remembered. Mastodon shows no boost of what stands within the last 40 of a timeline."""
PIECE = 3
"""Events of most pieces: an author, a conversation, an item."""
LIMIT_LEFT_MIN = 50
"""Threads are not worth the last requests that the instance allows."""


@dataclass
class Entry:
    """An entry of a timeline, its events in pieces of one item each."""

    id: str
    at: Ms | None
    pieces: list[list[Event]]


@dataclass
class Run:
    """One call."""

    settings: Settings
    request: ReadRequest
    batch: Batch = field(default_factory=lambda: Batch([]))
    requests: int = 0
    given: list[str] = field(default_factory=list)
    """Marks of the last items, in this call and before it."""
    groups: list[list[Event]] = field(default_factory=list)
    """What was given, entry by entry."""
    events: int = 0
    _roots: dict[str, str] = field(default_factory=dict)
    _asks_for_threads: bool = True
    _is_stopped: bool = False

    def may_ask(self) -> bool:
        """Tells whether there is budget for another page, and no request has failed half-way."""
        has_requests = self.requests < self.request.budget.max_requests and not self._is_stopped
        return has_requests and (self.events == 0 or self.room() >= PIECE)

    def room(self) -> int:
        """Returns how many events there is room for."""
        return self.request.budget.max_events - self.events

    def ask(self, path: str, **query: str | int | None) -> http.Response:
        """Asks the instance, counted, and returns its answer, whatever it is."""
        self.requests += 1
        response = api.ask(self.settings, path, **query)
        api.note_limit(self.batch, response)
        return response

    def page(self, path: str, **query: str | int | None) -> list[Entry] | None:
        """Returns a page of a timeline, newest first; what has no id is poison and given at once.

        There is none where the request failed after something was given: then that is what the call gives.
        """
        try:
            return self._page(path, **query)
        except Fault as raised:
            # A request that got no answer is a fault like any other.
            fault = raised.usual() if isinstance(raised, http.HttpFault) else raised
            if self.events == 0 or not passes(fault):
                raise fault from None
            host.warn(f"the read stops half-way: {fault.detail}")
            if isinstance(fault, faults.RateLimited):
                self.batch.not_before = fault.until
            self._is_stopped = True
            return None

    def _page(self, path: str, **query: str | int | None) -> list[Entry]:
        response = api.good(self.ask(path, **query, limit=api.PAGE))
        found = api.listed(response)
        entries = [entry for entry in found if has_id(entry)]
        if found and not entries:
            raise faults.Protocol(f"no entry has an id; {response.quote()}")
        reader = Reader(self.settings, response.received_at, self._threads(entries))
        reader.learn(entries)
        page = []
        for at, entry in enumerate(found):
            origin = response.origin(f"/{at}")
            if not has_id(entry):
                self._put([poison(entry, at, "it has no id", origin)])
                continue
            page.append(Entry(entry["id"], api.time_of(entry), list(pieces(reader.read(entry, origin)))))
        return page

    def give(self, entry: Entry, begun: int = 0) -> int:
        """Gives pieces of an entry from `begun` on as far as there is room; returns how many are given then."""
        group: list[Event] = []
        for at, piece in enumerate(entry.pieces[begun:], begun):
            marks = [f"{event.id} {event.revision}" for event in piece if isinstance(event, Item)]
            if any(mark in self.given for mark in marks):
                continue
            if self.events + len(group) > 0 and len(piece) > self.room() - len(group):
                self._put(group)
                return at
            group += piece
            self.given = [*self.given, *marks][-GIVEN_MAX:]
        self._put(group)
        return len(entry.pieces)

    def add(self, events: Iterable[Event]) -> None:
        """Gives events for which room was made sure of."""
        self._put(list(events))

    def done(self) -> Batch:
        """Returns the batch with all that was given."""
        self.batch.events = [event for group in self.groups for event in group]
        return self.batch

    def _put(self, group: list[Event]) -> None:
        if group:
            self.groups.append(group)
            self.events += len(group)

    def _threads(self, entries: list[dict[str, Any]]) -> dict[str, str]:
        """Asks for the threads of replies whose parents are on no page, while there is budget for it."""
        statuses = [api.status_of(entry) for entry in entries]
        here = {status.get("id") for status in statuses if has_id(status)}
        for status in statuses:
            parent = status.get("in_reply_to_id")
            if not isinstance(parent, str) or parent in here or parent in self._roots or not has_id(status):
                continue
            if not self._may_ask_for_thread():
                break
            ancestors = self._ancestors(status["id"])
            root = ancestors[0] if ancestors else parent
            self._roots |= dict.fromkeys([*ancestors, parent], root)
        return self._roots

    def _may_ask_for_thread(self) -> bool:
        # The last request is for a page.
        left = self.request.budget.max_requests - self.requests
        limit_left = self.batch.limit_left
        allows = limit_left is None or limit_left >= LIMIT_LEFT_MIN
        return self.settings.threads and self._asks_for_threads and left >= 2 and allows

    def _ancestors(self, id_: str) -> list[str]:
        try:
            thread = api.good(self.ask(f"/api/v1/statuses/{quote(id_, safe='', errors='replace')}/context")).json()
            return [ancestor["id"] for ancestor in thread["ancestors"] if has_id(ancestor)]
        except faults.RateLimited:
            self._asks_for_threads = False
        except (faults.NotFound, faults.Protocol, KeyError, TypeError):
            pass  # Gone meanwhile, or no thread: the parent is all that is known.
        return []


def passes(fault: Fault) -> bool:
    """Tells whether the host may simply go on from here. What cannot be read is most often an answer that was cut, or
    a page from in between; if it stays so, the next call tells it, as its first request fails. All else is told at
    once: what was found before is found again.
    """
    return isinstance(fault, faults.Transient | faults.Protocol) or (isinstance(fault, faults.RateLimited) and fault.until is not None)


def has_id(entry: object) -> bool:
    """Tells whether something is an entry that can be told from others."""
    return isinstance(entry, dict) and isinstance(entry.get("id"), str) and entry["id"] != ""


def pieces(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Takes the events of one entry apart: each piece ends with an item or a report."""
    piece: list[Event] = []
    for event in events:
        piece.append(event)
        if isinstance(event, Item | FlagReport | Poison):
            yield piece
            piece = []
    if piece:
        yield piece
