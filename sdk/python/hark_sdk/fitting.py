"""What an answer must be before it leaves: the wrong thing is named, rather than a trap without words.

Holds: whatever passes here fits the contract's types, numbers their bounds too; lists may be any iterable and
become lists; half a character (a lone surrogate, which JSON can spell) becomes U+FFFD.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union

T = TypeVar("T")
Check = Callable[[Any, str], Any]
_SIGNED = range(-(1 << 63), 1 << 63)


def fit(value: T, path: str) -> T:
    """Returns `value`, a dataclass of the contract, if each of its fields is what it must be."""
    if not dataclasses.is_dataclass(type(value)):
        raise TypeError(f"{path} must be a record of the contract, not {_shown(value)}")
    for name, check in _checks(type(value)):
        found = getattr(value, name)
        fitting = check(found, f"{path}.{name}")
        if fitting is not found:
            setattr(value, name, fitting)
    return value


_KNOWN: dict[Any, list[tuple[str, Check]]] = {}


def _checks(cls: Any) -> list[tuple[str, Check]]:
    if cls not in _KNOWN:
        hints = typing.get_type_hints(cls, include_extras=True)
        _KNOWN[cls] = [(field.name, _check(hints[field.name])) for field in dataclasses.fields(cls)]
    return _KNOWN[cls]


def _check(of: Any) -> Check:
    base, arguments = typing.get_origin(of), typing.get_args(of)
    if base in (Union, types.UnionType):
        return _one_of(arguments)
    if base is Literal:
        return lambda value, path: value
    if base is list:
        return _list(_check(arguments[0]))
    if base is tuple:
        return _plain(tuple)
    if base is Annotated:
        return _int(arguments[1])
    if of is int:
        return _int(_SIGNED)
    if of is str:
        return _text
    if of in (bytes, bool, type(None)) or (isinstance(of, type) and issubclass(of, Enum)):
        return _plain(of)
    return _record(of)


def _plain(of: type[Any]) -> Check:
    def check(value: Any, path: str) -> Any:
        if not isinstance(value, of):
            raise TypeError(f"{path} must be {of.__name__}, not {_shown(value)}")
        return value

    return check


def _int(bounds: range) -> Check:
    def check(value: Any, path: str) -> Any:
        if type(value) is not int:
            raise TypeError(f"{path} must be int, not {_shown(value)}")
        if value not in bounds:
            raise ValueError(f"{path} must be {bounds[0]} to {bounds[-1]}, not {_shown(value)}")
        return value

    return check


def _text(value: Any, path: str) -> Any:
    if not isinstance(value, str):
        raise TypeError(f"{path} must be str, not {_shown(value)}")
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        # Two halves that belong together become one character, any other half says nothing.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _record(of: type[Any]) -> Check:
    def check(value: Any, path: str) -> Any:
        if type(value) is not of:
            raise TypeError(f"{path} must be {of.__name__}, not {_shown(value)}")
        return fit(value, path)

    return check


def _list(check: Check) -> Check:
    def check_list(value: Any, path: str) -> Any:
        if isinstance(value, str | bytes | dict) or not hasattr(value, "__iter__"):
            raise TypeError(f"{path} must be a list, not {_shown(value)}")
        # Usually nothing changes, and the list stays as it is.
        return [check(each, f"{path}[{at}]") for at, each in enumerate(value)]

    return check_list


def _one_of(choices: tuple[Any, ...]) -> Check:
    optional = type(None) in choices
    rest = [choice for choice in choices if choice is not type(None)]
    if len(rest) == 1:
        inner = _check(rest[0])
        return lambda value, path: value if value is None and optional else inner(value, path)
    # A union of records: the class says which.
    records: tuple[Any, ...] = tuple(choice for choice in rest if dataclasses.is_dataclass(choice))

    def check(value: Any, path: str) -> Any:
        if value is None and optional:
            return value
        if isinstance(value, records):
            return fit(value, path)
        if records and len(records) == len(rest):
            raise TypeError(f"{path} must be an event, not {_shown(value)}")
        if isinstance(value, list):
            return [fit(each, f"{path}[{at}]") for at, each in enumerate(value)]
        return value

    return check


def _shown(value: Any) -> str:
    return "None" if value is None else f"{type(value).__name__} {str(value)[:40]!r}"
