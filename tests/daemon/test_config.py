"""The configuration file: what is accepted, and every fault with file, key, value and cure, all at once."""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.backends.registry import BACKENDS, Way
from modemd.daemon.config import load, without_effect
from modemd.daemon.fields import CHANNEL_KEYS, DAEMON_KEYS, HEARTBEAT_KEYS, KEEP_KEYS, MODEM_KEYS, SCHEDULE_KEYS
from modemd.errors import ConfigError, Problem
from modemd.records import HeartbeatSettings, Keep, LocalHours

SAMPLE = Path(__file__).parent.parent.parent / "config" / "modemd.toml"
MODEM = '[[modem]]\nname = "home"\nport = "/dev/ttyUSB2"\n'

WriteConfig = Callable[[str], Path]


def problems(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(ConfigError) as caught:
        load(path, environ={})
    return caught.value.problems


def test_the_whole_interface_example(write_config: WriteConfig) -> None:
    """A file with every key of the interface loads, and each value arrives with its unit."""
    path = write_config(
        """
        [daemon]
        socket = "/run/modemd/modemd.sock"
        state  = "/var/lib/modemd"
        language = "en"
        dial = []
        [[modem]]
        name = "home"
        port = "/dev/ttyUSB2"
        pin_file = "sim-pin"
        operator = "ru-mts"
        code = "*100#"
        every = "6h"
        low = "50"
        critical = "10"
        reply_timeout = "45s"
        quarantine = "30s"
        roaming = false
        radio_fallback = "off"
        recovery = "reopen"
        sms_query = "off"
        data = "off"
        [[channel]]
        type = "command"
        run = ["/usr/local/bin/on-alert"]
        events = ["low", "critical", "recovered", "stale", "unreadable"]
        """
    )
    config = load(path, environ={})
    (modem,) = config.modems
    assert config.daemon.socket == "/run/modemd/modemd.sock"
    assert (modem.name, modem.port, modem.code, modem.operator) == ("home", "/dev/ttyUSB2", "*100#", "ru-mts")
    assert (modem.every_s, modem.reply_timeout_s, modem.quarantine_s) == (21600.0, 45.0, 30.0)
    assert (modem.low, modem.critical) == (Decimal(50), Decimal(10))
    assert modem.pin_file == str(path.parent / "sim-pin")
    assert config.channels[0].options == {"run": ["/usr/local/bin/on-alert"]}
    assert config.channels[0].events == ("low", "critical", "recovered", "stale", "unreadable")


def test_a_modem_that_is_not_understood(write_config: WriteConfig) -> None:
    """Encoding and decoder can be set by their stable names, and by no others."""
    assert load(write_config(MODEM)).modems[0].ussd_decoder is None
    (modem,) = load(write_config(MODEM + 'ussd_encoding = "packed"\nussd_decoder = "ucs2+packed"\n')).modems
    assert (modem.ussd_encoding, modem.ussd_decoder) == ("packed", "ucs2+packed")
    wrong = problems(write_config(MODEM + 'ussd_encoding = "ucs"\nussd_decoder = "8 bit"\n'))
    assert [problem.key for problem in wrong] == ["modem[0].ussd_encoding", "modem[0].ussd_decoder"]
    assert "did you mean ucs2?" in wrong[0].cure
    assert '"8bit-utf8"' in wrong[1].cure


def test_a_small_file_gets_the_documented_defaults(write_config: WriteConfig) -> None:
    """Name and port are enough."""
    config = load(write_config(MODEM), environ={})
    (modem,) = config.modems
    assert (modem.every_s, modem.low, modem.critical, modem.roaming) == (21600.0, Decimal(50), Decimal(10), False)
    assert (config.daemon.state, config.daemon.language, config.channels) == ("/var/lib/modemd", "en", ())


def test_the_shipped_file_loads_and_knows_every_key() -> None:
    """config/modemd.toml is valid as it is and names every key of the loader; what is commented out is TOML too."""
    load(SAMPLE, environ={})
    text = SAMPLE.read_text(encoding="utf-8")
    tables = re.split(r"(?m)^#?\[+(daemon\.keep|daemon|modem|channel|heartbeat|schedule)\]+$", text)[1:]
    named = {
        kind: set(re.findall(r"(?m)^#?([a-z_]+) = ", body))
        for kind, body in zip(tables[::2], tables[1::2], strict=True)
    }
    assert named.pop("daemon.keep") == set(KEEP_KEYS)
    assert named == {
        "daemon": {*DAEMON_KEYS} - {"keep"},
        "modem": set(MODEM_KEYS),
        "channel": {*CHANNEL_KEYS, "type", "events", "run"},
        "heartbeat": set(HEARTBEAT_KEYS),
        "schedule": set(SCHEDULE_KEYS),
    }
    for line in re.findall(r"(?m)^#([a-z_]+ = .*)$", text):
        tomllib.loads(line)


def test_defaults_in_the_shipped_file_are_the_defaults(write_config: WriteConfig) -> None:
    """Each commented-out default, switched on, changes nothing."""
    text = SAMPLE.read_text(encoding="utf-8")
    examples = ("usb", "imei", "pin_file", "operator", "code", "type", "run", "events", "ussd_encoding", "ussd_decoder")
    settings, table, rest = text.partition("#[[channel]]")  # what stands in channels is an example
    switched = re.sub(rf"(?m)^#(?!(?:{'|'.join(examples)}) )([a-z_]+ = )", r"\1", settings) + table + rest
    assert switched != text
    assert load(write_config(switched), environ={}) == load(write_config(text), environ={})


def test_how_much_is_kept(write_config: WriteConfig) -> None:
    """Days or years, or for ever; what is left out is the default."""
    path = write_config(f'[daemon.keep]\nreadings = "1y"\nfailures = "forever"\n{MODEM}')
    assert load(path, environ={}).daemon.keep == Keep(readings_days=365, failures_days=None)
    path = write_config(f'[daemon]\nkeep = {{ readings = "90d", unasked = 5 }}\n{MODEM}')
    assert load(path, environ={}).daemon.keep == Keep(readings_days=90, unasked_per_day=5)


@pytest.mark.parametrize(
    ("line", "key", "cure"),
    [
        ('keep = "2y"', "daemon.keep", "[daemon.keep]"),
        ('keep.readings = "6h"', "daemon.keep.readings", '"2y"'),
        ("keep.readings = 730", "daemon.keep.readings", '"2y"'),
        ('keep.readings = "7d"', "daemon.keep.readings", 'at least "31d"'),
        ('keep.readings = "101y"', "daemon.keep.readings", '"100y"'),
        ('keep.failures = "0d"', "daemon.keep.failures", 'at least "7d"'),
        ("keep.unasked = 0", "daemon.keep.unasked", "from 1 to"),
        ('keep.unasked = "many"', "daemon.keep.unasked", "whole number"),
        ('keep.reading = "2y"', "daemon.keep.reading", "readings"),
    ],
)
def test_odd_values_of_keep(write_config: WriteConfig, line: str, key: str, cure: str) -> None:
    """Refused with what to write instead."""
    (problem,) = problems(write_config(f"[daemon]\n{line}\n{MODEM}"))
    assert problem.key == key
    assert cure in problem.cure


def test_the_port_by_usb_id_or_imei(write_config: WriteConfig) -> None:
    """usb and imei become a port string with that prefix."""
    both = '[[modem]]\nname = "a"\nusb = "2C7C:0125"\n[[modem]]\nname = "b"\nimei = "860000000000001"\n'
    assert [m.port for m in load(write_config(both), environ={}).modems] == ["usb:2c7c:0125", "imei:860000000000001"]


def test_a_pin_file_may_be_a_systemd_credential(write_config: WriteConfig, tmp_path: Path) -> None:
    """A bare name that exists in CREDENTIALS_DIRECTORY is that credential; else it belongs to the file's folder."""
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "sim-pin").write_text("not read here")
    path = write_config(MODEM + 'pin_file = "sim-pin"\n')
    environ = {"CREDENTIALS_DIRECTORY": str(credentials)}
    assert load(path, environ=environ).modems[0].pin_file == str(credentials / "sim-pin")
    assert load(path, environ={}).modems[0].pin_file == str(path.parent / "sim-pin")


