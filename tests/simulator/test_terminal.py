"""The pseudo-terminal: what a program that opens the port sees, and what a test can ask about it."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from modemd.errors import ScenarioError
from modemd.simulator.pty import FakeModem
from modemd.simulator.start import Source, open_modem


class Client(Protocol):
    """The client of conftest.py, as far as it is used here."""

    descriptor: int
    reads: list[bytes]

    def write(self, data: bytes) -> None: ...
    def ask(self, command: str) -> bytes: ...
    def read_until(self, wanted: bytes, timeout: float = 5.0) -> bytes: ...
    def close(self) -> None: ...


Opens = Callable[[FakeModem], Client]
Dialogue = Callable[[Source], tuple[FakeModem, Client]]

ONE_REPLY = '[[ussd]]\ncode = "*100#"\nreplies = [{ text = "Balance 5" }]\n'


def hung_up(descriptor: int) -> bool:
    """Whether a read gives what a terminal gives behind a hang-up: EOF or EIO."""
    try:
        return os.read(descriptor, 100) == b""
    except OSError as fault:
        return fault.errno == errno.EIO


def flood(client: Client) -> None:
    """Far more octets than any terminal keeps."""
    for _ in range(200):
        client.write(b"A" * 4096)


def test_commands_and_settings_are_recorded(dialogue: Dialogue) -> None:
    """Every line that came and every value that was set can be asked for, and put back shows as put back."""
    modem, client = dialogue("[modem]\nprofile = 'huawei'\n")
    before = modem.settings
    client.ask('AT+CSCS="UCS2"')
    client.ask("AT+CMGF=1")
    assert (modem.settings["CSCS"], modem.settings["CMGF"]) == ("UCS2", "1")
    client.ask('AT+CSCS="IRA";+CMGF=0')
    assert modem.settings == before
    assert modem.commands == ["ATE0", 'AT+CSCS="UCS2"', "AT+CMGF=1", 'AT+CSCS="IRA";+CMGF=0']


def test_pieces_reach_the_reader_one_by_one(dialogue: Dialogue) -> None:
    """With chunk = 1 and a gap, an answer comes in several reads of the port, most of them of one octet."""
    _, client = dialogue("[modem]\nchunk = 1\ngap = '40ms'\n")
    client.reads.clear()
    assert client.ask("AT") == b"\r\nOK\r\n"
    assert len(client.reads) >= 3  # 6 where the machine is not so busy that two gaps pass between two reads


def test_noise_comes_by_itself(dialogue: Dialogue) -> None:
    """Noise at an interval arrives without any command."""
    _, client = dialogue('[[noise]]\nline = "^RSSI:19"\nevery = "20ms"\n')
    client.read_until(b"\r\n^RSSI:19\r\n")
    client.read_until(b"\r\n^RSSI:19\r\n")


def test_unplug_hangs_the_reader_up_and_replug_brings_the_path_back(dialogue: Dialogue, client: Opens) -> None:
    """Whoever has the port open gets EOF or EIO and the path is gone; behind replug the same path answers afresh."""
    modem, first = dialogue(ONE_REPLY)
    first.ask("AT+CMGF=1")
    modem.unplug()
    assert not os.path.lexists(modem.path)
    assert select.select([first.descriptor], [], [], 5.0)[0]
    assert hung_up(first.descriptor)
    modem.replug()
    assert modem.settings["CMGF"] == "0"
    second = client(modem)
    assert b"OK" in second.ask("AT")


def test_unplug_in_the_middle_of_a_query(dialogue: Dialogue) -> None:
    """An event behind the first query takes the device away before it answers, and gives it back by itself."""
    modem, client = dialogue(
        ONE_REPLY.replace('"Balance 5"', '"Balance 5", after = "60s"')
        + '[[event]]\nafter_queries = 1\nafter = "50ms"\ndo = "unplug"\nfor = "50ms"\n'
    )
    client.ask('AT+CUSD=1,"*100#",15')
    assert select.select([client.descriptor], [], [], 5.0)[0]
    assert modem.wait_for(lambda fake: Path(fake.path).exists())
    assert modem.queries == ["*100#"]


def test_a_hung_modem_reads_and_answers_nothing_until_it_resumes(dialogue: Dialogue) -> None:
    """What is written to a hung modem stays in the line; behind resume() it is answered."""
    modem, client = dialogue(ONE_REPLY)
    modem.hang()
    client.write(b"AT+CSQ\r")
    assert not select.select([client.descriptor], [], [], 0.1)[0]
    assert modem.commands == ["ATE0"]
    modem.resume()
    client.read_until(b"OK\r\n")


def test_a_stopped_reader_finally_blocks_the_writer(dialogue: Dialogue) -> None:
    """A hung modem's line fills up: a client that does not wait is told so instead of losing octets."""
    modem, client = dialogue(ONE_REPLY)
    modem.hang()
    os.set_blocking(client.descriptor, False)
    with pytest.raises(BlockingIOError):
        flood(client)


