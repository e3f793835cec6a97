"""Builds the Debian package: dist/modemd_VERSION_all.deb, for Debian 12 and later, every architecture.

    python tools/deb.py        # `make deb` runs it

The build itself needs no network. python-gsmmodem-new, which Debian does not have, is taken before it from PyPI: the
wheel that requirements.lock names, by its SHA-256, and from build/wheels where it lies already.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
SOURCES = (
    "modemd",
    "debian",
    "systemd",
    "config",
    "docs",
    "tools",
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "requirements.lock",
)
VENDORED = ("gsmmodem/", ".dist-info/")  # of its wheel: the library and who wrote it, not its terminal and scripts
TOOLS = "debhelper dh-python dpkg-dev"


def wheel() -> Path:
    """The locked wheel of python-gsmmodem-new. Raises SystemExit where it is not to be had, or is another."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found = re.search(r"^# (\S+)\n(python-gsmmodem-new==\S+) --hash=sha256:(\w+)$", lock, re.M)
    if found is None:
        sys.exit("requirements.lock does not name python-gsmmodem-new: make lock")
    name, requirement, digest = found.groups()
    path = BUILD / "wheels" / name
    if not path.exists():
        pip = [sys.executable, "-m", "pip", "--quiet", "download", "--no-deps", "--only-binary", ":all:"]
        if subprocess.run([*pip, "--dest", str(path.parent), requirement], check=False).returncode:
            sys.exit(f"pip could not fetch {requirement}; is PyPI reachable? Or put {name} into {path.parent}")
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        sys.exit(f"{path} is not the file that requirements.lock names: remove it")
    return path


def lay_out(folder: Path) -> None:
    """A clean source tree in `folder`: nothing of a working copy but what the package is made of."""
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "img"))
        else:
            shutil.copy2(source, folder / name)
    with zipfile.ZipFile(wheel()) as archive:
        for member in archive.namelist():
            if any(part in member for part in VENDORED):
                archive.extract(member, folder / "modemd" / "vendor")


def main() -> int:
    if not shutil.which("dpkg-buildpackage") or not shutil.which("dh"):
        sys.exit(f"a Debian package is built by Debian's tools: sudo apt-get install -y {TOOLS}")
    version = re.search(r"^modemd \((\S+)\)", (ROOT / "debian/changelog").read_text(encoding="utf-8"))
    assert version is not None  # noqa: S101 (its first line is that)
    folder = BUILD / "deb" / f"modemd-{version[1]}"
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.mkdir(parents=True)
    lay_out(folder)
    # -I, and no second check: what Debian takes for granted everywhere is a compiler, and nothing here is compiled.
    missing = subprocess.run(["dpkg-checkbuilddeps", "-I"], cwd=folder, check=False, capture_output=True, text=True)
    if missing.returncode:
        names = re.sub(r" \([^)]*\)", "", missing.stderr.rpartition(": ")[2]).split()
        sys.exit(f"{missing.stderr.strip()}\nsudo apt-get install -y {' '.join(names)}")
    with (BUILD / "deb" / "log").open("wb") as log:
        built = subprocess.run(
            ["dpkg-buildpackage", "--build=binary", "--no-sign", "--no-check-builddeps"],
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    if built.returncode:
        sys.stderr.write((BUILD / "deb" / "log").read_text(encoding="utf-8", errors="replace")[-4000:])
        return 1
    package = ROOT / "dist" / f"modemd_{version[1]}_all.deb"
    package.parent.mkdir(exist_ok=True)
    (folder.parent / package.name).replace(package)
    sys.stdout.write(f"{package.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