def test_a_low_limit_below_the_default_critical_is_no_fault(write_config: WriteConfig) -> None:
    """low = "5" alone is fine: critical, left out, follows it down."""
    (modem,) = load(write_config(MODEM + 'low = "5"\n'), environ={}).modems
    assert (modem.low, modem.critical) == (Decimal(5), Decimal(5))


@pytest.mark.parametrize(
    ("line", "key", "value", "cure"),
    [
        ('every = "6 hours"', "modem[0].every", '"6 hours"', '"6h"'),
        ('every = "90 min"', "modem[0].every", '"90 min"', '"90m"'),
        ("every = 6", "modem[0].every", "6", '"6h"'),
        ("every = 21600", "modem[0].every", "21600", '"21600s"'),
        ('every = "0s"', "modem[0].every", '"0s"', '"off"'),
        ('every = "99999d"', "modem[0].every", '"99999d"', '"366d"'),
        ("every = true", "modem[0].every", "true", '"6h"'),
        ("low = 49.5", "modem[0].low", "49.5", '"49.5"'),
        ('low = "49,5 RUB"', "modem[0].low", '"49,5 RUB"', '"49.5"'),
        ('low = "nan"', "modem[0].low", '"nan"', '"-5.20"'),
        ("low = true", "modem[0].low", "true", '"50"'),
        ('low = "٥٠"', "modem[0].low", '"٥٠"', '"50"'),
        ('critical = "60"', "modem[0].critical", '"60"', "above low"),
        ('reply_timeout = "10m"', "modem[0].reply_timeout", '"10m"', '"150s"'),
        ('roaming = "yes"', "modem[0].roaming", '"yes"', "true or false"),
        ('recovery = "reboot"', "modem[0].recovery", '"reboot"', '"reopen"'),
        ("radio_fallback = true", "modem[0].radio_fallback", "true", '"auto"'),
        ('code = "*21*12345#"', "modem[0].code", '"*21*12345#"', ""),
        ('code = "ATD"', "modem[0].code", '"ATD"', ""),
        ("code = 100", "modem[0].code", "100", '"100"'),
        ('evry = "6h"', "modem[0].evry", '"6h"', "did you mean every?"),
        ('usb = "2c7c:0125"', "modem[0].port", "", "port and usb"),
        ('operator = "ru-mst"', "modem[0].operator", '"ru-mst"', "ru-mts"),
        ('pin_file = ""', "modem[0].pin_file", '""', "empty"),
    ],
)
def test_one_fault_in_a_modem(write_config: WriteConfig, line: str, key: str, value: str, cure: str) -> None:
    """Each fault names its key and value, and the cure says what to write."""
    (problem,) = problems(write_config(MODEM + line + "\n"))
    assert (problem.key, problem.value) == (key, value)
    assert cure in problem.cure


