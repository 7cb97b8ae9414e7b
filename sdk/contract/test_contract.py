"""What is made from the contract is not stale, and what is written by hand has every name of it."""

from __future__ import annotations

import sys
from pathlib import Path

import generate
import pytest
import shape
import wit

sys.path.insert(0, str(generate.ROOT / "sdk/python"))
faults = __import__("hark_sdk.faults", fromlist=["faults"])
CONTRACT = wit.read(generate.ROOT / "wit/0.1.0/connector.wit")


@pytest.mark.parametrize(("path", "text"), generate.made().items(), ids=lambda value: Path(str(value)[:200]).name)
def test_what_is_made_is_not_stale(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "make it anew: python3 sdk/contract/generate.py"


def test_the_types_are_those_of_the_declarations() -> None:
    copies = [generate.ROOT / f"sdk/js/{folder}/contract.d.ts" for folder in ("src", "types")]
    assert copies[0].read_text(encoding="utf-8") == copies[1].read_text(encoding="utf-8")


def test_every_fault_has_a_class() -> None:
    wanted = {case.name for case in CONTRACT.interfaces["types"].types["fault"].cases}
    classes = [it for it in vars(faults).values() if isinstance(it, type) and issubclass(it, faults.Fault)]
    assert {it.case for it in classes if it.case} == wanted
    javascript = (generate.ROOT / "sdk/js/src/faults.js").read_text(encoding="utf-8")
    assert all(f'new Fault("{name}"' in javascript for name in wanted)


def test_every_transport_failure_is_known() -> None:
    kinds = [case.name for case in CONTRACT.interfaces["http"].types["http-fault"].cases]
    for client in ("python/hark_sdk/http.py", "js/src/http.js"):
        text = (generate.ROOT / "sdk" / client).read_text(encoding="utf-8")
        assert all(f'"{kind}"' in text or f"`{kind}`" in text for kind in kinds), client


def test_every_function_has_its_place() -> None:
    for function in CONTRACT.interfaces["connector"].functions:
        name = "manifest" if function.name == "describe" else function.name
        assert f"def {shape.snake(name)}(" in (generate.ROOT / "sdk/python/hark_sdk/connector.py").read_text("utf-8")
        assert f"{shape.camel(function.name)}: told(" in (generate.ROOT / "sdk/js/src/edge.js").read_text("utf-8")


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    for text in ("interface a { b: func( }", "interface a { record r { x } }", "nonsense;", "interface a { § }"):
        file = tmp_path / "bad.wit"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(SyntaxError):
            wit.read(file)
