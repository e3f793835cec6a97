"""requirements.lock holds what pyproject.toml asks for, and what these tests run with."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import modemd
from tests.test_manual import tool

ROOT = Path(__file__).resolve().parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
CURE = "run `make lock`, and commit requirements.lock"

project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = project["project"]["dependencies"]
BUILD = project["build-system"]["requires"]

PINS = {
    canonicalize_name(name): (version, wheel)
    for wheel, name, version in re.findall(
        r"^# (\S+\.whl)\n([A-Za-z0-9_.-]+)==(\S+) --hash=sha256:[0-9a-f]{64}$", LOCK, re.M
    )
}
OLDEST = dict(re.findall(r"^([a-z]+)==(\S+)$", (ROOT / "tests/oldest.txt").read_text(encoding="utf-8"), re.M))


def test_the_lock_is_whole() -> None:
    """Each line is a comment or a pin with its hash: pip would refuse anything else, as root on somebody's Pi."""
    pins = [line for line in LOCK.splitlines() if line and not line.startswith("#")]
    assert len(pins) == len(PINS) >= 5


def test_the_lock_agrees_with_pyproject() -> None:
    """The same requirements, and each is met by what is pinned."""
    asked = re.findall(r"^# asked by pyproject.toml: (.*)$", LOCK, re.M)
    assert asked == [*DEPENDENCIES, *BUILD], CURE
    for requirement in map(Requirement, asked):
        version, _ = PINS[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement}, {version} is locked: {CURE}"


def test_the_lock_is_closed() -> None:
    """What a locked package needs is locked as well: --no-deps fetches nothing else. Also on each Python we support."""
    for requirement in map(Requirement, DEPENDENCIES):
        for text in metadata.requires(requirement.name) or ():
            needed = Requirement(text)
            for python in ("3.11", "3.12", "3.13", "3.14"):
                if needed.marker is None or needed.marker.evaluate({"python_version": python, "extra": ""}):
                    assert canonicalize_name(needed.name) in PINS, f"{requirement.name} needs {needed}: {CURE}"


def test_each_wheel_fits_every_machine() -> None:
    """arm64, armv7, any Python 3: nothing is compiled, so one hash a package is enough."""
    assert [wheel for _, wheel in PINS.values() if not re.search(r"-(py3|py2\.py3)-none-any\.whl$", wheel)] == []


def test_the_tests_run_with_what_is_locked() -> None:
    """What `make install` installs is what was tested, or (`make oldest`) the lower ends of what is allowed."""
    names = [Requirement(text).name for text in DEPENDENCIES]
    installed = {name: metadata.version(name) for name in names}
    locked = {name: PINS[canonicalize_name(name)][0] for name in names}
    assert installed in (locked, {**locked, **OLDEST}), "rm -r .venv, then `make test`"


def test_the_oldest_are_the_lower_ends() -> None:
    """`make oldest` and Debian's control file mean the releases that pyproject.toml names."""
    lower = {
        requirement.name: [spec.version for spec in requirement.specifier if spec.operator == ">="]
        for requirement in map(Requirement, DEPENDENCIES)
    }
    control = (ROOT / "debian/control").read_text(encoding="utf-8")
    for name, version in OLDEST.items():
        assert version in (lower[name][0], f"{lower[name][0]}.0"), name
        assert f" python3-{name.removeprefix('py')} (>= {lower[name][0]})," in control, name


def test_the_package_has_the_version() -> None:
    """debian/changelog begins with the release that `modemd --version` says."""
    changelog = (ROOT / "debian/changelog").read_text(encoding="utf-8")
    assert changelog.startswith(f"modemd ({modemd.__version__}) ")


def test_the_bill_of_materials_is_the_locks() -> None:
    """docs/sbom.cdx.json and docs/licences.md are what `make lock` would write; each package has its licence."""
    sbom = tool("sbom")
    assert json.loads((ROOT / "docs/sbom.cdx.json").read_text(encoding="utf-8")) == sbom.bill(), CURE
    assert (ROOT / "docs/licences.md").read_text(encoding="utf-8") == sbom.page(), CURE
    assert {canonicalize_name(pin.name) for pin in sbom.pins()} == set(PINS)
