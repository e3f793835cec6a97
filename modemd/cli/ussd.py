"""`modemd ussd`: one USSD dialogue, its menus answered by options or by the person at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

from modemd.cli import completion, terminal
from modemd.cli.terminal import complain, one_line, paint, say, why
from modemd.cli.waiting import WaitingLine, waiting
from modemd.daemon.control import Client
from modemd.errors import DaemonUnreachable, ModemdError, RefusedError

# INTERFACE: the keys of `modemd ussd --json`, in their order.
KEYS = ("modem", "code", "status", "text", "dcs", "decoder", "turns", "error", "elapsed_s")
REPLY_TIMEOUT_S = 45.0  # INTERFACE: from the request on the wire to the reply


class Seconds(click.FloatRange):
    """A range of numbers of which nan, which is in none and outside of none, is no part."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if number != number:
            self.fail(f"{value!r} is not a number of seconds.", param, ctx)
        return number


@click.command("ussd", short_help="One USSD dialogue, like '*100#'.")
@click.argument("words", nargs=-1, required=True, metavar="[MODEM] CODE", shell_complete=completion.first_modem)
@click.option("--reply", "replies", multiple=True, metavar="TEXT", help="Answers one menu; once for each menu.")
@click.option(
    "--timeout",
    "timeout_s",
    type=Seconds(1, 600),
    default=REPLY_TIMEOUT_S,
    show_default=True,
    metavar="SECONDS",
    help="How long a reply may take once the request is on the wire.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")
@click.option(
    "--allow-mmi",
    is_flag=True,
    help="Allow codes that change the SIM or its calls (call forwarding, barring, PIN).",
)
@click.option("--explain", "explains", is_flag=True, help="Show the ways to read the answer, and why one won.")
@click.pass_obj
def command(
    socket: str | None,
    words: Sequence[str],
    replies: Sequence[str],
    timeout_s: float,
    as_json: bool,
    allow_mmi: bool,
    explains: bool,
) -> int:
    """One USSD dialogue: CODE is like *100#, in quotes because of the shell. It is sent once and never repeated.

    Without --reply, on a terminal, asks at each menu; an empty answer ends the session, and so does Ctrl-C.
    """
    if len(words) > 2:
        raise click.UsageError("Give one MODEM at most and one CODE: modemd ussd home '*100#'.")
    modem, code = (None, words[0]) if len(words) == 1 else words
    asks = not replies and sys.stdin.isatty()
    more: dict[str, Any] = {"explain": True} if explains else {}
    try:
        with Client.connect(socket) as client, waiting(code) as beside:
            if beside is not None:
                more["progress"] = True
            answer = client.request(
                "ussd",
                on_event=(lambda event: _ask(event, on_stderr=as_json, line=beside)) if asks else None,
                beside=beside,
                modem=modem,
                code=code,
                replies=list(replies),
                timeout_s=timeout_s,
                interactive=asks,
                allow_mmi=allow_mmi,
                **more,
            )
    except (DaemonUnreachable, ModemdError) as error:
        if as_json and not (isinstance(error, RefusedError) and error.code in {"no such modem", "bad request"}):
            say(terminal.to_json(_refused(modem, code, error)))
        raise
    if as_json:
        keys = (*KEYS, "candidates") if explains else KEYS
        say(terminal.to_json({key: answer.get(key) for key in keys}))
    else:
        for text in terminal.lines(_shown(answer)):
            say(text)
        if explains:
            _explain(answer.get("candidates") or ())
    if answer.get("error") is not None:
        complain(f"{one_line(answer.get('modem'))}: {why(answer['error'], answer.get('hint'))}")
        if answer["error"] == "bad code" and not allow_mmi:
            from modemd.at.codes import is_service  # late: few need it

            if is_service(code):
                complain(f"if that is what you want: modemd ussd --allow-mmi '{code}'")
        return 1
    if answer.get("status") == "action_required" and not as_json and not asks:
        complain("this is a menu, and modemd has closed it: answer it with --reply, once for each menu")
    return 0


def _shown(answer: Mapping[str, Any]) -> str | None:
    """The text for people; of one that stopped in the middle what came of it, marked as such."""
    turns = answer.get("turns")
    if answer.get("error") == "cut" and isinstance(turns, list) and turns:
        return f"{turns[-1]} [...]"
    text = answer.get("text")
    return text if isinstance(text, str) else None


def _ask(event: Mapping[str, Any], *, on_stderr: bool, line: WaitingLine | None) -> str | None:
    """Shows a menu and reads the person's answer; None ends the session. Ctrl-C goes on to the client: it cancels."""
    if line is not None:
        line.erase()
    for text in terminal.lines(str(event.get("text") or "")):
        if on_stderr:
            complain(text)
        else:
            say(text)
    click.echo(paint("> ", None, bold=True), nl=False, err=True)
    try:
        answer = sys.stdin.readline().strip()
    except KeyboardInterrupt:
        click.echo(err=True)
        raise
    if not answer:
        complain("session ended")
    return answer or None


def _explain(candidates: Sequence[Mapping[str, Any]]) -> None:
    """A table of the ways to read the answer, the winner first."""
    if not candidates:
        complain("there was nothing to decode")
        return
    rows = [
        [
            "won" if place == 0 else "",
            one_line(candidate.get("decoder"), 20),
            f"{float(candidate.get('score') or 0):.1f}",
            terminal.quoted(candidate.get("text"), 60),
            one_line(candidate.get("why"), 160),
        ]
        for place, candidate in enumerate(candidates)
    ]
    for line in terminal.table(("", "DECODER", "SCORE", "TEXT", "WHY"), rows, right=("SCORE",)):
        say(line)


def _refused(modem: str | None, code: str, error: ModemdError) -> dict[str, Any]:
    known: dict[str, Any] = {
        "modem": modem,
        "code": code,
        "status": "refused",
        "turns": [],
        "error": error.code,
        "elapsed_s": 0.0,
    }
    return {key: known.get(key) for key in KEYS}
