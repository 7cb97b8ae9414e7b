"""Writes the contract as JavaScript: `contract.js` with its types, and its part of the README.

Holds: times and counts are numbers here and 64-bit integers in the contract; what does not fit is said
with the path of the field. Ids of payloads stay `bigint`.
"""

from __future__ import annotations

import json

import shape
from wit import Case, Contract, Definition, Field, Type

PLAIN = {"string": "string", "bool": "boolean", "u16": "number", "u32": "number", "u64": "number", "s64": "number"}
EVENTS = "event"

HEAD = """// The records, enums and variants of the contract {version}, with the defaults of the SDK.
//
// Made from `wit/` by `sdk/contract/generate.py`; changes are made there.
"""

LOWERING = """// Takes answers to the types of the contract {version}, and questions from them; what does not fit is named.
//
// Made from `wit/` by `sdk/contract/generate.py`; changes are made there.
// @ts-nocheck

"""


def _definitions(contract: Contract) -> list[Definition]:
    found = [d for i in shape.interfaces(contract) for d in i.types.values()]
    return [d for d in found if d.name not in shape.HIDDEN and d.name not in ("fault", "http-fault")]


def _events(contract: Contract) -> list[Case]:
    return contract.interfaces["types"].types[EVENTS].cases


def is_event(contract: Contract, name: str) -> bool:
    """Tells whether a record is an event of its own."""
    return any(case.name == name for case in _events(contract))


def written(contract: Contract, type_: Type, field: str = "", ending: str = "") -> str:
    """Returns `type_` as TypeScript writes it; `ending` is put behind the names of records."""
    match type_.name:
        case "option":
            return f"{written(contract, type_.arguments[0], field, ending)} | undefined"
        case "list" if type_.arguments[0].name == "u8":
            return "Uint8Array"
        case "list":
            inner = written(contract, type_.arguments[0], field, ending)
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case "tuple":
            return f"[{', '.join(written(contract, each) for each in type_.arguments)}]"
        case "u64" if field == "payload":
            return "bigint"
        case name if name in PLAIN:
            return PLAIN[name]
        case name:
            definition = shape.find(contract, type_)
            record = definition is not None and definition.kind == "record"
            return shape.pascal(name) + (ending if record else "")


def types(contract: Contract) -> str:
    """Returns the text of `contract.d.ts`."""
    parts = [HEAD.format(version=contract.version)]
    parts += [_type_of(contract, definition) for definition in _definitions(contract)]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _type_of(contract: Contract, definition: Definition) -> str:
    name = shape.pascal(definition.name)
    docs = f"/** {_stop(definition.docs)} */\n" if definition.docs else ""
    match definition.kind:
        case "type":
            assert definition.alias is not None
            return f"{docs}export type {name} = {written(contract, definition.alias)};"
        case "enum":
            return f"{docs}export type {name} = {' | '.join(_word(case.name) for case in definition.cases)};"
        case "record":
            return _interfaces(contract, definition, docs)
        case "variant" if definition.name == EVENTS:
            cases = [shape.pascal(case.name) for case in definition.cases]
            return f"/** What a connector tells of. */\nexport type {name} = {' | '.join(cases)};"
        case _:
            return _variant_type(contract, definition, docs)


def _interfaces(contract: Contract, record: Definition, docs: str) -> str:
    name, event = shape.pascal(record.name), is_event(contract, record.name)
    full = [f"{docs}export interface {name} {{"]
    given = [f"/** What must and may be given for {'an' if name[0] in 'AEI' else 'a'} {name}. */", f"export interface {name}Init {{"]
    if event:
        full.append(f"  readonly type: {_word(record.name)};")
    for each in shape.ordered(record):
        said = f"  /** {_stop(each.docs)} */\n" if each.docs else ""
        optional = shape.default(record, each) is not shape.NONE
        full.append(f"{said}  {shape.camel(each.name)}: {written(contract, each.type, each.name)};")
        inner = written(contract, each.type, each.name, "Init")
        given.append(f"{said}  {shape.camel(each.name)}{'?' if optional else ''}: {inner};")
    builder = f"/** Fills in what was not said. */\nexport function {shape.camel(record.name)}(given: {name}Init): {name};"
    return "\n".join([*full, "}", *given, "}", builder])


def _variant_type(contract: Contract, variant: Definition, docs: str) -> str:
    name = shape.pascal(variant.name)
    cases, makers = [], []
    for case in variant.cases:
        payload = case.type and written(contract, case.type)
        cases.append(f"  | {{ tag: {_word(case.name)}" + (f"; val: {payload}" if payload else "") + " }")
        value = f"value: {payload}" if payload else ""
        makers.append(f"  {shape.camel(case.name)}({value}): {name};")
    lines = [f"{docs}export type {name} =", *cases]
    return "\n".join(lines) + f";\n/** Makes one of its cases. */\nexport const {shape.camel(variant.name)}: {{\n" + "\n".join(makers) + "\n};"


