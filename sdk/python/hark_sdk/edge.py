"""The edge of the component: the one module that knows what `componentize-py` generates.

Holds: a fault leaves as the fault of its name; any other exception is in the host's log before the trap; an
answer that does not fit the contract says which field.
Not its business: outside of a component this module cannot be imported, and nothing else needs it.
"""

from __future__ import annotations

import functools
import traceback
from collections.abc import Callable
from typing import Any, TypeVar

from componentize_py_types import Err
from wit_world.exports import connector as wit
from wit_world.imports import host as wit_host
from wit_world.imports import http as wit_http
from wit_world.imports import types as wit_types

from . import contract as ours
from . import faults, host, settings
from .connector import exported, settings_of
from .fitting import fit
from .http import HttpFault

F = TypeVar("F", bound=Callable[..., Any])
_PANIC_CHARS_MAX = 1_000


class _ComponentHost:
    """The real host."""

    def now(self) -> int:
        return int(wit_host.now())

    def log(self, at: ours.Level, message: str) -> None:
        wit_host.log(wit_host.Level(at.value), message)

    def progress(self, done: int, total: int | None) -> None:
        wit_host.progress(done, total)

    def hmac(self, credential: str, digest: ours.Digest, message: bytes) -> bytes:
        return bytes(wit_host.hmac(credential, wit_host.Digest(digest.value), message))

    def hmac_equal(self, credential: str, digest: ours.Digest, message: bytes, claimed: bytes) -> bool:
        return bool(wit_host.hmac_equal(credential, wit_host.Digest(digest.value), message, claimed))

    def send(self, request: host.RawRequest) -> host.RawResponse:
        fit(request, "request")
        asked = wit_http.Request(
            request.method, request.url, request.headers, request.body, request.credential, request.timeout_ms
        )
        try:
            it = wit_http.send(asked)
        except Err as error:
            raise _http_fault(error.value) from None
        return host.RawResponse(it.payload, it.status, it.headers, it.body, it.received_at)


def _http_fault(fault: Any) -> HttpFault:
    kinds = {
        wit_http.HttpFault_Denied: "denied",
        wit_http.HttpFault_Timeout: "timeout",
        wit_http.HttpFault_Connect: "connect",
        wit_http.HttpFault_Tls: "tls",
        wit_http.HttpFault_TooLarge: "too-large",
        wit_http.HttpFault_Budget: "budget",
    }
    return HttpFault(kinds[type(fault)], str(getattr(fault, "value", "")))


_EVENTS: dict[type[Any], Callable[[Any], Any]] = {
    ours.Actor: wit_types.Event_Actor,
    ours.Conversation: wit_types.Event_Conversation,
    ours.Item: wit_types.Event_Item,
    ours.Removal: wit_types.Event_Removal,
    ours.Engagement: wit_types.Event_Engagement,
    ours.FlagReport: wit_types.Event_FlagReport,
    ours.Gap: wit_types.Event_Gap,
    ours.Poison: wit_types.Event_Poison,
}


def _events(events: list[ours.Event]) -> list[Any]:
    return [_EVENTS[type(event)](event) for event in events]


def _manifest(manifest: ours.Manifest) -> Any:
    placements = {
        "bearer": wit.Placement_Bearer,
        "bearer-proved": wit.Placement_BearerProved,
        "basic": wit.Placement_Basic,
        "header": wit.Placement_Header,
        "query": wit.Placement_Query,
        "oauth1": wit.Placement_Oauth1,
        "webhook-key": wit.Placement_WebhookKey,
        "wire-login": wit.Placement_WireLogin,
    }
    credentials = []
    for it in manifest.credentials:
        cls, value = placements[it.placement.case], it.placement.value
        placement = cls() if value is None else cls(value)
        credentials.append(wit.CredentialInfo(it.name, it.title, placement, it.audience, it.optional))
    manifest.credentials = credentials
    return manifest


def _batch(batch: ours.Batch) -> Any:
    batch.events = _events(batch.events)
    return batch


def _delivery_result(result: ours.DeliveryResult) -> Any:
    result.events = _events(result.events)
    return result


def _outcome(outcome: ours.Outcome) -> Any:
    match outcome.case:
        case "done":
            return wit.Outcome_Done(_events(outcome.value))  # type: ignore[arg-type]
        case "already-done":
            return wit.Outcome_AlreadyDone(_events(outcome.value))  # type: ignore[arg-type]
        case _:
            return wit.Outcome_Uncertain(str(outcome.value))


