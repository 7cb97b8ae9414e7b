"""Meta's own client, facebook-business, against the double of Facebook.

The client takes the address of the Graph API from the attribute GRAPH of its session, as the documentation of
FacebookAdsApi says; nothing else of it is touched.
"""

import hashlib
import hmac
import json

from double import control as control_all
from double import run
from facebook_business.adobjects.comment import Comment
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

PAGE = "104000000000001"
PAGE_TOKEN = "fb-page-token-1"
USER_TOKEN = "fb-user-token-1"
APP_SECRET = "test-app-secret"

base = None


def control(**operation):
    return control_all(base, operation)[0]


def sign_in(token=PAGE_TOKEN, app_secret=None):
    session = FacebookSession(app_id="5", app_secret=app_secret, access_token=token)
    session.GRAPH = base
    FacebookAdsApi.set_default_api(FacebookAdsApi(session))
    return FacebookAdsApi.get_default_api()


def begin(address):
    global base
    base = address
    sign_in()


def refused(call, code, subcode=None):
    try:
        call()
    except FacebookRequestError as error:
        told = (error.api_error_code(), error.api_error_subcode())
        assert told == (code, subcode), told
        assert error.body()["error"]["fbtrace_id"], error.body()
        return error
    raise AssertionError("error %s was expected" % code)


def case_feed(address):
    """Reads a feed of several pages by the client's own cursor."""
    begin(address)
    control(op="seed", items=130)
    fields = [PagePost.Field.id, PagePost.Field.message, PagePost.Field.created_time, PagePost.Field.shares,
              "from", "comments.limit(2).summary(true){id,message}", "reactions.limit(0).summary(true)"]
    cursor = Page(PAGE).get_feed(fields=fields, params={"limit": 50})
    posts = list(cursor)
    assert len(posts) == 130 and len({post["id"] for post in posts}) == 130, len(posts)
    times = [post["created_time"] for post in posts]
    assert times == sorted(times, reverse=True) and times[0].endswith("+0000"), times[0]
    assert any(len(post["comments"]["data"]) == 2 for post in posts)
    assert all("summary" in post["reactions"] for post in posts)
    usage = json.loads(cursor.headers()["X-App-Usage"])
    assert set(usage) == {"call_count", "total_time", "total_cputime"}, usage
    assert PAGE in json.loads(cursor.headers()["X-Business-Use-Case-Usage"])
    assert len(control(op="log")) == 3


def case_page_and_nodes(address):
    """Reads a page, a post, and what is not there."""
    begin(address)
    page = Page(PAGE).api_get(fields=[Page.Field.name, Page.Field.link, Page.Field.followers_count])
    assert (page["name"], page["followers_count"]) == ("Acme", 4711), page
    post = control(op="insert", author="Acme", text="Widget 4.2", picture="a widget")["id"]
    told = PagePost(post).api_get(fields=["message", "permalink_url", "attachments", "status_type"])
    assert told["message"] == "Widget 4.2" and told["attachments"]["data"][0]["media_type"] == "photo", told
    error = refused(lambda: PagePost(PAGE + "_9").api_get(fields=["message"]), 100, 33)
    assert error.http_status() == 400 and error.api_error_type() == "GraphMethodException"
    error = refused(lambda: PagePost(post).api_get(fields=["colour"]), 100)
    assert "nonexisting field (colour)" in error.api_error_message(), error


def case_comments(address):
    """Reads comments of all levels, and in both orders."""
    begin(address)
    post = control(op="insert", author="Acme")["id"]
    first = control(op="insert", reply_to=post, text="eins ü 🙂")["id"]
    control(op="insert", reply_to=first, author="Acme", text="zwei")
    control(op="insert", reply_to=post, author="", text="drei")
    fields = ["message", "from", "parent", "comment_count", "is_hidden"]
    params = {"filter": Comment.Filter.stream, "order": Comment.Order.chronological, "limit": 2}
    cursor = PagePost(post).get_comments(fields=fields, params=params)
    stream = list(cursor)
    assert [it["message"] for it in stream] == ["eins ü 🙂", "zwei", "drei"], stream
    assert cursor.total() == 3, cursor.total()
    assert stream[1]["parent"]["id"] == first and "from" not in stream[2] and stream[0]["comment_count"] == 1
    top = PagePost(post).get_comments(fields=fields, params={"order": Comment.Order.reverse_chronological})
    assert [it["message"] for it in top] == ["drei", "eins ü 🙂"], top
    assert [it["message"] for it in Comment(first).get_comments(fields=["message"])] == ["zwei"]


