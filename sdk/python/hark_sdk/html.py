"""HTML to plain text, for search, sentiment and the command line.

Holds: every word that a reader sees is there, words of different blocks never melt together, scripts and
styles are not words; it takes any tag soup in one pass.
Not its business: making HTML safe for a screen; the host does that.
"""

from __future__ import annotations

import html as _references
from html.parser import HTMLParser

from . import text

QUOTE_DEPTH_MAX = 8
"""Deepest quote that is marked; deeper ones look like this one."""

_HIDDEN = frozenset("script style head template noscript iframe object svg math select".split())
_APART = frozenset("p h1 h2 h3 h4 h5 h6 blockquote pre ul ol table hr dl figure".split())
_BLOCKS = frozenset(
    "div li tr section article header footer main nav aside address dt dd figcaption form fieldset details "
    "summary caption body html center".split()
)


def to_text(html: str) -> str:
    """Returns the words of `html`.

    Blocks are on lines of their own, paragraphs apart by an empty line, `- ` before list entries, `> ` before
    quotes, pictures by their alternative text.
    """
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return text.plain("".join(writer.out))


def unescape(words: str) -> str:
    """Returns `words` with its character references put in, tags left as they are."""
    return _references.unescape(words)


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        # Line ends owed before the next word: 1 ends the line, 2 leave one empty.
        self.breaks = 0
        self.space = False
        self.bullet = False
        self.quotes = 0
        self.quoted = 0
        self.preformatted = 0
        self.hidden: str | None = None
        self.depth = 0

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.hidden or tag not in _HIDDEN:
            self.handle_starttag(tag, attrs)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.hidden:
            self.depth += tag == self.hidden
            return
        if tag in _HIDDEN:
            self.hidden, self.depth = tag, 1
            return
        self._owe(_breaks_around(tag))
        match tag:
            case "li":
                self.bullet = True
            case "blockquote":
                self.quotes += 1
            case "pre" | "textarea":
                self.preformatted += 1
            case "br":
                self.breaks = 1 if self.breaks == 0 else 2
                self.space = False
            case "td" | "th":
                self.space = True
            case "img":
                self.handle_data(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if self.hidden:
            self.depth -= tag == self.hidden
            if self.depth == 0:
                self.hidden = None
            return
        self._owe(_breaks_around(tag))
        match tag:
            case "li":
                self.bullet = False
            case "blockquote":
                self.quotes = max(0, self.quotes - 1)
            case "pre" | "textarea":
                self.preformatted = max(0, self.preformatted - 1)

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        if self.preformatted:
            lines = data.split("\n")
            for at, line in enumerate(lines):
                self._put(line.rstrip("\r"))
                if at + 1 < len(lines):
                    self.breaks, self.space = min(self.breaks + 1, 2), False
            return
        words = data.split()
        if not words:
            self.space |= bool(data)
            return
        self.space |= data[0].isspace()
        for at, word in enumerate(words):
            self.space |= at > 0
            self._put(word)
        self.space |= data[-1].isspace()

    def _put(self, word: str) -> None:
        if not word:
            return
        if not self.out or self.breaks:
            self._begin_line()
        elif self.space:
            self.out.append(" ")
        self.space = False
        self.out.append(word)

    def _begin_line(self) -> None:
        depth = min(self.quotes, QUOTE_DEPTH_MAX)
        if self.out:
            self.out.append("\n")
            if self.breaks > 1:
                self.out.append(("> " * min(depth, self.quoted)).rstrip() + "\n")
        self.breaks, self.quoted = 0, depth
        self.out.append("> " * depth)
        if self.bullet:
            self.bullet = False
            self.out.append("- ")

    def _owe(self, breaks: int) -> None:
        self.breaks = max(self.breaks, breaks)
        if breaks:
            self.space = False


def _breaks_around(tag: str) -> int:
    return 2 if tag in _APART else 1 if tag in _BLOCKS else 0
