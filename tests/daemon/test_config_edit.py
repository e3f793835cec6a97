"""Changes of a configuration's text: what is wanted is there, and nothing else is touched."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.daemon.config_edit import Add, Edit, Put, edited, literal
from modemd.errors import ConfigError

SAMPLE = (Path(__file__).parent.parent.parent / "config" / "modemd.toml").read_text("utf-8")
LOW = Put(table="modem", index=0, key="low", value="70")
SECOND = Put(table="modem", index=1, key="low", value="3")
RUSSIAN = Put(table="daemon", key="language", value="ru")
RUN = Put(table="channel", index=0, key="run", value=["c"])
USB = Put(table="modem", index=0, key="usb", value="2c7c:0125", instead_of=("port", "imei"))
WEBHOOK = {"type": "webhook", "url": "https://example.org/x"}


def changes(text: str, *edits: Edit) -> list[str]:
    """The lines that went ("-...") and came ("+...")."""
    new = edited(text, edits, file="modemd.toml")
    return [line[0] + line[2:] for line in difflib.ndiff(text.splitlines(), new.splitlines()) if line[0] in "+-"]


@pytest.mark.parametrize(
    ("text", "edit", "wanted"),
    [
        # A value alone changes: blanks, remarks and quotes around it stay.
        ('[[modem]]\n  low   =  "50"   # mine\n', LOW, ['-  low   =  "50"   # mine', '+  low   =  "70"   # mine']),
        ("[[modem]]\nlow = '5#0' # '\n", LOW, ["-low = '5#0' # '", "+low = \"70\" # '"]),
        ('[[modem]]\n"low" = "50"\n', LOW, ['-"low" = "50"', '+"low" = "70"']),
        # A value of several lines, with what looks like a table and like an end inside.
        ('[[modem]]\nlow = """\n[[modem]]\n#low = "1\\"""\n"""\nname = "a"\n', LOW, None),
        ('[[channel]]\nrun = [ # why\n  "a]", # ]\n  "b",\n]\n', RUN, None),
        # A key that is new: behind the line that shows it commented out, else behind the table's last key.
        ('[[modem]]\nname = "a"\n# Says:\n#low = "50"\n\n[x]\n', LOW, ['+low = "70"']),
        ('[[modem]]\nname = "a"\n\n# Others\n#[[channel]]\n#low = "50"\n', LOW, ['+low = "70"']),
        ("[[modem]]", LOW, ['+low = "70"']),
        ('[[modem]] # mine\nname = "a"', LOW, ['+low = "70"']),
        # The second of its kind, and what stands in a table within it.
        ('[[modem]]\nlow = "1"\n[[modem]]\nlow = "2"\n', SECOND, ['-low = "2"', '+low = "3"']),
        ('[daemon]\n[daemon.keep]\nreadings = "1y"\n', RUSSIAN, ['+language = "ru"']),
        ("", RUSSIAN, ["+[daemon]", '+language = "ru"']),
        # One of three keys for one thing.
        ('[[modem]]\nport = "/dev/x" # here\n', USB, ['-port = "/dev/x" # here', '+usb = "2c7c:0125" # here']),
        ('[[modem]]\nusb = "1:2"\nname = "a"\n', USB, ['-usb = "1:2"', '+usb = "2c7c:0125"']),
        # One more table, whether the text ends with a line end or not.
        ('[[modem]]\nname = "a"', Add(table="channel", values=WEBHOOK, comments={"": "By web:"}), None),
        ('[[modem]]\r\nlow = "1"\r\n', LOW, ['-low = "1"', '+low = "70"']),
        # What is there already.
        ('[[modem]]\nlow = "70"\n', LOW, []),
    ],
)  # fmt: skip
def test_what_changes(text: str, edit: Edit, wanted: list[str] | None) -> None:
    """The lines that go and come; with None that the new text says what it must is enough (`edited` proves it)."""
    found = changes(text, edit)
    if wanted is not None:
        assert sorted(line for line in found if line.strip("+-")) == sorted(wanted)
    else:
        assert found


def test_the_sample_keeps_all_of_its_words() -> None:
    """The file as it is shipped: each key goes where its explanation stands, and nothing else moves."""
    found = changes(SAMPLE, USB, LOW, RUSSIAN)
    assert sorted(found) == sorted(['-port = "auto"', '+usb = "2c7c:0125"', '+low = "70"', '+language = "ru"'])
    lines = edited(SAMPLE, [LOW], file="x").splitlines()
    assert lines[lines.index('low = "70"') - 1] == '#low = "50"'


def test_windows_line_ends_stay() -> None:
    text = edited('[[modem]]\r\nname = "a"\r\n', [LOW, Add(table="channel", values=WEBHOOK, comments={})], file="x")
    assert "\n" not in text.replace("\r\n", "")
    assert tomllib.loads(text)["modem"] == [{"name": "a", "low": "70"}]


@pytest.mark.parametrize(
    ("text", "edit", "words"),
    [
        ('modem = [{name = "a", low = "50"}]\n', LOW, 'modem[0].low: it cannot be changed without touching more'),
        ('channel = [{type = "command"}]\n', Add(table="channel", values=WEBHOOK, comments={}), 'url = "https://example.org/x"'),
        ('daemon.state = "s"\n[[modem]]\nx = 1\n', RUSSIAN, 'write language = "ru" by hand'),
        ("[[modem]\n", LOW, "not TOML"),
    ],
)  # fmt: skip
def test_a_form_that_leaves_no_place(text: str, edit: Edit, words: str) -> None:
    """Nothing is guessed: the line to write by hand is named."""
    with pytest.raises(ConfigError) as caught:
        edited(text, [edit], file="modemd.toml")
    assert words in str(caught.value)


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.text(alphabet="#\"'[]\\\n\r\t ab=\x7f", max_size=24),
)
def test_any_text_is_a_value(value: str, remark: str) -> None:
    """Whatever stands in a value comes back, beside whatever stands in another one."""
    text = f"[[modem]]\nnote = {literal(remark)}\n#low\n"
    new = edited(text, [Put(table="modem", index=0, key="low", value=value)], file="x")
    assert tomllib.loads(new) == {"modem": [{"note": remark, "low": value}]}
