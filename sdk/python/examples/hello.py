"""Reads a list of posts as JSON."""

from dataclasses import dataclass
from typing import Annotated

from hark_sdk import Batch, Connector, Item, Manifest, ReadRequest, StreamInfo, export, http


@dataclass
class Settings:
    """Where the posts are."""

    url: Annotated[str, "Address of the list."]


@export
class Hello(Connector[Settings]):
    def manifest(self) -> Manifest:
        return Manifest("hello", "0.1.0", hosts=["{url}"], streams=[StreamInfo("posts")])

    def read(self, settings: Settings, request: ReadRequest) -> Batch:
        page = http.get(settings.url).send().ok()
        return Batch([Item(post["id"], post["text"], post["at"], page.origin()) for post in page.json()])
