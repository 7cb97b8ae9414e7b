"""What the connector makes of an instance's answers, played."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hark_mastodon import Mastodon, Settings
from hark_sdk import (
    Action,
    Actor,
    AuthWhy,
    Budget,
    Direction,
    Event,
    FlagReport,
    Item,
    ItemKind,
    Poison,
    Raw,
    ReadMode,
    RelationKind,
    Removal,
    Visibility,
    cursor,
    faults,
    http,
    testing,
)
from hark_sdk.host import RawRequest, RawResponse

NOW = 1_784_884_365_000
SETTINGS = Settings("https://mastodon.example/", hashtags=["#Acme"], accounts=["acme"], threads=False)
LIMITS = {
    "X-RateLimit-Limit": "300",
    "X-RateLimit-Remaining": "299",
    "X-RateLimit-Reset": "2026-07-24T09:20:00.000000Z",
}


def account(id_: str = "55", acct: str = "jofict@other.example", **more: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "acct": acct,
        "display_name": "Jo Fictional",
        "bot": False,
        "group": False,
        "url": f"https://x.test/@{acct}",
        "avatar": None,
        "followers_count": 820,
    } | more


def status(id_: int, **more: Any) -> dict[str, Any]:
    return {
        "id": str(id_),
        "created_at": "2026-07-24T09:12:45.001Z",
        "edited_at": None,
        "in_reply_to_id": None,
        "visibility": "public",
        "sensitive": False,
        "spoiler_text": "",
        "language": "en",
        "url": f"https://other.example/@jofict/{id_}",
        "replies_count": 0,
        "reblogs_count": 1,
        "favourites_count": 2,
        "quotes_count": 0,
        "content": f"<p>widget {id_} stopped <b>again</b></p>",
        "reblog": None,
        "account": account(),
        "media_attachments": [],
        "mentions": [],
        "tags": [],
    } | more


def items(events: list[Event]) -> list[Item]:
    return [event for event in events if isinstance(event, Item)]


def normalise(value: Any) -> list[Event]:
    return Mastodon().normalise(SETTINGS, Raw(json.dumps(value).encode(), 7, NOW))


def test_a_status_is_an_item_with_its_author() -> None:
    mention = {"id": "1", "username": "acme", "acct": "acme"}
    events = normalise([status(10, mentions=[mention], tags=[{"name": "acme"}], edited_at="2026-07-24T10:00:00.000Z")])
    [item] = items(events)
    assert (item.id, item.text, item.author, item.language) == ("10", "widget 10 stopped again", "55", "en")
    assert (item.published_at, item.revision) == (1_784_884_365_001, "2026-07-24T10:00:00.000Z")
    assert (item.tags, item.counters and item.counters.likes) == (["acme"], 2)
    assert [(it.kind, it.target, it.target_is_actor) for it in item.relations] == [
        (RelationKind.MENTION_OF, "1", True)
    ]
    assert item.origin.pointer == "/0"
    [actor] = [event for event in events if isinstance(event, Actor)]
    assert (actor.handle, actor.followers, actor.is_self) == ("@jofict@other.example", 820, False)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("public", Visibility.PUBLIC),
        ("unlisted", Visibility.UNLISTED),
        ("private", Visibility.RESTRICTED),
        ("direct", Visibility.DIRECT),
    ],
)
def test_visibility_is_as_given(given: str, wanted: Visibility) -> None:
    assert items(normalise(status(1, visibility=given)))[0].visibility is wanted


def test_an_unknown_visibility_is_poison_not_public() -> None:
    events = normalise([status(1, visibility="circle"), status(2)])
    assert [type(event).__name__ for event in events if isinstance(event, Item | Poison)] == ["Item", "Poison"]


def test_a_boost_shares_what_is_beside_it() -> None:
    shared, boost = items(normalise(status(20, content="", reblog=status(10), account=account("9", "fan"))))
    assert (shared.id, boost.id, boost.kind, boost.text) == ("10", "20", ItemKind.SHARE, "")
    assert [(it.kind, it.target) for it in boost.relations] == [(RelationKind.SHARE_OF, "10")]


def test_replies_of_one_page_are_one_conversation() -> None:
    page = [status(3, in_reply_to_id="2"), status(2, in_reply_to_id="1"), status(1)]
    assert [(item.id, item.conversation) for item in items(normalise(page))] == [("1", "1"), ("2", "1"), ("3", "1")]


def test_replies_that_answer_each_other_end() -> None:
    page = [status(2, in_reply_to_id="1"), status(1, in_reply_to_id="2")]
    assert len(items(normalise(page))) == 2


def test_notifications_and_reports() -> None:
    report = {
        "id": "7",
        "category": "spam",
        "comment": "sells pills",
        "action_taken": False,
        "created_at": "2026-07-24T09:00:00.000Z",
        "status_ids": ["10"],
        "target_account": account("66", "bad"),
    }
    events = normalise(
        [
            {"id": "n2", "type": "admin.report", "account": account("5", "mod"), "report": report},
            {"id": "n1", "type": "mention", "account": account(), "status": status(10)},
            {"id": "n0", "type": "follow", "account": account("77", "fan")},
        ]
    )
    [flag] = [event for event in events if isinstance(event, FlagReport)]
    assert (flag.about, flag.reason, flag.reporter, flag.status) == ("10", "spam: sells pills", "5", "open")
    assert [item.id for item in items(events)] == ["10"]


def test_the_same_payload_gives_the_same_events() -> None:
    page = [status(3, in_reply_to_id="2"), {"id": "odd"}, status(1)]
    assert normalise(page) == normalise(page)


class Instance:
    """A timeline that pages as an instance does."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = ids

    def __call__(self, request: RawRequest) -> RawResponse:
        query = dict(pair.split("=") for pair in request.url.partition("?")[2].split("&"))
        found = sorted(self.ids, reverse=True)
        size = 2
        if "min_id" in query:
            newer = [id_ for id_ in found if id_ > int(query["min_id"])]
            page = newer[-size:]
        elif "max_id" in query:
            page = [id_ for id_ in found if id_ < int(query["max_id"])][:size]
        else:
            page = found[:size]
        return testing.json_response([status(id_) for id_ in page], headers=LIMITS)


