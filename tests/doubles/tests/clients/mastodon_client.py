"""Mastodon.py against the double of Mastodon."""

import datetime

from double import control, raises, run
from mastodon import Mastodon
from mastodon.errors import (
    MastodonAPIError,
    MastodonNotFoundError,
    MastodonRatelimitError,
    MastodonServerError,
    MastodonUnauthorizedError,
)

TOKEN, OWN, JO = "mastodon-user-token", 1, "jofict@other.example"


def client(base, token=TOKEN):
    return Mastodon(access_token=token, api_base_url=base, ratelimit_method="throw")


def insert(base, **status):
    return control(base, {"op": "insert", **status})[0]["id"]


def case_instance_and_account(base):
    mine = client(base)
    assert mine.retrieve_mastodon_version().startswith("4.5")
    me = mine.account_verify_credentials()
    assert (str(me.id), me.acct) == ("1", "acme")
    jo = mine.account_lookup(JO)
    assert (str(jo.id), jo.username, jo.followers_count) == ("55", "jofict", 820)


def case_tag_pages(base):
    control(base, {"op": "seed", "items": 95})
    mine = client(base)
    page, pages = mine.timeline_hashtag("acme", limit=40), []
    while page:
        pages.append(page)
        page = mine.fetch_next(page)
    assert [len(page) for page in pages] == [40, 40, 15]
    ids = [int(status.id) for page in pages for status in page]
    assert ids == sorted(set(ids), reverse=True) and min(ids) > 2**53
    first = pages[0][0]
    assert first.created_at == datetime.datetime(2026, 7, 24, 21, 23, 22, tzinfo=datetime.timezone.utc)
    assert first.tags[0].name == "acme" and first.account.acct.endswith("@other.example")


def case_min_id_is_without_gaps(base):
    ids = [insert(base, text=f"{number} #acme") for number in range(60)]
    mine = client(base)
    seen, last = [], ids[9]
    while page := mine.timeline_hashtag("acme", min_id=last, limit=20):
        seen += [str(status.id) for status in reversed(page)]
        last = seen[-1]
        insert(base, text="meanwhile #other")
    assert seen == ids[10:]
    newest = mine.timeline_hashtag("acme", since_id=ids[9], limit=20)
    assert [str(status.id) for status in newest] == ids[:-21:-1], "newest first, with a gap"


def case_things_come_and_go_between_pages(base):
    ids = [insert(base, text=f"{number} #acme") for number in range(50)]
    mine = client(base)
    first = mine.timeline_hashtag("acme", limit=20)
    control(base, {"op": "insert", "text": "new #acme"}, {"op": "delete", "id": ids[30]})
    second = mine.fetch_next(first)
    seen = [str(status.id) for status in first + second]
    assert seen == ids[:9:-1], "what is gone was on the page before, what is new is above"
    assert mine.fetch_previous(first)[0].content.startswith("<p>new ")


def case_mentions_and_reply(base):
    asked = insert(base, text="@acme my widget stopped", author=JO)
    insert(base, text="acme, not addressed")
    mine = client(base)
    mentions = mine.notifications(types=["mention"])
    assert [str(mention.status.id) for mention in mentions] == [asked]
    status = mentions[0].status
    assert status.mentions[0].acct == "acme" and 'class="u-url mention"' in status.content
    made = mine.status_reply(status, "we are on it", idempotency_key="k1")
    assert str(made.in_reply_to_id) == asked and made.mentions[0].acct == JO
    again = mine.status_reply(status, "we are on it", idempotency_key="k1")
    assert again.id == made.id, "the key makes it the same"
    around = mine.status_context(asked)
    assert [one.id for one in around.descendants] == [made.id]
    assert [str(one.id) for one in mine.status_context(made.id).ancestors] == [asked]
    mine.status_delete(made.id)
    raises(MastodonNotFoundError, lambda: mine.status(made.id))


def case_edits_and_deletions(base):
    asked = insert(base, text="widget on #acme")
    mine = client(base)
    assert mine.status(asked).edited_at is None
    control(base, {"op": "advance", "ms": 60000}, {"op": "edit", "id": asked, "text": "widget one #acme"})
    edited = mine.status(asked)
    assert (edited.edited_at - edited.created_at).seconds >= 60 and "one" in edited.content
    assert ["widget on " in version.content for version in mine.status_history(asked)] == [True, False]
    control(base, {"op": "delete", "id": asked})
    raises(MastodonNotFoundError, lambda: mine.status(asked))
    control(base, {"op": "restore", "id": asked})
    assert str(mine.status(asked).id) == asked


def case_search_and_visibility(base):
    found = insert(base, text="a rare walrus #acme")
    hidden = insert(base, text="a rare walrus, between us", visibility="direct")
    mine = client(base)
    statuses = mine.search_v2("rare walrus", result_type="statuses").statuses
    assert [str(status.id) for status in statuses] == [found]
    raises(MastodonNotFoundError, lambda: mine.status(hidden))
    insert(base, text="boosted", reblog=found, author="kim@other.example")
    boost = mine.timeline_home(limit=1)[0]
    assert str(boost.reblog.id) == found and boost.content == ""


def case_reports(base):
    control(base, {"op": "report", "text": "this is spam"})
    reported = client(base).notifications(types=["admin.report"])
    assert reported[0].report.comment == "this is spam"


def case_limit(base):
    mine = client(base)
    mine.account_verify_credentials()
    assert (mine.ratelimit_limit, mine.ratelimit_remaining) == (300, 299)
    # Read as the client does: the reset is ISO 8601, 300 s after the first request.
    assert mine.ratelimit_reset > 0
    control(base, {"op": "limit", "bucket": "all/1", "limit": 1})
    raises(MastodonRatelimitError, mine.account_verify_credentials)


def case_refusals(base):
    mine = client(base)
    # Its first call asks for the version of the instance, too.
    mine.timeline_hashtag("acme")
    for fault, kind, words in [
        ("expired", MastodonUnauthorizedError, "401"),
        ("revoked", MastodonUnauthorizedError, "401"),
        ("scope", MastodonAPIError, "403"),
        ("not-found", MastodonNotFoundError, "404"),
        ("server-error", MastodonServerError, "503"),
        ("html-502", MastodonServerError, "502"),
        ("truncated", MastodonAPIError, ""),
    ]:
        control(base, {"op": "fault", "fault": fault, "on": "next"})
        error = raises(kind, lambda: mine.timeline_hashtag("acme"))
        assert words in str(error), (fault, str(error))
    raises(MastodonUnauthorizedError, lambda: client(base, "who").timeline_hashtag("acme"))
    raises(MastodonAPIError, lambda: mine.status_post(""))
    long = raises(MastodonAPIError, lambda: mine.status_post("x" * 501))
    assert "422" in str(long)
    raises(MastodonNotFoundError, lambda: mine.status_post("x", in_reply_to_id="9"))


def case_torture(base):
    control(base, {"op": "torture"})
    mine = client(base)
    page, seen = mine.timeline_hashtag("acme", limit=40), []
    while page:
        seen += page
        page = mine.fetch_next(page)
    assert len(seen) > 500
    assert any("onerror" in status.content for status in seen)
    assert any("\ud83d high" in status.content for status in seen), "half a character, as it was sent"
    assert any(status.created_at.year == 1969 for status in seen)


run(globals())
