"""Short messages by python-gsmmodem-new's calls: sent once, deleted only when asked for, settings put back."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from modemd.backends.at.timeouts import Timeouts
from modemd.compat import CmsError, CommandError, GsmModem, SentSms, TimeoutException
from modemd.simulator.pty import FakeModem
from modemd.simulator.start import Source

Script = Callable[..., GsmModem]
Fake = Callable[[Source], FakeModem]

LETTERS = """
[modem]
profile = "quectel"
[[sms]]
text = "First"
from = "+79161111111"
[[sms]]
text = "Второе"
from = "+79162222222"
[[sms]]
text = "Third"
from = "+79163333333"
"""


def report_pdu(reference: int, status: int = 0) -> str:
    """SMS-STATUS-REPORT (23.040 9.2.2.3) of +79161234567, in hex, with an empty service centre."""
    return f"0006{reference:02X}0B919761214365F7" + "42507141000021" * 2 + f"{status:02X}"


@pytest.fixture
def heard() -> queue.Queue[Any]:
    """What a callback put there; get(timeout=5) waits for it."""
    return queue.Queue()


def test_a_message_goes_out_once(fake_modem: Fake, script: Script) -> None:
    """In PDU mode, Latin and Cyrillic, to a number and to a short code; its reference comes back."""
    fake = fake_modem("mts-falling")
    modem = script(fake.path, timeouts=Timeouts(), requestDelivery=False)
    first = modem.sendSms("+79161234567", "Hello")
    second = modem.sendSms("100", "Привет")
    assert fake.sms_outgoing == [("+79161234567", "Hello"), ("100", "Привет")]
    assert (first.number, first.text, first.status) == ("+79161234567", "Hello", SentSms.ENROUTE)
    assert second.reference != first.reference
    assert not any(line.startswith(("AT+CSCS=", "AT+CNMI=")) for line in fake.commands)


def test_a_long_message_in_parts(fake_modem: Fake, script: Script, paced: Timeouts) -> None:
    """Each part is a message of its own behind a prompt of its own."""
    fake = fake_modem("mts-falling")
    modem = script(fake.path, timeouts=paced)
    modem.sendSms("+79161234567", "0123456789" * 20)
    assert len([line for line in fake.commands if line.startswith("AT+CMGS=")]) == 2


def test_text_mode(fake_modem: Fake, script: Script, paced: Timeouts) -> None:
    """Set by the script before connect(): sent, listed and read as text, and put back at close."""
    fake = fake_modem(LETTERS)
    modem = script(fake.path, timeouts=paced)
    modem.smsTextMode = True
    modem.sendSms("+79161234567", "Hello")
    assert fake.sms_sent[-1] == ("+79161234567", "Hello")
    assert [sms.text for sms in modem.listStoredSms(0)][::2] == ["First", "Third"]
    assert modem.readStoredSms(next(iter(fake.sms))).text == "First"
    modem.close()
    assert (fake.settings["CMGF"], fake.settings["CSMP"]) == ("0", "17,167,0,0")


def test_noise_around_the_prompt(everywhere: Any, fast: Timeouts) -> None:
    """The prompt and the reference are found between the chatter of every make, whatever the pieces."""

    def check(peer: Any) -> None:
        peer.answers |= {"AT+CMGS=*": (b"\r\n> ",), "000100*": ("+CMGS: 7", "OK")}
        modem = GsmModem(peer.path, requestDelivery=False, timeouts=fast)
        modem.connect()
        try:
            assert modem.sendSms("+79161234567", "Hello").reference == 7
            assert len([line for line in peer.commands if line.startswith("000100")]) == 1
        finally:
            modem.close()

    everywhere(check)


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"AT+CMGS=*": ("+CMS ERROR: 500",)}, CmsError),
        ({"AT+CMGS=*": ("OK",)}, CommandError),
        ({"AT+CMGS=*": ()}, TimeoutException),
        ({"AT+CMGS=*": (b"\r\n> ",), "000100*": ("+CMS ERROR: 38",)}, CmsError),
        ({"AT+CMGS=*": (b"\r\n> ",), "000100*": ()}, TimeoutException),
        ({"AT+CMGS=*": (b"\r\n> ",), "000100*": ("OK",)}, CommandError),
    ],
)
def test_a_message_that_fails_is_not_sent_again(
    peer: Any, fast: Timeouts, script: Script, answers: Any, error: type[Exception]
) -> None:
    """The package's error, one try, and the modem is out of its prompt."""
    peer.answers |= answers
    modem = script(peer.path, requestDelivery=False, timeouts=replace(fast, prompt_s=0.3, send_s=0.3))
    with pytest.raises(error):
        modem.sendSms("+79161234567", "Hello")
    assert sum(line.startswith("AT+CMGS=") for line in peer.commands) == 1
    assert sum(line.startswith("000100") for line in peer.commands) <= 1
    assert modem.model == "M1"


