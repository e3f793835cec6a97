"""THE table: each stable phrase once, with the one line for people that belongs to it: what happened, and what to do.

A phrase is what the JSON carries in `error` (records.UssdResult.error) or in `state`. Behind the phrases stand the
situations: lines that go with a phrase and say more than it. No other file holds such lines; one that needs facts of
its own (a path, who holds the port) is written where the facts are known. The command line loads this file: it imports
nothing but typing.
"""

from __future__ import annotations

from typing import NamedTuple


class Explanation(NamedTuple):
    """The two halves of a line. {names} in those of a situation stand for facts."""

    happened: str
    do: str


class Step(NamedTuple):
    """A step of the recovery ladder: while it runs, afterwards, and where the modem does not take it."""

    doing: str
    done: str
    not_taken: str


def line_of(phrase: str, *, about: object = None) -> str:
    """The line of a phrase; of one that is not known, a line that quotes it. `about` is a detail in brackets behind
    what happened; an error of the modem brings its number so."""
    happened, do = explanation(phrase)
    if about is None and (_key(phrase) is None or phrase.startswith(("CME", "CMS"))):
        about = "".join(letter if letter.isprintable() else " " for letter in phrase)[:LONGEST_QUOTE]
    return f"{happened}: {do}" if about is None else f"{happened} ({about}): {do}"


def explanation(phrase: str) -> Explanation:
    """The two halves of the line of a phrase."""
    family = next((line for name, line in FAMILIES.items() if phrase.startswith(name)), "no reason known")
    return EXPLANATIONS[_key(phrase) or family]


def situation(name: str, **facts: object) -> str:
    """The line of a situation, its {names} filled in."""
    happened, do = SITUATIONS[name]
    return f"{happened.format(**facts)}: {do.format(**facts)}"


def numbered(phrase: str) -> str:
    """The phrase of an error that the modem gave as text (CMEE=2), as it is with the number: "CME SIM busy" is
    "CME 14"."""
    number = CME_NUMBERS.get(phrase[4:].strip().lower()) if phrase.startswith("CME ") else None
    return phrase if number is None else f"CME {number}"


def _key(phrase: str) -> str | None:
    """Where its line stands; None for a phrase without one of its own."""
    known = SAME_AS.get(numbered(phrase), numbered(phrase))
    return known if known in EXPLANATIONS else None


