"""Wavecom, whose modules Sierra Wireless took over."""

from __future__ import annotations

from modemd.at.make import Lines, Make, UssdQuirk

MAKE = Make(
    match=r"wavecom",
    ussd=(
        # > AT+CUSD=1,"*888#",15   < OK   < +CUSD: 2,"Masa tenggang kartu Anda akan...",0   [wavecom-telkomsel-expired]
        UssdQuirk(why="plain in the TE character set; the text comes in m=2", requests=("plain",)),
    ),
    lines=Lines(urc_prefixes=("+WIND",), started=(r"\+WIND:\s*3",)),  # ready for commands
    reset="AT!RESET",
)
