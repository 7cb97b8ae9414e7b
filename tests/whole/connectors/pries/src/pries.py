"""Looks for what a sandbox should not have, and tells what it found."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from hark_sdk import Batch, Connector, Manifest, ReadRequest, StreamInfo, export, host, http


@dataclass
class Settings:
    """None."""


def writes() -> bool:
    with open("found", "w", encoding="utf-8") as file:
        return file.write("x") > 0


def connects() -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as it:
        it.connect(("127.0.0.1", 80))
    return True


def listens() -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as it:
        it.bind(("127.0.0.1", 0))
        it.listen()
    return True


def sends_datagrams() -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as it:
        return it.sendto(b"x", ("127.0.0.1", 53)) > 0


# Each gives something true if it got through.
TRIES: dict[str, Callable[[], object]] = {
    "file": lambda: open("/etc/passwd", encoding="utf-8").read(),
    "source": lambda: open(__file__, encoding="utf-8").read(),
    "folder": lambda: os.listdir("/") or os.listdir("."),
    "new file": writes,
    "variable": lambda: [name for name in os.environ if name not in ("PYTHONHOME", "PYTHONUNBUFFERED")],
    "argument": lambda: [word for word in sys.argv if word],
    "stdin": lambda: sys.stdin.read(1),
    "socket": connects,
    "listener": listens,
    "datagram": sends_datagrams,
    "name": lambda: socket.getaddrinfo("localhost", 80),
    "process": lambda: os.system("true") == 0,
    "fine clock": lambda: any(time.monotonic_ns() % 1_000_000 for _ in range(1_000)),
    "http": lambda: http.get("http://127.0.0.1:80/").send(),
}


@export
class Pries(Connector[Settings]):
    def manifest(self) -> Manifest:
        return Manifest("pries", "0.1.0", streams=[StreamInfo("all")])

    def read(self, settings: Settings, request: ReadRequest) -> Batch:
        for what, attempt in TRIES.items():
            try:
                found = attempt()
            except (Exception, SystemExit):  # noqa: BLE001 - whatever stops it is right
                continue
            if found:
                host.warn(f"found: {what}: {found!r:.60}")
        host.info(f"looked at {len(TRIES)}")
        return Batch([])