def run(instance: Instance, stream: str, **more: Any) -> tuple[list[str], Any]:
    """Reads until there is nothing more, and returns the ids and the last batch."""
    ids: list[str] = []
    continuation = None
    with testing.host(at=NOW) as host:
        host.answer(instance)
        for _ in range(20):
            request = testing.read_request(stream, continuation=continuation, **more)
            batch = Mastodon().read(SETTINGS, request)
            ids += [item.id for item in items(batch.events)]
            more["cursor"], continuation = batch.cursor, batch.continuation
            if continuation is None:
                return ids, batch
    raise AssertionError("it never ends")


def test_reading_forwards_loses_nothing_and_doubles_nothing() -> None:
    instance = Instance([1, 2, 3])
    ids, batch = run(instance, "home")
    assert sorted(ids) == ["1", "2", "3"], "the first read goes back a day"
    assert (batch.limit_left, batch.limit_resets) == (299, 1_784_884_800_000)
    instance.ids += [4, 5, 6, 7, 8]
    ids, batch = run(instance, "home", cursor=batch.cursor, budget=Budget(max_requests=2))
    assert ids == ["4", "5", "6", "7", "8"]
    assert run(instance, "home", cursor=batch.cursor)[0] == []


def test_the_first_read_goes_back_to_since() -> None:
    ids, batch = run(Instance(list(range(1, 8))), "hashtag", since=0, budget=Budget(max_requests=2))
    assert sorted(map(int, ids)) == list(range(1, 8))
    assert json.loads(batch.cursor)["at"]["tag:acme"] == "7"


def test_a_first_read_goes_back_as_many_days_as_are_set() -> None:
    old = status(1, created_at="2026-07-22T09:12:45.001Z")
    for days, wanted in ((1, ["2"]), (3, ["1", "2"])):
        settings = Settings("https://mastodon.example", lookback_days=days, threads=False)
        with testing.host(at=NOW) as host:
            host.play(testing.json_response([status(2), old]), testing.json_response([]))
            batch = Mastodon().read(settings, testing.read_request("home"))
        assert ([item.id for item in items(batch.events)], batch.continuation) == (wanted, None)