EXPLANATIONS = {
    # --- the port and the modem (also states)
    "absent": Explanation(
        "there is no such device",
        "plug it in, or correct `port` in the configuration; modemd ports shows what is there",
    ),
    "unplugged": Explanation(
        "the modem went away during the request", "check cable and power; modemd looks for it by itself"
    ),
    "blocked": Explanation(
        "another program holds the modem, or modemd's user may not open it", "look who has it with modemd ports"
    ),
    "silent": Explanation(
        "the modem does not answer AT commands", "check that `port` is its AT port, or plug it out and in again"
    ),
    "not an AT port": Explanation("no AT commands are taken on this port", "look at modemd ports, and correct `port`"),
    "no gsm": Explanation("what answers AT here has no mobile modem in it", "set `port` to a mobile modem's AT port"),
    "unresponsive": Explanation(
        "the modem answers AT, but no balance query", "wait a minute: the port is opened again"
    ),
    "no reply on port": Explanation(
        "no USSD answer came on this port", "wait a minute: modemd tries the modem's other AT port"
    ),
    "modem": Explanation("the modem cannot be used as it is", "look at modemd status"),
    "failed": Explanation(
        "a fault in modemd or in the modem",
        "look at journalctl -u modemd -e, and plug the modem out and in; modemd tries again by itself",
    ),
    "starting": Explanation("the modem is still being set up", "ask again in a minute"),
    "quarantine": Explanation(
        "the last request was given up, and its answer, if it comes late, must not pass for a new one",
        "ask again in a minute",
    ),
    "busy": Explanation("the modem is busy with another request", "ask again in a minute"),
    # --- the SIM
    "sim": Explanation("the SIM needs a person", "put it into a phone and see what it wants"),
    "no sim": Explanation("there is no SIM in the modem, or it is not seated", "put it in and plug the modem in again"),
    "sim pin": Explanation(
        "the SIM asks for its PIN", "put it in a file and name it with pin_file, or switch the PIN off in a phone"
    ),
    "sim puk": Explanation("the SIM is locked and asks for its PUK", "unlock it in a phone; modemd never enters a PUK"),
    "sim failure": Explanation("the SIM does not work in this modem", "take it out, clean it, try it in a phone"),
    "operator lock": Explanation("the modem is locked to another operator", "use its SIM, or ask for the unlock code"),
    "sim busy": Explanation("the SIM is still busy", "ask again in a minute; modemd tries again by itself"),
    # --- the network
    "not registered": Explanation("the modem is not registered in a network", "check antenna, SIM and reception"),
    "denied": Explanation("the network refuses this SIM", "ask the operator whether it is still active"),
    "roaming": Explanation(
        "the SIM is roaming, where a query may cost money, so nothing was dialled",
        "set roaming = true for this modem to allow it",
    ),
    # --- how a request ended
    "no answer": Explanation(
        "no answer came in time",
        "ask again in a minute and look at the reception; on LTE without voice service let the modem use 3G or 2G",
    ),
    "network timeout": Explanation(
        "the network gave up waiting for the operator",
        "ask again in a few minutes; if it stays so, check the code, or let the modem use 3G or 2G",
    ),
    "network terminated": Explanation(
        "the network ended the request without an answer", "check the code, or ask again in a minute"
    ),
    "not supported": Explanation(
        "the network or the modem takes no USSD here, often for want of voice service on LTE",
        "let the modem use 3G or 2G",
    ),
    "other client answered": Explanation(
        "another program on the modem took the answer", "end that program, then ask again"
    ),
    "unknown status": Explanation("the modem ended the request in a way that no standard knows", "try another code"),
    "empty answer": Explanation("the network answered without a text", "ask again in a minute"),
    "cut": Explanation(
        "the answer stopped in the middle of a line", "ask again; if it stays so, check cable, plugs and power"
    ),
    "undecodable": Explanation(
        "the network answered in a way that no decoder can read", "ask again; modemd record captures the octets"
    ),
    "overdue": Explanation(
        "the query has not ended in the time that it has", "look at modemd history in a minute: it goes on"
    ),
    "restarted": Explanation("the modem started anew under the request", "check its power supply, then ask again"),
    "cancelled": Explanation("the request was cancelled", "ask again when the answer is wanted"),
    "shutting down": Explanation("the daemon is shutting down", "ask again when it runs"),
    # --- what an answer says
    "unreadable": Explanation(
        "the operator answered, but no balance could be read in it",
        "set another `code`, or teach it with modemd operators teach --last",
    ),
    "no data": Explanation(
        "the operator answered, but no amount of data left could be read in it",
        "look at the text in modemd history, and report it",
    ),
    "late answer": Explanation("a text came when its request had been given up", "ask again for a balance that counts"),
    "sent by the network": Explanation(
        "the network sent a text that nobody had asked for", "look at it in modemd history"
    ),
    "sent by the operator": Explanation(
        "the operator sent a message that nobody had asked for", "look at it with modemd sms list"
    ),
    "menu": Explanation(
        "the operator answered with a menu without a balance",
        "set `code` to the code behind the menu; modemd ussd shows it",
    ),
    "operator error": Explanation("the operator turned the request down", "try again later, or set another `code`"),
    "sms follows": Explanation(
        "the operator announced the balance by SMS, and none came that names it",
        "look at the messages with modemd sms list, or ask again",
    ),
    "contradiction": Explanation(
        "two messages came that name different balances, so none counts", "look at them with modemd sms list"
    ),
    "no reading yet": Explanation("nothing has been read yet", "ask now with modemd balance"),
    # --- nothing was sent
    "no code": Explanation(
        "modemd knows no balance code for this SIM that it may dial",
        "set code (and operator) for this modem, or ask once by hand",
    ),
    "bad code": Explanation("this is not a USSD code that modemd sends", "write it like *100#"),
    "no such modem": Explanation("no modem of this name is configured", "name one that modemd status shows"),
    "bad request": Explanation(
        "the daemon does not take the request", "check that command and daemon are of one version"
    ),
    "too slow": Explanation("too much waited to be read", "let the program read faster, and ask again with `since`"),
    "forbidden": Explanation(
        "raw USSD, messages and alert commands are for root, the daemon's user and the users under `dial`",
        "ask as one of them, or be named there in the configuration",
    ),
    "refused": Explanation("the request was turned down", "look at modemd status"),
    # --- a message that asks for the balance
    "bad number": Explanation(
        "no message was sent, because its number is not digits", "correct the number in the operator's pack"
    ),
    "bad text": Explanation(
        "no message was sent, because its text does not fit into one or holds what no message should",
        "correct the text in the operator's pack",
    ),
    "text mode": Explanation(
        "no message was sent, because the modem has no PDU mode", 'set sms_query = "off" for this modem'
    ),
    "no prompt": Explanation("no message was sent, because the modem did not ask for it", "try again later"),
    "no final result": Explanation(
        "the modem gave no final result code", "ask again in a minute; if it stays so, plug it out and in"
    ),
    # --- final result codes (V.250 5.7.1; 27.007 9.2, the numbers above 100 as vendors use them)
    "ERROR": Explanation(
        "the modem refused the command without a reason",
        "check that `port` is its AT port and that the SIM is registered, then try another code",
    ),
    "NO CARRIER": Explanation("the modem gave the request up", "look at the reception, then ask again in a minute"),
    "CME": Explanation("the modem or the network refused the request", "ask again in a minute, then see modemd status"),
    "CME 3": Explanation("the modem does not allow this as it is set up now", "ask again in a minute"),
    "CME 4": Explanation("the modem does not know the command", "try another modem: this one may not do USSD at all"),
    "CME 15": Explanation("the SIM is the wrong one for this modem", "use another: it may be locked to an operator"),
    "CME 30": Explanation(
        "there is no network service for USSD",
        "check antenna and SIM; on LTE without voice service let the modem use 3G or 2G",
    ),
    "CME 32": Explanation(
        "the network allows this SIM emergency calls only", "check that it is active: it may be blocked or expired"
    ),
    "CME 100": Explanation("the modem could not send the request", "ask again in a minute"),
    "CME 126": Explanation("the modem or the network is busy", "ask again in a minute"),
    "CME 132": Explanation(
        "the network does not offer USSD to this SIM, or the modem does not know it",
        "let the modem use 3G or 2G, or ask the operator",
    ),
    "CME 258": Explanation("a call, data or LTE is in the way of USSD in the modem", "ask again in a minute"),
    "CME 304": Explanation(
        "the modem wants requests in another encoding than modemd sent", "set ussd_encoding for this modem"
    ),
    # --- and those of messages (27.005 3.2.5)
    "CMS 8": Explanation(
        "the operator bars this SIM from sending messages", "ask it: the SIM may be blocked, or its money used up"
    ),
    "CMS 21": Explanation(
        "the operator turned the message down that asks for the balance", "ask it whether the SIM is blocked"
    ),
    "CMS 27": Explanation("the number that answers by SMS is out of service", 'set sms_query = "off"'),
    "CMS 28": Explanation("the operator does not know this SIM", "check that it is active"),
    "CMS 38": Explanation("the network is out of order for messages", "try again in some minutes"),
    "CMS 41": Explanation("the network had a fault", "try again in some minutes"),
    "CMS 42": Explanation("the network is busy", "try again in some minutes"),
    "CMS 50": Explanation("this SIM may not send messages", "ask the operator to allow it"),
    "CMS 69": Explanation("the network does not offer messages to this SIM", "ask the operator for another way"),
    "CMS 302": Explanation("the modem does not allow messages as it is set up now", "try again in a minute"),
    "CMS 303": Explanation("this modem does not support messages", "use another modem, or USSD"),
    "CMS 304": Explanation(
        "the modem did not understand the message that asks for the balance", "correct its text in the operator's pack"
    ),
    "CMS 322": Explanation("the storage for messages is full", "delete some; modemd sms list shows them"),
    "CMS 330": Explanation(
        "the SIM knows no service centre for messages", "enter it in a phone, or ask the operator for it"
    ),
    "CMS 331": Explanation("there is no network for messages", "look at the reception"),
    "CMS 332": Explanation("the network did not take the message in time", "try again in some minutes"),
    "CMS 500": Explanation("the network or the modem refused the message without a reason", "try again later"),
    # --- the machine, the configuration, the control socket
    "store": Explanation(
        "the state folder cannot be used", "look at journalctl -u modemd -e for the reason and its cure"
    ),
    "state in use": Explanation("another daemon owns the state folder", "stop it, or set another `state` folder"),
    "configuration": Explanation("the configuration has faults", "look at them with modemd config check FILE"),
    "delivery": Explanation("an alert could not be delivered", "look at modemd alerts list; it is tried again"),
    "scenario": Explanation("a scenario or capture file is wrong", "correct what the message names"),
    "unreachable": Explanation("the daemon cannot be reached", "check --socket"),
    "not running": Explanation("the daemon is not running", "sudo systemctl start modemd, or modemd run --config FILE"),
    "permission": Explanation("you may not talk to the daemon", "sudo usermod -aG modemd $USER, then log in again"),
    "gone": Explanation("the daemon ended the connection", "look at journalctl -u modemd -e, then ask again"),
    "path": Explanation("no socket can have this path", "choose one of at most 107 bytes"),
    "protocol": Explanation(
        "the program behind the socket is not modemd, or of another version",
        "check --socket, or sudo systemctl restart modemd",
    ),
    "no request": Explanation(
        "this client asked for nothing for a minute, and others may need its place", "ask again in a new connection"
    ),
    "too many clients": Explanation("the daemon has as many clients as it takes", "end one of them, then ask again"),
    # --- any other
    "no reason known": Explanation(
        "the request ended without an answer", "ask again in a minute, or see modemd status"
    ),
}

