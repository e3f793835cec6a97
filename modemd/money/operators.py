"""Operator packs: load one, check one, find the one of a SIM. The only file of this room that reads files.

All packs are not parsed to find one: index.jsonl beside them holds what is needed to choose, and only the chosen pack
is parsed (200 packs cost seconds on a Pi Zero). User packs are few, and are parsed at first use."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from modemd.errors import ConfigError, Problem
from modemd.files import read_text
from modemd.frozen import dataclass
from modemd.money.pack import Example, Pack, Pattern, Query
from modemd.money.packindex import Entry, dump, entry, parse

__all__ = [
    "BUILT_IN",
    "Example",
    "Match",
    "Pack",
    "Packs",
    "Pattern",
    "Query",
    "check_pack",
    "check_text",
    "load_pack",
    "own_folder",
    "user_folders",
    "write_index",
]

BUILT_IN = Path(__file__).resolve().parent.parent / "operators"
INDEX = "index.jsonl"
SYSTEM_FOLDER = Path("/etc/modemd/operators.d")


def own_folder() -> Path | None:
    """Where this user's own packs are: modemd/operators in XDG_CONFIG_HOME or ~/.config; None without a home."""
    config = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    if not config.is_absolute():
        try:
            config = Path.home() / ".config"
        except RuntimeError:  # a service user without one
            return None
    return config / "modemd" / "operators"


def user_folders() -> list[Path]:
    """The folders of packs that replace or join the built-in ones; a later one wins."""
    own = own_folder()
    return [SYSTEM_FOLDER, *([own] if own is not None else [])]


def write_index(folder: Path = BUILT_IN) -> Path:
    """Makes the index of a folder anew from its packs, which must all be right (ConfigError)."""
    path = folder / INDEX
    path.write_text(dump(entry(load_pack(p), file=p.name) for p in sorted(folder.glob("*.toml"))), encoding="utf-8")
    return path


def load_pack(source: Path | str) -> Pack:
    """A pack from its file (a Path, or a str that is the name of a *.toml) or from its TOML text. Raises ConfigError
    with all problems at once, also when the file cannot be read."""
    from modemd.money.packfile import parse_pack  # late: choosing a pack takes the index alone

    if isinstance(source, str) and ("\n" in source or not source.endswith(".toml")):
        return parse_pack(source, file="pack")
    path = Path(source)
    return parse_pack(_text(path), file=str(path))


def check_pack(path: Path | str) -> list[Problem]:
    """Everything that is wrong with a pack file: its form, and examples that are not read as they say. Empty = good."""
    try:
        return check_text(_text(Path(path)), file=str(path))
    except ConfigError as error:
        return list(error.problems)


def check_text(source: str, *, file: str = "pack") -> list[Problem]:
    """What is wrong with a pack that is given as TOML text. A pack without patterns may be without examples: a code is
    worth shipping before anybody has seen its answer. Where nothing is wrong that decides how a text is read, the
    examples are read as well."""
    from modemd.money.packfile import examine  # late, and only here the reader as well
    from modemd.money.reading import read

    try:
        pack, problems = examine(source, file=file)
    except ConfigError as error:
        return list(error.problems)
    if any(_DECIDES_READING.match(problem.key) for problem in problems):
        return problems
    if pack.patterns and not pack.examples:
        problems.append(
            Problem(file, "example", "", "add one [[example]] block with a real reply: it is the pack's test")
        )
    for index, example in enumerate(pack.examples):
        got = read(example.text, pack=pack)
        for key in ("kind", "balance", "currency", "data_left_mb", "expires"):
            wanted, found = getattr(example, key), getattr(got, key)
            if wanted != found or (key == "balance" and str(wanted) != str(found)):
                by = f" (by {got.pattern})" if got.pattern is not None else ""
                said = f"expected {_or_nothing(wanted)}, read {_or_nothing(found)}{by}"
                cure = f"{said}; correct the example or add a [[pattern]]"
                problems.append(Problem(file, f"example[{index}].{key}", repr(example.text)[:60], cure))
    return problems


def _or_nothing(value: object) -> str:
    return "nothing" if value is None else str(value)


# With a fault in one of these every example might be read otherwise, and the faults would be told of twice.
_DECIDES_READING = re.compile(r"(?:country|currency|names|errors|sms_follows|pattern|example)\b")


@dataclass(frozen=True, slots=True)
class Match:
    """`pack` None: nobody fits, or several do (`candidates`, ids); `why` is a line for people."""

    pack: Pack | None
    candidates: tuple[str, ...]
    why: str


