"""What every connector may ask of its host: time, log, progress, keyed hashes, and HTTP underneath.

Holds: outside of a component `hark_sdk.testing` answers in the host's place.
Not its business: how a request is made; see `hark_sdk.http`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .contract import Digest, Level, Ms


@dataclass(slots=True)
class RawRequest:
    """A request as the contract has it."""

    method: str
    url: str
    headers: list[tuple[str, str]]
    body: bytes | None
    credential: str | None
    timeout_ms: int


@dataclass(slots=True)
class RawResponse:
    """A response as the contract has it."""

    payload: int
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    received_at: Ms


class Host(Protocol):
    """What answers: the real host in a component, `hark_sdk.testing` in a test."""

    def now(self) -> Ms:
        """Returns the time as the host sees it."""

    def log(self, at: Level, message: str) -> None:
        """Writes one line."""

    def progress(self, done: int, total: int | None) -> None:
        """Takes note of how far a call has come."""

    def hmac(self, credential: str, digest: Digest, message: bytes) -> bytes:
        """Returns a keyed hash."""

    def hmac_equal(self, credential: str, digest: Digest, message: bytes, claimed: bytes) -> bool:
        """Compares a keyed hash in constant time."""

    def send(self, request: RawRequest) -> RawResponse:
        """Sends a request; raises `hark_sdk.http.HttpFault`."""


_host: Host


def use(host: Host) -> None:
    """Makes `host` the one that answers from now on."""
    global _host
    _host = host


def current() -> Host:
    """Returns the one that answers."""
    return _host


def now() -> Ms:
    """Returns the time as the host sees it: UTC, milliseconds since 1970."""
    return _host.now()


def log(at: Level, message: str) -> None:
    """Writes a line to the host's log."""
    _host.log(at, message)


def debug(message: str) -> None:
    """Logs at debug level."""
    log(Level.DEBUG, message)


def info(message: str) -> None:
    """Logs at info level."""
    log(Level.INFO, message)


def warn(message: str) -> None:
    """Logs at warn level."""
    log(Level.WARN, message)


def error(message: str) -> None:
    """Logs at error level."""
    log(Level.ERROR, message)


def progress(done: int, total: int | None = None) -> None:
    """Tells the host how far a long call has come."""
    _host.progress(done, total)


def hmac(credential: str, digest: Digest, message: bytes) -> bytes:
    """Returns the keyed hash of `message` under the credential called `credential`."""
    return _host.hmac(credential, digest, message)


def hmac_equal(credential: str, digest: Digest, message: bytes, claimed: bytes) -> bool:
    """Compares a keyed hash in constant time."""
    return _host.hmac_equal(credential, digest, message, claimed)
