"""Listens to an instance of Mastodon: home, notifications, hashtags and the public timeline.

Holds: nothing is lost between pages, whatever is posted meanwhile; `normalise` is pure.
Not its business: streaming; the API without an account.
"""

from __future__ import annotations

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
    http,
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
        answer = api.get(settings, "/api/v1/accounts/verify_credentials")
        account = answer.json()
        if not isinstance(account, dict) or not isinstance(account.get("acct"), str):
            raise faults.Protocol(f"no account; {answer.quote()}")
        report = CheckReport(account=f"@{account['acct']}")
        try:
            app = api.get(settings, "/api/v1/apps/verify_credentials").json()
            scopes = app.get("scopes") if isinstance(app, dict) else None
            report.scopes = [scope for scope in scopes or [] if isinstance(scope, str)]
        except Fault as fault:
            report.warnings.append(f"the instance does not say which scopes the token has: {fault.detail}")
        if report.scopes and not set(_NEEDED) & set(report.scopes):
            report.warnings.append("the token lacks the scope read:statuses")
        if not settings.accounts:
            report.warnings.append(f"`accounts` names none of ours; {report.account} would be one")
        return report

    def discover(self, settings: Settings) -> list[Target]:
        trends = self._trends(settings)
        targets = [
            Target("home", "home", "Home timeline", ours=True),
            Target("notifications", "notifications", "Notifications", visibility=Visibility.PUBLIC, ours=True),
            Target("public", "public", "Public timeline"),
        ]
        names = {tag.lstrip("#").lower(): True for tag in settings.hashtags}
        names |= {name: False for name in trends if name not in names}
        for name, ours in names.items():
            targets.append(Target(f"tag:{name}", "hashtag", f"#{name}", url=f"{settings.base}/tags/{name}", ours=ours))
        return targets

    def _trends(self, settings: Settings) -> list[str]:
        try:
            tags = api.listed(api.get(settings, "/api/v1/trends/tags", limit=20))
        except faults.NotFound:
            return []  # An instance may keep no trends.
        names = [tag.get("name") for tag in tags if isinstance(tag, dict)]
        return [name.lower() for name in names if isinstance(name, str) and name]

    def read(self, settings: Settings, request: ReadRequest) -> Batch:
        return timeline.read(settings, request)

    def act(self, settings: Settings, action: Action) -> Outcome:
        return actions.act(settings, action)

    def normalise(self, settings: Settings, raw: Raw) -> list[Event]:
        try:
            found = http.parse_json(raw.body)
        except ValueError as error:
            raise faults.Protocol(f"no JSON: {error}") from error
        if isinstance(found, list):
            return Reader(settings, raw.received_at).page(found, lambda pointer: Provenance(raw.payload, pointer))
        if isinstance(found, dict) and "id" in found and ("content" in found or "type" in found):
            return Reader(settings, raw.received_at).one(found, Provenance(raw.payload))
        # Threads, limits, our own account: kept, but nothing that was said.
        return []
