"""The balance over time, drawn with characters: a step line, because a balance holds until the next charge.

Every reading is a dot, a late one a ring, a failure a cross on the time axis. Thresholds are dotted lines. Behind the
last reading the forecast opens like a fan: the balance is in it in 4 of 5 cases, as far as a third of the width goes.
It fits a terminal of 40 columns and a pipe, and uses plain ASCII where the locale knows no box drawing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from modemd.cli.rows import when
from modemd.cli.terminal import LEVEL_COLOURS, as_mapping, columns, lasting, one_line, pad, paint, speaks, width
from modemd.clock import in_order

HEIGHT = 11  # rows of the picture without axis and title: with them it fits a terminal of 24 lines with the prompt
MOST_READINGS = 8192  # of a picture; half of them are enough for every column's highest and lowest
MOST_DAYS = 3650.0  # of a forecast
WIDEST = 120  # columns: wider pictures only stretch the same line


@dataclass(frozen=True, slots=True)
class Ink:
    """The characters of a picture."""

    dot: str
    ring: str
    cross: str
    flat: str
    upright: str
    down: str  # where a horizontal line turns down
    up: str
    threshold: str
    axis: str
    corner: str
    tick: str
    fan: str
    likely: str


FINE = Ink("●", "○", "×", "─", "│", "╮", "╯", "┈", "─", "└", "┤", "░", "▒")
PLAIN = Ink("*", "o", "x", "-", "|", ".", "'", ".", "-", "+", "|", ":", "=")
AHEAD = 0.5  # of the time that the readings span, at most, is drawn behind them


def thresholds(line: str) -> tuple[tuple[str, float], ...]:
    """`low` and `critical` out of the perfdata of `modemd check`: "... | balance=123.40;50;10"."""
    found = re.search(r"\bbalance=[^;\s]*;@?([-\d.]*):?;@?([-\d.]*)", line)
    levels = []
    for name, text in zip(("low", "critical"), found.groups() if found else (), strict=False):
        try:
            levels.append((name, float(text)))
        except ValueError:
            continue
    return tuple(levels)


class Points:
    """The rows of one modem that its picture needs: a history of years is thinned while it comes in. Of four readings
    the lowest and the highest stay, in their order, so that no fall disappears; failures stay, the daemon keeps few."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self._readings = 0

    def add(self, row: Mapping[str, Any]) -> None:
        self.rows.append({key: row.get(key) for key in ("taken_at", "balance", "currency", "level", "origin", "error")})
        self._readings += _amount(row) is not None
        if self._readings > MOST_READINGS:
            self._thin()

    def _thin(self) -> None:
        kept, four = list[dict[str, Any]](), list[dict[str, Any]]()
        for row in self.rows:
            if _amount(row) is None:
                kept.append(row)
                continue
            four.append(row)
            if len(four) == 4:
                kept += _extremes(four)
                four.clear()
        self.rows = kept + four
        self._readings = sum(_amount(row) is not None for row in self.rows)


