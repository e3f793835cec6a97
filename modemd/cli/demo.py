"""`modemd demo`: the whole thing on a simulated modem: the real daemon, the real commands, a real alert."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from modemd.cli.terminal import complain, one_line, paint, say
from modemd.errors import ModemdError

if TYPE_CHECKING:
    from modemd.cli.demo_session import DemoSession

SCENARIO = "mts-falling"
LOW, CRITICAL = "50", "10"
FOUND = "modem found"  # the daemon's log line with make, model and operator
MOST_QUERIES = 8  # the scenario falls from comfortable to critical in fewer

NEXT_STEPS = """\
Next, with a modem of your own
  1. sudo modemd setup      (a few questions; or write /etc/modemd/modemd.toml yourself: [[modem]] with name = "home"
     and port = "auto", [[channel]] with type = "command" and run = ["/usr/local/bin/on-alert"])
  2. modemd config check /etc/modemd/modemd.toml
  3. sudo systemctl enable --now modemd      (or, to look first: modemd run --config /etc/modemd/modemd.toml)
  4. modemd balance; modemd alerts test"""


@click.command("demo", short_help="The whole thing on a simulated modem.")
@click.option("--keep", is_flag=True, help="Keep the folder with its configuration, database and logs.")
def command(keep: bool) -> int:
    """The whole thing on a simulated modem: no hardware, no root, no network, in a few seconds."""
    from modemd.cli.demo_session import DemoSession
    from modemd.cli.private_daemon import ended_by_signals

    with ended_by_signals(), DemoSession(SCENARIO, low=LOW, critical=CRITICAL, keep=keep) as session:
        try:
            _play(session)
        except ModemdError as error:
            complain(f"the demo failed: {error.message}; the daemon's log:")
            for text in session.log():
                complain(f"    {text}")
            return 1
        finally:
            if keep:
                complain(f"kept: {session.folder}")
    return 0


def _play(session: DemoSession) -> None:
    say(_heading("A fake 4G modem is plugged in, the daemon finds it and asks the operator"))
    session.start()
    session.wait_until_ready()
    for text in session.log():
        if FOUND in text:
            facts = dict(re.findall(r"(\w+)=(\S+)", one_line(text)))
            say("the daemon's log: modem found: {manufacturer} {model}, operator {operator}, on {port}".format(**facts))
    _command(session, "balance")
    session.wait_until_ready(signal_known=True)
    _command(session, "status")

    say(_heading(f"Each query is a whole USSD dialogue, and money leaves: low is {LOW}, critical is {CRITICAL}"))
    level = ""
    for _ in range(MOST_QUERIES):
        _command(session, "balance")
        with session.client() as client:
            level = str(client.request("balance", cached=True).get("level"))
        if level == "critical":
            break
    else:
        raise ModemdError(f"the balance is {level} after {MOST_QUERIES} queries, and should be critical")

    say(_heading("What the store knows"))
    _command(session, "history", "--plot")

    say(_heading("The alerts, and all that the program behind [[channel]] was given with the last one"))
    alert = session.next_alert()
    while alert.get("MODEMD_EVENT") != "critical":
        say(f"  {one_line(alert.get('MODEMD_TEXT'))}")
        alert = session.next_alert()
    for name, value in alert.items():
        say(f"  {name}={paint(one_line(value), 'red' if value == 'critical' else None)}")

    say()
    for text in NEXT_STEPS.splitlines():
        say(text)


def _command(session: DemoSession, *arguments: str) -> None:
    say(f"{paint('$', None, dim=True)} {paint('modemd ' + ' '.join(arguments), None, bold=True)}")
    session.command(arguments)


def _heading(text: str) -> str:
    return f"\n{paint(f'# {text}', 'cyan')}"
