"""How each make of modem is told which radio access technologies (RATs) it may use: facts as rows.

Whether a command was heeded is shown by the read command alone: firmware exists that says OK and writes nothing
(ModemManager, plugin huawei)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

GSM, UMTS, LTE, NR = "GSM", "UMTS", "LTE", "NR"
WITH_CS = (UMTS, GSM)  # RATs with a circuit-switched domain, in the order in which they are tried
ANY = frozenset({GSM, UMTS, LTE, NR})
PACKET_ONLY = frozenset({LTE, NR})

Rats = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Where the modem says whether it takes part in the circuit-switched domain. `read`: the first of these that is
    answered; () = in the RAT setting's own answer. `shown` finds the value in a line, `packet_only` are the values that
    mean "data alone". `on_lte_alone`: on UMTS and GSM the modem takes part all the same."""

    shown: str
    packet_only: frozenset[str]
    cure: str
    read: tuple[str, ...] = ()
    on_lte_alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RatRow:
    """One make's command. `match` is tried on "manufacturer model" without regard to case.

    `shown`: the line that answers `read`; group 1 is the setting. `place`: which of its fields is the mode. `modes`:
    mode -> RATs; with `parts` a mode may be put together of several ("030201"). `only`: RAT -> the mode that allows it
    alone. `enter`, `restore`: forms of the command, the next one where one is not heeded; {mode}, {value} (the setting
    as read), {bare} (without leading zeros), {0}, {1}, ... (its fields). `test`, `listed`: what the modem offers; group
    1 holds the modes. `shows` False: the setting as read does not tell which RAT was chosen. `unsupported`: why it is
    never changed by itself. `free`: what a person types to let the modem choose."""

    match: str
    why: str
    read: str
    shown: str
    modes: Mapping[str, Rats]
    only: Mapping[str, str] = field(default_factory=dict)
    enter: tuple[str, ...] = ()
    restore: tuple[str, ...] = ()
    test: str | None = None
    listed: str = r"^\S+?:\s*\(([^()]*)\)"
    must_list: bool = False
    place: int = 0
    parts: str | None = None
    lacks: Rats = frozenset()
    shows: bool = True
    unsupported: str | None = None
    domain: Domain | None = None
    free: str | None = None
    final_s: float = 15.0  # until the final result code: the modem may leave its cell first


# --- the rows


def _alone(rat: str) -> Rats:
    return frozenset({rat})


_GSM, _UMTS, _LTE, _NR = _alone(GSM), _alone(UMTS), _alone(LTE), _alone(NR)
_23, _24, _34, _234 = _GSM | _UMTS, _GSM | _LTE, _UMTS | _LTE, _GSM | _UMTS | _LTE

# 27.007 10.1.28: modes 0 and 3 are "PS mode 2" and "PS mode 1"
_CEMODE = Domain(
    read=("AT+CEMODE?",),
    shown=r"\+CEMODE:\s*(\d)",
    packet_only=frozenset({"0", "3"}),
    cure="AT+CEMODE=2 takes calls and USSD in again",
    on_lte_alone=True,
)
_ICERA = {"0": _GSM, "1": _UMTS, "2": _23, "3": _23, "5": ANY}

# < +WS46: 25   < +WS46: (12,22,25,28,29,30,31)   27.007 5.9; Telit [5gmodem-lm960-lte-cusd4], perhaps others
_WS46_ROW = RatRow(
    match=r"",
    why="",
    read="AT+WS46?",
    shown=r"\+WS46:\s*(\d{1,2})\b",
    modes={"12": _GSM, "22": _UMTS, "25": ANY, "28": _LTE, "29": _23, "30": _24, "31": _34},
    only={UMTS: "22", GSM: "12"},
    enter=("AT+WS46={mode}",),
    restore=("AT+WS46={value}",),
    test="AT+WS46=?",
    listed=r"^\+WS46:\s*\(?([^()]*)\)?",
    domain=_CEMODE,
    free="AT+WS46=25",
)

