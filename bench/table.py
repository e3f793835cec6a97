"""Rows of the result and how they are printed."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `met` None: nothing to compare with here, `note` says why."""

    what: str
    modemd: str
    other: str
    ratio: str
    goal: str
    met: bool | None
    note: str = ""


HEADS = ("what", "modemd", "compared with", "ratio", "goal", "met")


def show(rows: Sequence[Row]) -> str:
    """The table as aligned text, its notes behind it."""
    cells = [HEADS, *((r.what, r.modemd, r.other, r.ratio, r.goal, _verdict(r.met)) for r in rows)]
    wide = [max(len(line[i]) for line in cells) for i in range(len(HEADS))]
    lines = ["  ".join(text.ljust(cells_) for text, cells_ in zip(line, wide, strict=True)).rstrip() for line in cells]
    lines.insert(1, "  ".join("-" * width for width in wide))
    notes = [f"- {row.what}: {row.note}" for row in rows if row.note]
    return "\n".join([*lines, "", *notes]).rstrip()


def skipped(what: str, goal: str, why: str) -> Row:
    return Row(what, "", "", "", goal, None, f"skipped: {why}")


def alternate(runs: int, *acts: Callable[[], float]) -> list[list[float]]:
    """What each act returned, `runs` times; one after the other and again, so that a busy machine slows all alike."""
    found: list[list[float]] = [[] for _ in acts]
    for _ in range(runs):
        for times, act in zip(found, acts, strict=True):
            times.append(act())
    return found


def median(times: Sequence[float]) -> float:
    return statistics.median(times)


def undisturbed(times: Sequence[float]) -> float:
    """The median of the fastest tenth: for many runs of one and the same work, each of which another process of a busy
    machine may hold up."""
    return statistics.median(sorted(times)[: max(1, len(times) // 10)])


def spread(times: Sequence[float]) -> str:
    """Median and, behind it, the fastest and slowest run."""
    return f"{seconds(median(times))} ({seconds(min(times))} to {seconds(max(times))})"


def seconds(value: float) -> str:
    if value < 0.001:
        return f"{value * 1e6:.0f} us"
    return f"{value * 1e3:.3g} ms" if value < 1 else f"{value:.2f} s"


def _verdict(met: bool | None) -> str:
    return {True: "yes", False: "NO", None: "-"}[met]
