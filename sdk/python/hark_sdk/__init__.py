"""Write a Hark connector in Python: what a connector needs, over the contract in `wit/`.

A connector is a class that derives from `Connector` and stands behind `@export`. It runs in the host's
sandbox, a fresh instance for each call: it keeps no state but its cursor, has no files, no sockets and no
secrets, and reaches the world through `http` only.

Outside of a component everything works, too: `testing` then stands in for the host.
Not its business: what the host does with the events.
"""

from __future__ import annotations

from . import contract, cursor, dates, faults, fitting, host, html, http, settings, testing, text
from .connector import Connector, export
from .contract import *  # noqa: F403 - the nouns of the contract are the SDK's own
from .events import each, poison
from .faults import Fault
from .settings import Range

__all__ = [
    "Connector",
    "Fault",
    "Range",
    "cursor",
    "dates",
    "each",
    "export",
    "faults",
    "fitting",
    "host",
    "html",
    "http",
    "poison",
    "settings",
    "testing",
    "text",
]
__all__ += contract.__all__
