"""The files that make modemd a service of systemd, and where each belongs: the same that the Debian package installs.

They lie in `modemd/systemd` of an installed modemd, and in `systemd/` and `config/` of a work tree. A Debian package
has put them into their places already, and leaves them out here.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

import modemd
from modemd.errors import ModemdError
from modemd.frozen import dataclass

HOME = Path("/opt/modemd")  # where the units look for the program
CONFIG = "etc/modemd/modemd.toml"
LINK = "usr/local/bin/modemd"
MARK = "by-modemd-service-install"  # stands in a HOME that was made here, and may be taken away here
UNITS = ".service", ".socket"
# Ending of a file -> its folder and name. What is not named here (drop-ins, rules for who wants them) is for people.
PLACES = {
    **dict.fromkeys(UNITS, "etc/systemd/system/{name}"),
    ".sysusers": "usr/lib/sysusers.d/{stem}.conf",
    ".tmpfiles": "usr/lib/tmpfiles.d/{stem}.conf",
    ".modules-load": "usr/lib/modules-load.d/{stem}.conf",
}
RULES = re.compile(r"[0-9][0-9]-modemd\.rules")
RULES_PLACE = "usr/lib/udev/rules.d/{name}"  # a file of this name in /etc, which is yours, comes before it
# Where the service may not look (ProtectHome=, PrivateTmp=), or what is gone after the next boot.
CLOSED = tuple(Path(place) for place in ("/home", "/root", "/run", "/tmp", "/var/tmp"))  # noqa: S108 (only compared)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file: its path below the root, and what stands in it."""

    path: str
    content: bytes


def folders() -> tuple[Path, Path]:
    """Of the service's files, and of the configuration with every key. Raises ModemdError where modemd came without."""
    package = Path(modemd.__file__).resolve().parent
    for files, config in ((package / "systemd", package / "systemd"), *_work_tree(package)):
        if (files / "modemd.service").is_file():
            return files, config
    raise ModemdError(
        "this modemd has no service files to install: a Debian package has brought the service along, see "
        "`modemd service status`"
    )


def wanted(program: Path) -> list[Wanted]:
    """What is written, whatever stands there; `program` is the folder of the program and its Python."""
    files, _config = folders()
    found = []
    for file in sorted(files.iterdir()):
        place = RULES_PLACE if RULES.fullmatch(file.name) else PLACES.get(file.suffix)
        if place is not None:
            content = file.read_bytes().replace(os.fsencode(HOME / "bin"), os.fsencode(program))
            found.append(Wanted(place.format(name=file.name, stem=file.stem), content))
    return found


def started(files: list[Wanted]) -> list[str]:
    """The units that run by themselves: sockets, and the daemon last."""
    names = [Path(file.path).name for file in files]
    return [*sorted(name for name in names if name.endswith(".socket")), "modemd.service"]


def config() -> bytes:
    """The configuration that a new installation begins with."""
    _files, folder = folders()
    return (folder / "modemd.toml").read_bytes()


def scripts() -> Path:
    """The folder of this modemd's program and its Python."""
    return Path(sysconfig.get_path("scripts"))


def fit_for_a_service() -> bool:
    """Whether the service may run this modemd where it is: no home folder, and root's alone to change."""
    folder = scripts()
    if not (folder / "modemd").is_file() or not (folder / "python").exists():
        return False
    if _closed(folder) or _closed(Path(sys.executable).resolve()):
        return False
    status = folder.stat()
    return status.st_uid == 0 and not status.st_mode & 0o022


def copy_program(root: Path) -> Path:
    """A copy of this modemd and of what it needs in HOME below `root`, owned by who runs this; gives its folder of
    programs without the root. Neither pip nor network: none of it is compiled. Raises ModemdError."""
    python = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    if _closed(python):
        raise ModemdError(
            f"the service may not look into {python.parent}, where this Python is: install modemd with the system's "
            "(pipx install --python /usr/bin/python3 modemd)"
        )
    import venv

    home = root / HOME.relative_to("/")
    if home.exists() and not (home / "pyvenv.cfg").is_file():
        raise ModemdError(f"{home} is there, and no copy of modemd: move it away")
    venv.EnvBuilder(clear=True, symlinks=True, with_pip=False).create(home)
    (home / MARK).write_text("modemd service uninstall takes this folder away\n", encoding="utf-8")
    [packages] = home.glob("lib/python*/site-packages")
    package = Path(modemd.__file__).parent
    for file in package.rglob("*"):
        _copy(file, packages / "modemd" / file.relative_to(package))
    for name in _needed():
        _copy_distribution(name, packages)
    script = home / "bin" / "modemd"
    script.write_text(f"#!{HOME}/bin/python -P\nfrom modemd.cli.start import main\n\nmain()\n", encoding="utf-8")
    script.chmod(0o755)
    return HOME / "bin"


def compile_program(root: Path) -> None:
    """Once for the copy, as pip does: the service's user may not keep what Python compiles, and would do it at each
    start."""
    import compileall
    import warnings

    with warnings.catch_warnings():  # of other people's files
        warnings.simplefilter("ignore")
        compileall.compile_dir(root / HOME.relative_to("/") / "lib", quiet=2)


# --- helpers


def _work_tree(package: Path) -> list[tuple[Path, Path]]:
    tree = package.parent
    return [(tree / "systemd", tree / "config")] if (tree / "pyproject.toml").is_file() else []


def _closed(path: Path) -> bool:
    return any(path.is_relative_to(place) for place in CLOSED)


def _needed() -> list[str]:
    """The distributions that modemd needs, with what those need."""
    waiting, found = ["modemd"], []
    while waiting:
        for line in metadata.requires(waiting.pop()) or ():
            match = re.match(r"[A-Za-z0-9._-]+", line)
            if match and ";" not in line and match[0] not in found:
                found.append(match[0])
                waiting.append(match[0])
    return found


def _copy_distribution(name: str, packages: Path) -> None:
    for file in metadata.files(name) or ():
        if ".." not in file.parts:  # its scripts
            _copy(Path(str(file.locate())), packages / file)


def _copy(file: Path, target: Path) -> None:
    """A file's octets, not its rights: who may read it is another question here. What Python compiles stays behind."""
    if file.is_file() and file.suffix != ".pyc":
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