def module(contract: Contract) -> str:
    """Returns the text of `contract.js`."""
    parts = [HEAD.format(version=contract.version).rstrip()]
    for definition in _definitions(contract):
        if definition.kind == "record":
            parts.append(_builder(contract, definition))
        elif definition.kind == "variant" and definition.name != EVENTS:
            parts.append(_makers(definition))
    return "\n\n".join(parts) + "\n"


def edge(contract: Contract) -> str:
    """Returns the text of `lowering.js`: what takes answers to the contract's own types, and questions from them."""
    asked, answered = _reachable(contract, True), _reachable(contract, False)
    builders = sorted(shape.camel(d.name) for d in _definitions(contract) if d.kind == "record" and d.name in answered)
    imports = 'import * as check from "./check.js";\nimport {\n' + "".join(f"  {name},\n" for name in builders)
    parts = [LOWERING.format(version=contract.version) + imports + '} from "./contract.js";']
    for definition in _definitions(contract):
        if definition.name in answered:
            parts += _lowering(contract, definition)
        if definition.kind == "record" and definition.name in asked:
            parts.append(_from_wit(contract, definition))
    return "\n\n".join(parts) + "\n"


def _lowering(contract: Contract, definition: Definition) -> list[str]:
    match definition.kind:
        case "enum":
            words = ", ".join(_word(case.name) for case in definition.cases)
            return [f"const {definition.name.upper().replace('-', '_')} = new Set([{words}]);"]
        case "record":
            return [_to_wit(contract, definition)]
        case "variant" if definition.name == EVENTS:
            return [_event_to_wit(definition)]
        case "variant":
            return [_variant_to_wit(contract, definition)]
    return []


def _reachable(contract: Contract, asked: bool) -> set[str]:
    """Returns the names of the types that a connector is asked with, or answers with."""
    found: set[str] = set()
    for function in contract.interfaces["connector"].functions:
        roots = [p.type for p in function.parameters] if asked else [function.result] if function.result else []
        for root in roots:
            _reach(contract, root, found)
    return found


def _reach(contract: Contract, type_: Type, found: set[str]) -> None:
    for argument in type_.arguments:
        _reach(contract, argument, found)
    definition = shape.find(contract, type_)
    if definition is None or definition.name in found or definition.name == "fault":
        return
    found.add(definition.name)
    for each in definition.fields:
        _reach(contract, each.type, found)
    for case in definition.cases:
        if case.type:
            _reach(contract, case.type, found)


def _builder(contract: Contract, record: Definition) -> str:
    tag = [f"type: {_word(record.name)}"] if is_event(contract, record.name) else []
    defaults = []
    for each in shape.ordered(record):
        value = shape.default(record, each)
        if value is shape.NONE:
            continue
        if isinstance(value, str) and value.startswith("@"):
            defaults.append(f"{shape.camel(each.name)}: given.{shape.camel(value[1:])}")
        elif value is not None:
            defaults.append(f"{shape.camel(each.name)}: {_literal(each, value)}")
        else:
            defaults.append(f"{shape.camel(each.name)}: undefined")
    inside = ", ".join(tag + defaults + ["...given"])
    return f"export function {shape.camel(record.name)}(given) {{\n  return {{ {inside} }};\n}}"


def _literal(field: Field, value: object) -> str:
    return "new Uint8Array()" if isinstance(value, bytes) else json.dumps(value)


def _to_wit(contract: Contract, record: Definition) -> str:
    lines = [f"export function {shape.camel(record.name)}ToWit(given, path) {{", f"  const it = {shape.camel(record.name)}(check.object(given, path));", "  return {"]
    for each in record.fields:
        name = shape.camel(each.name)
        lines.append(f"    {name}: {_lowered(contract, each.type, f'it.{name}', f'`${{path}}.{name}`', each.name)},")
    return "\n".join([*lines, "  };", "}"])


def _lowered(contract: Contract, type_: Type, value: str, path: str, field: str) -> str:
    match type_.name:
        case "option":
            inner = _lowered(contract, type_.arguments[0], value, path, field)
            return f"{value} == null ? undefined : {inner}"
        case "list" if type_.arguments[0].name == "u8":
            return f"check.bytes({value}, {path})"
        case "list":
            inner = _lowered(contract, type_.arguments[0], "each", "at", field)
            return f"check.list({value}, {path}, (each, at) => {inner})"
        case "tuple":
            both = [_lowered(contract, each, f"{value}[{n}]", path, field) for n, each in enumerate(type_.arguments)]
            return f"[{', '.join(both)}]"
        case "string":
            return f"check.text({value}, {path})"
        case "bool":
            return f"check.flag({value}, {path})"
        case "u16" | "u32":
            return f"check.small({value}, {path})"
        case "u64" | "s64":
            return f"check.{'count' if type_.name == 'u64' else 'whole'}({value}, {path})"
    definition = shape.find(contract, type_)
    assert definition is not None, type_.name
    match definition.kind:
        case "type":
            assert definition.alias is not None
            return _lowered(contract, definition.alias, value, path, field)
        case "enum":
            return f"check.choice({value}, {definition.name.upper().replace('-', '_')}, {path})"
        case _:
            return f"{shape.camel(definition.name)}ToWit({value}, {path})"