def test_a_number_or_text_that_holds_commands_is_refused(peer: Any, script: Script) -> None:
    """Nothing of it goes on the wire."""
    modem = script(peer.path)
    with pytest.raises(CommandError):
        modem.sendSms('1"\rATD100;', "Hello")
    modem.smsTextMode = False
    assert not any("ATD" in line for line in peer.commands)


def test_listing_reading_and_deleting(fake_modem: Fake, script: Script, paced: Timeouts) -> None:
    """By status, by place; what is asked for is deleted and nothing else."""
    fake = fake_modem(LETTERS)
    modem = script(fake.path, timeouts=paced)
    assert [(sms.number, sms.text) for sms in modem.listStoredSms()] == [
        ("+79161111111", "First"),
        ("+79162222222", "Второе"),
        ("+79163333333", "Third"),
    ]
    place = list(fake.sms)[1]
    assert modem.readStoredSms(place).text == "Второе"
    modem.deleteStoredSms(place)
    with pytest.raises(CommandError):
        modem.readStoredSms(place)
    fake.deliver_sms("New", "+79164444444")
    assert [sms.text for sms in modem.listStoredSms(0, delete=True)] == ["New"]
    assert [sms.text for sms in modem.listStoredSms()] == ["First", "Third"]
    modem.deleteMultipleStoredSms()
    assert fake.sms == {}


def test_a_listing_that_deletes_takes_what_it_returned(peer: Any, script: Script) -> None:
    """A draft, a PDU that is none, and what came behind the list stay."""
    good = "0004" + "0B919761214365F7" + "0000" + "42507141000021" + "05C8329BFD06"
    peer.answers |= {
        "AT+CPMS?": ('+CPMS: "SM",3,20,"SM",3,20,"SM",3,20', "OK"),
        "AT+CMGL=4": ("+CMGL: 1,1,,24", good, "+CMGL: 2,2,,9", "0001000681", "+CMGL: 5,1,,3", "00FF", "OK"),
        "AT+CMGD=*": ("OK",),
    }
    modem = script(peer.path)
    assert [(sms.index, sms.text) for sms in modem.listStoredSms(delete=True)] == [(1, "Hello")]
    assert [line for line in peer.commands if line.startswith("AT+CMGD")] == ["AT+CMGD=1,0"]


def test_without_a_callback_a_message_is_left_alone(fake_modem: Fake, script: Script, paced: Timeouts) -> None:
    """An announced message is neither read nor deleted, and processStoredSms refuses instead of deleting all."""
    fake = fake_modem(LETTERS)
    modem = script(fake.path, timeouts=paced)
    modem.write("AT+CNMI=2,1,0,0,0")
    fake.deliver_sms("New", "+79164444444")
    with pytest.raises(ValueError, match="smsReceivedCallback"):
        modem.processStoredSms()
    assert modem.signalStrength == 19
    assert fake.sms_touched == []
    assert len(fake.sms) == 4


def test_a_callback_gets_the_message_and_then_it_is_deleted(
    fake_modem: Fake, script: Script, heard: queue.Queue[Any], paced: Timeouts
) -> None:
    """The callback runs in a thread that may use the modem; the message goes when it came back without an error."""
    fake = fake_modem(LETTERS)

    def received(sms: Any) -> None:
        heard.put((sms.number, sms.text, sms.getModem().signalStrength))

    modem = script(fake.path, 115200, None, received, timeouts=paced)
    fake.deliver_sms("New", "+79164444444")
    assert heard.get(timeout=5) == ("+79164444444", "New", 19)
    assert fake.wait_for(lambda now: len(now.sms) == 3)
    assert sorted(part.text for part in fake.sms.values()) == ["First", "Third", "Второе"]
    modem.close()
    assert fake.settings["CNMI"] == "2,1,0,0,0"


def test_a_callback_that_fails_keeps_its_message(
    fake_modem: Fake, script: Script, heard: queue.Queue[Any], paced: Timeouts
) -> None:
    """And the next one is called all the same."""
    fake = fake_modem(LETTERS)

    def received(sms: Any) -> None:
        heard.put(sms.text)
        raise RuntimeError("the script's own")

    modem = script(fake.path, timeouts=paced)
    modem.smsReceivedCallback = received
    for text in ("New", "Newer"):
        fake.deliver_sms(text, "+79164444444")
        assert heard.get(timeout=5) == text
    with pytest.raises(RuntimeError):
        modem.processStoredSms()
    modem.close()
    assert len(fake.sms) == 5


