"""Lines for people in their language: gettext catalogues in modemd/locale, English in the code.

    _ = words("ru")
    _("pay at {page}")                                  # the template; the caller fills it in
    _.plural("{n} day", "{n} days", n)

tools/catalogues.py (`make catalogues`) collects what stands in `_(...)`, `_.plural(...)` and `N_(...)`, and compiles.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from os import environ
from os.path import dirname, join
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gettext import NullTranslations

LANGUAGES = ("en", "ru", "zh")
LOCALE = join(dirname(__file__), "locale")  # noqa: PTH118, PTH120 (pathlib costs a query of the command line 5 ms)


class Words:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue: NullTranslations | None = None

    def __call__(self, text: str) -> str:
        return text if self.language == "en" else self._found().gettext(text)

    def plural(self, one: str, many: str, number: int) -> str:
        """The form that belongs to this number, `{n}` still to be filled in."""
        return self._found().ngettext(one, many, number)

    def _found(self) -> NullTranslations:
        if self._catalogue is None:
            import gettext  # late: English needs no catalogue

            languages = [] if self.language == "en" else [self.language]
            self._catalogue = gettext.translation("modemd", LOCALE, languages, fallback=True)
        return self._catalogue


@cache
def words(language: str) -> Words:
    """English for a language that has no catalogue."""
    return Words(language if language in LANGUAGES else "en")


def N_(text: str) -> str:  # noqa: N802 (gettext's name for "to be translated, elsewhere")
    return text


def of_environment(variables: Mapping[str, str] = environ) -> str:
    """The language that a person's shell asks for (LANGUAGE, LC_ALL, LC_MESSAGES, LANG; gettext's order)."""
    locale = next((variables[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if variables.get(key)), "")
    if locale.partition(".")[0] in ("", "C", "POSIX"):
        return "en"
    for wanted in [*variables.get("LANGUAGE", "").split(":"), locale]:
        if (language := wanted[:2].lower()) in LANGUAGES:
            return language
    return "en"