@pytest.mark.parametrize(
    ("text", "key", "cure"),
    [
        ("", "modem", "no modem is configured"),
        ('[modem]\nname = "a"\n', "modem", "[[modem]]"),
        (MODEM + "[[daemon]]\n", "daemon", "[daemon]"),
        (MODEM + "[modems]\n", "modems", "did you mean modem?"),
        (MODEM + MODEM.replace("USB2", "USB3"), "modem[1].name", "another modem has this name"),
        (MODEM + MODEM.replace("home", "van"), "modem[1].port", "another modem has this port"),
        ('[[modem]]\nport = "auto"\n', "modem[0].name", "give it a name"),
        ('[[modem]]\nname = "my modem"\nport = "auto"\n', "modem[0].name", "no blanks"),
        ('[[modem]]\nname = "a"\n', "modem[0].port", 'port = "auto"'),
        ('[[modem]]\nname = "a"\nport = "ttyUSB2"\n', "modem[0].port", '"/dev/ttyUSB2"'),
        ('[[modem]]\nname = "a"\nport = "usb:2c7c:0125"\n', "modem[0].port", 'usb = "2c7c:0125"'),
        ('[[modem]]\nname = "a"\nusb = "quectel"\n', "modem[0].usb", "lsusb"),
        ('[[modem]]\nname = "a"\nimei = "12"\n', "modem[0].imei", "15 digits"),
        (MODEM + '[daemon]\nlanguage = "de"\n', "daemon.language", '"en", "ru" or "zh"'),
        (MODEM + '[daemon]\ndial = "anna"\n', "daemon.dial", "list"),
        (MODEM + f'[daemon]\nsocket = "/{"x" * 120}"\n', "daemon.socket", "107 bytes"),
        (MODEM + '[daemon]\nsoket = "/x"\n', "daemon.soket", "did you mean socket?"),
        (MODEM + "[[channel]]\n", "channel[0].type", '"command"'),
        (MODEM + '[[channel]]\ntype = "comand"\n', "channel[0].type", "did you mean command?"),
        (MODEM + '[[channel]]\ntype = "command"\n', "channel[0].run", "list of strings"),
        (MODEM + '[[channel]]\ntype = "command"\nrun = "x"\n', "channel[0].run", "list of strings"),
        (
            MODEM + '[[channel]]\ntype = "command"\nrun = ["x"]\nevents = ["lo"]\n',
            "channel[0].events",
            "did you mean low?",
        ),
        (MODEM + '[[channel]]\ntype = "command"\nrun = ["x"]\nevents = []\n', "channel[0].events", "list of"),
        ("[[modem]]\nname = home\n", "line 2, column 8", "not TOML"),
        ('name = "a"\nname = "b"\n', "line 2, column 11", "not TOML"),
    ],
)
def test_one_fault_in_a_file(write_config: WriteConfig, text: str, key: str, cure: str) -> None:
    """Faults of tables, names and syntax, each at its place."""
    (problem,) = problems(write_config(text))
    assert problem.key == key
    assert cure in problem.cure