def case_reply_and_hide(address):
    """Replies, hides, edits and deletes."""
    begin(address)
    post = control(op="insert", author="Acme")["id"]
    comment = control(op="insert", reply_to=post, text="Mine stopped")["id"]
    reply = Comment(comment).create_comment(params={"message": "Which version?"})
    assert reply["id"].split("_")[0] == comment.split("_")[0], reply
    told = Comment(reply["id"]).api_get(fields=["message", "from", "parent"])
    assert (told["message"], told["from"]["id"], told["parent"]["id"]) == ("Which version?", PAGE, comment), told
    for hidden in (True, False):
        Comment(comment).api_update(params={"is_hidden": hidden})
        assert Comment(comment).api_get(fields=["is_hidden"])["is_hidden"] is hidden
    Comment(reply["id"]).api_update(params={"message": "Which version, please?"})
    assert Comment(reply["id"]).api_get(fields=["message"])["message"].endswith("please?")
    Comment(reply["id"]).api_delete()
    refused(lambda: Comment(reply["id"]).api_get(fields=["message"]), 100, 33)


def case_batch(address):
    """Several calls in one request, some of which fail or run out of time."""
    begin(address)
    ids = control(op="insert", author="Acme", count=3)["ids"]
    api = sign_in()
    together = api.new_batch()
    good, bad = [], []
    for id in ids + [PAGE + "_9"]:
        call = PagePost(id).api_get(fields=["message"], pending=True)
        call.add_to_batch(together, success=lambda it: good.append(it.json()["id"]),
                          failure=lambda it: bad.append((it.error().api_error_code(), it.error().api_error_subcode())))
    control(op="batch-timeouts", times=1)
    rest = together.execute()
    assert good == ids[1:] and bad == [(100, 33)], (good, bad)
    assert len(rest) == 1 and rest.execute() is None and good == ids[1:] + ids[:1], good
    reply = Comment(ids[0]).create_comment(params={"message": "in a batch"}, pending=True)
    writing = api.new_batch()
    reply.add_to_batch(writing, success=lambda it: good.append(it.json()["id"]))
    writing.execute()
    assert Comment(good[-1]).api_get(fields=["message"])["message"] == "in a batch"


def case_errors(address):
    """Meets every refusal in the platform's own words."""
    begin(address)
    read = lambda: Page(PAGE).get_feed(fields=["id"])
    for fault, code, subcode in [("expired", 190, 463), ("revoked", 190, 458), ("scope", 10, None),
                                 ("forbidden", 200, None), ("rate-limit", 80001, None), ("quota", 613, None),
                                 ("server-error", 2, None)]:
        control(op="fault", fault=fault, on="next")
        error = refused(read, code, subcode)
        assert error.api_transient_error() == (fault in ("rate-limit", "server-error")), fault
    sign_in("nobody's token")
    refused(read, 190)
    sign_in(USER_TOKEN)
    # The call without a known token was counted, too.
    control(op="limit", bucket="app", limit=3)
    list(read()), list(read())
    error = refused(read, 4)
    assert json.loads(error.http_headers()["X-App-Usage"])["call_count"] == 100
    control(op="token", value=PAGE_TOKEN, scopes=["pages_read_engagement"])
    sign_in()
    list(read())
    refused(lambda: Page(PAGE).get_tagged(fields=["id"]), 10)
    post = control(op="insert", author="Acme")["id"]
    refused(lambda: Comment(post).create_comment(params={"message": "x"}), 200)


def case_proof_and_pages(address):
    """Proves its calls by the app secret, and lists the pages of a user."""
    begin(address)
    control(op="require-proof")
    refused(lambda: Page(PAGE).api_get(fields=["name"]), 100)
    sign_in(USER_TOKEN, APP_SECRET)
    pages = list(User("me").get_accounts(fields=["id", "name", "access_token"]))
    assert [(page["id"], page["access_token"]) for page in pages] == [(PAGE, PAGE_TOKEN)], pages
    proof = hmac.new(b"other", PAGE_TOKEN.encode(), hashlib.sha256).hexdigest()
    refused(lambda: Page(PAGE).api_get(fields=["name"], params={"appsecret_proof": proof}), 100)
    sign_in(PAGE_TOKEN, APP_SECRET)
    apps = list(Page(PAGE).get_subscribed_apps(fields=["id"]))
    assert apps[0]["subscribed_fields"] == ["feed", "mention"], apps
    Page(PAGE).create_subscribed_app(params={"subscribed_fields": ["feed"]})


def case_stale_cursor(address):
    """Loses the entry under its cursor between two pages."""
    begin(address)
    ids = control(op="insert", author="Acme", count=60)["ids"]
    under = list(reversed(ids))[24]
    control(op="after", path="/v26.0/" + PAGE + "/feed", do={"op": "delete", "id": under})
    refused(lambda: list(Page(PAGE).get_feed(fields=["id"])), 2642)


run(globals())
