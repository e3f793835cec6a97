"""python-gsmmodem-new's GsmModem on modemd's engine: a script written for the package changes its import, no more.

    from modemd.compat import GsmModem, TimeoutException      # was: from gsmmodem.modem import GsmModem; ...

docs/compat.md says what is different and why. Nothing in modemd uses this room."""

from modemd.compat.modem import GsmModem
from modemd.compat.upstream import (
    Call,
    CmeError,
    CmsError,
    CommandError,
    EncodingError,
    GsmModemException,
    IncomingCall,
    IncorrectPinError,
    InterruptedException,
    InvalidStateException,
    PinRequiredError,
    PukRequiredError,
    ReceivedSms,
    SecurityException,
    SentSms,
    Sms,
    SmscNumberUnknownError,
    StatusReport,
    TimeoutException,
    Ussd,
)

__all__ = [
    "Call",
    "CmeError",
    "CmsError",
    "CommandError",
    "EncodingError",
    "GsmModem",
    "GsmModemException",
    "IncomingCall",
    "IncorrectPinError",
    "InterruptedException",
    "InvalidStateException",
    "PinRequiredError",
    "PukRequiredError",
    "ReceivedSms",
    "SecurityException",
    "SentSms",
    "Sms",
    "SmscNumberUnknownError",
    "StatusReport",
    "TimeoutException",
    "Ussd",
]
