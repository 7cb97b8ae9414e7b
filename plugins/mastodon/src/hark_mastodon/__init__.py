"""Listens to an instance of Mastodon: home, notifications, hashtags and the public timeline.

Holds: nothing is lost between pages, whatever is posted meanwhile; `normalise` is pure.
Not its business: streaming; the API without an account.
"""

from __future__ import annotations

import json

from hark_sdk import (
    Action,
    ActionInfo,
    Batch,
    CheckReport,
    Connector,
    CredentialInfo,
    Event,
    Fault,
    Manifest,
    Outcome,
    Placement,
    Provenance,
    Raw,
    ReadMode,
    ReadRequest,
    StreamInfo,
    Target,
    Visibility,
    export,
    faults,
)

from . import actions, api, timeline
from .config import Settings
from .statuses import Reader

__all__ = ["Mastodon", "Settings"]

_MODES = [ReadMode.INCREMENTAL, ReadMode.BACKFILL, ReadMode.RECHECK]
_NEEDED = ("read", "read:statuses")


def _stream(name: str) -> StreamInfo:
    return StreamInfo(name, modes=list(_MODES), edits_seen=True, removals_seen=True)


@export
class Mastodon(Connector[Settings]):
    """One instance, seen by one account."""

    def manifest(self) -> Manifest:
        return Manifest(
            "mastodon",
            "0.1.0",
            title="Mastodon",
            hosts=["{instance}"],
            credentials=[
                CredentialInfo(api.TOKEN, Placement.bearer(), title="Access token", audience=["{instance}"])
            ],
            streams=[_stream(name) for name in ("home", "notifications", "hashtag", "public")],
            actions=[ActionInfo("reply", schema=actions.SCHEMA, max_chars=actions.CHARS_MAX)],
            cursor_version=timeline.CURSOR_VERSION,
        )

    def check(self, settings: Settings) -> CheckReport:
        account = api.get(settings, "/api/v1/accounts/verify_credentials").json()
        report = CheckReport(account=f"@{account['acct']}")
        try:
            report.scopes = list(api.get(settings, "/api/v1/apps/verify_credentials").json().get("scopes") or [])
        except Fault as fault:
            report.warnings.append(f"the instance does not say which scopes the token has: {fault.detail}")
        if report.scopes and not set(_NEEDED) & set(report.scopes):
            report.warnings.append("the token lacks the scope read:statuses")
        if not settings.accounts:
            report.warnings.append(f"`accounts` names none of ours; {report.account} would be one")
        return report

    def discover(self, settings: Settings) -> list[Target]:
        trends = api.get(settings, "/api/v1/trends/tags", limit=20).json()
        targets = [
            Target("home", "home", "Home timeline", ours=True),
            Target("notifications", "notifications", "Notifications", visibility=Visibility.PUBLIC, ours=True),
            Target("public", "public", "Public timeline"),
        ]
        names = {tag.lstrip("#").lower(): True for tag in settings.hashtags}
        names |= {tag["name"].lower(): False for tag in trends if tag["name"].lower() not in names}
        for name, ours in names.items():
            targets.append(Target(f"tag:{name}", "hashtag", f"#{name}", url=f"{settings.base}/tags/{name}", ours=ours))
        return targets

    def read(self, settings: Settings, request: ReadRequest) -> Batch:
        return timeline.read(settings, request)

    def act(self, settings: Settings, action: Action) -> Outcome:
        return actions.act(settings, action)

    def normalise(self, settings: Settings, raw: Raw) -> list[Event]:
        try:
            found = json.loads(raw.body)
        except ValueError as error:
            raise faults.Protocol(f"no JSON: {error}") from error
        if isinstance(found, list):
            return Reader(settings, raw.received_at).page(found, lambda pointer: Provenance(raw.payload, pointer))
        if isinstance(found, dict) and "id" in found and ("content" in found or "type" in found):
            return Reader(settings, raw.received_at).page([found], lambda _: Provenance(raw.payload))
        # Threads, limits, our own account: kept, but nothing that was said.
        return []