def runs(instance: Instance, settings: Settings, stream: str, **more: Any) -> tuple[list[str], bytes | None]:
    """Reads to the end within the budget of each batch; returns the ids and the last cursor."""
    ids: list[str] = []
    continuation, cursor, budget = None, more.pop("cursor", None), more["budget"]
    with testing.host(at=NOW) as host:
        host.answer(instance)
        for _ in range(60):
            asked = len(host.requests)
            request = testing.read_request(stream, continuation=continuation, cursor=cursor, **more)
            batch = Mastodon().read(settings, request)
            assert len(host.requests) - asked <= budget.max_requests
            found = items(batch.events)
            assert len(batch.events) <= budget.max_events or (len(found) <= 1 and len(batch.events) <= 4)
            ids += [item.id for item in found]
            cursor, continuation = batch.cursor or cursor, batch.continuation
            if continuation is None:
                return ids, cursor
    raise AssertionError("it never ends")


@pytest.mark.parametrize("budget", [Budget(max_events=1), Budget(max_events=7), Budget(max_requests=1)])
def test_a_small_budget_loses_and_doubles_nothing(budget: Budget) -> None:
    settings = Settings("https://mastodon.example", hashtags=["acme", "widget"], threads=False)
    instance = Instance(list(range(1, 8)))
    # Both hashtags show the same here, and an item comes once.
    ids, cursor = runs(instance, settings, "hashtag", budget=budget)
    assert sorted(ids) == [str(id_) for id_ in range(1, 8)]
    instance.ids += [8, 9, 10, 11, 12]
    ids, cursor = runs(instance, settings, "hashtag", budget=budget, cursor=cursor)
    assert ids == ["8", "9", "10", "11", "12"]
    ids, _ = runs(instance, settings, "public", budget=budget, mode=ReadMode.BACKFILL)
    assert sorted(map(int, ids)) == list(range(1, 13))


TROUBLES = [
    (testing.response(503, "<html>Bad gateway</html>"), faults.Transient),
    (testing.response(200, '[{"id":"1'), faults.Protocol),
    (http.HttpFault("connect", "reset by peer"), faults.Transient),
]
"""A gateway is down for a moment; an answer is cut; there is none."""


@pytest.mark.parametrize("mode", [ReadMode.INCREMENTAL, ReadMode.BACKFILL])
@pytest.mark.parametrize(("trouble", "wanted"), TROUBLES)
def test_what_fails_half_way_loses_and_doubles_nothing(
    mode: ReadMode, trouble: RawResponse | http.HttpFault, wanted: type[faults.Fault]
) -> None:
    instance, asked = Instance(list(range(1, 20))), 0
    ids: list[str] = []
    request = testing.read_request("home", mode=mode, since=0)

    def answer(raw: RawRequest) -> RawResponse:
        nonlocal asked
        asked += 1
        if asked % 3 != 0:
            return instance(raw)
        if isinstance(trouble, http.HttpFault):
            raise trouble
        return trouble

    with testing.host(at=NOW) as host:
        host.answer(answer)
        for _ in range(20):
            try:
                batch = Mastodon().read(SETTINGS, request)
            except wanted:
                continue  # Nothing was given: the host asks again from where it was.
            ids += [item.id for item in items(batch.events)]
            request.cursor, request.continuation = batch.cursor or request.cursor, batch.continuation
            if batch.continuation is None:
                break
    assert sorted(map(int, ids)) == list(range(1, 20)), "each once"


def test_a_limit_half_way_says_when_to_come_back() -> None:
    with testing.host(at=NOW) as host:
        host.play(
            testing.json_response([status(2), status(1)]),
            testing.json_response({"error": "Too many requests"}, 429, LIMITS),
        )
        batch = Mastodon().read(SETTINGS, testing.read_request("home", mode=ReadMode.BACKFILL, since=0))
    assert [item.id for item in items(batch.events)] == ["1", "2"]
    assert (batch.not_before, batch.continuation is None) == (1_784_884_800_000, False)


def test_a_boost_that_does_not_fit_comes_in_two_parts_and_without_a_cursor_between() -> None:
    page = [status(20, content="", reblog=status(10), account=account("9", "fan"))]
    request = testing.read_request("home", cursor=cursor.write(2, {"home": "5"}), budget=Budget(max_events=3))
    with testing.host(at=NOW) as host:
        host.answer(lambda asked: testing.json_response(page if "min_id=5" in asked.url else []))
        first = Mastodon().read(SETTINGS, request)
        assert ([item.id for item in items(first.events)], first.cursor) == (["10"], None)
        request.continuation = first.continuation
        second = Mastodon().read(SETTINGS, request)
        request.cursor, request.continuation = second.cursor, second.continuation
        assert [item.id for item in items(second.events)] == ["20"]
        assert Mastodon().read(SETTINGS, request).continuation is None


