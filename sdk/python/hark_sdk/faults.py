"""The faults of the contract, as exceptions that a connector raises.

Holds: whatever is raised here reaches the host as the fault of that name, with what to do about it.
Not its business: programming errors; they end the call, and their words are in the host's log.
"""

from __future__ import annotations

from .contract import AuthWhy, Ms


class Fault(Exception):
    """Why the platform, the operator or the connector could not give an answer."""

    case = ""
    """The name of the fault in the contract."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), self.detail))


class Transient(Fault):
    """Something that may pass by itself; the host tries again, not before `after_ms`, with growing pauses."""

    case = "transient"

    def __init__(self, detail: str, after_ms: int | None = None) -> None:
        super().__init__(detail)
        self.after_ms = after_ms


class RateLimited(Fault):
    """The platform asks to slow down, until `until` where it says so."""

    case = "rate-limited"

    def __init__(self, detail: str, until: Ms | None = None, bucket: str = "http") -> None:
        super().__init__(detail)
        self.until = until
        self.bucket = bucket


class QuotaExhausted(RateLimited):
    """An allowance that was paid for is used up."""

    case = "quota-exhausted"


class Auth(Fault):
    """The credential does not do; a person must act."""

    case = "auth"

    def __init__(self, why: AuthWhy, detail: str, scope: str | None = None) -> None:
        super().__init__(detail)
        self.why = why
        self.scope = scope


class Config(Fault):
    """A setting is wrong; `field` is its path, as in `feeds[2]`."""

    case = "config"

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


class NotFound(Fault):
    """What was asked for is not there."""

    case = "not-found"


class Refused(Fault):
    """The platform understood, and does not want to."""

    case = "refused"


class StaleCursor(Fault):
    """The cursor is of no use any more; the host reads again by time."""

    case = "stale-cursor"


class Unsupported(Fault):
    """This connector does not do that."""

    case = "unsupported"


class Protocol(Fault):
    """The platform answered something that makes no sense."""

    case = "protocol"