def test_all_faults_at_once(write_config: WriteConfig) -> None:
    """Nobody mends a file fault by fault; the lines name the file."""
    path = write_config('[daemon]\nlanguage = 1\n[[modem]]\nport = "x"\nevery = "1w"\nfoo = 1\n[[channel]]\n')
    found = problems(path)
    assert {p.key for p in found} == {
        "daemon.language", "modem[0].port", "modem[0].every", "modem[0].foo", "modem[0].name", "channel[0].type",
    }  # fmt: skip
    assert all(str(p).startswith(f"{path}: ") for p in found)
    assert all("\n" not in str(p) for p in found)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Missing, a folder, not UTF-8, endless: one problem that says so."""
    assert "no such file" in problems(tmp_path / "none.toml")[0].cure
    assert "cannot be read" in problems(tmp_path)[0].cure
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'# ok\nname = "caf\xe9"\n')
    assert (problems(latin)[0].key, "UTF-8" in problems(latin)[0].cure) == ("line 2", True)
    assert "1 MiB" in problems(Path("/dev/zero"))[0].cure


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    """Editors on Windows write one."""
    path = tmp_path / "bom.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MODEM.encode())
    assert load(path, environ={}).modems[0].name == "home"


values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.lists(st.text(), max_size=2)
)


@settings(max_examples=60, deadline=None)
@given(key=st.sampled_from(sorted(MODEM_KEYS)), value=values)
def test_no_value_escapes_as_another_exception(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: object
) -> None:
    """Whatever a key is set to, the file loads or the fault is a Problem at that modem, on one line."""
    import json

    shown = json.dumps(value) if not isinstance(value, float) else repr(value)
    if value is None or (isinstance(value, str) and "\\ud" in shown):
        return
    if key in ("operator",):
        return  # looked up in the packs, which takes its time
    path = tmp_path_factory.getbasetemp() / "any.toml"
    lines = {"name": '"home"', "port": '"auto"', key: shown.replace("\\u007f", "\\u007F")}
    if key in ("usb", "imei"):
        del lines["port"]
    path.write_text("[[modem]]\n" + "".join(f"{k} = {v}\n" for k, v in lines.items()), encoding="utf-8")
    with contextlib.suppress(ConfigError):
        load(path, environ={})
        return
    found = problems(path)
    assert all("\n" not in str(problem) for problem in found)


def test_a_query_by_sms_that_can_do_nothing_is_said(write_config: WriteConfig) -> None:
    """sms_query = "auto" with an operator whose pack proves no free query; silence where it does, or is not known."""
    modem = '[[modem]]\nname = "home"\nport = "auto"\nsms_query = "auto"\n'
    assert without_effect(load(write_config(modem))) == []
    assert without_effect(load(write_config(f'{modem}operator = "ru-mts"\n'))) == []
    (line,) = without_effect(load(write_config(f'{modem}operator = "ru-beeline"\n')))
    assert 'sms_query = "auto" does nothing' in line
    assert load(write_config(f"{modem}sms_delete_own = true\n")).modems[0].sms_delete_own is True


def test_a_query_for_data_that_can_do_nothing_is_said(write_config: WriteConfig) -> None:
    """data = "auto" with an operator whose pack names no code for it that may be dialled."""
    modem = '[[modem]]\nname = "home"\nport = "auto"\n'
    assert load(write_config(modem)).modems[0].data == "off"
    assert load(write_config(f'{modem}data = "auto"\n')).modems[0].data == "auto"
    assert without_effect(load(write_config(f'{modem}data = "auto"\noperator = "ru-mts"\n'))) == []
    (line,) = without_effect(load(write_config(f'{modem}data = "auto"\noperator = "ru-yota"\n')))
    assert 'data = "auto" does nothing' in line
    (line,) = without_effect(load(write_config(f'{modem}data = "auto"\nevery = "off"\n')))
    assert 'every = "off"' in line


def test_a_double_name_is_seen_beside_another_fault(write_config: WriteConfig) -> None:
    """A modem whose table has a fault of its own is still compared with the others."""
    found = problems(write_config(MODEM + "low = 0.5\n" + MODEM.replace("USB2", "USB3")))
    assert [problem.key for problem in found] == ["modem[0].low", "modem[1].name"]


def test_port_of_a_modem_that_is_no_serial_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be left out, and means what the back end makes of it; two modems still need two."""
    monkeypatch.setitem(BACKENDS, "at", Way("a:B", serial=False))
    path = tmp_path / "modemd.toml"
    path.write_text('[[modem]]\nname = "a"\n[[modem]]\nname = "b"\nport = "http://192.168.8.1"\n', "utf-8")
    assert [modem.port for modem in load(str(path)).modems] == ["auto", "http://192.168.8.1"]
    path.write_text('[[modem]]\nname = "a"\nport = "x"\n[[modem]]\nname = "b"\nport = "x"\n', "utf-8")
    with pytest.raises(ConfigError, match="each modem needs its own"):
        load(str(path))