# < +QCFG: "nwscanmode",0   > AT+QCFG="nwscanmode",2,1   the third parameter: at once, not at the next start
_NWSCANMODE = RatRow(
    match=r"quectel|\bec2\d|\beg9\d|\bep06",
    why='+QCFG="nwscanmode"',
    read='AT+QCFG="nwscanmode"',
    shown=r'\+QCFG:\s*"nwscanmode"\s*,\s*(\d{1,2})\b',
    modes={"0": ANY, "1": _GSM, "2": _UMTS, "3": _LTE},
    only={UMTS: "2", GSM: "1"},
    enter=('AT+QCFG="nwscanmode",{mode},1', 'AT+QCFG="nwscanmode",{mode}'),
    restore=('AT+QCFG="nwscanmode",{value},1', 'AT+QCFG="nwscanmode",{value}'),
    test="AT+QCFG=?",
    listed=r'"nwscanmode"\s*,\s*\(([^()]*)\)',
    domain=Domain(
        read=('AT+QCFG="servicedomain"',),
        shown=r'\+QCFG:\s*"servicedomain"\s*,\s*(\d)',
        packet_only=frozenset({"1"}),
        cure='AT+QCFG="servicedomain",2,1 takes calls and USSD in again',
    ),
    free='AT+QCFG="nwscanmode",0,1',
)

