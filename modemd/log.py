"""structlog, without what its asyncio methods and its oldest module alone need: asyncio and ssl are 7 MiB and a tenth
of a second on a Pi, uuid brings `platform`.

Every file that logs gets its logger here; daemon/service.py says how lines look.
"""

from __future__ import annotations

from modemd.later import put_off

__all__ = ["get_logger", "structlog"]

# inspect: structlog 22 imports it for one of its processors, which is not used here.
with put_off("asyncio", "inspect", "uuid", "structlog.stdlib", "structlog.threadlocal"):
    import structlog

get_logger = structlog.get_logger
