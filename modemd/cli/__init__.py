"""The command line.

`modemd run` holds SIGHUP back from here on, until its handlers stand (daemon/signals.py): by default it ends a program,
and what follows loads for seconds on a small machine."""

import signal
import sys

if sys.argv[1:2] == ["run"]:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
