"""What is taken from python-gsmmodem-new, imported in one place, where its warnings end."""

import warnings

with warnings.catch_warnings():  # 28 invalid escapes in its regular expressions, on Python 3.12 and later
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
    from gsmmodem.modem import Call, GsmModem, IncomingCall, ReceivedSms, SentSms, Sms, StatusReport, Ussd
    from gsmmodem.pdu import decodeSmsPdu, encodeSmsSubmitPdu, encodeTextMode
    from gsmmodem.serial_comms import SerialComms
    from gsmmodem.util import removeAtPrefix

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
    "SerialComms",
    "Sms",
    "SmscNumberUnknownError",
    "StatusReport",
    "TimeoutException",
    "Ussd",
    "decodeSmsPdu",
    "encodeSmsSubmitPdu",
    "encodeTextMode",
    "removeAtPrefix",
]
