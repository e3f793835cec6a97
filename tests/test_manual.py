"""The manual and the completion scripts of a package: a page for each command, and nothing that troff would eat."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import click

ROOT = Path(__file__).resolve().parents[1]
MACROS = {".TH", ".SH", ".PP", ".TP", ".B"}


def tool(name: str) -> ModuleType:
    """A program of tools/, loaded."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_page_for_each_command() -> None:
    """With its options, exit codes and a line that `apropos` finds; every line that begins with a dot is a macro."""
    manual = tool("manpages")
    pages = list(manual.pages())
    names = [name for name, _command, _context in pages]
    assert names[0] == "modemd"
    assert {"modemd balance", "modemd alerts ack", "modemd config check", "modemd service install"} < set(names)
    for name, command, context in pages:
        text = manual.page(name, command, context, "2026-11-27")
        assert re.search(rf"^{name.replace(' ', '-')} ".replace("-", "(?:-|\\\\-)") + r"\\- \S", text, re.M), name
        assert {line.split()[0] for line in text.splitlines() if line.startswith((".", "'"))} <= MACROS, name
        assert ".SH EXIT STATUS" in text
        for option in command.params:
            if isinstance(option, click.Option):
                assert all(word.replace("-", "\\-") in text for word in option.opts), (name, option.opts)


def test_check_has_exit_codes_of_its_own() -> None:
    manual = tool("manpages")
    [found] = [manual.page(*page, "") for page in manual.pages() if page[0] == "modemd check"]
    assert "the balance is critical" in found
    assert "wrong usage" not in found


def test_a_script_for_each_shell(tmp_path: Path) -> None:
    """Each asks modemd itself, with its own name of the protocol."""
    written = tool("completions").write(tmp_path)
    assert len(written) == 3
    for path, shell in zip(written, ("bash", "zsh", "fish"), strict=True):
        assert f"_MODEMD_COMPLETE={shell}_complete" in path.read_text(encoding="utf-8")
