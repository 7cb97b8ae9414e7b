"""Writes the contract as Python: `hark_sdk/contract.py`, and its part of the README.

Not its business: the edge to the component; see `hark_sdk/edge.py`.
"""

from __future__ import annotations

import shape
from wit import Contract, Definition, Field, Type

UNSIGNED = {"u16": "U16", "u32": "U32", "u64": "U64"}
"""How a field of a record is annotated, so that `fit` knows its bounds; a plain `int` has 64 bits and a sign."""
PLAIN = {"string": "str", "bool": "bool"} | dict.fromkeys(["u16", "u32", "u64", "s64"], "int")

HEAD = '''"""The records, enums and variants of the contract {version}, with the defaults of the SDK.

Made from `wit/` by `sdk/contract/generate.py`; changes are made there. Constructors take what must be
given by position, and everything by name.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from enum import Enum
from typing import Annotated, Literal, TypeAlias

U16: TypeAlias = Annotated[int, range(1 << 16)]
U32: TypeAlias = Annotated[int, range(1 << 32)]
U64: TypeAlias = Annotated[int, range(1 << 64)]


class Choice(Enum):
    """One of several cases; equal to itself only."""

    @property
    def word(self) -> str:
        """Returns the name of the case as the contract writes it."""
        return self.name.lower().replace("_", "-")
'''


def written(contract: Contract, type_: Type) -> str:
    """Returns `type_` as Python annotates it."""
    match type_.name:
        case "option":
            return f"{written(contract, type_.arguments[0])} | None"
        case "list" if type_.arguments[0].name == "u8":
            return "bytes"
        case "list":
            return f"list[{written(contract, type_.arguments[0])}]"
        case "tuple":
            return f"tuple[{', '.join(written(contract, each) for each in type_.arguments)}]"
        case name if name in PLAIN:
            return PLAIN[name]
        case name:
            return shape.pascal(name)


def module(contract: Contract) -> str:
    """Returns the text of `contract.py`."""
    parts = [HEAD.format(version=contract.version)]
    names = []
    definitions = [d for i in shape.interfaces(contract) for d in i.types.values()]
    definitions.sort(key=lambda d: {"type": 0, "enum": 1}.get(d.kind, 2))
    for definition in definitions:
        if definition.name in shape.HIDDEN | shape.BY_HAND - {"event"}:
            continue
        names.append(shape.pascal(definition.name))
        parts.append(_definition(contract, definition))
    listed = "".join(f'    "{name}",\n' for name in sorted(names))
    parts.append(f"__all__ = [\n{listed}]\n")
    return "\n\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _definition(contract: Contract, definition: Definition) -> str:
    name = shape.pascal(definition.name)
    match definition.kind:
        case "type":
            assert definition.alias is not None
            return f"{_comment(definition.docs)}{name}: TypeAlias = {written(contract, definition.alias)}"
        case "enum":
            cases = "".join(
                f"    {shape.snake(case.name).upper()} = {at}\n" for at, case in enumerate(definition.cases)
            )
            return f"class {name}(Choice):\n{_doc(definition, 'One of the cases below')}\n\n{cases}"
        case "record":
            return _record(contract, definition)
        case "variant" if definition.name == "event":
            cases_of = " | ".join(shape.pascal(case.name) for case in definition.cases)
            return f"# What a connector tells of.\n{name}: TypeAlias = (\n    {cases_of}\n)"
        case _:
            return _variant(contract, definition)


def _record(contract: Contract, record: Definition) -> str:
    lines = [f"@dataclass(slots=True)\nclass {shape.pascal(record.name)}:", _doc(record, "A record"), ""]
    follow = []
    named_only = False
    for each in shape.ordered(record):
        name, type_ = shape.snake(each.name), _annotation(contract, each.type)
        value = shape.default(record, each)
        if isinstance(value, str) and value.startswith("@"):
            follow.append((name, value[1:]))
            value = ""
        text = _default(contract, each, value)
        if text and not named_only:
            named_only = True
            if record.name not in ("batch", "provenance"):
                lines.append("    _: KW_ONLY")
        lines.append(f"    {name}: {type_}{text}")
        if each.docs:
            lines.append(f'    """{_stop(each.docs)}"""')
    if follow:
        lines += ["", "    def __post_init__(self) -> None:"]
        lines += [f"        self.{name} = self.{name} or self.{of}" for name, of in follow]
    return "\n".join(lines)


def _annotation(contract: Contract, type_: Type) -> str:
    if type_.name == "option":
        return f"{_annotation(contract, type_.arguments[0])} | None"
    return UNSIGNED.get(type_.name) or written(contract, type_)


