"""The catalogues of modemd/locale: brought up to date with the code, and compiled.

    python tools/catalogues.py        # `make catalogues` runs it; then translate what is empty, and run it again

A test holds that every line is translated, with the same names in braces, and that what is compiled is what is written.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from modemd.explanations import EXPLANATIONS

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "modemd" / "locale"
TRANSLATED = ("ru", "zh")
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)  # a date in the header would change with each run
KEYWORDS = {"_": None, "N_": None, "plural": (1, 2)}


def template() -> Catalog:
    """What the code says, with the files in which it says so; and the table of what can go wrong."""
    catalogue = Catalog(project="modemd", charset="utf-8")
    found = extract_from_dir(ROOT / "modemd", method_map=[("**.py", "python")], keywords=KEYWORDS)
    for file, _line, message, _comments, _context in sorted(found, key=lambda one: (one[0], one[1])):
        catalogue.add(message, locations=[(f"modemd/{file}", 0)])
    for half in dict.fromkeys(half for line in EXPLANATIONS.values() for half in line):
        catalogue.add(half, locations=[("modemd/explanations.py", 0)])
    return catalogue


def place(language: str, kind: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"modemd.{kind}"


def read(language: str) -> Catalog:
    path = place(language, "po")
    if not path.exists():
        return Catalog(locale=language, project="modemd", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def main() -> int:
    missing = 0
    for language in TRANSLATED:
        catalogue = read(language)
        catalogue.update(template(), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.fuzzy, catalogue.header_comment = False, f"# The lines for people, {language}. See CONTRIBUTING.md."
        catalogue.creation_date = catalogue.revision_date = EPOCH
        catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = "modemd"
        place(language, "po").parent.mkdir(parents=True, exist_ok=True)
        with place(language, "po").open("wb") as file:
            write_po(file, catalogue, width=0, omit_header=False, include_lineno=False, sort_output=False)
        place(language, "mo").write_bytes(compiled(catalogue))
        empty = [message.id for message in catalogue if message.id and not all(_forms(message.string))]
        missing += len(empty)
        for line in empty:
            sys.stderr.write(f"{language}: not translated: {line}\n")
    return 1 if missing else 0


def _forms(string: object) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, tuple | list) else (str(string or ""),)


if __name__ == "__main__":
    sys.exit(main())
