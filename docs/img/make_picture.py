"""Runs `modemd demo` in a pseudo-terminal and draws what it printed as docs/img/demo.svg: `make picture`.

The picture is the command's real output, coloured as on a terminal of 100 columns; only the closing advice on real
modems is cut off. It brings its own dark background, so it reads the same on a light and on a dark page.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

COLUMNS = 100
DEADLINE_S = 60.0
LAST_LINE = "Next, with a modem of your own"  # what follows is advice, not output

CELL_W, CELL_H, MARGIN, BAR = 8.4, 17, 16, 34  # pixels at a font size of 14
INK, PAPER, FRAME, DIM = "#d4dae3", "#12161d", "#2b3340", "#8b96a8"
COLOURS = {31: "#ff7b72", 32: "#7ee787", 33: "#f2cc60", 34: "#79c0ff", 35: "#d2a8ff", 36: "#56d4dd"}
STYLE = (
    "text{font-family:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;"
    "font-size:14px}"
)

Run = tuple[int, str, str, bool]  # column, text, colour, bold


def main() -> int:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "demo.svg"
    output = record([sys.executable, "-m", "modemd", "demo"])
    kept = output.partition(LAST_LINE)[0]
    lines = [list(runs(line.rstrip())) for line in kept.replace("\r\n", "\n").strip("\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    target.write_text(svg(lines, "modemd demo"), encoding="utf-8")
    sys.stdout.write(f"{target}: {len(lines)} lines\n")
    return 0


def record(command: list[str]) -> str:
    """What the command prints on a terminal of COLUMNS columns. Raises SystemExit if it fails or takes too long."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    unset = ("NO_COLOR", "COLUMNS", "MODEMD_SOCKET", "MODEMD_DEBUG")
    env = {name: value for name, value in os.environ.items() if name not in unset}
    env |= {"TERM": "xterm-256color", "PYTHONUTF8": "1", "TZ": "UTC"}
    child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True)
    os.close(slave)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text, deadline = "", time.monotonic() + DEADLINE_S
    while select.select([master], [], [], max(0.0, deadline - time.monotonic()))[0]:
        try:
            data = os.read(master, 65536)
        except OSError:  # Linux says EIO when the last writer has gone
            break
        text += decoder.decode(data)
    os.close(master)
    if time.monotonic() >= deadline:
        child.terminate()
    if child.wait(DEADLINE_S) != 0:
        raise SystemExit(f"the demo failed:\n{text}")
    return text


def runs(line: str) -> Iterator[Run]:
    """The pieces of one line that share a colour, from its SGR sequences (ECMA-48 8.3.117)."""
    colour, bold, column = INK, False, 0
    for index, piece in enumerate(re.split(r"\x1b\[([\d;]*)m", line)):
        if index % 2 == 0:
            if piece.strip():
                yield column, piece, colour, bold
            column += len(piece)
            continue
        for number in map(int, (piece or "0").split(";")):
            if number == 0:
                colour, bold = INK, False
            elif number == 1:
                bold = True
            elif number == 2:
                colour = DIM
            else:
                colour = COLOURS.get(number, colour)


def svg(lines: list[list[Run]], title: str) -> str:
    """The lines as a terminal window. Each run is stretched to its cells, so that any monospaced font lines up."""
    width, height = round(COLUMNS * CELL_W + 2 * MARGIN), BAR + len(lines) * CELL_H + 2 * MARGIN
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)} in a terminal">',
        f"<style>{STYLE}</style>",
        f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="9" fill="{PAPER}" stroke="{FRAME}"/>',
    ]
    for number, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        out.append(f'<circle cx="{20 + 18 * number}" cy="{BAR / 2 + 1}" r="5.5" fill="{colour}"/>')
    out.append(f'<text x="{width / 2}" y="{BAR / 2 + 6}" text-anchor="middle" fill="{DIM}">{escape(title)}</text>')
    for row, line in enumerate(lines):
        baseline = BAR + MARGIN + row * CELL_H + 9
        for run in line:
            out.extend(_words(run, baseline))
    return "\n".join([*out, "</svg>", ""])


def _words(run: Run, baseline: int) -> Iterator[str]:
    """One element for each group of words: viewers disagree about keeping gaps of several spaces."""
    column, text, colour, bold = run
    weight = ' font-weight="bold"' if bold else ""
    for words in re.finditer(r"\S+(?: \S+)*", text):
        place = f'x="{MARGIN + (column + words.start()) * CELL_W:.1f}" y="{baseline}"'
        length = f'textLength="{len(words[0]) * CELL_W:.1f}" lengthAdjust="spacingAndGlyphs"'
        yield f'<text {place} {length} fill="{colour}"{weight}>{escape(words[0])}</text>'


if __name__ == "__main__":
    sys.exit(main())