def _default(contract: Contract, field: Field, value: object) -> str:
    if value is shape.NONE:
        return ""
    if isinstance(value, list):
        enum = shape.pascal(field.type.arguments[0].name)
        items = ", ".join(f"{enum}.{shape.snake(each).upper()}" for each in value)
        return f" = field(default_factory=lambda: [{items}])" if items else " = field(default_factory=list)"
    definition = shape.find(contract, field.type)
    if definition is not None and definition.kind == "enum":
        return f" = {shape.pascal(definition.name)}.{shape.snake(str(value)).upper()}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f" = {value:_}"
    return f" = {quoted(value)}"


def quoted(value: object) -> str:
    """Returns a literal, with the quotes that formatters want."""
    text = repr(value)
    return text.replace("'", '"') if '"' not in text else text


def _variant(contract: Contract, variant: Definition) -> str:
    name = shape.pascal(variant.name)
    words = ", ".join(f'"{case.name}"' for case in variant.cases)
    payloads = {written(contract, case.type) if case.type else "None" for case in variant.cases}
    lines = [
        f"@dataclass(slots=True)\nclass {name}:",
        _doc(variant, "One of the cases below, made by the method of its name"),
        "",
        f"    case: Literal[{words}]",
        f"    value: {' | '.join(sorted(payloads, key=lambda payload: (payload == 'None', payload)))}",
    ]
    for case in variant.cases:
        method, payload = shape.snake(case.name), case.type and written(contract, case.type)
        parameter, value = (f", value: {payload}", "value") if payload else ("", "None")
        lines += ["", "    @classmethod", f"    def {method}(cls{parameter}) -> {name}:"]
        lines += [f'        """{_stop(case.docs or f"The case `{case.name}`")}"""']
        lines += [f'        return cls("{case.name}", {value})']
    return "\n".join(lines)


def _stop(docs: str) -> str:
    return docs if docs.endswith((".", "?", "!")) else docs + "."


def _doc(definition: Definition, otherwise: str) -> str:
    return f'    """{_stop(definition.docs or otherwise)}"""'


def _comment(docs: str) -> str:
    return f"# {docs}\n" if docs else ""


def reference(contract: Contract) -> str:
    """Returns the part of the README that is made from the contract."""
    lines = ["### Functions of a connector", ""]
    for function in contract.interfaces["connector"].functions:
        given = ", ".join(f"{shape.snake(p.name)}: {_shown(contract, p)}" for p in function.parameters)
        result = function.result and (
            function.result.arguments[0] if function.result.name == "result" else function.result
        )
        returned = written(contract, result) if result else "None"
        method = "manifest" if function.name == "describe" else shape.snake(function.name)
        lines.append(f"- `{method}({given}) -> {returned}` {function.docs}".rstrip())
    for interface in shape.interfaces(contract):
        lines += ["", f"### Types of `{interface.name}`", ""]
        for definition in interface.types.values():
            lines.append(_reference_line(contract, definition))
    return "\n".join(lines) + "\n"


def _shown(contract: Contract, parameter: Field) -> str:
    return "Settings" if parameter.name == "config" else written(contract, parameter.type)


def _reference_line(contract: Contract, definition: Definition) -> str:
    name = shape.pascal(definition.name)
    match definition.kind:
        case "type":
            assert definition.alias is not None
            inside = f"is `{written(contract, definition.alias)}`"
        case "enum":
            inside = ": " + ", ".join(f"`{shape.snake(case.name).upper()}`" for case in definition.cases)
        case "record":
            inside = ": " + ", ".join(_field_shown(contract, definition, each) for each in shape.ordered(definition))
        case _:
            cases = (
                f"`{case.name}`" + (f" of {written(contract, case.type)}" if case.type else "")
                for case in definition.cases
            )
            inside = ", one of " + ", ".join(cases)
    docs = f" {_stop(definition.docs)}" if definition.docs else ""
    return f"- **{name}**{'' if inside.startswith((':', ',')) else ' '}{inside}.{docs}"


def _field_shown(contract: Contract, record: Definition, each: Field) -> str:
    text = f"{shape.snake(each.name)}: {written(contract, each.type)}"
    value = shape.default(record, each)
    if value is not shape.NONE and value is not None and value != []:
        text += f" = {_plain(value)}"
    return f"`{text}`"


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value[1:] if value.startswith("@") else (value or '""')
    return ", ".join(value) if isinstance(value, list) else str(value)
