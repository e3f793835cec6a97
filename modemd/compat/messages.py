"""Short messages of python-gsmmodem-new, over the one public write(): sent at most once, deleted only when asked for.

The settings they need (+CMGF, +CPMS, +CNMI, +CSMP) change with the first call that needs them, not at connect()."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from modemd.at.lines import DataLine
from modemd.compat.errors import not_open
from modemd.compat.owner import Callbacks, OwnerThread
from modemd.compat.settings import ChangedSettings
from modemd.compat.upstream import (
    CommandError,
    GsmModem,
    GsmModemException,
    ReceivedSms,
    SentSms,
    SerialComms,
    Sms,
    StatusReport,
    TimeoutException,
    decodeSmsPdu,
    encodeSmsSubmitPdu,
    encodeTextMode,
)
from modemd.errors import ModemError

__all__ = ["MessagesOfGsmModem"]

ESC, CTRL_Z = "\x1b", "\x1a"


class MessagesOfGsmModem(GsmModem):  # type: ignore[misc]  # gsmmodem ships no types
    """The part of GsmModem that concerns short messages. `self._owner` and `self._settings` are those of the open port;
    `_take_...` run in the owner thread."""

    _owner: OwnerThread | None = None
    _settings: ChangedSettings | None = None
    _callbacks: Callbacks
    _smsRef: int
    _smscNumber: Any
    smsc: Any
    _on_sms: Callable[[Any], Any] | None = None
    _on_report: Callable[[Any], Any] | None = None

    def __init__(self, *arguments: Any, **more: Any) -> None:
        if "notifyCallbackFunc" in more:
            # The package's constructor calls super() by its class's global name, which is ours where a script has put
            # this class in the place of the package's: on to the class below.
            SerialComms.__init__(self, *arguments, **more)
            return
        self._reports: dict[int, threading.Event] = {}  # of messages sent here, by reference: their report came
        super().__init__(*arguments, **more)
        self._compileSmsRegexes()

    # --- what the script wants to hear

    @property
    def smsReceivedCallback(self) -> Callable[[Any], Any]:  # all these names are the package's
        return self._on_sms or self._placeholderCallback

    @smsReceivedCallback.setter
    def smsReceivedCallback(self, call: Callable[[Any], Any] | None) -> None:
        self._on_sms = None if call == self._placeholderCallback else call
        if self._on_sms is not None and self.alive:
            self._run(self._announce)

    @property
    def smsStatusReportCallback(self) -> Callable[[Any], Any]:
        return self._on_report or self._placeholderCallback

    @smsStatusReportCallback.setter
    def smsStatusReportCallback(self, call: Callable[[Any], Any] | None) -> None:
        self._on_report = None if call == self._placeholderCallback else call
        if self._on_report is not None and self.alive:
            self._run(self._announce)

    @property
    def smsTextMode(self) -> bool:
        return bool(self._smsTextMode)

    @smsTextMode.setter
    def smsTextMode(self, text_mode: bool) -> None:
        self._smsTextMode = text_mode
        self._compileSmsRegexes()
        if self.alive:
            self._run(self._take_mode)

    # --- sending

    def sendSms(
        self,
        destination: str,
        text: str,
        waitForDeliveryReport: bool = False,
        deliveryTimeout: float = 15,
        sendFlash: bool = False,
    ) -> Any:
        """The package's contract. A message whose sending ended without a word is never sent again: TimeoutException,
        and nobody knows. A report is asked for by `requestDelivery` or `waitForDeliveryReport`."""
        if not re.fullmatch(r"\+?[0-9*#]{1,20}", destination, re.ASCII):
            raise CommandError("AT+CMGS: the number has to be digits")
        report = bool(self.requestDelivery or waitForDeliveryReport)
        sms = self._run(lambda: self._take_sending(destination, text, report, sendFlash))
        if waitForDeliveryReport and not self._reports[sms.reference].wait(deliveryTimeout):
            raise TimeoutException()
        return sms

    def _take_sending(self, destination: str, text: str, report: bool, flash: bool) -> Any:
        if report:
            self._announce()
        if self.smsTextMode:
            try:
                encodeTextMode(text)
            except ValueError:
                self.smsTextMode = False
        self._take_mode()
        if self.smsTextMode:
            self._open_settings().change("+CSMP", "49,167,0,0" if report else "17,167,0,0")
            reference = self._send_one(f'AT+CMGS="{destination}"', text)
        else:
            pdus = encodeSmsSubmitPdu(
                destination, text, reference=self._smsRef, requestStatusReport=report, sendFlash=flash
            )
            for pdu in pdus:
                octets = bytearray(pdu.data)
                if not destination.startswith("+"):
                    octets[_TYPE_OF_ADDRESS] = _UNKNOWN  # a short code is no national number
                reference = self._send_one(f"AT+CMGS={pdu.tpduLength}", octets.hex().upper())
        self._smsRef = (reference + 1) % 256
        sms = SentSms(destination, text, reference)
        self.sentSms[reference] = sms
        self._reports[reference] = threading.Event()
        return sms

    def _send_one(self, command: str, body: str) -> int:
        """One +CMGS (27.005 3.5.1, 4.3); gives its reference. A prompt that may be open is left."""
        if {ESC, CTRL_Z} & set(body):
            raise CommandError("AT+CMGS: the text holds what no message should")
        try:
            prompt = self.write(command, timeout=self._timeouts.prompt_s, expectedResponseTermSeq="> ")
            if prompt[-1:] != ["> "]:
                raise CommandError("AT+CMGS: the modem did not ask for the message")
            answer = self.write(body, timeout=self._timeouts.send_s, writeTerm=CTRL_Z)
        except (TimeoutException, ModemError):
            with suppress(ModemError):
                self._open_owner().modem.send(ESC, end="")
            raise
        for line in answer:
            if found := re.match(r"\+CMGS:\s*(\d+)", line):
                return int(found[1]) % 256
        raise CommandError("Modem did not respond with +CMGS response")

    # --- reading and deleting

    def listStoredSms(self, status: int = Sms.STATUS_ALL, memory: str | None = None, delete: bool = False) -> list[Any]:
        """The package's contract; `delete` takes away those that are returned, and no other."""
        return self._run(lambda: self._take_listing(status, memory, delete))  # type: ignore[no-any-return]

    def processStoredSms(self, unreadOnly: bool = False) -> None:
        """The package's contract; a message is deleted behind its callback, and stays if that raises."""
        if self._on_sms is None:
            raise ValueError("GsmModem.smsReceivedCallback not set")
        for status in (
            [Sms.STATUS_RECEIVED_UNREAD]
            if unreadOnly
            else [
                Sms.STATUS_RECEIVED_READ,
                Sms.STATUS_RECEIVED_UNREAD,
            ]
        ):
            for sms in self.listStoredSms(status):
                self._on_sms(sms)
                self._delete_same(sms)

    def readStoredSms(self, index: int | str, memory: str | None = None) -> Any:
        return self._run(lambda: self._take_reading(index, memory))

    def deleteStoredSms(self, index: int | str, memory: str | None = None) -> None:
        self._run(lambda: super(MessagesOfGsmModem, self).deleteStoredSms(index, memory))

    def deleteMultipleStoredSms(self, delFlag: int = 4, memory: str | None = None) -> None:
        self._run(lambda: super(MessagesOfGsmModem, self).deleteMultipleStoredSms(delFlag, memory))

    def _take_listing(self, status: int, memory: str | None, delete: bool) -> list[Any]:
        found = super().listStoredSms(status, memory) if self.smsTextMode else self._listed_in_pdu_mode(status, memory)
        for sms in found:
            sms.compat_memory = self._smsMemReadDelete
            if delete:
                self._take_deletion(sms.index, None)
        return found

    def _take_reading(self, index: int | str, memory: str | None) -> Any:
        sms = super().readStoredSms(index, memory)
        sms.index, sms.compat_memory = int(index), self._smsMemReadDelete
        return sms

    def _take_deletion(self, index: int | str, memory: str | None) -> None:
        super().deleteStoredSms(index, memory)

    def _listed_in_pdu_mode(self, status: int, memory: str | None) -> list[Any]:
        """Deliveries and status reports; what is neither (a draft), or cannot be read, is left out."""
        self._setSmsMemory(readDelete=memory)
        found: list[Any] = []
        place: tuple[int, int] | None = None
        for line in self.write(f"AT+CMGL={status}", timeout=self._timeouts.list_s):
            if header := re.match(r"\+CMGL:\s*(\d+)\s*,\s*(\d+)", line):
                place = int(header[1]), int(header[2])
            elif place is not None:
                sms = self._of_pdu(line, place[1])
                if sms is not None:
                    sms.index = place[0]
                    found.append(sms)
                place = None
        return found

    def _of_pdu(self, pdu: str, status: int) -> Any:
        """A ReceivedSms or StatusReport; None for any other TPDU and for what is none."""
        try:
            said = decodeSmsPdu(str(pdu))
        except Exception:  # noqa: BLE001  # it raises whatever there is on octets that are no PDU
            self.log.debug("a PDU could not be read")
            return None
        if said["type"] == "SMS-DELIVER":
            return ReceivedSms(
                self, status, said["number"], said["time"], said["text"], said["smsc"], said.get("udh", [])
            )
        if said["type"] == "SMS-STATUS-REPORT":
            return StatusReport(
                self, status, said["reference"], said["number"], said["time"], said["discharge"], said["status"]
            )
        return None

    def _delete_same(self, sms: Any) -> None:
        """Deletes a message that the script has taken, if it is still the one at its place."""

        def same() -> None:
            try:
                there = self._take_reading(sms.index, sms.compat_memory)
            except GsmModemException:
                return  # gone: the script did it
            if (there.number, there.text, _time_of(there)) == (sms.number, sms.text, _time_of(sms)):
                self._take_deletion(sms.index, sms.compat_memory)

        self._run(same)

    # --- what comes by itself, in the owner thread

    def _handleSmsReceived(self, line: str) -> None:
        """+CMTI. Without a callback nobody has asked for the message, and it is left alone."""
        found, call = re.match(r'\+CMTI:\s*"([^"]+)"\s*,\s*(\d+)', line), self._on_sms
        if found is None or call is None:
            return
        sms = self._take_reading(found[2], found[1])

        def tell() -> None:
            call(sms)
            if self.alive:
                self._delete_same(sms)

        self._callbacks.add(tell)

    def _handleSmsStatusReport(self, line: str) -> None:
        """+CDSI. The report on a message that was sent here is read and deleted; another one belongs to others."""
        found = re.match(r'\+CDSI:\s*"([^"]+)"\s*,\s*(\d+)', line)
        if found is None or not (self._reports or self._on_report):
            return
        report = self._take_reading(found[2], found[1])
        if isinstance(report, StatusReport):
            if report.reference in self._reports:
                self._take_deletion(found[2], found[1])
            self._reported(report)

    def _reported_directly(self, pdu: DataLine) -> None:
        """The line behind +CDS."""
        report = self._of_pdu(pdu, Sms.STATUS_RECEIVED_UNREAD)
        if isinstance(report, StatusReport):
            self._reported(report)

    def _reported(self, report: Any) -> None:
        sent = self.sentSms.get(report.reference)
        if sent is not None:
            sent.report = report
        if report.reference in self._reports:
            self._reports[report.reference].set()
        if (call := self._on_report) is not None:
            self._callbacks.add(lambda: call(report))

    # --- settings

    def _announce(self) -> None:
        """New messages and reports are told from now on, as AT_CNMI says."""
        self._take_mode()
        settings = self._open_settings()
        for value in (self.AT_CNMI, "2,1,0,1,0"):
            shown = settings.read("+CNMI")
            if shown is not None and shown.replace(" ", "").startswith(value.replace(" ", "")):
                return
            try:
                settings.change("+CNMI", value)
            except CommandError:
                continue
            return
        self.log.warning("Incoming SMS notifications not supported by modem. SMS receiving unavailable.")

    def _take_mode(self) -> None:
        try:
            self._open_settings().change("+CMGF", "1" if self.smsTextMode else "0")
        except CommandError:
            if self.smsTextMode:
                raise  # else it has PDU mode only

    def _setSmsMemory(self, readDelete: str | None = None, write: str | None = None) -> None:
        """Every reading and deleting comes by here first. Without a name it is the storage that the modem uses."""
        self._take_mode()
        settings = self._open_settings()
        found = re.findall(r'"([^"]*)"', settings.read("+CPMS") or "")
        if any(name is not None and found[at : at + 1] != [name] for at, name in enumerate((readDelete, write))):
            names = [name or old for name, old in zip([readDelete, write], [*found, "", ""], strict=False)]
            names = names[: 2 if write is not None else 1]
            if found:
                settings.restore("+CPMS", "AT+CPMS=" + ",".join(f'"{name}"' for name in found))
            self.write("AT+CPMS=" + ",".join(f'"{name}"' for name in names))
            found = names + found[len(names) :]
        self._smsMemReadDelete = found[0] if found else readDelete

    # --- helpers

    def _run(self, job: Callable[[], Any]) -> Any:
        return self._open_owner().call(job)

    def _open_owner(self) -> OwnerThread:
        if self._owner is None:
            raise not_open(str(self.port))
        return self._owner

    def _open_settings(self) -> ChangedSettings:
        if self._settings is None:
            raise not_open(str(self.port))
        return self._settings


_TYPE_OF_ADDRESS = 4  # behind the empty service centre, first octet, TP-MR and the length
_UNKNOWN = 0x81


def _time_of(sms: Any) -> Any:
    return getattr(sms, "time", None) or getattr(sms, "timeSent", None)