def _from_wit(contract: Contract, record: Definition) -> str:
    lines = [f"export function {shape.camel(record.name)}FromWit(it) {{", "  return {"]
    for each in record.fields:
        name = shape.camel(each.name)
        lines.append(f"    {name}: {_lifted(contract, each.type, f'it.{name}', each.name)},")
    return "\n".join([*lines, "  };", "}"])


def _lifted(contract: Contract, type_: Type, value: str, field: str) -> str:
    match type_.name:
        case "option":
            inner = _lifted(contract, type_.arguments[0], value, field)
            return value if inner == value else f"{value} == null ? undefined : {inner}"
        case "list" if type_.arguments[0].name != "u8":
            inner = _lifted(contract, type_.arguments[0], "each", field)
            return value if inner == "each" else f"{value}.map((each) => {inner})"
        case "u64" | "s64" if field != "payload":
            return f"Number({value})"
    definition = shape.find(contract, type_)
    if definition is None or definition.kind in ("enum", "variant"):
        return value
    if definition.kind == "type":
        assert definition.alias is not None
        return _lifted(contract, definition.alias, value, field)
    return f"{shape.camel(definition.name)}FromWit({value})"


def _event_to_wit(variant: Definition) -> str:
    cases = [
        f"    case {_word(case.name)}:\n      return {{ tag: {_word(case.name)}, val: {shape.camel(case.name)}ToWit(it, path) }};"
        for case in variant.cases
    ]
    return "\n".join(
        ["export function eventToWit(it, path) {", "  switch (check.object(it, path).type) {", *cases]
        + ["    default:", '      throw check.wrong(path, "an event", it);', "  }", "}"]
    )


def _makers(variant: Definition) -> str:
    lines = [f"export const {shape.camel(variant.name)} = {{"]
    for case in variant.cases:
        value, val = ("value", ", val: value") if case.type else ("", "")
        lines.append(f"  {shape.camel(case.name)}: ({value}) => ({{ tag: {_word(case.name)}{val} }}),")
    return "\n".join([*lines, "};"])


def _variant_to_wit(contract: Contract, variant: Definition) -> str:
    lines = [f"export function {shape.camel(variant.name)}ToWit(it, path) {{", "  switch (check.object(it, path).tag) {"]
    for case in variant.cases:
        lines.append(f"    case {_word(case.name)}:")
        val = f", val: {_lowered(contract, case.type, 'it.val', 'path', '')}" if case.type else ""
        lines.append(f"      return {{ tag: {_word(case.name)}{val} }};")
    return "\n".join([*lines, "    default:", f'      throw check.wrong(path, "{variant.name}", it);', "  }", "}"])


def _word(text: str) -> str:
    return f'"{text}"'


def _stop(docs: str) -> str:
    return docs if docs.endswith((".", "?", "!")) else docs + "."


def reference(contract: Contract) -> str:
    """Returns the part of the README that is made from the contract."""
    lines = ["### Functions of a connector", ""]
    for function in contract.interfaces["connector"].functions:
        given = ", ".join(
            f"{shape.camel(p.name)}: {written(contract, p.type)}" if p.name != "config" else "settings"
            for p in function.parameters
        )
        result = function.result and (
            function.result.arguments[0] if function.result.name == "result" else function.result
        )
        name = "manifest" if function.name == "describe" else shape.camel(function.name)
        lines.append(f"- `{name}({given}): {written(contract, result) if result else 'void'}` {function.docs}".rstrip())
    for interface in shape.interfaces(contract):
        lines += ["", f"### Types of `{interface.name}`", ""]
        lines += [_reference_line(contract, definition) for definition in interface.types.values()]
    return "\n".join(lines) + "\n"


def _reference_line(contract: Contract, definition: Definition) -> str:
    name = shape.pascal(definition.name)
    match definition.kind:
        case "type":
            assert definition.alias is not None
            inside = f" is `{written(contract, definition.alias)}`"
        case "enum":
            inside = ": " + ", ".join(f"`{_word(case.name)}`" for case in definition.cases)
        case "record":
            inside = ": " + ", ".join(_shown(contract, definition, each) for each in shape.ordered(definition))
        case _:
            cases = (
                f"`{case.name}`" + (f" of {written(contract, case.type)}" if case.type else "")
                for case in definition.cases
            )
            inside = ", one of " + ", ".join(cases)
    docs = f" {_stop(definition.docs)}" if definition.docs else ""
    return f"- **{name}**{inside}.{docs}"


def _shown(contract: Contract, record: Definition, each: Field) -> str:
    value = shape.default(record, each)
    optional = "?" if value is not shape.NONE else ""
    text = f"{shape.camel(each.name)}{optional}: {written(contract, each.type, each.name).removesuffix(' | undefined')}"
    if value is not shape.NONE and value is not None and value != []:
        text += f" = {value[1:] if isinstance(value, str) and value.startswith('@') else _literal(each, value)}"
    return f"`{text}`"