def test_stored_messages_are_processed(
    fake_modem: Fake, script: Script, heard: queue.Queue[Any], paced: Timeouts
) -> None:
    """Each one to the callback, and off the SIM behind it."""
    fake = fake_modem(LETTERS)
    modem = script(fake.path, smsReceivedCallbackFunc=lambda sms: heard.put(sms.text), timeouts=paced)
    modem.processStoredSms(unreadOnly=True)
    assert [heard.get(timeout=5) for _ in range(3)] == ["First", "Второе", "Third"]
    assert fake.sms == {}


@pytest.mark.parametrize("by", ["CDS", "CDSI"])
def test_a_report_reaches_its_message(peer: Any, script: Script, heard: queue.Queue[Any], by: str) -> None:
    """Handed over or stored: the message that waits is delivered, the callback hears of it, and a stored report on our
    own message is deleted; one on another's message is not."""
    peer.answers |= {
        "AT+CNMI=*": ("OK",),
        "AT+CMGS=*": (b"\r\n> ",),
        "002100*": ("+CMGS: 7", "OK"),
        "AT+CPMS?": ('+CPMS: "SM",3,20,"SM",3,20,"SM",3,20', "OK"),
        "AT+CPMS=*": ("+CPMS: 3,20,3,20,3,20", "OK"),
        "AT+CMGR=4": ("+CMGR: 0,,26", report_pdu(8), "OK"),
        "AT+CMGR=5": ("+CMGR: 0,,26", report_pdu(7), "OK"),
        "AT+CMGD=*": ("OK",),
    }

    def answer(_command: str) -> tuple[Any, ...]:
        for reference, place in ((8, 4), (7, 5)):
            says = ("+CDS: 26", report_pdu(reference)) if by == "CDS" else (f'+CDSI: "SM",{place}',)
            peer.later(0.1 + place / 20, *says)
        return ("+CMGS: 7", "OK")

    peer.answers["002100*"] = answer
    modem = script(peer.path, smsStatusReportCallback=lambda report: heard.put(report.reference))
    sms = modem.sendSms("+79161234567", "Hello", waitForDeliveryReport=True, deliveryTimeout=30)
    assert sms.status == SentSms.DELIVERED
    assert [heard.get(timeout=30), heard.get(timeout=30)] == [8, 7]
    assert [line for line in peer.commands if line.startswith("AT+CMGD")] == (["AT+CMGD=5,0"] if by == "CDSI" else [])
    modem.close()
    assert peer.commands[-1] != "AT+CNMI=2,1,0,2"
    assert "AT+CNMI=2,1,0,0,0" in peer.commands


def test_a_report_that_does_not_come(peer: Any, script: Script) -> None:
    """TimeoutException, as in the package; the message went out once."""
    peer.answers |= {"AT+CNMI=*": ("OK",), "AT+CMGS=*": (b"\r\n> ",), "002100*": ("+CMGS: 7", "OK")}
    modem = script(peer.path)
    with pytest.raises(TimeoutException):
        modem.sendSms("+79161234567", "Hello", waitForDeliveryReport=True, deliveryTimeout=0.1)
    assert sum(line.startswith("AT+CMGS=") for line in peer.commands) == 1


def test_another_storage_for_one_call(fake_modem: Fake, script: Script, paced: Timeouts) -> None:
    """memory="ME" is chosen as the script says, and put back at close."""
    fake = fake_modem('[modem]\nprofile = "quectel"\nstorages = ["SM", "ME"]\n')
    modem = script(fake.path, timeouts=paced)
    before = fake.settings["CPMS"]
    assert modem.listStoredSms(memory="ME") == []
    assert fake.settings["CPMS"] != before
    modem.close()
    assert fake.settings["CPMS"] == before


def test_threads_of_the_script_share_the_modem(peer: Any, script: Script) -> None:
    """Each gets the answers to its own commands."""
    peer.answers |= {f"AT+X{number}": (f"+X{number}: {number}", "OK") for number in range(4)}
    modem = script(peer.path)
    heard: list[tuple[int, Any]] = []

    def ask(number: int) -> None:
        heard.extend((number, modem.write(f"AT+X{number}")) for _ in range(20))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(heard) == 80
    assert all(said == [f"+X{number}: {number}", "OK"] for number, said in heard)
    assert not any(thread.is_alive() for thread in threads)
