"""Settings, cursors, requests, entries and answers: what each promises."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import pytest
from hark_sdk import (
    Batch,
    Connector,
    Digest,
    Event,
    Item,
    Manifest,
    Outcome,
    Placement,
    Poison,
    Provenance,
    Range,
    ReadRequest,
    contract,
    cursor,
    each,
    faults,
    fitting,
    host,
    http,
    settings,
    testing,
)
from hark_sdk.connector import settings_of


@dataclass
class Place:
    name: str


@dataclass
class Settings:
    """What to read."""

    feeds: Annotated[list[str], "Their addresses."]
    pages: Annotated[int, "Pages of one read.", Range(1, 10)] = 3
    mode: Literal["all", "new"] = "new"
    place: Place | None = None
    tags: dict[str, bool] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("config", "path", "detail"),
    [
        ("", "", "missing field `feeds`"),
        ("{}", "", "missing field `feeds`"),
        ('{"feeds":["a",2]}', "feeds[1]", "invalid type: integer `2`, expected a string"),
        ('{"feeds":[],"pages":300}', "pages", "invalid value: integer `300`, at most 10 is possible"),
        ('{"feeds":[],"pages":true}', "pages", "invalid type: boolean `true`, expected an integer"),
        ('{"feeds":[],"mode":"old"}', "mode", 'unknown value string "old", expected `all` or `new`'),
        ('{"feeds":[],"place":{}}', "place", "missing field `name`"),
        ('{"feeds":[],"place":{"name":1}}', "place.name", "invalid type: integer `1`, expected a string"),
        ('{"feeds":[],"tags":{"a":1}}', "tags.a", "invalid type: integer `1`, expected a boolean"),
        ('{"feeds":{}}', "feeds", "invalid type: a table, expected a list"),
        ("[]", "", "invalid type: a list, expected a table"),
    ],
)
def test_a_wrong_setting_is_named(config: str, path: str, detail: str) -> None:
    with pytest.raises(faults.Config) as raised:
        settings.parse(Settings, config)
    assert (raised.value.field, raised.value.detail) == (path, detail)


def test_an_unknown_setting_is_named() -> None:
    with pytest.raises(faults.Config, match="unknown field `page`, expected `feeds` or `pages`"):
        settings.parse(Settings, '{"feeds":[],"page":3}')


def test_settings_are_parsed_with_defaults() -> None:
    parsed = settings.parse(Settings, '{"feeds":["a"],"place":{"name":"b"},"tags":{"c":true}}')
    assert parsed == Settings(["a"], 3, "new", Place("b"), {"c": True})


def test_the_schema_is_that_of_the_dataclass() -> None:
    schema = json.loads(settings.schema(Settings))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert (schema["description"], schema["required"], schema["additionalProperties"]) == (
        "What to read.",
        ["feeds"],
        False,
    )
    assert schema["properties"]["pages"] == {
        "type": "integer",
        "description": "Pages of one read.",
        "minimum": 1,
        "maximum": 10,
        "default": 3,
    }
    assert schema["properties"]["feeds"] == {
        "type": "array",
        "items": {"type": "string"},
        "description": "Their addresses.",
    }
    assert schema["properties"]["place"]["anyOf"][1] == {"type": "null"}


def test_a_cursor_comes_back_and_a_foreign_one_is_stale() -> None:
    written = cursor.write(2, ["a", "b"])
    assert cursor.read(2, written) == ["a", "b"]
    assert cursor.read(2, None) is None
    for version, foreign in [(1, written), (2, b"{}"), (2, b"\xff"), (2, b"7")]:
        with pytest.raises(faults.StaleCursor):
            cursor.read(version, foreign)
    with pytest.raises(faults.Protocol):
        cursor.write(1, "x" * cursor.BYTES_MAX)


def test_a_request_is_what_was_asked_for() -> None:
    with testing.host(at=1000) as double:
        double.play(
            testing.response(200, "a".encode("utf-16")),
            testing.response(200, b"caf\xe9", {"Content-Type": 'text/plain; charset="latin1"'}),
            testing.response(200, "café", {"Content-Type": "text/plain; charset=nonsense"}),
        )
        request = http.post("https://x.test/a?b=1#part").query("q", "a b&c").query("none", None)
        answer = request.credential("token").json({"n": 1}).send()
        [asked] = double.requests
        assert asked.url == "https://x.test/a?b=1&q=a%20b%26c#part"
        assert (asked.method, asked.credential, asked.body) == ("POST", "token", b'{"n": 1}')
        assert asked.headers == [("content-type", "application/json")]
        assert (answer.text(), answer.origin("/0")) == ("a", Provenance(1, "/0"))
        assert http.get("https://x.test/").send().text() == "café"
        assert http.get("https://x.test/").send().text() == "café"
        with pytest.raises(AssertionError, match="one request too many"):
            http.get("https://x.test/").send()


@pytest.mark.parametrize(
    ("kind", "case"),
    [
        ("denied", "config"),
        ("timeout", "transient"),
        ("connect", "transient"),
        ("tls", "transient"),
        ("too-large", "protocol"),
        ("budget", "transient"),
    ],
)
def test_transport_failures_are_the_usual_faults(kind: str, case: str) -> None:
    assert http.HttpFault(kind, "why").usual().case == case


def test_the_host_of_a_test_has_keys_a_clock_and_a_log() -> None:
    with testing.host(at=5, keys={"hook": b"key"}) as double:
        digest = host.hmac("hook", Digest.SHA256, b"message")
        assert host.hmac_equal("hook", Digest.SHA256, b"message", digest)
        assert not host.hmac_equal("hook", Digest.SHA256, b"massage", digest)
        assert host.now() == 5
        host.warn("careful")
        assert [(level.word, line) for level, line in double.lines] == [("warn", "careful")]


def test_a_bad_entry_becomes_poison_and_the_rest_goes_on() -> None:
    def read(entry: Any, where: Provenance) -> Iterator[Event]:
        yield Item(entry["id"], entry["text"].strip(), 0, where)

    entries: list[Any] = [{"id": "1", "text": "a"}, {"id": "2"}, None]
    first, second, third = each(entries, lambda pointer: Provenance(7, pointer), read, "/list")
    assert isinstance(first, Item)
    assert second == Poison("2", "KeyError: 'text'", Provenance(7, "/list/1"))
    assert isinstance(third, Poison)
    assert third.hint == "2"


class Least(Connector[Settings]):
    def manifest(self) -> Manifest:
        return Manifest("least", "1")

    def read(self, settings: Settings, request: ReadRequest) -> Batch:
        return Batch([])


def test_what_need_not_be_done_has_a_default() -> None:
    least, given = Least(), Settings([])
    assert settings_of(Least) is Settings
    assert len(least.check(given).warnings) == 1
    for ask in (
        lambda: least.discover(given),
        lambda: least.receive(given, contract.Delivery(1, b"", 0)),
        lambda: least.act(given, contract.Action("reply", "key")),
        lambda: least.normalise(given, contract.Raw(b"", 1, 0)),
    ):
        with pytest.raises(faults.Unsupported):
            ask()
    assert least.migrate_cursor(1, b"x") == b"x"
    with pytest.raises(faults.StaleCursor):
        least.migrate_cursor(2, b"x")


def test_defaults_follow_what_was_given() -> None:
    manifest = Manifest("forum", "1")
    assert (manifest.title, manifest.platform, manifest.cursor_version) == ("forum", "forum", 1)
    assert contract.CredentialInfo("token", Placement.bearer()).title == "token"
    assert Placement.basic("jo") == Placement("basic", "jo")


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([Item(7, "a", 0, Provenance(1))], "batch.events[0].id must be str, not int '7'"),  # type: ignore[arg-type]
        ([Item("7", "a", 1.5, Provenance(1))], "batch.events[0].published_at must be int, not float '1.5'"),  # type: ignore[arg-type]
        ([Item("7", "a", 0, None)], "batch.events[0].origin must be Provenance, not None"),  # type: ignore[arg-type]
        ([{}], "batch.events[0] must be an event, not dict '{}'"),
        ("none", "batch.events must be a list, not str 'none'"),
    ],
)
def test_an_answer_that_does_not_fit_is_named(events: Any, words: str) -> None:
    with pytest.raises(TypeError) as raised:
        fitting.fit(Batch(events), "batch")
    assert str(raised.value) == words


def test_any_iterable_of_events_becomes_a_list() -> None:
    batch = Batch(Item(str(n), "a", 0, Provenance(1)) for n in range(3))  # type: ignore[arg-type]
    assert [event.id for event in fitting.fit(batch, "batch").events if isinstance(event, Item)] == ["0", "1", "2"]
    outcome = Outcome.done([Item("1", "a", 0, Provenance(1))])
    assert fitting.fit(outcome, "outcome") is outcome


def test_an_entry_that_does_not_fit_the_contract_is_poison_and_the_rest_goes_on() -> None:
    def read(entry: tuple[Any, Any], where: Provenance) -> Iterator[Event]:
        likes, title = entry
        yield Item("1", "a", 1, where, title=title, counters=contract.Counters(likes=likes))

    entries: list[tuple[Any, Any]] = [(1, "a"), (-1, "a"), (1 << 64, "a"), (1, ["a"]), (1.5, "a"), (1, None)]
    events = list(each(entries, lambda pointer: Provenance(1, pointer), read))
    assert [type(event) for event in events] == [Item, Poison, Poison, Poison, Poison, Item]
    assert isinstance(events[3], Poison) and "event.title must be str" in events[3].why


def test_half_a_character_does_not_end_the_call() -> None:
    item = Item("1", "a\ud83d", 1, Provenance(1), title="\ud83d\ude00", tags=["\udc00"])
    fitting.fit(item, "event")
    assert (item.text, item.title, item.tags) == ("a\ufffd", "\U0001f600", ["\ufffd"])
    assert cursor.read(1, cursor.write(1, "\ud83d")) == "\ud83d"
    assert http.get("https://x.test/").query("id", "\ud83d").url == "https://x.test/?id=%3F"


def test_json_that_is_nested_too_deep_is_no_answer() -> None:
    for deep in ("[" * 100_000, "[" * 100_000 + "]" * 100_000, '{"a":' * 201 + "1" + "}" * 201):
        with testing.host() as host:
            host.play(testing.response(200, deep))
            with pytest.raises(faults.Protocol, match="nested too deep"):
                http.get("https://x.test/").send().json()
        with pytest.raises(faults.StaleCursor):
            cursor.read(1, deep.encode())
    words = '["' + "[" * 1_000 + '\\\\", "' + "\\\"[" * 1_000 + '"]'
    assert http.parse_json(words) == ["[" * 1_000 + "\\", '"[' * 1_000]
    assert http.parse_json("[" * 200 + "]" * 200) and len(http.parse_json(b"[" + b"[]," * 9_999 + b"{}]")) == 10_000
    for none in ("[" * 100, '"' + "a" * 1_000_000, '"' * 99_999, "{]"):
        with pytest.raises(ValueError, match=r"line|delimiter|Unterminated|Extra|Expecting"):
            http.parse_json(none)
