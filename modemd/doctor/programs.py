"""Other programs, asked briefly: each within its time limit, and none of them has to be there."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence

LIMIT_S = 2.0

Run = Callable[[Sequence[str]], str | None]


class Unseen(Exception):
    """Something could not be looked at; the message says why, in a few words."""


def run(command: Sequence[str], *, limit_s: float = LIMIT_S) -> str | None:
    """What a program writes on stdout; None where there is no such program. Raises Unseen where it fails, or is not
    ready within `limit_s`."""
    program = shutil.which(command[0])
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, *command[1:]],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=limit_s,
            env={**os.environ, "LC_ALL": "C"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unseen(f"{command[0]} did not end within {limit_s:g} s") from error
    except OSError as error:
        raise Unseen(f"{command[0]}: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Unseen(f"{command[0]} failed{f': {said[-1][:120]}' if said else ''}")
    return done.stdout.decode("utf-8", "replace")