def _extremes(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    order = sorted(range(len(rows)), key=lambda at: _amount(rows[at]) or 0.0)
    return [rows[at] for at in sorted((order[0], order[-1]))]


def draw(
    rows: Sequence[Mapping[str, Any]],
    name: str,
    levels: Sequence[tuple[str, float]] = (),
    ahead: Mapping[str, Any] | None = None,
) -> list[str]:
    """The lines of the picture of one modem's history rows, oldest first, in the currency of the last reading. `ahead`:
    the answer to `forecast`."""
    known = [(moment, row) for row in rows if (moment := when(row)) is not None]
    moments = in_order([moment for moment, _ in known], datetime.now(UTC))
    dated = sorted(zip(moments, (row for _, row in known), strict=True), key=lambda entry: entry[0])
    readings = [(moment, row, value) for moment, row in dated if (value := _amount(row)) is not None]
    if not readings:
        return [f"{one_line(name)}: no balance was read in this time ({len(rows)} rows)"]
    currency = readings[-1][1].get("currency")
    readings = [entry for entry in readings if entry[1].get("currency") == currency]
    readings.sort(key=lambda entry: entry[0])  # they come in the order of arrival, and some come late
    failures = [moment for moment, row in dated if row.get("error") is not None and _amount(row) is None]

    ink = FINE if speaks("●○×─│╮╯┈└┤░▒") else PLAIN
    top, bottom, step = _scale(
        [value for _, _, value in readings] + [limit for _, limit in levels] + ([0.0] if _days(ahead or {}) else [])
    )
    legend = _legends(levels, top, bottom)
    labels = {_row_of(tick, top, bottom): _number(tick, step) for tick in _ticks(top, bottom, step)}
    left = max(map(len, labels.values()))
    right = max((width(text) for text in legend.values()), default=0)
    span = min(columns(), WIDEST) - left - 2 - (right + 1 if right else 0)

    times = [moment for moment, *_ in readings] + failures
    start, end = min(times), max(times)
    fan = _fan(readings[-1][0], readings[-1][2], ahead or {}, end - start)
    end = max(end, fan.until) if fan else end
    grid = [[" "] * span for _ in range(HEIGHT)]
    colours: dict[tuple[int, int], str] = {}
    for row in legend:
        grid[row] = [ink.threshold] * span
    if fan:
        _draw_fan(grid, colours, fan, (start, end), (top, bottom), ink)
    _draw_line(grid, colours, readings, (start, end), (top, bottom), ink)

    result = [paint(f"{one_line(name)}: balance{f' in {one_line(currency, 8)}' if currency else ''}", None, bold=True)]
    for row in range(HEIGHT):
        cells = "".join(
            paint(char, colours.get((row, x)), dim=(row, x) not in colours) for x, char in enumerate(grid[row])
        )
        limit = f" {paint(legend[row], LEVEL_COLOURS.get(legend[row].split()[0]))}" if row in legend else ""
        mark = ink.tick if row in labels else ink.upright
        result.append(f"{pad(labels.get(row, ''), left, right=True)} {mark}{cells}{limit}".rstrip())
    axis = [ink.axis] * span
    for moment in failures:
        axis[_column_of(moment, start, end, span)] = paint(ink.cross, "red")
    result.append(" " * (left + 1) + ink.corner + "".join(axis))
    result.append(" " * (left + 2) + _time_labels(start, end, span))
    keys = [f"{ink.ring} late answer"] if any(row.get("origin") == "late" for _, row, _ in readings) else []
    keys += [f"{ink.cross} failed ({len(failures)})"] if failures else []
    if fan:
        keys.append(f"{ink.fan}{ink.likely}{ink.fan} {lasting((ahead or {}).get('days_left'))}")
    if keys:
        result.append(" " * (left + 2) + "   ".join(keys))
    return result


@dataclass(frozen=True, slots=True)
class _Fan:
    """From the last reading to nothing left, in days at the earliest, likely and latest; drawn `until` then."""

    start: datetime
    balance: float
    days: tuple[float, float, float]
    until: datetime


def _days(ahead: Mapping[str, Any]) -> tuple[float, float, float] | None:
    known = as_mapping(ahead.get("days_left"))
    days = [float(value) for key in ("low", "likely", "high") if isinstance(value := known.get(key), int | float)]
    return (days[0], days[1], days[2]) if len(days) == 3 and 0 < days[2] <= MOST_DAYS else None


def _fan(start: datetime, balance: float, ahead: Mapping[str, Any], span: timedelta) -> _Fan | None:
    days = _days(ahead)
    if days is None or balance <= 0 or span <= timedelta(0):
        return None
    return _Fan(start, balance, days, start + min(timedelta(days=days[2]), span * AHEAD))


def _draw_fan(
    grid: list[list[str]],
    colours: dict[tuple[int, int], str],
    fan: _Fan,
    times: tuple[datetime, datetime],
    scale: tuple[float, float],
    ink: Ink,
) -> None:
    width_ = len(grid[0])
    first = _column_of(fan.start, *times, width_)
    for x in range(first + 1, width_):
        day = ((times[1] - times[0]) * (x / (width_ - 1)) - (fan.start - times[0])) / timedelta(days=1)
        least, likely, most = (fan.balance * max(0.0, 1 - day / max(end, 1e-6)) for end in fan.days)
        for y in range(_row_of(most, *scale), _row_of(least, *scale) + 1):
            grid[y][x], colours[y, x] = ink.fan, "blue"
        y = _row_of(likely, *scale)
        grid[y][x], colours[y, x] = ink.likely, "blue"


def _draw_line(
    grid: list[list[str]],
    colours: dict[tuple[int, int], str],
    readings: Sequence[tuple[datetime, Mapping[str, Any], float]],
    times: tuple[datetime, datetime],
    scale: tuple[float, float],
    ink: Ink,
) -> None:
    span = len(grid[0])
    crowded = len(readings) > span // 3
    held: tuple[int, int, str] | None = None  # column, row and colour of the reading before
    for moment, row, value in readings:
        x, y = _column_of(moment, *times, span), _row_of(value, *scale)
        colour = LEVEL_COLOURS.get(str(row.get("level")), "cyan")
        if held is not None:
            before_x, before_y, before_colour = held
            for flat in range(before_x + 1, x):
                grid[before_y][flat], colours[before_y, flat] = ink.flat, before_colour
            if before_y != y:
                low, high = sorted((before_y, y))
                for upright in range(low + 1, high):
                    grid[upright][x], colours[upright, x] = ink.upright, colour
                if before_x != x:
                    grid[before_y][x] = ink.down if y > before_y else ink.up
                    colours[before_y, x] = before_colour
        late = row.get("origin") == "late"
        grid[y][x], colours[y, x] = (ink.ring if late else ink.flat if crowded else ink.dot), colour
        held = (x, y, colour)


def _amount(row: Mapping[str, Any]) -> float | None:
    try:
        value = float(str(row.get("balance")))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _scale(values: Sequence[float]) -> tuple[float, float, float]:
    """Top, bottom and distance of the labels: round numbers around all values, four or five labels."""
    low, high = min(values), max(values)
    rough = (high - low) / 4 or max(abs(high), 1.0) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    bottom, top = math.floor(low / step) * step, math.ceil(high / step) * step
    return (top, bottom, step) if top > bottom else (top + step, bottom - step, step)


def _ticks(top: float, bottom: float, step: float) -> list[float]:
    return [bottom + step * number for number in range(round((top - bottom) / step) + 1)]


def _number(value: float, step: float) -> str:
    decimals = next((n for n in range(8) if math.isclose(step, round(step, n), rel_tol=1e-6)), 8)
    return f"{value:.{decimals}f}"


def _row_of(value: float, top: float, bottom: float) -> int:
    return min(HEIGHT - 1, max(0, round((top - value) / (top - bottom) * (HEIGHT - 1))))


def _column_of(moment: datetime, start: datetime, end: datetime, span: int) -> int:
    length = (end - start).total_seconds()
    return round((moment - start).total_seconds() / length * (span - 1)) if length > 0 else 0


def _legends(levels: Sequence[tuple[str, float]], top: float, bottom: float) -> dict[int, str]:
    result: dict[int, str] = {}
    for name, limit in levels:
        row = _row_of(limit, top, bottom)
        text = f"{name} {limit:.12g}"
        result[row] = f"{result[row]}, {text}" if row in result else text
    return result


def _time_labels(start: datetime, end: datetime, span: int) -> str:
    """Local times under the axis, as fine as the length of the picture needs."""
    length = end - start
    if length < timedelta(minutes=10):
        shape = "%H:%M:%S"
    elif length < timedelta(hours=20):
        shape = "%H:%M"
    elif length < timedelta(days=10):
        shape = "%m-%d %H:%M"
    else:
        shape = "%Y-%m-%d"
    first = start.astimezone().strftime(shape)
    if length <= timedelta(0):
        return first
    count = max(2, min(5, span // (len(first) + 8)))
    line = first
    written = first
    for number in range(1, count):
        share = number / (count - 1)
        label = (start + length * share).astimezone().strftime(shape)
        if label == written:
            continue
        written = label
        at = round((span - 1) * share) - (len(label) - 1 if number == count - 1 else len(label) // 2)
        line += " " * max(1, at - len(line)) + label
    return line
