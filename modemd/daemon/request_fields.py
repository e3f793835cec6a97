"""What a request of the control protocol asks for, checked field by field, and how a query of the fleet ended."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import asdict
from typing import Any

from modemd.daemon.connection import Request
from modemd.daemon.fleet import Asked
from modemd.errors import ModemdError, RefusedError
from modemd.explanations import line_of
from modemd.modem.requests import SmsListing, UssdQuery
from modemd.records import Measurement, UssdResult
from modemd.store import AlertRow

DEFAULT_TIMEOUT_S = 45.0
LONGEST_TIMEOUT_S = 600.0
LONGEST_S = 100 * 366 * 86400.0  # longer than any history; dates and waits of the system overflow somewhere above
MOST_REPLIES = 20  # deeper menus than any operator's


def outcome(future: Asked) -> Measurement | UssdResult | SmsListing | ModemdError:
    """How a query ended. An exception that is not ours is a bug in the owner thread, which has logged it."""
    try:
        ended = future.result(timeout=0)
    except CancelledError:
        return RefusedError(line_of("cancelled"), code="cancelled")
    except ModemdError as error:
        return error
    if isinstance(ended, Measurement | UssdResult | SmsListing):
        return ended
    return ModemdError("the query ended without an outcome: please report this with the log")


def ussd_query(request: Request, on_menu: Callable[[str], None]) -> UssdQuery:
    """The USSD dialogue that `ussd` and `record` ask for. Raises RefusedError "bad request"."""
    replies = request.message.get("replies") or []
    if not isinstance(replies, list) or len(replies) > MOST_REPLIES or not all(isinstance(r, str) for r in replies):
        raise RefusedError(f"`replies` is a list of at most {MOST_REPLIES} texts", code="bad request")
    for reply in replies:
        _whole("replies", reply)
    code = field(request, "code", str, None)
    if code is None:
        raise RefusedError('`code` is missing: say what to dial, like "*100#"', code="bad request")
    interactive = field(request, "interactive", bool, False)
    return UssdQuery(
        code=code,
        replies=tuple(replies),
        timeout_s=min(number(request, "timeout_s", DEFAULT_TIMEOUT_S) or DEFAULT_TIMEOUT_S, LONGEST_TIMEOUT_S),
        interactive=interactive,
        on_menu=on_menu if interactive else None,
        allow_mmi=field(request, "allow_mmi", bool, False),
        explain=field(request, "explain", bool, False),
    )


def field(request: Request, key: str, kind: type, default: Any) -> Any:
    """A text or a switch; `default` where it is missing or null. Raises RefusedError "bad request"."""
    value = request.message.get(key)
    if value is None:
        return default
    if not isinstance(value, kind):
        words = {str: "a text", bool: "true or false"}
        raise RefusedError(f"`{key}` must be {words[kind]}", code="bad request")
    if isinstance(value, str):
        _whole(key, value)
    return value


def _whole(key: str, text: str) -> None:
    """JSON can carry half a character (a lone surrogate), which neither the store nor a modem can take."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise RefusedError(f"`{key}` must be a text in UTF-8", code="bad request")


def number(request: Request, key: str, default: float | None) -> float | None:
    """Seconds, not negative. Raises RefusedError "bad request"."""
    value = request.message.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_S:
        raise RefusedError(f"`{key}` must be a number of seconds", code="bad request")
    return float(value)


def row_number(request: Request, key: str) -> int | None:
    """The `seq` of a row; None where it is missing or null. Raises RefusedError "bad request"."""
    value = request.message.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise RefusedError(
            f"`{key}` must be the `seq` of the last row that you have, a whole number; 0 for all rows",
            code="bad request",
        )
    return value


def candidates(query: UssdQuery, result: UssdResult) -> dict[str, Any]:
    """The key of that name where it was asked for."""
    return {"candidates": [asdict(candidate) for candidate in result.candidates]} if query.explain else {}


def delivered(row: AlertRow | None) -> tuple[list[str], dict[str, str]]:
    """The channels that have a receipt for an alert, and why others have none."""
    deliveries = row.deliveries if row else ()
    delivered = [d.channel for d in deliveries if d.state == "delivered"]
    failed = {d.channel: d.last_error or "failed" for d in deliveries if d.state != "delivered" and d.tries}
    return delivered, failed