SITUATIONS = {
    "sim secret": Explanation("the SIM asks for {secret}", "give it in a phone; modemd enters nothing but the PIN"),
    "answers differ": Explanation(
        "the modem's wire damages characters, and two answers differ ({first!r} and {second!r})",
        "check cable, plugs and power, then ask again",
    ),
    "no second answer": Explanation(
        "the modem's wire damages characters, and no second answer came to confirm {text!r}",
        "check cable, plugs and power, then ask again",
    ),
    "not asked twice": Explanation(
        "the modem's wire damages characters, and no second answer could be asked for to confirm {text!r}",
        "check cable, plugs and power, then ask again: the next answer counts if it says the like",
    ),
    "not asked for": Explanation(
        "the modem's wire damages characters, and nothing confirms this text, which nobody had asked for",
        "ask with modemd balance, unless the schedule does so soon; check cable, plugs and power",
    ),
    "one PIN try left": Explanation(
        "the SIM has one try for its PIN left, which modemd never takes", "enter the PIN in a phone, then try again"
    ),
    "PIN unresolved": Explanation(
        "nobody saw what became of the PIN of {file}, and the SIM has counted a wrong one since",
        "enter the right PIN in a phone, and correct the file",
    ),
    "PIN unanswered": Explanation(
        "the modem did not say whether it took the PIN", "wait a minute: modemd looks again by itself"
    ),
    "PIN refused": Explanation(
        "the SIM refused the PIN of {file}, and it is not sent again", "correct the file (three wrong PINs lock a SIM)"
    ),
    "no PIN file": Explanation("pin_file {file} does not exist", "create it, or correct pin_file"),
    "PIN file closed": Explanation("pin_file {file} cannot be read", "let modemd's user read it"),
    "PIN file unfit": Explanation(
        "pin_file {file} cannot be read ({why})", "write 4 to 8 digits into a file, and correct pin_file"
    ),
    "no PIN in file": Explanation("pin_file {file} holds no PIN", "write 4 to 8 digits into it and nothing else"),
    "radio off": Explanation(
        "the modem's radio is switched off (AT+CFUN={fun}), by another program or by hand",
        "switch it on there, or send AT+CFUN=1 from a terminal; modemd leaves it as it is",
    ),
    "refused after answers": Explanation(
        "this request was refused ({phrase}), though the network has answered USSD here on {rat}",
        "check the code, or ask again in a minute",
    ),
    "silent after answers": Explanation(
        "no answer came in time, though the network has answered USSD here on {rat}",
        "ask again in a minute, or check the code",
    ),
    "being healed": Explanation("the modem is being healed, {doing}", "ask again in a minute"),
    "uplink spared": Explanation(
        "not reset, because it carries this machine's way out ({interface})",
        "set recovery_on_uplink = true to permit it",
    ),
    "SIM busy for long": Explanation("the SIM has been busy for too long", "wait a minute: the port is opened again"),
    "no messages": Explanation(
        "the modem gives no access to its messages (AT+CPMS)", "check that `port` is its AT port; see modemd record"
    ),
    "storage full": Explanation(
        "{storage} holds {used} of {places} messages",
        "delete some, or the operator's answers will not arrive (modemd sms list shows them)",
    ),
    "storage said full": Explanation(
        "the modem says that its message storage is full",
        "delete some, or the operator's answers will not arrive (see modemd sms list)",
    ),
    "no access to messages": Explanation(
        "this way to the modem gives no access to its messages", "ask with a code instead"
    ),
    "no power control": Explanation(
        "this way to the modem cannot restart it", "plug it out and in; modemd only opens it again"
    ),
    "not by schedule": Explanation(
        "the balance code of this operator is not proved, so the schedule does not dial it",
        "ask once by hand (modemd balance), or set code for this modem",
    ),
    "no balance code": Explanation("{operator} has no balance code, so nothing is dialled", "look at {place}"),
    "balance code not known": Explanation(
        "modemd knows no balance code of {operator}, so nothing is dialled", "set code for this modem if you know one"
    ),
    "no answer by SMS": Explanation(
        "no answer came to the message {text!r} to {number}", "look at the messages with modemd sms list"
    ),
    "clock not set": Explanation(
        "the clock was not set (it says {now}), so no silence is judged",
        "give the machine a way to a time server, or: sudo date -s '2026-01-31 12:00'",
    ),
    "store behind": Explanation(
        "nothing can be stored now ({rows} rows of the history wait in memory; {why})",
        "look at the disk; modemd writes them by itself as soon as it can, and dials nothing before",
    ),
    "PIN not noted": Explanation(
        "the PIN is not sent, because the attempt cannot be noted ({why})",
        "look at the disk; modemd tries again by itself",
    ),
    "daemon silent": Explanation("the daemon at {path} does not answer", "sudo systemctl restart modemd"),
}

