"""Operator packs: load one, check one, find the one of a SIM. The only file of this room that reads files.

All packs are not parsed to find one: an index takes plmn, spn and iccid_prefix from the head of each file, and only the
pack that is needed is parsed (200 packs cost seconds on a Pi Zero)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from modemd.errors import ConfigError, Problem
from modemd.money.pack import Example, Pack, Pattern, Query
from modemd.money.packfile import ID, parse_pack
from modemd.money.reading import read

__all__ = ["BUILT_IN", "Example", "Match", "Pack", "Packs", "Pattern", "Query", "check_pack", "load_pack"]

BUILT_IN = Path(__file__).resolve().parent.parent / "operators"


def load_pack(source: Path | str) -> Pack:
    """A pack from its file (a Path, or a str that is the name of a *.toml) or from its TOML text. Raises ConfigError
    with all problems at once, also when the file cannot be read."""
    if isinstance(source, str) and ("\n" in source or not source.endswith(".toml")):
        return parse_pack(source, file="pack")
    path = Path(source)
    return parse_pack(_text(path), file=str(path))


def check_pack(path: Path | str) -> list[Problem]:
    """Everything that is wrong with a pack file: its form, and examples that are not read as they say. Empty = good."""
    try:
        pack = load_pack(Path(path))
    except ConfigError as error:
        return list(error.problems)
    problems = []
    if not pack.examples:
        problems.append(
            Problem(str(path), "example", "", "add one [[example]] block with a real reply: it is the pack's test")
        )
    for index, example in enumerate(pack.examples):
        got = read(example.text, pack=pack)
        for key in ("kind", "balance", "currency", "data_left_mb", "expires"):
            wanted, found = getattr(example, key), getattr(got, key)
            if wanted != found or (key == "balance" and str(wanted) != str(found)):
                cure = f"expected {wanted}, read {found} (by {got.pattern}); correct the example or add a [[pattern]]"
                problems.append(Problem(str(path), f"example[{index}].{key}", repr(example.text)[:60], cure))
    return problems


@dataclass(frozen=True, slots=True)
class Match:
    """`pack` None: nobody fits, or several do (`candidates`, ids); `why` is a line for people."""

    pack: Pack | None
    candidates: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    path: Path
    plmn: tuple[str, ...]
    spn: tuple[str, ...]
    iccid_prefix: tuple[str, ...]


class Packs:
    """The built-in packs and those of user folders; a later folder replaces a pack of the same id. Thread safe."""

    def __init__(self, folders: Sequence[Path | str] = (), *, built_in: Path | None = BUILT_IN) -> None:
        self._folders = [*([built_in] if built_in is not None else []), *map(Path, folders)]
        self._lock = Lock()
        self._entries: dict[str, _Entry] | None = None
        self._loaded: dict[str, Pack] = {}

    def ids(self) -> list[str]:
        return sorted(self._index())

    def get(self, pack_id: str) -> Pack:
        """Raises ConfigError when there is no such pack or its file is wrong."""
        entry = self._index().get(pack_id)
        if entry is None:
            near = [known for known in self.ids() if known[:2] == pack_id[:2]] or self.ids()
            raise ConfigError([Problem("", "operator", pack_id, f"no such operator pack; known: {', '.join(near)}")])
        with self._lock:
            if pack_id not in self._loaded:
                self._loaded[pack_id] = load_pack(entry.path)
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
        return Match(None, names, f"several operators share this network: set operator to one of {', '.join(names)}")

    def _by_plmn(self, imsi: str | None) -> list[_Entry]:
        if not imsi or not imsi.isdigit() or len(imsi) < 6:
            return []
        for length in (6, 5):
            found = [e for e in self._index().values() if imsi[:length] in e.plmn]
            if found:
                return sorted(found, key=lambda e: e.id)
        return []

    def _index(self) -> dict[str, _Entry]:
        with self._lock:
            if self._entries is None:
                paths = [p for folder in self._folders if folder.is_dir() for p in sorted(folder.glob("*.toml"))]
                self._entries = {entry.id: entry for entry in map(_entry, paths)}
            return self._entries


def _entry(path: Path) -> _Entry:
    """What the index needs, from the lines before the first block; a head written in another way is parsed as TOML."""
    head = re.split(r"^\s*\[", _text(path), maxsplit=1, flags=re.MULTILINE)[0]
    values: dict[str, tuple[str, ...]] = {}
    for key in ("id", "plmn", "spn", "iccid_prefix"):
        line = re.search(rf"^{key}\s*=\s*(.*)$", head, re.MULTILINE)
        if line is None:
            continue
        try:
            value = tomllib.loads(f"v = {line[1]}")["v"]
        except tomllib.TOMLDecodeError:
            return _parsed(path)
        if not isinstance(value, str | list):
            return _parsed(path)
        values[key] = (value,) if isinstance(value, str) else tuple(map(str, value))
    if not ID.fullmatch(values.get("id", ("",))[0]):
        return _parsed(path)
    return _Entry(values["id"][0], path, values.get("plmn", ()), values.get("spn", ()), values.get("iccid_prefix", ()))


def _parsed(path: Path) -> _Entry:
    try:
        pack = load_pack(path)
    except ConfigError:
        return _Entry(path.stem, path, (), (), ())  # get() reports what is wrong, the other packs go on working
    return _Entry(pack.id, path, pack.plmn, pack.spn, pack.iccid_prefix)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([Problem(str(path), "", "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(str(path), "", "", "must be UTF-8 text")]) from error
