"""Records the cassettes of a connector from a double, with everything that a plan says.

    cargo build && python3 tests/doubles/record.py x

A plan, `recordings/NAME.json`, says what people do on the platform (`world`), how the source is set
(`source`), and what the cassette holds beside what reading gives (`also`). In all of it `$name` stands for
the id that an operation with `"as": "name"` returned and `$name.topic` for its topic, `$url` for the double's address. An operation may say how many
seconds ago it happened (`ago`). In `asks`, `{"deliver": "name"}` stands for the deliveries of that operation.
A connector that is not in the binary is named by its file, as `hark plugin build` makes it.
Holds: every value of a credential is one of the double's own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def main() -> None:
    plan = json.loads((ROOT / f"tests/doubles/recordings/{sys.argv[1]}.json").read_text("utf-8"))
    now = int(time.time()) * 1000
    double = subprocess.Popen(
        [TARGET / "debug/hark-doubles", plan["double"], "--now", str(now)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert double.stdout is not None
        url = json.loads(double.stdout.readline())[plan["double"]]
        known = play(url, plan["world"], now)
        with tempfile.TemporaryDirectory() as folder:
            record(Path(folder), fill(plan, known), known)
    finally:
        double.terminate()
        double.wait()


def play(url: str, world: list[dict[str, Any]], now: int) -> dict[str, Any]:
    """Does what people do on the platform; returns what has a name."""
    known: dict[str, Any] = {"url": url}
    for step in world:
        ago, name = step.pop("ago", 0), step.pop("as", None)
        control(url, {"op": "now", "ms": now - ago * 1000})
        said = control(url, fill(step, known))
        if name is not None:
            known |= named(name, step["op"], said)
    control(url, {"op": "now", "ms": now})
    return known


def named(name: str, operation: str, said: Any) -> dict[str, Any]:
    """Returns what is known under a name: deliveries, or the id of what was made, and its topic."""
    match operation:
        case "deliver":
            return {name: said}
        case "handshake":
            return {name: [said["sent"]]}
        case _:
            return {name: said["id"], f"{name}.topic": said.get("topic")}


def control(url: str, operation: dict[str, Any]) -> Any:
    """Does one operation and returns what it says."""
    body = json.dumps(operation).encode()
    request = urllib.request.Request(f"{url}/_control", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def fill(value: Any, known: dict[str, Any]) -> Any:
    """Puts what is known in the place of its name, the longest names first."""
    if isinstance(value, dict):
        return {key: fill(it, known) for key, it in value.items()}
    if isinstance(value, list):
        return [fill(it, known) for it in value]
    if isinstance(value, str) and value.endswith(".topic") and value[1:] in known:
        return known[value[1:]]
    if isinstance(value, str) and "$" in value:
        for name in sorted(known, key=len, reverse=True):
            if isinstance(known[name], str):
                value = value.replace(f"${name}", known[name])
    return value


def record(folder: Path, plan: dict[str, Any], known: dict[str, Any]) -> None:
    """Writes a configuration and additions for `hark plugin record`, and runs it."""
    also, source = plan.get("also", {}), plan["source"]
    also["asks"] = [ask for given in also.get("asks", []) for ask in asked(given, known, source["connector"])]
    (folder / "also.json").write_text(json.dumps(also), "utf-8")
    (folder / "hark.toml").write_text(configuration(folder, source), "utf-8")
    output = ROOT / plan["cassette"]
    command = [TARGET / "debug/hark", "--config", folder / "hark.toml", "plugin", "record", "recorded"]
    command += ["-o", output, "--also", folder / "also.json", *plan.get("arguments", [])]
    subprocess.run(command, check=True)


def asked(given: dict[str, Any], known: dict[str, Any], connector: str) -> list[dict[str, Any]]:
    """Returns what is asked; deliveries as the double would have sent them."""
    if "deliver" not in given:
        return [given]
    return [
        {
            "receive": {
                "request": f"{sent['method']} /in/{Path(connector).stem}",
                "query": sent["query"],
                "headers": [f"{name}: {value}" for name, value in sent["headers"]],
                "body": sent["body"],
            }
        }
        for sent in known[given["deliver"]]
    ]


def configuration(folder: Path, source: dict[str, Any]) -> str:
    """Returns a configuration with one source; its credentials lie in files."""
    connector = source["connector"]
    if connector.endswith(".wasm"):
        connector = str(ROOT / connector)
    lines = ["[source.recorded]", f"connector = {json.dumps(connector)}", 'zone = "social"']
    lines += ["[source.recorded.settings]"]
    # A list of texts is written in TOML as it is in JSON.
    lines += [f"{name} = {json.dumps(value)}" for name, value in source["settings"].items()]
    lines += ["[source.recorded.credentials]"]
    for name, value in source.get("credentials", {}).items():
        (folder / name).write_text(value, "utf-8")
        lines.append(f"{name} = {json.dumps(f'file:{folder / name}')}")
    lines += ["[source.recorded.grant]", f"hosts = {json.dumps(source['hosts'])}"]
    lines += ['private_addresses = ["127.0.0.1/32"]']
    return "\n".join(lines) + "\n"


main()
