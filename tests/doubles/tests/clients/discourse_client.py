"""pydiscourse against the double of Discourse.

Only the clock that it sleeps by is another, so that its pauses are counted and not waited for.
"""

from double import control, run
from pydiscourse import DiscourseClient
from pydiscourse import client as pydiscourse_client
from pydiscourse.exceptions import (
    DiscourseClientError,
    DiscourseError,
    DiscourseRateLimitedError,
    DiscourseServerError,
)

KEY = "discourse-api-key-0123456789abcdef"


def sign_in(base, username="system", key=KEY):
    return DiscourseClient(base, api_username=username, api_key=key)


def refused(kind, call, words):
    try:
        call()
    except kind as error:
        assert type(error) is kind, error
        assert words in str(error), error
        return error
    raise AssertionError("%s was expected" % kind.__name__)


def case_posts(base):
    """Reads the newest posts, one post alone, by number, and those of a topic by their ids."""
    control(base, {"op": "seed", "items": 60})
    client = sign_in(base)
    page = client.latest_posts()["latest_posts"]
    assert [post["id"] for post in page] == list(range(560, 510, -1)), page
    post = client.post_by_id(page[0]["id"])
    assert post["raw"] and post["cooked"].startswith("<p>") and "topic_title" not in post
    same = client.post_by_number(post["topic_id"], post["post_number"])
    assert same == post
    some = client.posts(post["topic_id"], [post["id"], post["id"] - 1])["post_stream"]["posts"]
    assert [one["id"] for one in some] == [post["id"] - 1, post["id"]]
    assert "raw" not in some[0], "a topic shows what was made of Markdown only"
    whole = client.posts(post["topic_id"], [post["id"]], include_raw="true")["post_stream"]["posts"]
    assert whole[0]["raw"] == post["raw"]


def case_pages(base):
    """Pages back to the first post while others come and go."""
    control(base, {"op": "seed", "items": 170})
    client = sign_in(base)
    control(base, {"op": "after", "path": "/posts.json", "do": [
        {"op": "insert", "text": "in between"}, {"op": "delete", "id": 600}, {"op": "delete", "id": 621},
    ]})
    seen, before = [], None
    while True:
        page = [post["id"] for post in client.latest_posts(before=before)["latest_posts"]]
        if not page:
            break
        seen += page
        before = min(page)
    assert seen == [id for id in range(670, 500, -1) if id != 600], seen


def case_topics(base):
    """Reads lists and topics of more posts than come at once."""
    control(base, {"op": "insert", "text": "first"})
    for number in range(30):
        control(base, {"op": "insert", "topic": 119, "text": "answer %d" % number})
    client = sign_in(base)
    listed = client.latest_topics(order="created")["topic_list"]["topics"]
    assert [topic["id"] for topic in listed] == [119]
    topic = client.topic(listed[0]["slug"], 119)
    stream = topic["post_stream"]
    assert (len(stream["posts"]), len(stream["stream"]), topic["chunk_size"]) == (20, 31, 20)
    rest = client.posts(119, stream["stream"][20:])["post_stream"]["posts"]
    assert [post["post_number"] for post in rest] == list(range(21, 32))
    near = client.post(119, 25)["post_stream"]["posts"]
    assert 25 in [post["post_number"] for post in near]


def case_places(base):
    """Reads categories, the site and the forum itself."""
    client = sign_in(base)
    names = [category["name"] for category in client.categories(include_subcategories="true")]
    assert names == ["IT", "Staff"], names
    site = {category["id"]: category["read_restricted"] for category in client.get_site_info()["categories"]}
    assert site == {4: False, 5: False, 6: True}, site
    assert client.category(6)["category"]["group_permissions"][0]["group_name"] == "staff"
    assert client.about()["about"]["stats"]["users_count"] == 4
    guest = [category["id"] for category in sign_in(base, "kimfict").get_site_info()["categories"]]
    assert guest == [4, 5], guest


