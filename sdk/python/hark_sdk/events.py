"""Help with events: entries of which a bad one must not spoil the page.

Not its business: the events themselves; see `hark_sdk.contract`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from .contract import Event, Poison, Provenance
from .fitting import fit

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
            # Whole or not at all: half an entry would be stored without what belongs to it. What does not fit the
            # contract is as bad as what cannot be read: it would end the call at the edge.
            events = [fit(event, "event") for event in read(entry, where)]
        except _BAD as error:
            yield poison(entry, at, error, where)
        else:
            yield from events


def poison(entry: object, at: int, why: object, where: Provenance) -> Poison:
    """Returns the poison of an entry at place `at` that could not be understood; it names the entry's `id`."""
    hint = entry.get("id") if isinstance(entry, dict) else None
    said = f"{type(why).__name__}: {why}" if isinstance(why, Exception) else str(why)
    # A hint has at most 512 bytes, and a character at most four.
    return fit(Poison(str(hint or at)[:128], said[:1_000], where), "poison")
