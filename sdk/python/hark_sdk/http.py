"""An HTTP client: the host makes the connection, checks where it goes and puts credentials in place.

Holds: a transport failure and a status that is none are the right fault unless the connector looks first.
Not its business: redirects, TLS, compression, pools; the host does them.
"""

from __future__ import annotations

import json as _json
import re
from typing import Any
from urllib.parse import quote, urlencode

from . import dates, faults, host
from .contract import AuthWhy, Ms, Provenance

TIMEOUT_MS = 20_000
"""How long a request may take unless it says otherwise; the host caps it."""
_QUOTE_CHARS_MAX = 120
DEPTH_MAX = 200
"""How deep JSON may be nested."""
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_NO_BRACKETS = bytes(sorted(set(range(256)) - set(b"[]{}")))


class HttpFault(faults.Fault):
    """A request that got no response; reaches the host as the usual fault of its kind."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(detail)
        self.kind = kind
        """One of `denied`, `timeout`, `connect`, `tls`, `too-large`, `budget`."""

    def usual(self) -> faults.Fault:
        """Returns the usual fault."""
        match self.kind:
            case "denied":
                return faults.Config("grant.hosts", self.detail)
            case "timeout":
                return faults.Transient("the request timed out")
            case "connect":
                return faults.Transient(f"no connection: {self.detail}")
            case "tls":
                return faults.Transient(f"no secure connection: {self.detail}")
            case "too-large":
                return faults.Protocol(f"the response is too large ({self.detail} bytes)")
            case _:
                return faults.Transient("the call has used up its requests")


class Request:
    """A request to be sent. Each method changes it and returns it."""

    def __init__(self, method: str, url: str) -> None:
        self.method = method
        self.url = url
        self.headers: list[tuple[str, str]] = []
        self.content: bytes | None = None
        self.credential_name: str | None = None
        self.timeout = TIMEOUT_MS

    def header(self, name: str, value: str) -> Request:
        """Adds a header."""
        self.headers.append((name, value))
        return self

    def query(self, name: str, value: str | int | None) -> Request:
        """Adds a query parameter, encoded here; none adds nothing."""
        if value is not None:
            base, hash_, fragment = self.url.partition("#")
            pair = f"{quote(name, safe='')}={quote(str(value), safe='', errors='replace')}"
            self.url = f"{base}{'&' if '?' in base else '?'}{pair}{hash_}{fragment}"
        return self

    def credential(self, name: str) -> Request:
        """Names the credential that the host puts in place; it must stand in the manifest."""
        self.credential_name = name
        return self

    def timeout_ms(self, timeout_ms: int) -> Request:
        """Sets how long it may take."""
        self.timeout = timeout_ms
        return self

    def body(self, media_type: str, content: bytes) -> Request:
        """Sets the body and its media type."""
        self.content = content
        return self.header("content-type", media_type)

    def json(self, value: object) -> Request:
        """Sets a JSON body."""
        return self.body("application/json", _json.dumps(value, ensure_ascii=False).encode())

    def form(self, fields: dict[str, str]) -> Request:
        """Sets the body of a form."""
        return self.body("application/x-www-form-urlencoded", urlencode(fields).encode())

    def send(self) -> Response:
        """Sends it and returns the response whatever its status; see `Response.ok`."""
        raw = host.RawRequest(
            self.method, self.url, self.headers, self.content, self.credential_name, self.timeout
        )
        return Response(self.url, host.current().send(raw))


def get(url: str) -> Request:
    """Starts a GET."""
    return Request("GET", url)


def post(url: str) -> Request:
    """Starts a POST."""
    return Request("POST", url)


def parse_json(body: bytes | str) -> Any:
    """Parses JSON; what is none, or is nested more than `DEPTH_MAX` deep, is a `ValueError`."""
    # The parser calls itself for each level, and a component's stack ends before Python's own limit.
    if _is_deep(body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body):
        raise ValueError("it is nested too deep")
    return _json.loads(body)


def _is_deep(body: bytes) -> bool:
    """Tells whether brackets are nested too deep: all others are left out, then level by level the innermost."""
    brackets = _STRING.sub(b"", body).translate(None, _NO_BRACKETS)
    for _ in range(DEPTH_MAX):
        outer = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if len(outer) == len(brackets):
            # What is left has no other end, so it is no JSON.
            return len(brackets) > DEPTH_MAX
        brackets = outer
    return brackets != b""


class Response:
    """What came back."""

    def __init__(self, url: str, raw: host.RawResponse) -> None:
        self.url = url
        self.status = raw.status
        self.headers = raw.headers
        self.body = raw.body
        self.payload = raw.payload
        """Id of the payload that the host kept."""
        self.received_at = raw.received_at

    def header(self, name: str) -> str | None:
        """Returns the first header of that name, whatever its case."""
        wanted = name.lower()
        return next((value for have, value in self.headers if have.lower() == wanted), None)

    def origin(self, pointer: str = "") -> Provenance:
        """Points into this response, for an event's origin."""
        return Provenance(self.payload, pointer)

    def media_type(self) -> str:
        """Returns the media type without parameters, lower-case; "" where there is none."""
        return (self.header("content-type") or "").split(";")[0].strip().lower()

    def text(self) -> str:
        """Returns the body as text: by byte order mark, else the charset it claims, else UTF-8."""
        for mark, charset in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
            if self.body.startswith(mark):
                return self.body.decode(charset, "replace")
        try:
            return self.body.decode(self._charset(), "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Parses the body as JSON; nonsense is a protocol fault that quotes how the body begins."""
        try:
            return parse_json(self.body)
        except ValueError as error:
            raise faults.Protocol(f"no JSON as expected: {error}; {self.quote()}") from error

    def ok(self) -> Response:
        """Returns the response itself if its status is 2xx or 304, else raises `fault()`."""
        if (fault := self.fault()) is not None:
            raise fault
        return self

    def fault(self) -> faults.Fault | None:
        """Returns the usual fault of this status, none for 2xx and 304.

        A platform that means something else by its statuses is asked before this.
        """
        if 200 <= self.status <= 299 or self.status == 304:
            return None
        detail = f"status {self.status} of {self.url.split('?')[0].split('#')[0]}; {self.quote()}"
        match self.status:
            case 401:
                return faults.Auth(AuthWhy.EXPIRED, detail)
            case 403:
                return faults.Auth(AuthWhy.FORBIDDEN, detail)
            case 404 | 410:
                return faults.NotFound(detail)
            case 429:
                return faults.RateLimited(detail, self.retry_at())
            case status if status in (408, 425) or 500 <= status <= 599:
                at = self.retry_at()
                return faults.Transient(detail, None if at is None else at - self.received_at)
            case _:
                return faults.Protocol(detail)

    def retry_at(self) -> Ms | None:
        """Returns when `Retry-After` allows the next request: seconds or a date, never before now."""
        value = (self.header("retry-after") or "").strip()
        if value.isascii() and value.isdigit() and len(value) <= 9:
            return self.received_at + int(value) * 1000
        at = dates.parse_http_date(value) if value else None
        return None if at is None else max(at, self.received_at)

    def quote(self) -> str:
        """Says what the body is and how it begins, for a fault's detail."""
        media_type = self.media_type() or "a body of unknown type"
        start = " ".join(self.body[: 4 * _QUOTE_CHARS_MAX].decode("utf-8", "replace").split())[:_QUOTE_CHARS_MAX]
        if not start:
            return f"got {media_type} with nothing in it"
        return f"got {media_type} beginning {_json.dumps(start, ensure_ascii=False)}"

    def _charset(self) -> str:
        for parameter in (self.header("content-type") or "").split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset" and value.strip(' "'):
                return value.strip(' "')
        return "utf-8"