def case_search(base):
    """Finds posts by words."""
    control(base, {"op": "insert", "text": "the VPN drops"})
    control(base, {"op": "insert", "text": "the canteen is closed"})
    found = sign_in(base).search("vpn after:2026-07-01 order:latest")
    assert [post["blurb"] for post in found["posts"]] == ["the VPN drops"], found
    assert found["grouped_search_result"]["post_ids"] == [post["id"] for post in found["posts"]]


def case_replies(base):
    """Answers, edits, and opens a topic; bodies go as forms."""
    control(base, {"op": "insert", "text": "does anybody listen"})
    client = sign_in(base, "itlead")
    answer = client.create_post("We do. It is being looked at.", topic_id=119, reply_to_post_number=1)
    assert (answer["post_number"], answer["reply_to_post_number"], answer["yours"]) == (2, 1, True), answer
    again = client.create_post("We do. It is being looked at.", topic_id=119, reply_to_post_number=1)
    assert again["id"] == answer["id"], "within two minutes the same request is the same post"
    edited = client.update_post(answer["id"], "Solved.", edit_reason="done")["post"]
    assert (edited["version"], edited["raw"], edited["edit_reason"]) == (2, "Solved.", "done"), edited
    opened = client.create_post("Maintenance on Sunday.", category_id=4, title="Maintenance")
    assert (opened["post_number"], opened["topic_id"]) == (1, 120), opened
    short = refused(DiscourseClientError, lambda: client.create_post("Hm", topic_id=119), "too short")
    assert short.response.status_code == 422


def case_refusals(base):
    """Each refusal is what the client knows it by."""
    control(base, {"op": "insert", "text": "for the staff", "category": 6})
    kim = sign_in(base, "kimfict")
    wrong = refused(DiscourseClientError, lambda: sign_in(base, key="wrong").latest_posts(), "API username or key is invalid")
    assert wrong.response.status_code == 403
    assert wrong.response.json()["error_type"] == "invalid_access"
    closed = refused(DiscourseClientError, lambda: kim.post_by_id(501), "not permitted to view")
    assert closed.response.status_code == 403
    missing = refused(DiscourseClientError, lambda: kim.post_by_id(999), "could not be found")
    assert (missing.response.status_code, missing.response.json()["error_type"]) == (404, "not_found")
    control(base, {"op": "fault", "fault": "server-error"})
    refused(DiscourseServerError, kim.latest_posts, "")
    control(base, {"op": "fault", "fault": "html-200"})
    refused(DiscourseError, kim.latest_posts, "Invalid Response")


def case_limits(base):
    """A rate limit is waited out as long as its body says, and given up in the end."""
    slept = []
    pydiscourse_client.time.sleep = slept.append
    control(base, {"op": "limit", "bucket": "admin_api_key_rate_limit", "limit": 2})
    client = sign_in(base)
    client.about()
    control(base, {"op": "advance", "ms": 34000})
    client.about()
    refused(DiscourseRateLimitedError, client.about, "retries exceeded")
    assert slept == [27, 27, 27], slept
    control(base, {"op": "advance", "ms": 26000})
    client.about()
    assert control(base, {"op": "check-log"})[0] == [
        "request %d: GET /about.json came although the limit was used up" % number for number in (4, 5, 6)
    ]


def case_hidden(base):
    """Deleted posts are for the staff, hidden ones lose their words."""
    for text in ("deleted", "hidden", "taken back"):
        control(base, {"op": "insert", "text": text})
    control(base, {"op": "delete", "id": 501})
    control(base, {"op": "hide", "id": 502})
    control(base, {"op": "delete", "id": 503, "by": "jofict"})
    staff, kim = sign_in(base), sign_in(base, "kimfict")
    assert staff.post_by_id(501)["deleted_by"]["username"] == "itlead"
    refused(DiscourseClientError, lambda: kim.post_by_id(501), "could not be found")
    assert staff.post_by_id(502)["raw"] == "hidden"
    shown = kim.post_by_id(502)
    assert shown["cooked_hidden"] and "raw" not in shown, shown
    assert kim.post_by_id(503)["user_deleted"]
    assert [post["id"] for post in kim.latest_posts()["latest_posts"]] == [503, 502]


run(globals())
