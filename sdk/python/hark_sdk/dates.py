"""Dates as platforms write them, to milliseconds since 1970."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .contract import Ms

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?\s*(?:([Zz])|([+-])(\d\d):?(\d\d)?)"
)
_HTTP_FORMATS = ("%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y")


def parse_rfc3339(text: str) -> Ms | None:
    """Reads `2026-07-24T21:23:23Z` and its like: any offset, with or without colon, any fraction."""
    found = _RFC3339.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, _, sign, hours, minutes = found.groups()
    try:
        # A leap second is the end of its minute.
        at = datetime(int(year), int(month), int(day), int(hour), int(minute), min(int(second), 59), tzinfo=UTC)
    except ValueError:
        return None
    offset = (int(hours or 0) * 60 + int(minutes or 0)) * (-1 if sign == "-" else 1)
    return _ms(at) + int(((fraction or "") + "000")[:3]) - offset * 60_000


def parse_rfc2822(text: str) -> Ms | None:
    """Reads `Fri, 24 Jul 2026 09:12:45 GMT` and its like: 2-digit years, named zones, no seconds."""
    try:
        at = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError):
        return None
    return _ms(at if at.tzinfo else at.replace(tzinfo=UTC))


def parse_http_date(text: str) -> Ms | None:
    """Reads the three date forms of HTTP."""
    for form in _HTTP_FORMATS:
        if (at := parse_utc_as(form, text)) is not None:
            return at
    return parse_rfc2822(text)


def parse_utc_as(form: str, text: str) -> Ms | None:
    """Reads `text` by a `strptime` format without an offset, as UTC."""
    try:
        return _ms(datetime.strptime(text.strip(), form).replace(tzinfo=UTC))
    except ValueError:
        return None


def _ms(at: datetime) -> Ms:
    return round(at.timestamp() * 1000)
