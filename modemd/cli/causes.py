"""The line for people that belongs to a short error phrase: what happened, and what to do.

The daemon knows more and sends its own line as `hint`; this table is for the phrases that come without one.
"""

from __future__ import annotations

from modemd.cli.terminal import one_line

# Phrases of records.UssdResult.error, of records.State and of the control protocol.
CAUSES = {
    "not supported": "the network offers this SIM no USSD here: often LTE without voice; let the modem use 3G or 2G",
    "network timeout": "the network gave up waiting for the operator: ask again in a few minutes",
    "network terminated": "the network ended the session without an answer: ask again in a minute",
    "no answer": "the operator did not answer in time: ask again in a minute; if it stays so, see modemd status",
    "ERROR": "the modem refused the request without a reason: see modemd status, then try another code",
    "NO CARRIER": "the modem lost the connection: see the signal in modemd status, then ask again",
    "busy": "the modem is busy with another request: ask again in a minute",
    "bad code": "this is not a USSD code that modemd sends: write it like *100#",
    "cancelled": "the request was cancelled",
    "unplugged": "the modem went away during the request: check cable and power; modemd looks for it by itself",
    "absent": "the modem is not there: plug it in, or correct `port` in the configuration",
    "blocked": "another program holds the modem, or the daemon may not open it: see modemd status",
    "silent": "the modem does not answer AT commands: plug it out and in; check that `port` is its AT port",
    "no sim": "there is no SIM in the modem: put it in and plug the modem in again",
    "sim": "the SIM needs you: see modemd status",
    "sim pin": "the SIM wants its PIN: set pin_file in the configuration",
    "sim puk": "the SIM is locked and wants its PUK: unlock it in a phone",
    "sim failure": "the modem cannot read the SIM: clean and reseat it",
    "offline": "the modem is not registered in a network: check antenna and SIM",
    "not registered": "the modem is not registered in a network: check antenna and SIM",
    "denied": "the network refuses this SIM: ask the operator whether it is still active",
    "roaming": "the SIM is roaming, where a query may cost money: roaming = true in the configuration allows it",
    "unreadable": "no balance could be read in the operator's answer",
    "no reading yet": "nothing has been read yet: modemd balance asks now",
    "starting": "the modem is still being set up: ask again in a minute",
    "failed": "the modem could not be brought to work: see modemd status",
    "shutting down": "the daemon is shutting down: ask again when it runs",
    "forbidden": "you may not do this: ask as root, or be named under `dial` in the configuration",
}

NOT_NOW = "the modem or the network is busy: ask again in a minute"

# 27.007 9.2 and what vendors made of the numbers above 100, the codes that a person can act on.
CME_CAUSES = {
    3: "the modem does not allow this now: ask again in a minute",
    4: "the modem does not know the command: it may not do USSD at all",
    10: CAUSES["no sim"],
    11: CAUSES["sim pin"],
    12: CAUSES["sim puk"],
    13: CAUSES["sim failure"],
    14: "the SIM is still busy: ask again in a minute",
    15: "the modem says that the SIM is the wrong one: it may be locked to another operator",
    30: "there is no network: check antenna and SIM",
    31: CAUSES["network timeout"],
    32: "the network allows emergency calls only: the SIM may be blocked or expired",
    100: "the modem could not send the request: ask again in a minute",
    126: NOT_NOW,
    132: "this modem or network does not support USSD: see modemd status, try another radio technology",
    256: NOT_NOW,
    258: NOT_NOW,
    304: "the modem wants requests in another encoding than modemd sent",
    515: NOT_NOW,
}

# What modems write instead of a number with AT+CMEE=2.
CME_TEXTS = {"sim busy": 14, "retry operation": 258, "sim not inserted": 10, "no network service": 30}


def explain(error: object, hint: object = None) -> str:
    """One line: the daemon's `hint` if it gave one, else the table's line, else the phrase itself."""
    said = one_line(hint, 400)
    if said:
        return said
    phrase = one_line(error, 120) or "failed"
    if phrase.startswith("CME "):
        reason = phrase[4:].strip().lower()
        number = int(reason) if reason.isdecimal() and len(reason) < 6 else CME_TEXTS.get(reason)
        if number in CME_CAUSES:
            return f"{CME_CAUSES[number]} ({phrase})"
    if phrase.startswith(("CME", "CMS")):
        return f"the modem refused the request ({phrase}): ask again in a minute, then see modemd status"
    return CAUSES.get(phrase, phrase)
