"""The connector of the README: it is what the README shows, short, and works."""

import sys
from pathlib import Path

import pytest
from hark_sdk import Item, faults, testing

FOLDER = Path(__file__).parents[1]
sys.path.insert(0, str(FOLDER / "examples"))
hello = __import__("hello")


def test_the_readme_shows_the_connector_that_is_tested() -> None:
    source = (FOLDER / "examples/hello.py").read_text(encoding="utf-8")
    shown = (FOLDER / "README.md").read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    assert shown == source
    assert len(source.splitlines()) <= 25


def test_it_reads_posts() -> None:
    settings = hello.Settings("https://x.test/posts.json")
    with testing.host(at=1_784_884_365_000) as host:
        host.play(
            testing.json_response([{"id": "1", "text": "Hello", "at": 1_700_000_000_000}]),
            testing.response(200, "<html>"),
        )
        [item] = hello.Hello().read(settings, testing.read_request("posts")).events
        assert isinstance(item, Item)
        assert (item.id, item.text, item.published_at, item.conversation) == ("1", "Hello", 1_700_000_000_000, "1")
        assert (host.requests[0].method, host.requests[0].url) == ("GET", settings.url)
        with pytest.raises(faults.Protocol):
            hello.Hello().read(settings, testing.read_request("posts"))
