#!/usr/bin/env python3
"""Makes what the SDKs know of the contract from `wit/`; with `--check`, says what is stale.

    python3 sdk/contract/generate.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

import javascript
import python
import wit

ROOT = Path(__file__).resolve().parents[2]
BEGIN = "<!-- made from the contract by sdk/contract/generate.py -->\n"
END = "<!-- end of what is made from the contract -->\n"


def within(readme: Path, reference: str) -> str:
    """Returns the README with its reference replaced."""
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{reference}\n{END}{after}"


def made() -> dict[Path, str]:
    """Returns every generated file with its text."""
    contract = wit.read(ROOT / "wit/0.1.0/connector.wit")
    sdk = ROOT / "sdk"
    return {
        sdk / "python/hark_sdk/contract.py": python.module(contract),
        sdk / "python/README.md": within(sdk / "python/README.md", python.reference(contract)),
        sdk / "js/src/contract.js": javascript.module(contract),
        sdk / "js/src/lowering.js": javascript.edge(contract),
        sdk / "js/src/contract.d.ts": javascript.types(contract),
        sdk / "js/README.md": within(sdk / "js/README.md", javascript.reference(contract)),
    }


def main() -> int:
    """Writes the files, or says which are stale."""
    stale = []
    for path, text in made().items():
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(path.relative_to(ROOT))
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
    for path in stale:
        print(f"{'stale' if '--check' in sys.argv else 'made'}: {path}")
    if stale and "--check" in sys.argv:
        print("make it anew: python3 sdk/contract/generate.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