ROWS: tuple[RatRow, ...] = (
    # < ^SYSCFGEX:"00",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF     order, band, roaming, domain, LTE band
    # > AT^SYSCFGEX="02",3FFFFFFF,2,4,7FFFFFFFFFFFFFFF,, 2 and 4: roaming and domain as they are
    RatRow(
        match=r"huawei|brovi",
        why="^SYSCFGEX: an order such as 030201 or 00 = automatic; 40000000 leaves a band as it is",
        read="AT^SYSCFGEX?",
        shown=r'\^SYSCFGEX:\s*("?[0-9A-F]{2,16}"?,[0-9A-Fa-f]+,\d,\d,[0-9A-Fa-f]+(?:,[0-9A-Fa-f]*){0,2})$',
        modes={"00": ANY, "01": _GSM, "02": _UMTS, "03": _LTE, "08": _NR},
        parts="..",
        only={UMTS: "02", GSM: "01"},
        enter=('AT^SYSCFGEX="{mode}",{1},2,4,{4},,', 'AT^SYSCFGEX="{mode}",40000000,2,4,40000000,,'),
        restore=(
            "AT^SYSCFGEX={value}",
            'AT^SYSCFGEX="{mode}",{1},{2},{3},{4},,',
            'AT^SYSCFGEX="{mode}",40000000,2,4,40000000,,',
        ),
        test="AT^SYSCFGEX=?",
        domain=Domain(
            shown=r"\^SYSCFGEX:\s*[^,]*,[^,]*,[^,]*,(\d)",
            packet_only=frozenset({"1"}),
            cure='AT^SYSCFGEX="00",3FFFFFFF,2,2,7FFFFFFFFFFFFFFF,, takes calls and USSD in again',
        ),
        free='AT^SYSCFGEX="00",3FFFFFFF,2,4,7FFFFFFFFFFFFFFF,,',
    ),
    # < ^SYSCFG:2,0,3FFFFFFF,1,2     mode, order, band, roaming, domain   > AT^SYSCFG=14,0,40000000,2,4
    RatRow(
        match=r"huawei|brovi",
        why="^SYSCFG of sticks without LTE, and of some with it",
        read="AT^SYSCFG?",
        shown=r"\^SYSCFG:\s*(\d{1,2},\d,[0-9A-Fa-f]+,\d,\d)$",
        modes={"2": ANY, "13": _GSM, "14": _UMTS},
        only={UMTS: "14", GSM: "13"},
        enter=("AT^SYSCFG={mode},{1},40000000,2,4", "AT^SYSCFG={mode},0,3FFFFFFF,2,4"),
        restore=("AT^SYSCFG={value}", "AT^SYSCFG={mode},{1},40000000,2,4"),
        test="AT^SYSCFG=?",
        domain=Domain(
            shown=r"\^SYSCFG:\s*\d+,\d,[0-9A-Fa-f]+,\d,(\d)",
            packet_only=frozenset({"1"}),
            cure="AT^SYSCFG=16,3,40000000,2,2 takes calls and USSD in again",
        ),
    ),
    # The one without UMTS, in case it does not list what it has
    replace(_NWSCANMODE, match=r"\bec200a", lacks=_UMTS),
    _NWSCANMODE,
    # < +QNWPREFCFG: "mode_pref",AUTO     5G modules; they have no GSM
    RatRow(
        match=r"quectel|\br[gm]5\d\d",
        why='+QNWPREFCFG="mode_pref"',
        read='AT+QNWPREFCFG="mode_pref"',
        shown=r'\+QNWPREFCFG:\s*"mode_pref"\s*,\s*([A-Z0-9]+(?::[A-Z0-9]+)*)$',
        modes={"AUTO": ANY, "GSM": _GSM, "WCDMA": _UMTS, "LTE": _LTE, "NR5G": _NR, "NR5G-SA": _NR, "NR5G-NSA": _NR},
        parts="[^:]+",
        only={UMTS: "WCDMA"},
        enter=('AT+QNWPREFCFG="mode_pref",{mode}',),
        restore=('AT+QNWPREFCFG="mode_pref",{value}',),
        test="AT+QNWPREFCFG=?",
        listed=r'"mode_pref"\s*,\s*\(?([A-Z0-9,:-]+)\)?',
        domain=Domain(
            read=('AT+QNWPREFCFG="srv_domain"', 'AT+QCFG="servicedomain"'),
            shown=r'\+Q\w+:\s*"(?:srv_domain|servicedomain)"\s*,\s*(\d)',
            packet_only=frozenset({"1"}),
            cure='AT+QNWPREFCFG="srv_domain",2 takes calls and USSD in again',
        ),
        free='AT+QNWPREFCFG="mode_pref",AUTO',
    ),
    # < +CNMP: 2   < +CNMP: ((2-Automatic),(13-GSM Only),(14-WCDMA Only),(38-LTE Only))
    RatRow(
        match=r"sim(com|tech)|\bsim(7|8|9|a76)\d|\ba76\d\d",
        why="+CNMP",
        read="AT+CNMP?",
        shown=r"\+CNMP:\s*(\d{1,3})\b",
        modes={
            "2": ANY,
            "13": _GSM,
            "14": _UMTS,
            "19": _23,
            "38": _LTE,
            "39": _234,
            "48": _23,
            "51": _24,
            "54": _34,
            "71": _NR,
            "109": _LTE | _NR,
        },
        only={UMTS: "14", GSM: "13"},
        enter=("AT+CNMP={mode}",),
        restore=("AT+CNMP={value}",),
        test="AT+CNMP=?",
        listed=r"^\+CNMP:\s*(.*)",
        domain=_CEMODE,
        free="AT+CNMP=2",
    ),
    # < +ZSNT: 0,0,0     mode, manual or automatic choice of the network, preferred RAT
    RatRow(
        match=r"\bzte\b",
        why="+ZSNT: 6 is LTE alone",
        read="AT+ZSNT?",
        shown=r"\+ZSNT:\s*(\d,\d,\d)$",
        modes={"0": ANY, "1": _GSM, "2": _UMTS, "6": _LTE},
        only={UMTS: "2", GSM: "1"},
        enter=("AT+ZSNT={mode},{1},0", "AT+ZSNT={mode},0,0"),
        restore=("AT+ZSNT={value}",),
        test="AT+ZSNT=?",
        free="AT+ZSNT=0,0,0",
    ),
    # < !SELRAT: 00, Automatic     the number is hexadecimal; on models with LTE 3 and 4 mean automatic
    RatRow(
        match=r"sierra",
        why="!SELRAT",
        read="AT!SELRAT?",
        shown=r"!SELRAT:\s*([0-9A-Fa-f]{1,2})\b",
        modes={"00": ANY, "01": _UMTS, "02": _GSM, "03": ANY, "04": ANY, "05": _23, "06": _LTE, "07": _234},
        only={UMTS: "01", GSM: "02"},
        enter=("AT!SELRAT={mode}", "AT!SELRAT={bare}"),
        restore=("AT!SELRAT={value}", "AT!SELRAT={bare}"),
        test="AT!SELRAT=?",
        listed=r"^(?:!SELRAT:)?\s*\(?\s*([0-9A-Fa-f]{1,2}\b[^()]*)",
        free="AT!SELRAT=00",
    ),
    # < +URAT: 3
    RatRow(
        match=r"u-?blox",
        why="+URAT",
        read="AT+URAT?",
        shown=r"\+URAT:\s*(\d(?:,\d)*)$",
        modes={"0": _GSM, "1": _23, "2": _UMTS, "3": _LTE, "4": _234, "5": _24, "6": _34},
        unsupported="a u-blox modem changes it only when taken off the network (+COPS=2) and restarted",
        free="AT+COPS=2, AT+URAT=4, AT+CFUN=16 (one after the other)",
    ),
    # < +GTACT: 10,3,2,1,5,8,101,103   mode, preferred ones, bands   < +GTACT: (1,2,4,10),(2,3,6),(...)
    RatRow(
        match=r"fibocom",
        why="+GTACT; what the numbers mean is only taken for granted where +GTACT=? lists them",
        read="AT+GTACT?",
        shown=r"\+GTACT:\s*(\d{1,2}(?:,\s?\d{0,5}){0,40})$",
        modes={
            "0": _GSM,
            "1": _UMTS,
            "2": _LTE,
            "4": _34,
            "10": ANY,
            "14": _NR,
            "16": _UMTS | _NR,
            "17": _LTE | _NR,
            "20": _34 | _NR,
        },
        only={UMTS: "1", GSM: "0"},
        enter=("AT+GTACT={mode}",),
        restore=("AT+GTACT={value}", "AT+GTACT={mode}"),
        test="AT+GTACT=?",
        must_list=True,
        free="AT+GTACT=10",
    ),
    # < +ERAT: 7,0,6,0     RAT now, GPRS state, mode, preferred   > AT+ERAT=1,0   (ModemManager, plugin mtk-legacy)
    RatRow(
        match=r"mediatek|\bmtk\b|\bmt6\d{3}\b",
        why="+ERAT; the last two fields of what is read are the ones that are set",
        read="AT+ERAT?",
        shown=r"\+ERAT:\s*(?:\d+,\s*\d+,\s*)?(\d+,\s*\d+)$",
        modes={"0": _GSM, "1": _UMTS, "2": _23, "3": _LTE, "4": _24, "5": _34, "6": ANY},
        only={UMTS: "1", GSM: "0"},
        enter=("AT+ERAT={mode},0",),
        restore=("AT+ERAT={value}",),
        test="AT+ERAT=?",
        free="AT+ERAT=6,0",
        final_s=30.0,
    ),
    # < ^SXRAT: 6,3,2     mode, preferred, second preferred
    RatRow(
        match=r"cinterion|gemalto|thales",
        why="^SXRAT",
        read="AT^SXRAT?",
        shown=r"\^SXRAT:\s*(\d(?:,\d){0,2})$",
        modes={"0": _GSM, "1": _23, "2": _UMTS, "3": _LTE, "4": _34, "5": _24, "6": _234},
        only={UMTS: "2", GSM: "0"},
        enter=("AT^SXRAT={mode}",),
        restore=("AT^SXRAT={value}",),
        test="AT^SXRAT=?",
        domain=_CEMODE,
        free="AT^SXRAT=6",
    ),
    # < +COPS: 0,0,"Operator",7   > AT+COPS=0,,,2 (27.007 7.3)   only where the network is chosen automatically
    RatRow(
        match=r"cinterion|gemalto|thales|siemens",
        why="+COPS with <AcT>: a choice that no read command shows, and that +COPS=0 takes back",
        read="AT+COPS?",
        shown=r"\+COPS:\s*(0)\b",
        modes={"0": ANY},
        only={UMTS: "2", GSM: "0"},
        enter=("AT+COPS=0,,,{mode}",),
        restore=("AT+COPS=0",),
        shows=False,
        final_s=60.0,
    ),
    # < _OPSYS: 5,2   (Option)   < %IPSYS: 5,2   (Icera)   the second field: domain unchanged
    RatRow(
        match=r"option|alcatel",
        why="_OPSYS",
        read="AT_OPSYS?",
        shown=r"_OPSYS:\s*(\d(?:,\d)?)$",
        modes=_ICERA,
        only={UMTS: "1", GSM: "0"},
        enter=("AT_OPSYS={mode},2",),
        restore=("AT_OPSYS={value}", "AT_OPSYS={0},2"),
    ),
    RatRow(
        match=r"icera|option",
        why="%IPSYS",
        read="AT%IPSYS?",
        shown=r"%IPSYS:\s*(\d(?:,\d)?)$",
        modes=_ICERA,
        only={UMTS: "1", GSM: "0"},
        enter=("AT%IPSYS={mode},2", "AT%IPSYS={mode}"),
        restore=("AT%IPSYS={value}", "AT%IPSYS={0},2"),
    ),
    replace(_WS46_ROW, match=r"telit", why="+WS46"),
    replace(_WS46_ROW, match=r"", why="+WS46, where the modem lists what it takes", must_list=True),
)
