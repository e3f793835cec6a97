"""Writes the completion scripts of bash, zsh and fish, as click makes them, where a package puts them:

    python tools/completions.py ROOT      # ROOT/usr/share/bash-completion/completions/modemd, and so on

A shell that reads the file at its first Tab does not start Python for it, as `eval "$(_MODEMD_COMPLETE=... modemd)"` in
a start-up file does at every login. What they offer is asked from modemd at each Tab (modemd/cli/completion.py).
"""

from __future__ import annotations

import sys
from pathlib import Path

from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from modemd.cli.main import cli

PLACES: dict[str, type[ShellComplete]] = {
    "usr/share/bash-completion/completions/modemd": BashComplete,
    "usr/share/zsh/vendor-completions/_modemd": ZshComplete,
    "usr/share/fish/vendor_completions.d/modemd.fish": FishComplete,
}


def write(root: Path) -> list[Path]:
    """Each script in its shell's folder under `root`."""
    written = []
    for place, shell in PLACES.items():
        made = shell(cli, {}, "modemd", "_MODEMD_COMPLETE")
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not made.source(): for bash it would first ask a bash of this machine how old it is.
        path.write_text(made.source_template % made.source_vars(), encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(Path(sys.argv[1]))