def test_what_a_boost_shows_again_comes_once() -> None:
    page = [status(20, content="", reblog=status(10), account=account("9", "fan")), status(10)]
    request = testing.read_request("home", cursor=cursor.write(2, {"home": "5"}))
    with testing.host(at=NOW) as host:
        host.play(testing.json_response(page), testing.json_response([]))
        batch = Mastodon().read(SETTINGS, request)
    assert [item.id for item in items(batch.events)] == ["10", "20"]


def test_a_backfill_ends_before_until() -> None:
    late = status(3, created_at="2026-07-24T09:30:00.000Z")
    with testing.host(at=NOW) as host:
        host.play(testing.json_response([late, status(2), status(1)]), testing.json_response([]))
        until = 1_784_884_800_000
        batch = Mastodon().read(SETTINGS, testing.read_request("home", mode=ReadMode.BACKFILL, until=until))
    assert [item.id for item in items(batch.events)] == ["1", "2"]


def test_threads_are_left_alone_where_the_limit_is_near_or_reached() -> None:
    settings = Settings("https://mastodon.example")
    page = [status(4, in_reply_to_id="2"), status(3, in_reply_to_id="1")]
    near = {"X-RateLimit-Remaining": "49", "X-RateLimit-Reset": "2026-07-24T09:20:00.000000Z"}
    for answers in (
        [testing.json_response(page, headers=near), testing.json_response([])],
        [testing.json_response(page), testing.json_response({}, 429), testing.json_response([])],
    ):
        with testing.host(at=NOW) as host:
            host.play(*answers)
            batch = Mastodon().read(settings, testing.read_request("notifications"))
        assert [(item.id, item.conversation) for item in items(batch.events)] == [("3", "1"), ("4", "2")]


def test_an_entry_without_an_id_is_poison_and_keeps_nothing_back() -> None:
    with testing.host(at=NOW) as host:
        host.play(testing.json_response([status(2), 7, {"id": [1]}, status(1)]), testing.json_response([]))
        batch = Mastodon().read(SETTINGS, testing.read_request("home"))
    assert [item.id for item in items(batch.events)] == ["1", "2"]
    assert len([event for event in batch.events if isinstance(event, Poison)]) == 2


def test_a_cursor_that_is_not_ours_is_stale() -> None:
    for odd in (b"{}", b'{"v":2,"at":7}', b"\xff", b"[" * 100_000):
        with pytest.raises(faults.StaleCursor), testing.host(at=NOW):
            Mastodon().read(SETTINGS, testing.read_request("home", cursor=odd))


def test_a_backfill_resumes_from_its_own_cursor() -> None:
    instance = Instance(list(range(1, 8)))
    with testing.host(at=NOW) as host:
        host.answer(instance)
        request = testing.read_request("public", mode=ReadMode.BACKFILL, since=0, budget=Budget(max_requests=1))
        first = Mastodon().read(SETTINGS, request)
        request.cursor, request.budget = first.cursor, Budget()
        second = Mastodon().read(SETTINGS, request)
    assert [item.id for item in items(first.events)] == ["6", "7"]
    assert sorted(item.id for item in items(second.events)) == ["1", "2", "3", "4", "5"]


def test_a_thread_that_is_on_no_page_is_asked_for() -> None:
    settings = Settings("https://mastodon.example")
    with testing.host(at=NOW) as host:
        host.play(
            testing.json_response([status(3, in_reply_to_id="2")]),
            testing.json_response({"ancestors": [status(1), status(2, in_reply_to_id="1")], "descendants": []}),
            testing.json_response([]),
        )
        [item] = items(Mastodon().read(settings, testing.read_request("notifications")).events)
    assert item.conversation == "1"


