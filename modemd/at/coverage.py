"""Which operators have no UMTS or no GSM network left, so that nobody waits there for a modem that searches for ever.

By PLMN of the SIM. State of 2023, and networks go on closing: a PLMN that is missing here costs one search, after which
the step that helped goes first."""

from __future__ import annotations

GSM, UMTS = "GSM", "UMTS"

NO_UMTS: dict[str, str] = {
    "Telekom DE": "26201 26206",
    "Vodafone DE": "26202 26204 26209",
    "O2 DE": "26203 26205 26207 26208 26211 26277",
    "TIM IT": "22201",
    "Vodafone IT": "22210",
    "Telkomsel ID": "51010",
    "XL ID": "51011",
    "Indosat ID": "51001 51021",
    "Tri ID": "51089",
    "O2 CZ": "23002",
    "Telekom HU": "21630",
    "MOTIV RU": "25035",
    "Letai RU": "25027",
    "Airtel IN": "40402 40403 40410 40416 40431 40440 40445 40449 40470 40490 40492 40493 40494 40495 40496 40497 "
    "40498 40551 40552 40553 40554 40555 40556",
}
NO_GSM: dict[str, str] = {
    "Three UK": "23420",
    "Iliad IT": "22250",
    "TrueMove H TH": "52000 52004",
    "Telcel MX": "334020",
    "Telstra, Boost AU": "50501",
    "2degrees NZ": "53024",
    "Comviq SE": "24007",
    "Sunrise, yallo CH": "22802",
    "TriMob UA": "25507",
}
NEITHER: dict[str, str] = {
    "Jio IN": "405840 " + " ".join(str(plmn) for plmn in range(405854, 405875)),
    "WE EG": "60204",
    "rain ZA": "65519 65538",
    "Smartfren ID": "51009 51028",
    "DITO PH": "51566",
    "Faiba KE": "63910",
    "Ntel NG": "62140",
    "beCloud BY": "25706",
}

_LACKS: dict[str, set[str]] = {}
for _table, _rats in ((NO_UMTS, {UMTS}), (NO_GSM, {GSM}), (NEITHER, {UMTS, GSM})):
    for _plmns in _table.values():
        for _plmn in _plmns.split():
            _LACKS[_plmn] = _rats


def lacking(imsi: str | None) -> frozenset[str]:
    """The RATs ("GSM", "UMTS") that the network of this SIM is known not to have. MCC and MNC are the first five or six
    digits of the IMSI (23.003 2.2)."""
    if not imsi:
        return frozenset()
    return frozenset(_LACKS.get(imsi[:6], set()) | _LACKS.get(imsi[:5], set()))
