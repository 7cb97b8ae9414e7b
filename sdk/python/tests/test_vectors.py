"""The helpers give what the cases of all languages want."""

import json
from pathlib import Path
from typing import Any

import pytest
from hark_sdk import dates, html, http, testing, text

CASES = Path(__file__).parents[2] / "cases"


def cases(name: str) -> list[Any]:
    found: list[Any] = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(("page", "words"), cases("html"))
def test_html_becomes_the_words_that_a_reader_sees(page: str, words: str) -> None:
    assert html.to_text(page) == words


def test_depth_costs_nothing() -> None:
    deep = "<blockquote>" * 50_000 + "x" + "</div>" * 50_000
    assert html.to_text(deep) == "> " * html.QUOTE_DEPTH_MAX + "x"


@pytest.mark.parametrize(("raw", "plain"), cases("text"))
def test_text_is_plain(raw: str, plain: str) -> None:
    assert text.plain(raw) == plain


def test_a_line_is_one_line() -> None:
    assert text.line(" a \n\t b\u00a0c ") == "a b c"


@pytest.mark.parametrize(("written", "at"), cases("dates"))
def test_dates_of_all_forms_are_read(written: str, at: int | None) -> None:
    read = dates.parse_http_date(written)
    assert (dates.parse_rfc3339(written) if read is None else read) == at


@pytest.mark.parametrize(("given", "wanted"), cases("statuses"))
def test_statuses_are_the_usual_faults(given: dict[str, Any], wanted: dict[str, Any] | None) -> None:
    headers = {"Retry-After": given["retry-after"]} if "retry-after" in given else {}
    with testing.host(at=1_784_884_365_000) as host:
        host.play(testing.response(given["status"], "<html>no</html>", headers))
        fault = http.get("https://x.test/a?b=c").send().fault()
    if wanted is None:
        assert fault is None
        return
    assert fault is not None
    assert fault.case == wanted["fault"]
    why = getattr(fault, "why", None)
    assert (why and why.word) == wanted.get("why")
    assert getattr(fault, "until", None) == wanted.get("until")
    assert getattr(fault, "after_ms", None) == wanted.get("after")
    assert "of https://x.test/a; got a body of unknown type beginning" in fault.detail
