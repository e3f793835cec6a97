"""Writes requirements.lock: each package that `make install` needs, its release and the SHA-256 of its wheel.

    python tools/lock.py        # asks PyPI; `make lock` runs it

What pyproject.toml asks for (dependencies, and the build backend) is resolved by pip for the Python that runs this, as
wheels that fit every machine: a package of compiled code has another wheel, and another hash, on each."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
ASKED = "# asked by pyproject.toml: "
HEAD = """\
# What `make install` installs, and what the tests ran with: made by `make lock`, not by hand.
# pip takes nothing else (--require-hashes), no source that would be built, and nothing that these would like besides.
"""


def asked() -> list[str]:
    """The requirements of pyproject.toml: of a run, and of a build."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [*project["project"]["dependencies"], *project["build-system"]["requires"]]


def resolve(requirements: list[str]) -> list[dict[str, Any]]:
    """What pip would install into an empty environment, as its report says. Raises CalledProcessError."""
    pip = [sys.executable, "-m", "pip", "--isolated", "install", "--dry-run", "--ignore-installed", "--quiet"]
    pip += ["--only-binary", ":all:", "--index-url", "https://pypi.org/simple", "--report", "-"]
    answer = subprocess.run([*pip, *requirements], check=True, stdout=subprocess.PIPE, text=True)
    installs: list[dict[str, Any]] = json.loads(answer.stdout)["install"]
    return installs


def main() -> int:
    requirements = asked()
    lines = [HEAD, *(f"{ASKED}{requirement}\n" for requirement in requirements), "\n"]
    for item in sorted(resolve(requirements), key=lambda item: str(item["metadata"]["name"]).lower()):
        name, version = item["metadata"]["name"], item["metadata"]["version"]
        wheel = item["download_info"]["url"].rpartition("/")[2]
        if not wheel.endswith("-none-any.whl"):
            sys.stderr.write(f"{wheel} fits one kind of machine only: a lock cannot hold it\n")
            return 1
        digest = item["download_info"]["archive_info"]["hashes"]["sha256"]
        lines.append(f"# {wheel}\n{name}=={version} --hash=sha256:{digest}\n")
    LOCK.write_text("".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
