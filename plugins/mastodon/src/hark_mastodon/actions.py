"""Replies.

Holds: the same key goes along each time, so the instance posts once; a reply is never more public than what
it answers.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from hark_sdk import Action, Fault, Outcome, faults, html, http

from . import api
from .config import Settings
from .statuses import Reader

CHARS_MAX = 500
SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {
            "text": {"type": "string", "minLength": 1, "description": "What to say."},
            "language": {"type": "string", "description": "BCP 47."},
        },
        "required": ["text"],
        "additionalProperties": False,
    }
)


def act(settings: Settings, action: Action) -> Outcome:
    """Does what is asked for."""
    if action.name != "reply" or not action.on:
        raise faults.Unsupported(f"action {action.name}")
    arguments = json.loads(action.arguments)
    answered = api.get(settings, f"/api/v1/statuses/{quote(action.on, safe='')}").json()
    request = (
        http.post(f"{settings.base}/api/v1/statuses")
        .credential(api.TOKEN)
        .header("Idempotency-Key", action.idempotency_key)
        .form(_fields(answered, arguments))
    )
    try:
        response = request.send()
    except http.HttpFault as fault:
        if fault.kind in ("timeout", "connect", "too-large"):
            return Outcome.uncertain(f"the reply may have arrived: {fault.usual().detail}")
        raise
    if response.status >= 500:
        return Outcome.uncertain(f"the reply may have arrived: status {response.status}; {response.quote()}")
    status = _posted(api.good(response))
    return Outcome.done(Reader(settings, response.received_at).one(status, response.origin()))


def _fields(answered: dict[str, Any], arguments: dict[str, Any]) -> dict[str, str]:
    mention = f"@{answered['account']['acct']}"
    text = arguments["text"]
    if mention.lower() not in text.lower():
        # Without the mention the author would never hear of it.
        text = f"{mention} {text}"
    if len(text) > CHARS_MAX:
        raise faults.Refused(f"the reply has {len(text)} characters with its mention, at most {CHARS_MAX} are possible")
    fields = {"status": text, "in_reply_to_id": answered["id"], "visibility": answered["visibility"]}
    if answered.get("spoiler_text"):
        fields["spoiler_text"] = html.unescape(answered["spoiler_text"])
    return fields | ({"language": arguments["language"]} if "language" in arguments else {})


def _posted(response: http.Response) -> dict[str, Any]:
    status = response.json()
    if not isinstance(status, dict) or "id" not in status:
        raise _odd(response)
    return status


def _odd(response: http.Response) -> Fault:
    return faults.Protocol(f"no status came back; {response.quote()}")
