"""`modemd service`, below a folder that stands for a system: which files, whose program, and what is left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import modemd as package
from modemd.cli import service, service_files

ROOT = Path(__file__).parents[2]
CONFIG = "etc/modemd/modemd.toml"
# Files of systemd/ for people, who put them where they want them.
FOR_PEOPLE = {"61-modemd-usb-reset.rules"}


@pytest.fixture(autouse=True)
def _nothing_outside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is compiled, which takes seconds, and the umask is as it was."""
    monkeypatch.setattr(service_files, "compile_program", lambda _root: None)
    before = os.umask(0o022)
    yield
    os.umask(before)


def installed(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}


def test_each_file_has_a_place(tmp_path: Path, modemd: Any) -> None:
    """What lies in systemd/ is installed, but for drop-ins and rules for who wants them; the units name the program."""
    assert modemd("service", "install", "--in-place", "--root", str(tmp_path)).exit_code == 0
    names = {path.name for path in (ROOT / "systemd").iterdir()} - FOR_PEOPLE
    names = {name for name in names if not name.endswith(".conf")}
    found = installed(tmp_path)
    assert len(found) == len(names) + 2  # the configuration, and a link to the program
    units = tmp_path / "etc/systemd/system"
    assert {path.name for path in units.iterdir()} == {name for name in names if name.endswith((".service", ".socket"))}
    program = service_files.scripts() / "modemd"
    for unit in units.glob("*.service"):
        assert "/opt/modemd" not in unit.read_text(encoding="utf-8")
    assert f"ExecStart={program} run " in (units / "modemd.service").read_text(encoding="utf-8")
    assert (tmp_path / "usr/local/bin/modemd").readlink() == program
    assert (tmp_path / "usr/lib/sysusers.d/modemd.conf").read_bytes() == (ROOT / "systemd/modemd.sysusers").read_bytes()
    assert (tmp_path / CONFIG).stat().st_mode & 0o777 == 0o640
    assert (tmp_path / CONFIG).read_bytes() == (ROOT / "config/modemd.toml").read_bytes()


def test_again_and_away(tmp_path: Path, modemd: Any) -> None:
    """A second installation keeps the configuration; uninstalling keeps it and the history, --purge neither."""
    root = ("--root", str(tmp_path))
    stale = tmp_path / "usr/lib/udev/rules.d/59-modemd.rules"
    stale.parent.mkdir(parents=True)
    stale.touch()
    modemd("service", "install", "--in-place", *root)
    assert not stale.exists()
    (tmp_path / CONFIG).write_text("# mine\n")
    (tmp_path / "var/lib/modemd").mkdir(parents=True)
    (tmp_path / "var/lib/modemd/modemd.db").touch()
    modemd("service", "install", "--in-place", *root)
    assert (tmp_path / CONFIG).read_text() == "# mine\n"
    result = modemd("service", "uninstall", *root)
    assert result.exit_code == 0
    assert "--purge" in result.stderr
    link = "usr/local/bin/modemd"  # where pip or pipx put it, it is theirs
    assert installed(tmp_path) == {CONFIG, "var/lib/modemd/modemd.db", link}
    assert modemd("service", "uninstall", "--purge", *root).exit_code == 0
    assert installed(tmp_path) == {link}


