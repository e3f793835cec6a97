"""The catalogues are whole: each line that the code says, in each language, with its names in braces and its forms."""

from __future__ import annotations

import gettext
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from modemd.cli.terminal import ago
from modemd.language import LANGUAGES, LOCALE, of_environment, words

ROOT = Path(__file__).parent.parent
BRACES = re.compile(r"\{[^}]*\}")


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("catalogues", ROOT / "tools" / "catalogues.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["catalogues"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def said(tool: ModuleType) -> set[object]:
    """What the code says; read once for all languages."""
    return {message.id for message in tool.template() if message.id}


def forms(text: object) -> tuple[str, ...]:
    return tuple(map(str, text)) if isinstance(text, tuple | list) else (str(text),)


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_every_line_is_translated_and_compiled(tool: ModuleType, said: set[object], language: str) -> None:
    """`make catalogues` names what is missing."""
    catalogue = tool.read(language)
    written = {message.id: message for message in catalogue if message.id}
    assert set(written) == said, "run make catalogues"
    for message in written.values():
        translated = forms(message.string)
        assert all(translated), message.id
        assert not message.fuzzy, message.id
        wanted = set(BRACES.findall(forms(message.id)[-1]))
        assert all(set(BRACES.findall(text)) == wanted for text in translated), message.id
        assert len(translated) == (catalogue.num_plurals if isinstance(message.id, tuple) else 1)
    with (Path(LOCALE) / language / "LC_MESSAGES" / "modemd.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in written.values():
        one, *many = forms(message.id)
        for number in (1, 2, 5, 21):
            got = compiled.ngettext(one, many[0], number) if many else compiled.gettext(one)
            assert got in forms(message.string), f"{message.id}: run make catalogues"


def test_russian_counts_as_russians_do() -> None:
    days = {n: words("ru").plural("{n} day", "{n} days", n).format(n=n) for n in (1, 2, 4, 5, 11, 12, 21, 22, 25, 111)}
    assert days == {
        1: "1 день",
        2: "2 дня",
        4: "4 дня",
        5: "5 дней",
        11: "11 дней",
        12: "12 дней",
        21: "21 день",
        22: "22 дня",
        25: "25 дней",
        111: "111 дней",
    }
    assert [words("en").plural("{n} day", "{n} days", n) for n in (1, 2)] == ["{n} day", "{n} days"]
    assert words("de")("now") == words("en")("now") == "now"


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8", "LANGUAGE": "ru"}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:ru"}, "ru"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": ""}, "en"),
    ],
)
def test_the_language_of_the_shell(environment: dict[str, str], language: str) -> None:
    assert of_environment(environment) == language
    assert language in LANGUAGES


def test_the_command_line_follows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    assert [ago(age) for age in (5, 100, 8000, 86400 * 3)] == ["только что", "1 мин назад", "2 ч назад", "3 дня назад"]
    monkeypatch.setenv("LANG", "C.UTF-8")
    assert ago(100) == "1 min ago"
