"""The examples of docs/adding.md."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs/adding.md"


def example(section: str, language: str = "python") -> str:
    """The one block of code in a section."""
    part = PAGE.read_text(encoding="utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", part, re.DOTALL)
    assert len(blocks) == 1, section
    return blocks[0]
