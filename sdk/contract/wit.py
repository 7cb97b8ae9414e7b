"""Reads the part of WIT that the contract is written in.

Holds: what is not understood is an error, never left out in silence.
Not its business: what becomes of the types; see `generate.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

TOKEN = re.compile(r"///[^\n]*|//[^\n]*|->|[A-Za-z0-9_%][A-Za-z0-9_%.-]*|[{}()<>:;,=@/.]|\s+")


@dataclass
class Type:
    """A type as written: a name with its arguments."""

    name: str
    arguments: list[Type] = field(default_factory=list)


@dataclass
class Field:
    """A field of a record, or a parameter of a function."""

    name: str
    type: Type
    docs: str = ""


@dataclass
class Case:
    """A case of an enum or a variant."""

    name: str
    type: Type | None = None
    docs: str = ""


@dataclass
class Definition:
    """A record, an enum, a variant, an alias or a resource."""

    kind: str
    name: str
    docs: str = ""
    fields: list[Field] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    alias: Type | None = None
    functions: list[Function] = field(default_factory=list)


@dataclass
class Function:
    """A function of an interface or a method of a resource."""

    name: str
    parameters: list[Field]
    result: Type | None
    docs: str = ""


@dataclass
class Interface:
    """An interface with its types and functions, in the order of the file."""

    name: str
    docs: str = ""
    types: dict[str, Definition] = field(default_factory=dict)
    functions: list[Function] = field(default_factory=list)


@dataclass
class Contract:
    """The whole file."""

    version: str = ""
    interfaces: dict[str, Interface] = field(default_factory=dict)


class Reader:
    """Reads tokens one by one; documentation gathers until it is taken."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        end = 0
        for match in TOKEN.finditer(text):
            if match.start() != end:
                break
            end = match.end()
            token = match.group()
            if not token.isspace() and (token.startswith("///") or not token.startswith("//")):
                self.tokens.append(token)
        if end != len(text):
            raise SyntaxError(f"the contract cannot be read from {text[end : end + 40]!r}")
        self.at = 0
        self.docs: list[str] = []

    def peek(self) -> str:
        """Returns the next token without taking it; "" at the end."""
        while self.at < len(self.tokens) and self.tokens[self.at].startswith("///"):
            self.docs.append(self.tokens[self.at][3:].strip())
            self.at += 1
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, wanted: str | None = None) -> str:
        """Takes the next token, which must be `wanted` if that is said."""
        token = self.peek()
        if not token or (wanted is not None and token != wanted):
            around = " ".join(self.tokens[max(0, self.at - 5) : self.at + 3])
            raise SyntaxError(f"expected {wanted or 'more'}, found {token!r} near: {around}")
        self.at += 1
        return token

    def took(self, wanted: str) -> bool:
        """Takes the next token if it is `wanted`."""
        if self.peek() != wanted:
            return False
        self.at += 1
        return True

    def take_docs(self) -> str:
        """Returns what was said before the next token."""
        self.peek()
        docs, self.docs = " ".join(self.docs), []
        return docs

    def skip_statement(self) -> None:
        """Passes over a statement without a body of interest, as `use`."""
        depth = 0
        while True:
            token = self.take()
            depth += {"{": 1, "}": -1}.get(token, 0)
            if depth == 0 and token in (";", "}") and not (token == "}" and self.peek() == ";"):
                return


def read(path: Path) -> Contract:
    """Reads the contract at `path`."""
    reader = Reader(path.read_text(encoding="utf-8"))
    contract = Contract()
    while reader.peek():
        docs = reader.take_docs()
        word = reader.take()
        if word == "package":
            while (part := reader.take()) != ";":
                contract.version = part
        elif word == "interface":
            interface = _interface(reader, reader.take(), docs)
            contract.interfaces[interface.name] = interface
        elif word == "world":
            reader.skip_statement()
        else:
            raise SyntaxError(f"unknown word {word!r}")
    return contract


def _interface(reader: Reader, name: str, docs: str) -> Interface:
    interface = Interface(name, docs)
    reader.take("{")
    while not reader.took("}"):
        docs = reader.take_docs()
        word = reader.take()
        if word == "use":
            reader.skip_statement()
        elif word in ("record", "enum", "variant", "type", "resource"):
            definition = _definition(reader, word, docs)
            interface.types[definition.name] = definition
        else:
            interface.functions.append(_function(reader, word, docs))
    return interface


def _definition(reader: Reader, kind: str, docs: str) -> Definition:
    definition = Definition(kind, reader.take(), docs)
    if kind == "type":
        reader.take("=")
        definition.alias = _type(reader)
        reader.take(";")
        return definition
    reader.take("{")
    while not reader.took("}"):
        docs = reader.take_docs()
        name = reader.take()
        if kind == "resource":
            definition.functions.append(_function(reader, name, docs))
            continue
        if kind == "record":
            reader.take(":")
            definition.fields.append(Field(name, _type(reader), docs))
        else:
            payload = None
            if reader.took("("):
                payload = _type(reader)
                reader.take(")")
            definition.cases.append(Case(name, payload, docs))
        if not reader.took(","):
            reader.take("}")
            break
    return definition


def _function(reader: Reader, name: str, docs: str) -> Function:
    reader.take(":")
    reader.take("func")
    reader.take("(")
    parameters = []
    while not reader.took(")"):
        parameter = reader.take()
        reader.take(":")
        parameters.append(Field(parameter, _type(reader)))
        reader.took(",")
    result = _type(reader) if reader.took("->") else None
    reader.take(";")
    return Function(name, parameters, result, docs)


def _type(reader: Reader) -> Type:
    written = Type(reader.take())
    if reader.took("<"):
        while not reader.took(">"):
            written.arguments.append(_type(reader))
            reader.took(",")
    return written
