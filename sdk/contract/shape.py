"""What the SDKs make of the contract beyond what it says: names, defaults, and which way a type goes.

Holds: one table for all languages, so that a default is the same in each.
Not its business: how a language writes it; see `python.py` and `javascript.py`.
"""

from __future__ import annotations

from wit import Contract, Definition, Field, Interface, Type

# What a connector writes by hand in each language, and the tests hold against the contract.
BY_HAND = {"fault", "http-fault", "event"}
# What only the edges see: the payloads of faults, and the raw forms of requests.
HIDDEN = {"retry", "limit", "auth-problem", "config-problem", "request", "response"}

# Defaults that a type alone does not give; "@x" is the value of field x.
DEFAULTS = {
    ("provenance", "pointer"): "",
    ("actor", "kind"): "unknown",
    ("conversation", "visibility"): "public",
    ("relation", "target-is-actor"): False,
    ("item", "revision"): "",
    ("item", "kind"): "post",
    ("item", "direction"): "inbound",
    ("item", "conversation"): "@id",
    ("item", "visibility"): "public",
    ("flag-report", "status"): "",
    ("stream-info", "modes"): ["incremental"],
    ("stream-info", "visibility-floor"): "public",
    ("stream-info", "min-poll-ms"): 60_000,
    ("action-info", "schema"): '{"type":"object"}',
    ("credential-info", "title"): "@name",
    ("manifest", "title"): "@id",
    ("manifest", "platform"): "@id",
    ("manifest", "config-schema"): "",
    ("manifest", "default-zone"): "social",
    ("manifest", "cursor-version"): 1,
    ("target", "visibility"): "public",
    ("target", "ours"): False,
    ("batch", "cost-microusd"): 0,
    ("delivery", "method"): "POST",
    ("delivery", "path"): "/",
    ("delivery", "query"): "",
    ("delivery-result", "status"): 200,
    ("delivery-result", "body"): b"",
    ("action", "arguments"): "{}",
    ("raw", "label"): "",
    ("raw", "media-type"): "application/json",
    ("read-request", "mode"): "incremental",
    ("budget", "max-events"): 100,
    ("budget", "max-requests"): 10,
    ("budget", "max-cost-microusd"): 0,
    ("budget", "deadline"): 253_402_300_799_000,
}
NONE = object()


def default(record: Definition, field: Field) -> object:
    """Returns the default of a field; `NONE` where it must be given."""
    key = (record.name, field.name)
    if key in DEFAULTS:
        return DEFAULTS[key]
    if field.type.name == "option":
        return None
    if field.type.name == "list" and field.type.arguments[0].name != "u8":
        return []
    return False if field.type.name == "bool" else NONE


def ordered(record: Definition) -> list[Field]:
    """Returns the fields that must be given first, each group in the order of the contract."""
    return sorted(record.fields, key=lambda field: default(record, field) is not NONE)


def interfaces(contract: Contract) -> list[Interface]:
    """Returns the interfaces that the SDKs speak: the wire is Rust's alone."""
    return [contract.interfaces[name] for name in ("types", "http", "host", "connector")]


def find(contract: Contract, written: Type) -> Definition | None:
    """Returns the definition that a name stands for; none for the built-in types."""
    for interface in contract.interfaces.values():
        if written.name in interface.types:
            return interface.types[written.name]
    return None


def pascal(name: str) -> str:
    """`item-kind` becomes `ItemKind`."""
    return "".join(part.capitalize() for part in name.split("-"))


def snake(name: str) -> str:
    """`published-at` becomes `published_at`."""
    return name.replace("-", "_")


def camel(name: str) -> str:
    """`published-at` becomes `publishedAt`."""
    whole = pascal(name)
    return whole[0].lower() + whole[1:]
