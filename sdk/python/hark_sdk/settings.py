"""Settings: from the JSON of the host to a dataclass, and the dataclass's JSON Schema.

Understood are `str`, `bool`, `int`, `float`, `list`, `dict` with text keys, `X | None`, `Literal` of words,
and dataclasses within. `Annotated[int, "What it means.", Range(1, 10)]` adds a description and bounds.

Holds: what does not fit is fault `config` with the path of the field, as in `feeds[2]`.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar, Union

from .faults import Config

S = TypeVar("S")
_NAMES = {str: "string", bool: "boolean", int: "integer", float: "number"}


@dataclass(frozen=True)
class Range:
    """Bounds of a number, or of the length of a text or list; both belong to it."""

    least: int | None = None
    most: int | None = None


def parse(cls: type[S], config: str) -> S:
    """Parses the settings of a source; a fault names the field that is wrong."""
    try:
        value = json.loads(config if config.strip() else "{}")
    except ValueError as error:
        raise Config("", f"no JSON: {error}") from error
    parsed: S = _object(cls, value, "")
    return parsed


def schema(cls: type[Any]) -> str:
    """Returns the JSON Schema (2020-12) of a dataclass as text."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": cls.__name__, **_schema(cls)}
    return json.dumps(whole, ensure_ascii=False)


def _schema(of: Any) -> dict[str, Any]:
    base, arguments = typing.get_origin(of), typing.get_args(of)
    if base is Annotated:
        return _schema(arguments[0]) | _remarks(arguments[0], arguments[1:])
    if base in (Union, types.UnionType):
        inner = [_schema(each) for each in arguments if each is not type(None)]
        return {"anyOf": [*inner, {"type": "null"}]} if len(inner) < len(arguments) else {"anyOf": inner}
    if base is Literal:
        return {"enum": list(arguments)}
    if base is list:
        return {"type": "array", "items": _schema(arguments[0])}
    if base is dict:
        return {"type": "object", "additionalProperties": _schema(arguments[1])}
    if of in _NAMES:
        return {"type": _NAMES[of]}
    if dataclasses.is_dataclass(of) and isinstance(of, type):
        return _object_schema(of)
    raise TypeError(f"{of!r} cannot be a setting")


def _object_schema(cls: type[Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(cls, include_extras=True)
    properties, required = {}, []
    for field in dataclasses.fields(cls):
        properties[field.name] = _schema(hints[field.name])
        given = _default(field)
        if given is dataclasses.MISSING:
            required.append(field.name)
        elif not dataclasses.is_dataclass(given):
            properties[field.name]["default"] = given
    described = {"description": cls.__doc__} if cls.__doc__ and not cls.__doc__.startswith(f"{cls.__name__}(") else {}
    whole = {**described, "type": "object", "properties": properties, "additionalProperties": False}
    return whole | ({"required": required} if required else {})


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _remarks(of: Any, remarks: tuple[Any, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for remark in remarks:
        if isinstance(remark, str):
            found["description"] = remark
        elif isinstance(remark, Range):
            of_number = of in (int, float)
            least, most = ("minimum", "maximum") if of_number else ("minItems", "maxItems")
            if of is str:
                least, most = "minLength", "maxLength"
            found |= {name: value for name, value in ((least, remark.least), (most, remark.most)) if value is not None}
    return found


def _value(of: Any, value: Any, path: str) -> Any:
    base, arguments = typing.get_origin(of), typing.get_args(of)
    if base is Annotated:
        parsed = _value(arguments[0], value, path)
        _bounded(parsed, [remark for remark in arguments[1:] if isinstance(remark, Range)], path)
        return parsed
    if base in (Union, types.UnionType):
        return _one_of(arguments, value, path)
    if base is Literal:
        if value not in arguments:
            words = " or ".join(f"`{each}`" for each in arguments)
            raise Config(path, f"unknown value {_shown(value)}, expected {words}")
        return value
    if base is list:
        items = _expect(value, list, "a list", path)
        return [_value(arguments[0], each, f"{path}[{at}]") for at, each in enumerate(items)]
    if base is dict:
        table = _expect(value, dict, "a table", path)
        return {name: _value(arguments[1], each, _below(path, name)) for name, each in table.items()}
    if of in _NAMES:
        return _plain(of, value, path)
    return _object(of, value, path)


def _plain(of: Any, value: Any, path: str) -> Any:
    if of is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is of:
        return value
    raise Config(path, f"invalid type: {_shown(value)}, expected {_article(_NAMES[of])}")


def _one_of(choices: tuple[Any, ...], value: Any, path: str) -> Any:
    if value is None and type(None) in choices:
        return None
    wrong: Config | None = None
    for choice in choices:
        if choice is type(None):
            continue
        try:
            return _value(choice, value, path)
        except Config as error:
            wrong = error
    raise wrong or Config(path, "nothing fits")


def _object(cls: Any, value: Any, path: str) -> Any:
    table = _expect(value, dict, "a table", path)
    hints = typing.get_type_hints(cls, include_extras=True)
    fields = dataclasses.fields(cls)
    for name in table:
        if name not in hints:
            words = " or ".join(f"`{field.name}`" for field in fields)
            raise Config(_below(path, name), f"unknown field `{name}`, expected {words}")
    given = {}
    for field in fields:
        if field.name in table:
            given[field.name] = _value(hints[field.name], table[field.name], _below(path, field.name))
        elif _default(field) is dataclasses.MISSING:
            raise Config(path, f"missing field `{field.name}`")
    return cls(**given)


def _expect(value: Any, of: type[Any], name: str, path: str) -> Any:
    if not isinstance(value, of):
        raise Config(path, f"invalid type: {_shown(value)}, expected {name}")
    return value


def _bounded(value: Any, ranges: list[Range], path: str) -> None:
    size = value if isinstance(value, int | float) else len(value)
    for bounds in ranges:
        if bounds.least is not None and size < bounds.least:
            raise Config(path, f"invalid value: {_shown(value)}, at least {bounds.least} is needed")
        if bounds.most is not None and size > bounds.most:
            raise Config(path, f"invalid value: {_shown(value)}, at most {bounds.most} is possible")


def _shown(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return f"boolean `{str(value).lower()}`"
        case int() | float():
            return f"{_NAMES[type(value)]} `{value}`"
        case str():
            return f"string {json.dumps(value, ensure_ascii=False)}"
        case list():
            return "a list"
        case _:
            return "a table"


def _article(name: str) -> str:
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