# Phrases that say what another says.
SAME_AS = {
    "offline": "not registered",
    "no sms": "sms follows",
    "BUSY": "NO CARRIER",
    "NO ANSWER": "NO CARRIER",
    "NO DIALTONE": "NO CARRIER",
    "COMMAND NOT SUPPORT": "CME 4",
    "TOO MANY PARAMETERS": "CME 4",
    **dict.fromkeys(("CME 5", "CME 6", "CME 7", *(f"CME {code}" for code in range(40, 48))), "operator lock"),
    "CME 10": "no sim",
    "CME 11": "sim pin",
    "CME 12": "sim puk",
    "CME 13": "sim failure",
    "CME 14": "sim busy",
    "CME 31": "network timeout",
    "CME 256": "CME 126",
    "CME 515": "CME 126",
    "CMS": "CME",
    "CMS 10": "CMS 8",
    "CMS 30": "CMS 28",
    "CMS 310": "no sim",
}

# How phrases begin that end in what the modem said -> the line of those without one of their own.
FAMILIES = {"CME": "CME", "CMS": "CME", "unknown status": "unknown status"}
LONGEST_QUOTE = 60

# 27.007 9.2.1 by name; 258 is a vendors' number.
CME_NUMBERS = {
    "sim not inserted": 10,
    "sim pin required": 11,
    "sim puk required": 12,
    "sim failure": 13,
    "sim busy": 14,
    "sim wrong": 15,
    "no network service": 30,
    "network timeout": 31,
    "network not allowed - emergency calls only": 32,
    "retry operation": 258,
}

# --- the words of the recovery ladder

ILL = {
    "silent": "the modem answers nothing any more",
    "unresponsive": "the modem answers AT, but no query",
    "busy": "the modem's SIM stays busy",
}
STEPS = {
    "cfun": Step(
        "its radio is switched off and on",
        "radio switched off and on",
        "the modem does not let its radio be switched off and on (AT+CFUN)",
    ),
    "reset": Step("it is being reset", "reset", "the modem takes no reset command"),
    "usb": Step(
        "it is taken off the USB bus and put back",
        "taken off the USB bus and put back",
        "the modem is no USB device",
    ),
}
