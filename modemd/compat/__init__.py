"""python-gsmmodem-new's GsmModem on modemd's engine: a script written for the package changes its import, no more.

    from modemd.compat import GsmModem, TimeoutException      # was: from gsmmodem.modem import GsmModem; ...

docs/compat.md says what is different and why. Nothing in modemd uses this room."""

from modemd.compat import upstream
from modemd.compat.modem import GsmModem
from modemd.compat.upstream import *  # noqa: F403 (its __all__ is what scripts use of the package)

__all__ = ["GsmModem"]
__all__ += upstream.__all__