def test_recheck_sees_edits_and_removals() -> None:
    with testing.host(at=NOW) as host:
        host.play(
            testing.json_response(status(1, edited_at="2026-07-24T10:00:00.000Z", content="<p>fixed</p>")),
            testing.json_response({"error": "Record not found"}, 404, payload=9),
        )
        request = testing.read_request("home", mode=ReadMode.RECHECK, ids=["1", "2"], budget=Budget(max_requests=1))
        first = Mastodon().read(SETTINGS, request)
        request.continuation = first.continuation
        second = Mastodon().read(SETTINGS, request)
    assert [(item.text, item.revision) for item in items(first.events)] == [("fixed", "2026-07-24T10:00:00.000Z")]
    [removal] = second.events
    assert isinstance(removal, Removal)
    assert (removal.id, removal.origin.payload, second.continuation) == ("2", 9, None)


@pytest.mark.parametrize(
    ("code", "error", "wanted"),
    [
        (401, "The access token is invalid", faults.Auth),
        (401, "The access token was revoked", faults.Auth),
        (403, "This action is outside the authorized scopes", faults.Auth),
        (422, "This method requires an authenticated user", faults.Auth),
        (422, "Validation failed", faults.Refused),
        (404, "Record not found", faults.NotFound),
        (429, "Too many requests", faults.RateLimited),
        (503, "Remote data could not be fetched", faults.Transient),
    ],
)
def test_errors_are_the_right_faults(code: int, error: str, wanted: type[faults.Fault]) -> None:
    with testing.host(at=NOW) as host:
        host.play(testing.json_response({"error": error}, code, LIMITS))
        with pytest.raises(wanted) as raised:
            Mastodon().read(SETTINGS, testing.read_request("home"))
    if isinstance(raised.value, faults.RateLimited):
        assert raised.value.until == 1_784_884_800_000
    if code == 403 and isinstance(raised.value, faults.Auth):
        assert raised.value.why is AuthWhy.SCOPE


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", '[{"id": "1"', "", '{"a": 1}', "[7]"])
def test_what_is_no_page_is_a_fault(body: str) -> None:
    with testing.host(at=NOW) as host:
        host.play(testing.response(200, body))
        with pytest.raises(faults.Protocol):
            Mastodon().read(SETTINGS, testing.read_request("home"))


def reply(*responses: RawResponse | http.HttpFault, text: str = "We look into it.") -> tuple[Any, list[RawRequest]]:
    with testing.host(at=NOW) as host:
        host.play(testing.json_response(status(10, visibility="unlisted")), *responses)
        action = Action("reply", "key-1", on="10", arguments=json.dumps({"text": text}))
        return Mastodon().act(SETTINGS, action), host.requests


def test_a_reply_mentions_its_author_and_carries_its_key() -> None:
    posted = status(11, account=account("1", "acme"), in_reply_to_id="10", visibility="unlisted")
    outcome, requests = reply(testing.json_response(posted))
    assert outcome.case == "done"
    [item] = items(outcome.value)
    assert (item.id, item.direction, item.conversation) == ("11", Direction.OUTBOUND, "10")
    body = (requests[1].body or b"").decode()
    assert "status=%40jofict%40other.example+We+look+into+it." in body
    assert "visibility=unlisted" in body
    assert ("Idempotency-Key", "key-1") in requests[1].headers


def test_a_reply_that_may_have_arrived_is_uncertain() -> None:
    for kind in ("timeout", "connect", "too-large"):
        assert reply(http.HttpFault(kind))[0].case == "uncertain"
    assert reply(testing.response(502, "<html>"))[0].case == "uncertain"


def test_a_reply_that_is_too_long_is_refused() -> None:
    with pytest.raises(faults.Refused):
        reply(text="x" * 500)


def test_check_names_account_and_scopes() -> None:
    with testing.host(at=NOW) as host:
        host.play(testing.json_response(account("1", "acme")), testing.json_response({"scopes": ["read", "write"]}))
        report = Mastodon().check(SETTINGS)
    assert (report.account, report.scopes, report.warnings) == ("@acme", ["read", "write"], [])


def test_discover_lists_timelines_and_hashtags() -> None:
    with testing.host(at=NOW) as host:
        host.play(testing.json_response([{"name": "Widget"}, {"name": "acme"}]))
        targets = Mastodon().discover(SETTINGS)
    assert [(target.id, target.ours) for target in targets[3:]] == [("tag:acme", True), ("tag:widget", False)]
