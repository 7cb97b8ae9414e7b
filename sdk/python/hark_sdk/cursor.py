"""Cursors as JSON with a version, so that a connector can keep any JSON value in one.

Holds: a cursor that cannot be read is `StaleCursor`, which makes the host read again by time.
"""

from __future__ import annotations

import json
from typing import Any

from . import http
from .faults import Protocol, StaleCursor

BYTES_MAX = 64 << 10
"""Most bytes that the host keeps of a cursor."""


def write(version: int, state: object) -> bytes:
    """Writes `state` as a cursor of `version`, the manifest's `cursor_version`."""
    text = json.dumps({"v": version, "at": state}, separators=(",", ":"), ensure_ascii=False)
    # What a platform calls an id may hold half a character.
    cursor = text.encode("utf-8", "surrogatepass")
    if len(cursor) > BYTES_MAX:
        raise Protocol(f"the cursor has {len(cursor)} bytes, at most {BYTES_MAX} are kept")
    return cursor


def read(version: int, cursor: bytes | None) -> Any:
    """Reads a cursor of `version` that `write` wrote; none gives none."""
    if cursor is None:
        return None
    try:
        found = http.parse_json(cursor)
        of, at = found["v"], found["at"]
    except (ValueError, KeyError, TypeError) as error:
        raise StaleCursor(f"the cursor cannot be read: {error!r}") from error
    if of != version:
        raise StaleCursor(f"cursor of version {of}, ours is {version}")
    return at
