"""Writes docs/sbom.cdx.json and docs/licences.md from requirements.lock: what modemd is made of, and under which terms.

    python tools/sbom.py        # `make lock` runs it behind tools/lock.py

CycloneDX 1.5 in JSON, without a time or a serial number: the same lock gives the same file. Asks nobody; the licences
stand below, because half of the packages say theirs in words of their own.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SBOM = ROOT / "docs" / "sbom.cdx.json"
PAGE = ROOT / "docs" / "licences.md"
PIN = re.compile(r"^# (\S+\.whl)\n([A-Za-z0-9_.-]+)==(\S+) --hash=sha256:([0-9a-f]{64})$", re.M)

# SPDX expression, and where the source is: as each package's own metadata has it, in the standard's spelling.
TERMS = {
    "click": ("BSD-3-Clause", "https://github.com/pallets/click"),
    "hatchling": ("MIT", "https://github.com/pypa/hatch"),
    "packaging": ("Apache-2.0 OR BSD-2-Clause", "https://github.com/pypa/packaging"),
    "pathspec": ("MPL-2.0", "https://github.com/cpburnz/python-pathspec"),
    "pluggy": ("MIT", "https://github.com/pytest-dev/pluggy"),
    "pyserial": ("BSD-3-Clause", "https://github.com/pyserial/pyserial"),
    "python-gsmmodem-new": ("LGPL-3.0-or-later", "https://github.com/babca/python-gsmmodem"),
    "segno": ("BSD-3-Clause", "https://github.com/heuer/segno"),
    "structlog": ("MIT OR Apache-2.0", "https://github.com/hynek/structlog"),
    "tomlkit": ("MIT", "https://github.com/python-poetry/tomlkit"),
    "trove-classifiers": ("Apache-2.0", "https://github.com/pypa/trove-classifiers"),
}
HEAD = """\
# Licences, and what an installation is made of

modemd is under the MIT licence ([LICENSE](../LICENSE)). What it needs is under these; made by `make lock`, not by hand,
and for programs in [sbom.cdx.json](sbom.cdx.json) (CycloneDX).

| package | release | licence (SPDX) | when it runs | source |
|---|---|---|---|---|
"""
TAIL = """
| installed by | where the packages come from | locked and hashed by |
|---|---|---|
| the Debian package | Debian; python-gsmmodem-new is inside | apt's signatures; `requirements.lock` |
| `make install` | PyPI | `requirements.lock`, and pip takes nothing else |
| pip, pipx | PyPI | `requirements.lock`, where it is named: below |
| `make test`, `make demo` | PyPI | `requirements.lock`; the tools for tests are not part of an installation |

pipx with the locked releases, each checked by its SHA-256:

    pipx install modemd
    pipx runpip modemd install --require-hashes --no-deps --force-reinstall -r requirements.lock

python-gsmmodem-new is the one part under a licence with conditions of its own (LGPL). It is used unmodified, as a
package that modemd imports: in pip's environment, or in the folder `modemd/vendor` of the Debian package, with its
licence beside it. Another release of yours may take its place there.
"""


class Pin(NamedTuple):
    wheel: str
    name: str
    version: str
    digest: str


def pins() -> list[Pin]:
    """What requirements.lock names."""
    return [Pin(*found) for found in PIN.findall((ROOT / "requirements.lock").read_text(encoding="utf-8"))]


def of_a_run() -> set[str]:
    """The names that pyproject.toml asks for at run time; the others build a wheel."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[<>=~! ]", text)[0] for text in project["dependencies"]}


def bill() -> dict[str, Any]:
    """The bill of materials. Raises KeyError with the name of a package whose licence nobody has written down here."""
    runs = of_a_run()
    version = re.search(
        r'"(.+)"', (ROOT / "modemd/__init__.py").read_text(encoding="utf-8").rpartition("__version__")[2]
    )
    assert version is not None  # noqa: S101 (a line of that file)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "modemd",
                "name": "modemd",
                "version": version[1],
                "licenses": [{"license": {"id": "MIT"}}],
            }
        },
        "components": [_component(pin, runs) for pin in pins()],
        "dependencies": [
            {"ref": "modemd", "dependsOn": sorted(_purl(pin) for pin in pins() if pin.name in runs)},
            *({"ref": _purl(pin), "dependsOn": []} for pin in pins()),
        ],
    }


def page() -> str:
    """docs/licences.md."""
    runs = of_a_run()
    rows = [
        f"| {pin.name} | {pin.version} | {TERMS[pin.name][0]} | {_when(pin, runs)} | {TERMS[pin.name][1]} |\n"
        for pin in sorted(pins(), key=lambda pin: (pin.name not in runs, pin.name))
    ]
    return HEAD + "".join(rows) + TAIL


def main() -> int:
    SBOM.write_text(json.dumps(bill(), indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    return 0


# --- helpers


def _when(pin: Pin, runs: set[str]) -> str:
    return "with modemd" if pin.name in runs else "while it is built"


def _purl(pin: Pin) -> str:
    return f"pkg:pypi/{pin.name}@{pin.version}"


def _component(pin: Pin, runs: set[str]) -> dict[str, Any]:
    licence, source = TERMS[pin.name]
    return {
        "type": "library",
        "bom-ref": _purl(pin),
        "name": pin.name,
        "version": pin.version,
        "scope": "required" if pin.name in runs else "excluded",
        "purl": _purl(pin),
        "hashes": [{"alg": "SHA-256", "content": pin.digest}],
        "licenses": [{"expression": licence} if " " in licence else {"license": {"id": licence}}],
        "externalReferences": [{"type": "vcs", "url": source}],
        "properties": [{"name": "modemd:wheel", "value": pin.wheel}],
    }


if __name__ == "__main__":
    sys.exit(main())
