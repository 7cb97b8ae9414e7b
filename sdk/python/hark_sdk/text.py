"""Plain text as the contract wants it: LF, NFC, no NUL, no control characters."""

from __future__ import annotations

import re
import unicodedata

_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SPACE = re.compile(r"\s+")


def plain(text: str) -> str:
    """Returns `text` with LF line ends, in NFC, without control characters but tab and LF, trimmed."""
    clean = text.strip()
    if "\r" in clean:
        clean = clean.replace("\r\n", "\n").replace("\r", "\n")
    clean = _UNWANTED.sub("", clean)
    return clean if clean.isascii() else unicodedata.normalize("NFC", clean)


def line(text: str) -> str:
    """Returns `text` as `plain` on one line: each run of white space is one space."""
    return plain(_SPACE.sub(" ", text))
