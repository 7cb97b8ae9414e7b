"""Help with events: entries of which a bad one must not spoil the page.

Not its business: the events themselves; see `hark_sdk.contract`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from .contract import Event, Poison, Provenance

Entry = TypeVar("Entry")
_BAD = (KeyError, IndexError, TypeError, ValueError, AttributeError)


def each(
    entries: Iterable[Entry],
    origin: Callable[[str], Provenance],
    read: Callable[[Entry, Provenance], Iterable[Event]],
    pointer: str = "",
) -> Iterator[Event]:
    """Reads entries one by one; one that is not as expected becomes `Poison`, the rest goes on.

    `origin` makes a pointer into the payload, as `Response.origin`; `pointer` leads to the list.
    """
    for at, entry in enumerate(entries):
        where = origin(f"{pointer}/{at}")
        try:
            # Whole or not at all: half an entry would be stored without what belongs to it.
            events = list(read(entry, where))
        except _BAD as error:
            hint = entry.get("id") if isinstance(entry, dict) else None
            yield Poison(str(hint or at)[:512], f"{type(error).__name__}: {error}", where)
        else:
            yield from events
