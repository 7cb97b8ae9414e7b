"""The class that a connector is, and how it is exported.

Holds: a connector sees typed settings only; whatever it does not implement answers `Unsupported`.
Not its business: what a connector reads, and how its answers leave the component; see `hark_sdk.edge`.
"""

from __future__ import annotations

import typing
from typing import Any, Generic, TypeVar

from .contract import (
    Action,
    Batch,
    CheckReport,
    Delivery,
    DeliveryResult,
    Event,
    Manifest,
    Outcome,
    Raw,
    ReadRequest,
    Target,
)
from .faults import StaleCursor, Unsupported

S = TypeVar("S")
C = TypeVar("C", bound="type[Connector[Any]]")


class Connector(Generic[S]):
    """One platform, seen through the contract. Only `manifest` and `read` must be written.

    `S` is the dataclass of its settings. Each call may run in an instance of its own: nothing is kept
    between calls but the cursor that the host stores together with the events.
    """

    def manifest(self) -> Manifest:
        """Says what this connector is and asks for. Pure and constant; an empty schema is filled from `S`."""
        raise NotImplementedError("a connector has a manifest")

    def read(self, settings: S, request: ReadRequest) -> Batch:
        """Reads what is new since `request.cursor`, within `request.budget`. Safe to repeat."""
        raise NotImplementedError("a connector reads")

    def check(self, settings: S) -> CheckReport:
        """Tries the settings with at most three cheap requests. The default has parsed them and says so."""
        return CheckReport(
            warnings=["settings are well-formed; this connector makes no request to try them"]
        )

    def discover(self, settings: S) -> list[Target]:
        """Lists what could be listened to."""
        raise Unsupported("discover")

    def receive(self, settings: S, delivery: Delivery) -> DeliveryResult:
        """Turns a webhook delivery into events, its signature verified first."""
        raise Unsupported("receive")

    def act(self, settings: S, action: Action) -> Outcome:
        """Does something on the platform; the same key has the same effect."""
        raise Unsupported("act")

    def normalise(self, settings: S, raw: Raw) -> list[Event]:
        """Reads a kept payload again. Pure: the same payload gives the same events."""
        raise Unsupported("normalise")

    def migrate_cursor(self, from_version: int, cursor: bytes) -> bytes:
        """Brings a cursor of an earlier version up to date. The default takes the present version as it is."""
        ours = self.manifest().cursor_version
        if from_version != ours:
            raise StaleCursor(f"cursor of version {from_version}, ours is {ours}")
        return cursor


_exported: type[Connector[Any]] | None = None


def export(connector: C) -> C:
    """Makes this class the connector of the component that is being built."""
    global _exported
    settings_of(connector)
    _exported = connector
    return connector


def exported() -> type[Connector[Any]]:
    """Returns the class that was exported last."""
    if _exported is None:
        raise LookupError("no connector is exported: put @export before its class")
    return _exported


def settings_of(connector: type[Connector[Any]]) -> type[Any]:
    """Returns the settings of a connector: `Settings` of `class Forum(Connector[Settings])`."""
    for cls in connector.__mro__:
        for base in getattr(cls, "__orig_bases__", ()):
            arguments = typing.get_args(base)
            if typing.get_origin(base) is Connector and isinstance(arguments[0], type):
                return typing.cast("type[Any]", arguments[0])
    raise TypeError(f"{connector.__name__} names no settings: class {connector.__name__}(Connector[Settings])")