def test_exclusive_use_ends_with_the_program_that_asked_for_it(dialogue: Dialogue, client: Opens) -> None:
    """TIOCEXCL of a program that is gone does not lock the next one out, though the master never closed."""
    modem, first = dialogue(ONE_REPLY)
    fcntl.ioctl(first.descriptor, termios.TIOCEXCL)
    first.close()
    assert modem.wait_for(lambda fake: not fake.opened)
    second = client(modem)
    exclusive = fcntl.ioctl(second.descriptor, 0x80045440, b"\0\0\0\0")  # TIOCGEXCL
    assert int.from_bytes(exclusive, sys.byteorder) == 0


def test_what_a_test_makes_happen(dialogue: Dialogue) -> None:
    """A line, raw octets and an SMS arrive in the order in which they were sent."""
    modem, client = dialogue(ONE_REPLY)
    client.ask("AT+CNMI=2,1,0,0,0")
    modem.send_line('+CUSD: 0,"Costo 0.22",0')
    modem.send_bytes(b"\xff\x00")
    modem.deliver_sms("Balance 9", "+79261234567")
    assert client.read_until(b'+CMTI: "SM",1\r\n') == (b'\r\n+CUSD: 0,"Costo 0.22",0\r\n\xff\x00\r\n+CMTI: "SM",1\r\n')
    assert [place.status for place in modem.sms.values()] == ["REC UNREAD"]


def test_wait_for_gives_up_in_time(fake_modem: Callable[[Source], FakeModem]) -> None:
    """A condition that never holds is False behind the time, one that holds is True at once."""
    modem = fake_modem(ONE_REPLY)
    assert modem.wait_for(lambda fake: bool(fake.commands), timeout=0.05) is False
    assert modem.wait_for(lambda fake: not fake.commands) is True


def test_the_fixture_takes_every_kind_of_source(fake_modem: Callable[[Source], FakeModem], tmp_path: Path) -> None:
    """A shipped name, text, tables, a TOML path and a capture path all give a modem with a path of its own."""
    (tmp_path / "own.toml").write_text(ONE_REPLY, encoding="utf-8")
    (tmp_path / "seen.capture").write_text('< +CUSD: 0,"Balance 5",15\n', encoding="utf-8")
    sources: list[Source] = ["menu", ONE_REPLY, {"modem": {"imei": "1"}}, tmp_path / "own.toml"]
    sources.append(str(tmp_path / "seen.capture"))
    assert len({fake_modem(source).path for source in sources}) == len(sources)


def test_the_link_replaces_only_what_a_simulator_left(tmp_path: Path) -> None:
    """A dead link into /dev/pts is replaced and removed at the end; a file, a folder or another's link is refused."""
    link = tmp_path / "modem"
    link.symlink_to("/dev/pts/999999")
    with open_modem(ONE_REPLY, link=link) as modem:
        assert modem.path == str(link)
        assert os.path.realpath(link).startswith("/dev/pts/")
        with pytest.raises(ScenarioError, match="in use"):
            open_modem(ONE_REPLY, link=link)
    assert not os.path.lexists(link)
    link.write_text("mine", encoding="utf-8")
    with pytest.raises(ScenarioError, match="not a simulator's link"):
        open_modem(ONE_REPLY, link=link)
    assert link.read_text(encoding="utf-8") == "mine"
    (tmp_path / "other").symlink_to("/dev/null")
    with pytest.raises(ScenarioError, match="is a link to /dev/null"):
        open_modem(ONE_REPLY, link=tmp_path / "other")
    with pytest.raises(ScenarioError, match="does not exist"):
        open_modem(ONE_REPLY, link=tmp_path / "none" / "modem")


def test_the_foreground_program_ends_cleanly_on_sigterm(tmp_path: Path) -> None:
    """run_foreground announces its port, answers there, and takes the link away when it is told to end."""
    link = tmp_path / "modem"
    program = (
        "import sys; from modemd.simulator.foreground import run_foreground;"
        "run_foreground(sys.argv[1], sys.argv[2], on_ready=lambda port: print(port, flush=True))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, "mts-falling", str(link)], stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == f"{link}\n"
            descriptor = os.open(link, os.O_RDWR | os.O_NOCTTY)
            os.write(descriptor, b"AT\r")
            assert select.select([descriptor], [], [], 5.0)[0]
            os.close(descriptor)
        finally:
            running.send_signal(signal.SIGTERM)
        assert running.wait(5.0) == 0
    assert not os.path.lexists(link)


def test_pytest_start_imports_almost_nothing() -> None:
    """The plugin that every pytest run loads brings nothing of modemd with it but itself."""
    program = (
        "import sys, pytest, modemd.simulator.pytest_plugin;"
        "print(sorted(name for name in sys.modules if name.startswith('modemd')))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "['modemd', 'modemd.simulator', 'modemd.simulator.pytest_plugin']"


def test_a_device_that_is_back_at_once_was_away_all_the_same(dialogue: Dialogue, client: Opens) -> None:
    """However short it was unplugged, the old descriptor is dead and the new one works."""
    modem, old = dialogue('[[event]]\non_command = "AT+CSQ"\ndo = "unplug"\nfor = "0ms"\n')
    old.write(b"AT+CSQ\r")
    assert select.select([old.descriptor], [], [], 5.0)[0]
    assert modem.wait_for(lambda fake: Path(fake.path).exists())
    assert b"OK" in client(modem).ask("AT")