COMMAND = '[[channel]]\ntype = "command"\nrun = ["x"]\n'


@pytest.mark.parametrize(
    ("text", "key", "cure"),
    [
        (f'{COMMAND}name = "a"\n{COMMAND}name = "a"\n', "channel[1].name", "another channel has this name"),
        (f'{COMMAND}after = "1h"\n', "channel[0].after", "every channel waits for another"),
        (f'{COMMAND}quiet = "25:00-07:00"\n', "channel[0].quiet", "23:00-07:00"),
        (f'{COMMAND}quiet = "07:00-07:00"\n', "channel[0].quiet", "two different times"),
        (f'{COMMAND}remind = "5m"\n', "channel[0].remind", "3600s"),
        ('[[heartbeat]]\nevery = "1h"\n', "heartbeat[0].url", "hc-ping"),
        ('[[heartbeat]]\nurl = "ftp://example.org"\n', "heartbeat[0].url", "whole address"),
        ('[[heartbeat]]\nurl = "https://a.org"\nkind = "kumma"\n', "heartbeat[0].kind", "did you mean kuma?"),
        ('[schedule]\nbusy = ["8-10"]\n', "schedule.busy", "23:00-07:00"),
        ("[[schedule]]\n", "schedule", "single brackets"),
        (MODEM.replace("[[modem]]", '[[modem]]\nspend = "lots"'), "modem[0].spend", "amount a day"),
        (MODEM.replace("[[modem]]", '[[modem]]\ndata_low = "500"'), "modem[0].data_low", "500MB"),
        (MODEM.replace("[[modem]]", "[[modem]]\ndays = -1"), "modem[0].days", "whole number"),
    ],
)
def test_one_fault_of_what_goes_out(write_config: WriteConfig, text: str, key: str, cure: str) -> None:
    """Channels that cannot work together, hours, heartbeats, and what is to be alerted of."""
    (problem,) = problems(write_config(text if "[[modem]]" in text else MODEM + text))
    assert (problem.key, cure in problem.cure) == (key, True), problem


