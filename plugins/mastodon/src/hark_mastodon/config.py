"""The settings of one source."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from hark_sdk import Range


@dataclass
class Settings:
    """One instance, listened to with the token of one account."""

    instance: Annotated[str, "Address of the instance, as in https://mastodon.example."]
    hashtags: Annotated[list[str], "Hashtags to follow, without the #.", Range(most=50)] = field(default_factory=list)
    public: Annotated[Literal["all", "local", "remote"], "Which part of the public timeline."] = "all"
    lookback_days: Annotated[int, "How many days back the first read goes.", Range(0, 36_500)] = 1
    accounts: Annotated[list[str], "Our own accounts, as name or name@host."] = field(default_factory=list)
    threads: Annotated[bool, "Ask for the thread of a reply, one request each."] = True

    @property
    def base(self) -> str:
        """Returns the address without a slash at its end."""
        return self.instance.rstrip("/")