def test_a_program_in_a_home_is_copied(tmp_path: Path, modemd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service may not look into a home: modemd and what it needs go to /opt/modemd, and run there by themselves."""
    monkeypatch.setattr(service_files, "fit_for_a_service", lambda: False)
    monkeypatch.setattr(service_files, "CLOSED", ())  # this Python may be in a home itself
    assert modemd("service", "install", "--root", str(tmp_path)).exit_code == 0
    home = tmp_path / "opt/modemd"
    unit = (tmp_path / "etc/systemd/system/modemd.service").read_text(encoding="utf-8")
    assert "ExecStart=/opt/modemd/bin/modemd run " in unit
    assert (home / "bin/modemd").read_text(encoding="utf-8").startswith("#!/opt/modemd/bin/python -P\n")
    # Loads all that is not of Python itself.
    code = "import click, gsmmodem, modemd, segno, serial, structlog; print(modemd.__file__)"
    ran = subprocess.run(
        [home / "bin/python", "-I", "-W", "ignore", "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert Path(ran.stdout.strip()).is_relative_to(home)
    assert modemd("service", "uninstall", "--root", str(tmp_path)).exit_code == 0
    assert installed(tmp_path) == {CONFIG}


def test_a_python_in_a_home_is_refused(tmp_path: Path, modemd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_files, "fit_for_a_service", lambda: False)
    monkeypatch.setattr(service_files, "CLOSED", (Path("/"),))
    result = modemd("service", "install", "--root", str(tmp_path))
    assert result.exit_code == 1
    assert "pipx install --python /usr/bin/python3 modemd" in result.stderr
    assert installed(tmp_path) == set()


def test_another_folder_in_opt_is_left_alone(tmp_path: Path, modemd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_files, "fit_for_a_service", lambda: False)
    monkeypatch.setattr(service_files, "CLOSED", ())
    (tmp_path / "opt/modemd").mkdir(parents=True)
    (tmp_path / "opt/modemd/precious").touch()
    assert modemd("service", "install", "--root", str(tmp_path)).exit_code == 1
    assert installed(tmp_path) == {"opt/modemd/precious"}


@pytest.mark.parametrize("verb", ["install", "uninstall"])
def test_who_is_not_root_is_told_how(modemd: Any, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    result = modemd("service", verb)
    assert result.exit_code == 1
    assert f"service {verb}" in result.stderr
    assert "sudo " in result.stderr


def test_a_debian_package_has_nothing_to_install(tmp_path: Path, modemd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "__file__", str(tmp_path / "modemd/__init__.py"))
    for verb in ("install", "uninstall"):
        result = modemd("service", verb, "--root", str(tmp_path))
        assert result.exit_code == 1
        assert "Debian package" in result.stderr
    assert installed(tmp_path) == set()


SHOWN = (
    "LoadState=loaded\nFragmentPath=/etc/systemd/system/modemd.service\nUnitFileState=enabled\nActiveState={}\n"
    "ExecStart={{ path=/opt/modemd/bin/modemd ; argv[]=/opt/modemd/bin/modemd run ; ignore_errors=no }}\n"
)


@pytest.mark.parametrize(("state", "code"), [("active", 0), ("failed", 1)])
def test_status(modemd: Any, monkeypatch: pytest.MonkeyPatch, state: str, code: int) -> None:
    monkeypatch.setattr(service, "_said", lambda *_words: SHOWN.format(state))
    result = modemd("service", "status")
    assert result.exit_code == code
    assert f"modemd.service: {state}, enabled at boot" in result.stdout
    assert "program: /opt/modemd/bin/modemd" in result.stdout
    assert ("journalctl" in result.stderr) is (code == 1)
    found = json.loads(modemd("service", "status", "--json").stdout)
    assert tuple(found) == service.KEYS
    assert found["active"] == state


def test_status_without_a_service_or_systemd(modemd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_said", lambda *_words: "LoadState=not-found\nActiveState=inactive\n")
    result = modemd("service", "status")
    assert result.exit_code == 1
    assert "service install" in result.stderr
    monkeypatch.setattr(service, "_said", lambda *_words: "")
    assert "systemd does not answer" in modemd("service", "status").stderr
    assert json.loads(modemd("service", "status", "--json").stdout)["installed"] is None


def test_the_wheel_brings_the_files(tmp_path: Path) -> None:
    """Built as pip builds it: the same files, and the configuration."""
    import zipfile

    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert built.returncode == 0, built.stderr
    [wheel] = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {path.name for path in (ROOT / "systemd").iterdir()} | {"modemd.toml"}
    assert {f"modemd/systemd/{name}" for name in expected} <= names
