"""slack_sdk against the double of Slack."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from double import control, raises, run
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import Clock, SignatureVerifier

TOKEN, CHANNEL = "xoxb-slack-bot-token", "C024BE91L"
NOW = 1784928203


def client(base, token=TOKEN):
    return WebClient(token, base_url=base + "/api/", retry_handlers=[])


def insert(base, **message):
    return control(base, {"op": "insert", **message})[0]["id"]


def refused(call, error):
    """Calls, and returns the answer that says no with that word."""
    answer = raises(SlackApiError, call).response
    assert answer["error"] == error, answer.data
    return answer


def case_who_and_where(base):
    web = client(base)
    who = web.auth_test()
    assert (who["user_id"], who["team_id"]) == ("U0APP", "T061EG9R6")
    channels = web.conversations_list()["channels"]
    assert [(one["id"], one["is_member"]) for one in channels] == [(CHANNEL, True)]
    control(base, {"op": "channel", "channel": "G1", "name": "leads", "kind": "group"})
    assert len(web.conversations_list()["channels"]) == 1
    both = web.conversations_list(types="public_channel,private_channel", limit=1)
    assert sum(len(page["channels"]) for page in both) == 2, "page by page"
    assert web.users_info(user="U2147483697")["user"]["real_name"] == "Jo Fictional"


def case_history_pages(base):
    control(base, {"op": "seed", "items": 250})
    # The client goes on in place: a page is its data, not the answer that it came in.
    pages = [page.data for page in client(base).conversations_history(channel=CHANNEL, limit=100)]
    assert [len(page["messages"]) for page in pages] == [100, 100, 50]
    assert [page["has_more"] for page in pages] == [True, True, False]
    assert pages[0]["response_metadata"]["next_cursor"].startswith("bmV4dF90czox")
    times = [message["ts"] for page in pages for message in page["messages"]]
    assert times == sorted(set(times), reverse=True) and len(times) == 250
    assert times[0] == f"{NOW - 1}.000000"


def case_oldest_and_things_that_come_and_go(base):
    times = [insert(base, text=f"message {number}") for number in range(30)]
    web = client(base)
    newer = web.conversations_history(channel=CHANNEL, oldest=times[9], limit=100)["messages"]
    assert [message["ts"] for message in newer] == times[:9:-1]
    with_it = web.conversations_history(channel=CHANNEL, oldest=times[28], inclusive=True)["messages"]
    assert [message["ts"] for message in with_it] == [times[29], times[28]]
    first = web.conversations_history(channel=CHANNEL, limit=10)
    control(base, {"op": "insert", "text": "new"}, {"op": "delete", "id": times[19]})
    cursor = first["response_metadata"]["next_cursor"]
    second = web.conversations_history(channel=CHANNEL, limit=10, cursor=cursor)["messages"]
    assert [message["ts"] for message in second] == times[18:8:-1], "the one under the cursor is gone"


def case_threads_and_reply(base):
    top = insert(base, text="VPN drops again <@U0APP>", file="log.txt")
    web = client(base)
    made = web.chat_postMessage(channel=CHANNEL, thread_ts=top, text="we are on it")
    assert made["message"]["thread_ts"] == top and made["message"]["user"] == "U0APP"
    for number in range(5):
        insert(base, text=f"thanks {number}", thread=top)
    history = web.conversations_history(channel=CHANNEL)["messages"]
    assert [message["ts"] for message in history] == [top], "answers are in the thread only"
    assert (history[0]["reply_count"], history[0]["files"][0]["name"]) == (6, "log.txt")
    pages = [page.data for page in web.conversations_replies(channel=CHANNEL, ts=top, limit=3)]
    texts = [message["text"] for page in pages for message in page["messages"][1:]]
    assert texts == ["we are on it"] + [f"thanks {number}" for number in range(5)]
    assert all(page["messages"][0]["ts"] == top for page in pages)


def case_edits_deletions_and_reactions(base):
    web = client(base)
    said = insert(base, text="VPN drops")
    control(base, {"op": "edit", "id": said, "text": "VPN drops hourly"}, {"op": "react", "id": said, "count": 2})
    message = web.conversations_history(channel=CHANNEL)["messages"][0]
    assert (message["text"], message["edited"]["user"]) == ("VPN drops hourly", "U2147483697")
    assert message["reactions"] == [{"name": "thumbsup", "users": ["U0GEN000", "U0GEN001"], "count": 2}]
    own = web.chat_postMessage(channel=CHANNEL, text="mine")["ts"]
    assert web.chat_update(channel=CHANNEL, ts=own, text="mine, edited")["text"] == "mine, edited"
    refused(lambda: web.chat_update(channel=CHANNEL, ts=said, text="x"), "cant_update_message")
    assert web.chat_delete(channel=CHANNEL, ts=own)["ts"] == own
    web.reactions_add(channel=CHANNEL, timestamp=said, name="eyes")
    refused(lambda: web.reactions_add(channel=CHANNEL, timestamp=said, name="eyes"), "already_reacted")
    insert(base, text="in a thread", thread=said)
    control(base, {"op": "delete", "id": said})
    left = web.conversations_history(channel=CHANNEL)["messages"]
    assert [message.get("subtype") for message in left] == ["tombstone"]


def case_limit(base):
    control(base, {"op": "limit", "bucket": "conversations.history", "limit": 1})
    web = client(base)
    web.conversations_history(channel=CHANNEL)
    limited = refused(lambda: web.conversations_history(channel=CHANNEL), "ratelimited")
    assert limited.status_code == 429 and limited.headers["Retry-After"] == "60"
    control(base, {"op": "advance", "ms": 60000})
    assert web.conversations_history(channel=CHANNEL)["ok"]


def case_restricted(base):
    control(base, {"op": "restricted"}, {"op": "seed", "items": 40})
    web = client(base)
    assert len(web.conversations_history(channel=CHANNEL, limit=999)["messages"]) == 15
    refused(lambda: web.conversations_history(channel=CHANNEL), "ratelimited")


def case_refusals(base):
    web = client(base)
    for fault, error in [
        ("expired", "token_expired"),
        ("revoked", "token_revoked"),
        ("scope", "missing_scope"),
        ("not-found", "channel_not_found"),
    ]:
        control(base, {"op": "fault", "fault": fault, "on": "next"})
        answer = refused(lambda: web.conversations_history(channel=CHANNEL), error)
        assert answer.status_code == 200, "errors are 200"
    control(base, {"op": "token", "value": TOKEN, "scopes": ["chat:write"]})
    lacking = refused(lambda: web.conversations_history(channel=CHANNEL), "missing_scope")
    assert (lacking["needed"], lacking["provided"]) == ("channels:history", "chat:write")
    refused(lambda: client(base, "xoxb-who").auth_test(), "invalid_auth")
    refused(lambda: web.chat_postMessage(channel="C0", text="x"), "channel_not_found")
    control(base, {"op": "channel", "channel": "C1", "name": "far", "member": False})
    refused(lambda: web.chat_postMessage(channel="C1", text="x"), "not_in_channel")
    refused(lambda: web.chat_postMessage(channel=CHANNEL, text=""), "no_text")
    refused(lambda: web.api_call("no.such.method"), "unknown_method")


class Ear:
    """A webhook: keeps what comes, answers as it is told."""

    def __init__(self):
        ear = self
        self.heard, self.status = [], 200

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                ear.heard.append((dict(self.headers.items()), body.decode()))
                event = json.loads(body)
                self.send_response(ear.status)
                self.end_headers()
                self.wfile.write(event.get("challenge", "").encode())

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/slack"


class StandingClock(Clock):
    def now(self):
        return NOW


def case_events(base):
    ear, verifier = Ear(), SignatureVerifier("secret", StandingClock())
    control(base, {"op": "hook", "url": ear.url, "secret": "secret"})
    assert control(base, {"op": "handshake"})[0]["ok"]
    said = insert(base, text="VPN drops")
    control(base, {"op": "edit", "id": said, "text": "VPN drops hourly"}, {"op": "react", "id": said})
    control(base, {"op": "delete", "id": said}, {"op": "rate-limited-events"}, {"op": "deliver"})
    bodies = [json.loads(body) for _, body in ear.heard]
    kinds = [body.get("event", {}).get("subtype", body.get("event", {}).get("type", body["type"])) for body in bodies]
    assert kinds == [
        "url_verification", "message", "message_changed", "reaction_added", "message_deleted", "app_rate_limited",
    ], kinds
    lower = [({name.lower(): value for name, value in headers.items()}, body) for headers, body in ear.heard]
    assert all(verifier.is_valid_request(body, headers) for headers, body in lower)
    events = [body["event"] for body in bodies[1:5]]
    assert (events[0]["ts"], events[0]["channel_type"]) == (said, "channel")
    assert events[1]["previous_message"]["text"] == "VPN drops" and events[3]["deleted_ts"] == said
    assert len({body["event_id"] for body in bodies[1:5]}) == 4


def case_signatures_that_are_wrong(base):
    ear, verifier = Ear(), SignatureVerifier("secret", StandingClock())
    control(base, {"op": "hook", "url": ear.url, "secret": "secret"})
    for wrong in [{"spoilt": "bit"}, {"spoilt": "missing"}, {"spoilt": "case"}, {"signed_ago_ms": 301000}]:
        insert(base, text="x")
        control(base, {"op": "deliver", **wrong})
        headers, body = ear.heard[-1]
        headers = {name.lower(): value for name, value in headers.items()}
        assert not verifier.is_valid_request(body, headers), wrong


def case_deliveries_are_tried_again(base):
    ear = Ear()
    ear.status = 500
    control(base, {"op": "hook", "url": ear.url, "secret": "secret"}, {"op": "insert"}, {"op": "deliver"})
    for ms in (0, 60000, 300000, 3600000):
        control(base, {"op": "advance", "ms": ms})
    numbers = [headers.get("x-slack-retry-num") for headers, _ in ear.heard]
    assert numbers == [None, "1", "2", "3"], numbers
    assert len({json.loads(body)["event_id"] for _, body in ear.heard}) == 1


def case_torture(base):
    control(base, {"op": "torture"})
    pages = client(base).conversations_history(channel=CHANNEL, limit=200)
    texts = [message["text"] for page in pages for message in page["messages"]]
    assert any("onerror" in text for text in texts) and any("\ud83d high" in text for text in texts)
    tops = [m for p in client(base).conversations_history(channel=CHANNEL, limit=200) for m in p["messages"]]
    deep = next(message for message in tops if message.get("reply_count", 0) > 400)
    replies = client(base).conversations_replies(channel=CHANNEL, ts=deep["ts"], limit=200)
    assert sum(len(page["messages"]) - 1 for page in replies) == 499


run(globals())