def _fault(fault: faults.Fault) -> Any:
    match fault:
        case HttpFault():
            return _fault(fault.usual())
        case faults.Transient():
            return wit_types.Fault_Transient(wit_types.Retry(fault.after_ms, fault.detail))
        case faults.RateLimited():
            limit = wit_types.Limit(fault.until, fault.bucket, fault.detail)
            spent = isinstance(fault, faults.QuotaExhausted)
            return wit_types.Fault_QuotaExhausted(limit) if spent else wit_types.Fault_RateLimited(limit)
        case faults.Auth():
            why = wit_types.AuthWhy(fault.why.value)
            return wit_types.Fault_Auth(wit_types.AuthProblem(why, fault.scope, fault.detail))
        case faults.Config():
            return wit_types.Fault_Config(wit_types.ConfigProblem(fault.field, fault.detail))
        case faults.NotFound():
            return wit_types.Fault_NotFound(fault.detail)
        case faults.Refused():
            return wit_types.Fault_Refused(fault.detail)
        case faults.StaleCursor():
            return wit_types.Fault_StaleCursor(fault.detail)
        case faults.Unsupported():
            return wit_types.Fault_Unsupported(fault.detail)
        case _:
            return wit_types.Fault_Protocol(fault.detail)


def _told(function: F) -> F:
    """Turns faults into errors of the contract, and logs every other exception before it ends the call."""

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except faults.Fault as fault:
            raise Err(_fault(fault)) from None
        except BaseException as error:
            host.error(_panic_line(error))
            raise

    return call  # type: ignore[return-value]


def _panic_line(error: BaseException) -> str:
    """Returns `panic: <type>: <message> at <file>:<line>`, the form that the host looks for."""
    frames = traceback.extract_tb(error.__traceback__)
    # The connector's own line says more than one within the SDK or the library.
    own = [frame for frame in frames if "/hark_sdk/" not in frame.filename and "/bundled/" not in frame.filename]
    where = f" at {own[-1].filename.rsplit('/', 1)[-1]}:{own[-1].lineno}" if own else ""
    return f"panic: {type(error).__name__}: {str(error)[:_PANIC_CHARS_MAX]}{where}"


class Connector:
    """The exported connector, as the contract wants it."""

    def __init__(self) -> None:
        cls = exported()
        self._settings = settings_of(cls)
        self._connector = cls()

    def _parsed(self, config: str) -> Any:
        return settings.parse(self._settings, config)

    @_told
    def describe(self) -> Any:
        manifest = self._connector.manifest()
        if not manifest.config_schema:
            manifest.config_schema = settings.schema(self._settings)
        return _manifest(fit(manifest, "manifest"))

    @_told
    def check(self, config: str) -> Any:
        return fit(self._connector.check(self._parsed(config)), "check")

    @_told
    def discover(self, config: str) -> Any:
        targets = self._connector.discover(self._parsed(config))
        return [fit(target, f"targets[{at}]") for at, target in enumerate(targets)]

    @_told
    def read(self, config: str, request: Any) -> Any:
        it = request
        asked = ours.ReadRequest(
            it.stream_name,
            ours.Budget(
                max_events=it.budget.max_events,
                max_requests=it.budget.max_requests,
                max_cost_microusd=it.budget.max_cost_microusd,
                deadline=it.budget.deadline,
            ),
            target=it.target,
            mode=ours.ReadMode(it.mode.value),
            cursor=it.cursor,
            continuation=it.continuation,
            since=it.since,
            until=it.until,
            ids=it.ids,
        )
        return _batch(fit(self._connector.read(self._parsed(config), asked), "batch"))

    @_told
    def receive(self, config: str, delivery: Any) -> Any:
        result = self._connector.receive(self._parsed(config), delivery)
        return _delivery_result(fit(result, "result"))

    @_told
    def act(self, config: str, action: Any) -> Any:
        return _outcome(fit(self._connector.act(self._parsed(config), action), "outcome"))

    @_told
    def normalise(self, config: str, raw: Any) -> Any:
        events = self._connector.normalise(self._parsed(config), raw)
        return _events([fit(event, f"events[{at}]") for at, event in enumerate(events)])

    @_told
    def migrate_cursor(self, from_version: int, cursor: bytes) -> Any:
        return self._connector.migrate_cursor(from_version, cursor)


host.use(_ComponentHost())