def test_what_goes_out_and_when(write_config: WriteConfig) -> None:
    """Hours are minutes of the day, over midnight or not; "off" is None."""
    channel = COMMAND + 'name = "phone"\nremind = "off"\nquiet = "23:00-7:00"\n' + COMMAND + 'after = "2h"\n'
    rest = '[[heartbeat]]\nurl = "https://hc-ping.com/x"\n[schedule]\nbusy = ["08:00-10:30"]\n'
    config = load(write_config(MODEM + channel + rest), environ={})
    phone, other = config.channels
    assert (phone.name, phone.remind_s, phone.quiet) == ("phone", None, LocalHours(start=23 * 60, end=7 * 60))
    assert (other.after_s, other.remind_s, other.quiet) == (7200.0, 86400.0, None)
    assert config.heartbeats == (HeartbeatSettings(url="https://hc-ping.com/x"),)
    assert config.busy == (LocalHours(start=480, end=630),)


def test_a_channels_secrets_and_numbers_are_not_shown(write_config: WriteConfig) -> None:
    """What is wrong goes into the log at a reload."""
    hook = '[[channel]]\ntype = "webhook"\nurl = "https://me:s3cret@example.org/x"\n'
    sms = '[[channel]]\ntype = "sms"\nthrough = "home"\nto = ["+79161234567", "89161234567x"]\n'
    told = [str(problem) for problem in problems(write_config(MODEM + hook + sms))]
    assert not [line for line in told if "s3cret" in line or "9161234567" in line]
    assert ["https://...@example.org" in told[0], "...567x" in told[1]] == [True, True], told
    heart = (
        '[[heartbeat]]\nurl = "htps://hc-ping.com/s3cret"\n[[channel]]\ntype = "webhook"\nurl = "ftp://a.org/s3cret"\n'
    )
    told = [
        str(problem)
        for problem in problems(write_config(MODEM.replace("[[modem]]", '[[modem]]\npin = "4321"') + heart))
    ]
    assert (len(told), [line for line in told if "s3cret" in line or "4321" in line]) == (3, [])
