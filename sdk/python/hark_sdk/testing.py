"""The host's place in tests: answers requests, stands still in time, keeps the log.

    with testing.host() as host:
        host.answer(lambda request: testing.json_response([{"id": "1"}]))
        batch = MyConnector().read(Settings(...), testing.read_request("posts"))
        assert host.requests[0].url == "..."

Not its business: the sandbox; `hark plugin try` runs the component itself.
"""

from __future__ import annotations

import hashlib
import hmac as _hmac
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from . import host as _host
from .contract import Budget, Digest, Level, Ms, ReadRequest
from .host import RawRequest, RawResponse
from .http import HttpFault

Answer = Callable[[RawRequest], RawResponse]


class TestHost:
    """A host that does what the test says."""

    __test__ = False

    def __init__(self, at: Ms | None = None, keys: Mapping[str, bytes] | None = None) -> None:
        self.at = at
        """When it is; the system's clock if none."""
        self.keys = dict(keys or {})
        """Secrets of the credentials that keyed hashes may use."""
        self.requests: list[RawRequest] = []
        self.lines: list[tuple[Level, str]] = []
        self.told: tuple[int, int | None] | None = None
        self._answer: Answer | None = None

    def answer(self, answer: Answer) -> None:
        """Answers each further request by `answer`."""
        self._answer = answer

    def play(self, *responses: RawResponse | HttpFault) -> None:
        """Answers one request after the other with what is given."""
        left = list(responses)

        def next_one(request: RawRequest) -> RawResponse:
            if not left:
                raise AssertionError(f"one request too many: {request.method} {request.url}")
            response = left.pop(0)
            if isinstance(response, HttpFault):
                raise response
            return response

        self.answer(next_one)

    def now(self) -> Ms:
        return time.time_ns() // 1_000_000 if self.at is None else self.at

    def log(self, at: Level, message: str) -> None:
        self.lines.append((at, message))

    def progress(self, done: int, total: int | None) -> None:
        self.told = (done, total)

    def hmac(self, credential: str, digest: Digest, message: bytes) -> bytes:
        return _hmac.new(self.keys[credential], message, getattr(hashlib, digest.word)).digest()

    def hmac_equal(self, credential: str, digest: Digest, message: bytes, claimed: bytes) -> bool:
        return _hmac.compare_digest(self.hmac(credential, digest, message), claimed)

    def send(self, request: RawRequest) -> RawResponse:
        self.requests.append(request)
        if self._answer is None:
            raise HttpFault("denied", "no host answers here: see hark_sdk.testing")
        return self._answer(request)


@contextmanager
def host(at: Ms | None = None, keys: Mapping[str, bytes] | None = None) -> Iterator[TestHost]:
    """Puts a host of the test's own in place for as long as the block lasts."""
    before = _host.current()
    mine = TestHost(at, keys)
    _host.use(mine)
    try:
        yield mine
    finally:
        _host.use(before)


def response(
    status: int = 200, body: bytes | str = b"", headers: Mapping[str, str] | None = None, payload: int = 1
) -> RawResponse:
    """Returns a response, received now."""
    content = body.encode() if isinstance(body, str) else body
    return RawResponse(payload, status, list((headers or {}).items()), content, _host.now())


def json_response(
    value: Any, status: int = 200, headers: Mapping[str, str] | None = None, payload: int = 1
) -> RawResponse:
    """Returns a JSON response, received now."""
    return response(status, json.dumps(value), {"content-type": "application/json", **(headers or {})}, payload)


def read_request(stream: str, **more: Any) -> ReadRequest:
    """Returns a request for `stream`: incremental, from the beginning, with a roomy budget."""
    return ReadRequest(stream, more.pop("budget", Budget()), **more)


_host.use(TestHost())
