"""The words of operators, from the text files in money/words/: `languages/<tag>.txt` has one language each, one section
a subject; the other files are tables of names and currencies. Nothing is read before a text asks for a subject, and
each file once. Besides the packs' files the only ones that this room opens.

A section holds words that blanks or line ends separate, in the form that `words()` of money/fold.py explains: `_` for a
blank, `*` for any ending, `~` for the ending of a case; `#` begins a comment. Tags are those of BCP 47 ("ru-Latn":
Russian in Latin letters). importlib.resources would do the same for 10 ms and two megabytes of tempfile and zipfile at
each start; a wheel is always unpacked.
"""

from __future__ import annotations

import os
import re
from functools import cache

from modemd.money.fold import words

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "words")  # noqa: PTH100, PTH118, PTH120 (pathlib costs)
LANGUAGES = "languages"


@cache
def rule(*subjects: str) -> re.Pattern[str]:
    """The words of these subjects, in all languages, as one regular expression for folded text."""
    return re.compile(any_of(*subjects))


def any_of(*subjects: str) -> str:
    """The inside of such a regular expression, to be part of another."""
    return words(*(text for subject in subjects for _, text in sections(subject)))


def sections(subject: str) -> list[tuple[str, str]]:
    """(tag of the language, words as they are written) for each language that has the subject; a table has the tag
    "mul" (several languages). Raises KeyError for a subject that is in no file."""
    head, found = f"\n[{subject}]\n".encode(), []
    for tag, content in _languages():
        _, begun, behind = content.partition(head)
        if begun:
            found.append((tag, behind.partition(b"\n[")[0].decode()))
    return found or [("mul", _read(_tables()[subject]))]


def names(table: str) -> list[str]:
    """The words of a table without keys."""
    return _read(_tables()[table]).split()


def keyed(table: str) -> list[tuple[str, list[str]]]:
    """The lines of a table with keys, in order: ("EUR", ["AD", "AT", ...]). A key may have several lines."""
    lines = (line.partition(": ") for line in _read(_tables()[table]).splitlines() if line)
    return [(key, values.split()) for key, _, values in lines]


def all_words() -> set[str]:
    """The single words of all languages, as they are written."""
    texts = (_SECTION.sub("", content.decode()) for _, content in _languages())
    return {word for text in texts for word in text.split() if "_" not in word}


@cache
def _languages() -> tuple[tuple[str, bytes], ...]:
    """Tag and file of each language. In octets: whole texts, or all their sections, are half a megabyte for good."""
    files = (os.path.splitext(file) for file in sorted(os.listdir(os.path.join(FOLDER, LANGUAGES))))  # noqa: PTH118, PTH122, PTH208
    paths = ((tag, os.path.join(FOLDER, LANGUAGES, tag + ending)) for tag, ending in files if ending == ".txt")  # noqa: PTH118
    return tuple((tag, f"\n{_read(path)}".encode()) for tag, path in paths)


_SECTION = re.compile(r"^\[([a-z_]+)\]$", re.MULTILINE)
_COMMENT = re.compile(r"^#.*$", re.MULTILINE)


@cache
def _tables() -> dict[str, str]:
    files = (os.path.splitext(file) for file in os.listdir(FOLDER))  # noqa: PTH208, PTH122
    return {name: os.path.join(FOLDER, name + ending) for name, ending in files if ending == ".txt"}  # noqa: PTH118


def _read(path: str) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        return _COMMENT.sub("", file.read())