class Packs:
    """The built-in packs and those of user folders, the usual ones (user_folders) where none are named; a later folder
    replaces a pack of the same id. A user pack that is wrong is left out and told in `problems`. Thread safe."""

    def __init__(self, folders: Sequence[Path | str] | None = None, *, built_in: Path | None = BUILT_IN) -> None:
        self._folders = [Path(folder) for folder in (user_folders() if folders is None else folders)]
        self._built_in = built_in
        self._lock = Lock()
        self._index: dict[str, Entry] | None = None
        self._loaded: dict[str, Pack] = {}
        self._problems: dict[str, list[Problem]] = {}  # by file name without its ending

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with user packs that are left out for it."""
        self.entries()
        return [problem for problems in self._problems.values() for problem in problems]

    def ids(self) -> list[str]:
        return [known.id for known in self.entries()]

    def entries(self) -> list[Entry]:
        """What can be told of every pack without parsing it, in the order of ids."""
        with self._lock:
            if self._index is None:
                self._index = {e.id: e for e in self._built_in_entries()}
                for folder in self._folders:
                    self._add_user_packs(folder)
            return sorted(self._index.values(), key=lambda e: e.id)

    def get(self, pack_id: str) -> Pack:
        """Raises ConfigError when there is no such pack or its file is wrong."""
        known = self.ids()
        with self._lock:
            found = (self._index or {}).get(pack_id)
            if found is None and pack_id in self._problems:
                raise ConfigError(self._problems[pack_id])
            if found is None:
                near = [other for other in known if other[:2] == pack_id[:2]] or known
                cure = f"no such operator pack; known: {', '.join(near)}"
                raise ConfigError([Problem("", "operator", pack_id, cure)])
            if pack_id not in self._loaded:
                self._loaded[pack_id] = load_pack((self._built_in or Path()) / found.file)
            return self._loaded[pack_id]

    def all(self) -> list[Pack]:
        return [self.get(pack_id) for pack_id in self.ids()]

    def find(self, imsi: str | None = None, spn: str | None = None, iccid: str | None = None) -> Match:
        """The pack of a SIM. The IMSI's first 5 or 6 digits are the PLMN; brands that share it are told apart by ICCID
        prefix or service provider name (SPN). Several that cannot be told apart give no pack but candidates."""
        plmn = self._by_plmn(imsi)
        if not plmn:
            return Match(None, (), "the SIM's network is in no operator pack" if imsi else "the SIM gave no IMSI")
        by_iccid = [e for e in plmn if iccid and any(iccid.startswith(p) for p in e.iccid_prefix)]
        by_spn = [e for e in plmn if spn and spn.strip().casefold() in {s.casefold() for s in e.spn}]
        host = [e for e in plmn if not e.spn and not e.iccid_prefix]
        for group, why in ((by_iccid, "by ICCID"), (by_spn, "by service provider name"), (plmn, "by network code")):
            if len(group) == 1 and (group is not plmn or not (group[0].spn or group[0].iccid_prefix) or not spn):
                return Match(self.get(group[0].id), (group[0].id,), why)
        if spn and len(host) == 1:
            return Match(self.get(host[0].id), tuple(e.id for e in plmn), "by network code, and no other brand's name")
        names = tuple(e.id for e in plmn)
        lines = " or ".join(f'operator = "{name}"' for name in names)
        return Match(None, names, f"several operators share this network: add {lines} to this modem's configuration")

    def _by_plmn(self, imsi: str | None) -> list[Entry]:
        if not imsi or not imsi.isdigit() or len(imsi) < 6:
            return []
        for length in (6, 5):
            found = [e for e in self.entries() if imsi[:length] in e.plmn]
            if found:
                return found
        return []

    def _built_in_entries(self) -> list[Entry]:
        """From the index, unless files have come or gone since it was made."""
        folder = self._built_in
        if folder is None:
            return []
        files = sorted(name for name in _names(folder) if name.endswith(".toml"))
        try:
            entries = parse((folder / INDEX).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            entries = []
        if sorted(e.file for e in entries) == files:
            return entries
        found = []
        for name in files:
            pack = self._parsed(folder / name)
            if pack is not None:
                found.append(entry(pack, file=name))
        return found

    def _add_user_packs(self, folder: Path) -> None:
        for name in sorted(_names(folder)):
            pack = self._parsed(folder / name) if name.endswith(".toml") else None
            if pack is not None and self._index is not None:
                self._index[pack.id] = entry(pack, file=str(folder / name))
                self._loaded[pack.id] = pack

    def _parsed(self, path: Path) -> Pack | None:
        try:
            return load_pack(path)
        except ConfigError as error:
            self._problems[path.stem] = list(error.problems)
            return None


def _names(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:  # not there, no folder, or not for this user: no packs
        return []


def _text(path: Path) -> str:
    try:
        return read_text(path)
    except OSError as error:
        raise ConfigError([Problem(str(path), "", "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(str(path), "", "", "must be UTF-8 text")]) from error
