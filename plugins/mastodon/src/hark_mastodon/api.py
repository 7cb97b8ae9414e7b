"""Requests to an instance: where they go, what its answers mean.

Holds: every answer that is no success is the right fault; the reset of a limit is an ISO time here.
"""

from __future__ import annotations

from typing import Any

from hark_sdk import AuthWhy, Batch, Fault, Ms, dates, faults, http

from .config import Settings

TOKEN = "token"
PAGE = 40
"""Most statuses that the instance gives at once."""


def ask(settings: Settings, path: str, **query: str | int | None) -> http.Response:
    """Asks the instance and returns its answer, whatever it is."""
    request = http.get(f"{settings.base}{path}").credential(TOKEN)
    for name, value in query.items():
        request.query(name, value)
    return request.send()


def get(settings: Settings, path: str, **query: str | int | None) -> http.Response:
    """Asks the instance and returns a success; anything else is a fault."""
    return good(ask(settings, path, **query))


def good(response: http.Response) -> http.Response:
    """Returns the response if it is a success, else raises what it means."""
    fault = meaning(response)
    if fault is not None:
        raise fault
    return response


def meaning(response: http.Response) -> Fault | None:
    """Returns what a response means that is no success."""
    words = _error(response).lower()
    match response.status:
        case 401:
            return faults.Auth(_why(words), f"{words or response.quote()} (status 401)")
        case 403 if "scope" in words:
            return faults.Auth(AuthWhy.SCOPE, f"{words} (status 403)")
        case 422:
            if "authenticated" in words:
                return faults.Auth(AuthWhy.MISSING, f"{words} (status 422)")
            return faults.Refused(f"{words or response.quote()} (status 422)")
        case 429:
            detail = f"{words or response.quote()} (status 429)"
            return faults.RateLimited(detail, reset(response) or response.retry_at(), "account")
        case _:
            return response.fault()


def _why(words: str) -> AuthWhy:
    for word, why in (("revoked", AuthWhy.REVOKED), ("invalid", AuthWhy.REVOKED), ("authenticated", AuthWhy.MISSING)):
        if word in words:
            return why
    return AuthWhy.EXPIRED


def _error(response: http.Response) -> str:
    if response.status < 400 or response.media_type() != "application/json":
        return ""
    try:
        body = response.json()
    except faults.Protocol:
        return ""
    return str(body.get("error") or "") if isinstance(body, dict) else ""


def reset(response: http.Response) -> int | None:
    """Returns when the limit starts anew."""
    at = dates.parse_rfc3339(response.header("x-ratelimit-reset") or "")
    return None if at is None else max(at, response.received_at)


def note_limit(batch: Batch, response: http.Response) -> None:
    """Tells the host what is left of the limit."""
    left = response.header("x-ratelimit-remaining") or ""
    if left.isascii() and left.isdigit() and len(left) < 10:
        batch.limit_left, batch.limit_resets = int(left), reset(response)


def listed(response: http.Response) -> list[Any]:
    """Returns a page as a list; anything else is no page."""
    page = response.json()
    if not isinstance(page, list):
        raise faults.Protocol(f"no list of statuses; {response.quote()}")
    return page


def status_of(entry: dict[str, Any]) -> dict[str, Any]:
    """Returns the status that an entry is about: that of a notification, the one that is shared, or itself."""
    inside = entry.get("status") or entry.get("reblog")
    return inside if isinstance(inside, dict) else entry


def time_of(entry: dict[str, Any]) -> Ms | None:
    """Returns when an entry came to be, where it says so."""
    at = entry.get("created_at")
    return dates.parse_rfc3339(at) if isinstance(at, str) else None
