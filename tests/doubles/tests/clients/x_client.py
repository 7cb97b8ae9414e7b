"""tweepy against the double of X."""

import tweepy
from double import control, raises, redirect, run

APP, USER, OWN = "x-app-token", "x-user-token", 1111111111


def client(base, token):
    made = tweepy.Client(token)
    redirect(made.session, base, "https://api.twitter.com", "https://api.x.com")
    return made


def insert(base, **post):
    return int(control(base, {"op": "insert", **post})[0]["id"])


def case_search_pages(base):
    control(base, {"op": "seed", "items": 250})
    pages = list(
        tweepy.Paginator(
            client(base, APP).search_recent_tweets,
            "acme widget -is:retweet",
            max_results=100,
            tweet_fields=["created_at", "public_metrics", "referenced_tweets", "conversation_id"],
            expansions=["author_id"],
            user_fields=["public_metrics"],
        )
    )
    assert [page.meta["result_count"] for page in pages] == [100, 100, 50]
    posts = [post for page in pages for post in page.data]
    ids = [post.id for post in posts]
    assert ids == sorted(set(ids), reverse=True) and len(ids) == 250 and min(ids) > 2**53
    assert posts[0].created_at.isoformat() == "2026-07-24T21:23:22+00:00"
    users = {user.id: user for page in pages for user in page.includes["users"]}
    assert all(post.author_id in users for post in posts)
    assert any(post.referenced_tweets for post in posts)
    assert posts[0].public_metrics["like_count"] >= 0


def case_search_since(base):
    first = insert(base, text="acme one")
    second = insert(base, text="acme two")
    found = client(base, APP).search_recent_tweets("acme", since_id=first)
    assert [post.id for post in found.data] == [second]
    nothing = client(base, APP).search_recent_tweets("nobody says this")
    assert nothing.data is None and nothing.meta["result_count"] == 0


def case_mentions(base):
    mine = client(base, USER)
    me = mine.get_me(user_auth=False).data
    assert (me.id, me.username) == (OWN, "acme")
    asked = insert(base, text="@acme help", author="jofict")
    insert(base, text="acme, not addressed")
    found = mine.get_users_mentions(me.id, expansions="author_id")
    assert [post.id for post in found.data] == [asked]
    assert found.includes["users"][0].username == "jofict"


def case_reply(base):
    mine = client(base, USER)
    asked = insert(base, text="@acme help")
    made = mine.create_tweet(text="we are on it", in_reply_to_tweet_id=asked, user_auth=False).data
    reply = mine.get_tweet(made["id"], tweet_fields=["conversation_id", "referenced_tweets", "author_id"]).data
    assert (reply.text, reply.author_id, reply.conversation_id) == ("we are on it", OWN, asked)
    assert [(one.type, one.id) for one in reply.referenced_tweets] == [("replied_to", asked)]
    again = raises(
        tweepy.Forbidden,
        lambda: mine.create_tweet(text="we are on it", in_reply_to_tweet_id=asked, user_auth=False),
    )
    assert "duplicate content" in str(again)
    assert mine.delete_tweet(made["id"], user_auth=False).data["deleted"]


def case_reply_by_oauth1(base):
    signed = tweepy.Client(
        consumer_key="k", consumer_secret="s", access_token=USER, access_token_secret="t"
    )
    redirect(signed.session, base, "https://api.twitter.com")
    asked = insert(base, text="@acme help")
    assert signed.create_tweet(text="at once", in_reply_to_tweet_id=asked).data["text"] == "at once"


def case_look_up(base):
    ids = [insert(base, text=f"acme {number}") for number in range(99)]
    gone = insert(base, text="acme gone")
    control(base, {"op": "delete", "id": str(gone)})
    found = client(base, APP).get_tweets(ids + [gone], tweet_fields=["public_metrics"])
    assert [post.id for post in found.data] == ids
    assert [(error["resource_id"], error["title"]) for error in found.errors] == [(str(gone), "Not Found Error")]


def case_edits(base):
    first = insert(base, text="acme on")
    second = int(control(base, {"op": "edit", "id": str(first), "text": "acme one"})[0]["id"])
    post = client(base, APP).search_recent_tweets("acme").data[0]
    assert (post.id, post.text, post.edit_history_tweet_ids) == (second, "acme one", [first, second])


def case_limit(base):
    control(base, {"op": "limit", "bucket": "search/app", "limit": 1})
    reader = client(base, APP)
    reader.search_recent_tweets("acme")
    limited = raises(tweepy.TooManyRequests, lambda: reader.search_recent_tweets("acme"))
    assert limited.reset_time == 1784928203 + 900
    assert limited.response.headers["x-rate-limit-remaining"] == "0"


def case_refusals(base):
    reader = client(base, APP)
    for fault, kind, words in [
        ("expired", tweepy.Unauthorized, "Unauthorized"),
        ("revoked", tweepy.Unauthorized, "Unauthorized"),
        ("forbidden", tweepy.Forbidden, "approved developer account"),
        ("scope", tweepy.Forbidden, "not permitted"),
        ("quota", tweepy.TooManyRequests, "Usage cap exceeded"),
        ("server-error", tweepy.TwitterServerError, "Service Unavailable"),
        ("html-502", tweepy.TwitterServerError, "502"),
    ]:
        control(base, {"op": "fault", "fault": fault})
        error = raises(kind, lambda: reader.search_recent_tweets("acme"))
        assert words in str(error), (fault, str(error))
    wrong = raises(tweepy.BadRequest, lambda: reader.search_recent_tweets("acme OR"))
    assert "no viable alternative" in str(wrong)
    old = raises(tweepy.BadRequest, lambda: reader.search_recent_tweets("acme", since_id=1))
    assert "since_id" in str(old)
    raises(tweepy.Forbidden, lambda: reader.get_me(user_auth=False))
    raises(tweepy.Unauthorized, lambda: client(base, "who").search_recent_tweets("acme"))


def case_torture(base):
    control(base, {"op": "torture"})
    pages = tweepy.Paginator(client(base, APP).search_recent_tweets, "acme", max_results=100)
    texts = [post.text for page in pages for post in page.data]
    # The same count as the connector's: all but what is blank.
    assert len(texts) == 517, len(texts)
    assert any("\ud83d high" in text for text in texts), "half a character, as it was sent"


run(globals())
