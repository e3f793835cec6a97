"""What is taken from python-gsmmodem-new, imported in one place, where its warnings end. `__all__` is what scripts use
of it; the rest (`as`) is for this room."""

import warnings

from modemd import bundled

with (
    bundled.first(),
    warnings.catch_warnings(),
):  # 28 invalid escapes in its regular expressions, on Python 3.12 and later
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from gsmmodem.exceptions import (
        CmeError,
        CmsError,
        CommandError,
        EncodingError,
        GsmModemException,
        IncorrectPinError,
        InterruptedException,
        InvalidStateException,
        PinRequiredError,
        PukRequiredError,
        SecurityException,
        SmscNumberUnknownError,
        TimeoutException,
    )
    from gsmmodem.modem import Call, IncomingCall, ReceivedSms, SentSms, Sms, StatusReport, Ussd
    from gsmmodem.modem import GsmModem as GsmModem
    from gsmmodem.pdu import decodeSmsPdu as decodeSmsPdu
    from gsmmodem.pdu import encodeSmsSubmitPdu as encodeSmsSubmitPdu
    from gsmmodem.pdu import encodeTextMode as encodeTextMode
    from gsmmodem.serial_comms import SerialComms as SerialComms
    from gsmmodem.util import removeAtPrefix as removeAtPrefix

__all__ = [
    "Call",
    "CmeError",
    "CmsError",
    "CommandError",
    "EncodingError",
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
