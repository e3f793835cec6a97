"""USB identities and interfaces of the families, as field devices show them in sysfs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from modemd.simulator.scenario import PortRole, Profile, UsbKind

Triple = tuple[int, int, int]  # bInterfaceClass, bInterfaceSubClass, bInterfaceProtocol

_VENDOR: Triple = (0xFF, 0xFF, 0xFF)
_PLAIN: Triple = (0xFF, 0x00, 0x00)
_ACM: Triple = (0x02, 0x02, 0x01)


@dataclass(frozen=True, slots=True)
class Interface:
    """One interface; `net`: a network card of that name shows there, `wdm`: a control channel as well."""

    number: int
    triple: Triple
    driver: str
    net: str | None = None
    wdm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbIdentity:
    """`ports`: the interface of each port's role; `card`: the network card's, where there is one."""

    ids: str  # vendor:product
    manufacturer: str
    product: str
    ports: Mapping[PortRole, tuple[int, Triple]]
    card: Interface
    driver: str = "option"

    @property
    def tty(self) -> tuple[str, int]:
        """What its serial ports are called, and their major number."""
        return ("ttyACM", 166) if self.driver == "cdc_acm" else ("ttyUSB", 188)


def _qualcomm(ids: str, manufacturer: str, product: str, *, at: int = 2) -> UsbIdentity:
    """Diagnostics, positions, AT, modem, and the network card behind them: what Qualcomm's chips show."""
    return UsbIdentity(
        ids=ids,
        manufacturer=manufacturer,
        product=product,
        ports={
            "diag": (0, _VENDOR),
            "nmea": (1, _PLAIN),
            "at": (at, _PLAIN),
            "at2": (at + 1, _PLAIN),
            "ppp": (at + 3, _PLAIN),
        },
        card=Interface(at + 2, _VENDOR, "qmi_wwan", "wwan0", True),
    )


def _numbered(
    ids: str, manufacturer: str, product: str, *, driver: str = "option", triple: Triple = _VENDOR, **ports: int
) -> UsbIdentity:
    roles: tuple[PortRole, ...] = ("at", "at2", "ppp", "diag", "nmea")
    return UsbIdentity(
        ids=ids,
        manufacturer=manufacturer,
        product=product,
        ports={role: (ports[role], triple) for role in roles},
        card=Interface(10, (0x02, 0x06, 0x00), "cdc_ether", "usb0"),
        driver=driver,
    )


IDENTITIES: Mapping[Profile, UsbIdentity] = {
    "plain": _qualcomm("05c6:9000", "Generic", "GSM-1"),
    "huawei": UsbIdentity(
        ids="12d1:1506",
        manufacturer="HUAWEI_MOBILE",
        product="HUAWEI_MOBILE",
        ports={
            "ppp": (0, (0xFF, 0x02, 0x01)),
            "diag": (1, (0xFF, 0x02, 0x03)),
            "at": (2, (0xFF, 0x02, 0x02)),
            "at2": (3, (0xFF, 0x02, 0x12)),
            "nmea": (4, (0xFF, 0x02, 0x05)),
        },
        card=Interface(5, (0xFF, 0x02, 0x16), "huawei_cdc_ncm", "wwan0", True),
    ),
    "huawei-old": _numbered("12d1:1001", "HUAWEI Technology", "HUAWEI Mobile", ppp=0, diag=1, at=2, at2=3, nmea=4),
    "quectel": _qualcomm("2c7c:0125", "Quectel", "EC25-E"),
    "quectel-5g": _qualcomm("2c7c:0800", "Quectel", "RM500Q-GL"),
    "simcom": _qualcomm("1e0e:9001", "SimTech, Incorporated", "SimTech, Incorporated"),
    "zte": _numbered("19d2:0117", "ZTE,Incorporated", "ZTE WCDMA Technologies MSM", diag=0, at=1, at2=2, ppp=3, nmea=4),
    "sierra": _numbered("1199:9071", "Sierra Wireless, Incorporated", "MC7455", diag=0, nmea=2, at=3, at2=4, ppp=5),
    "telit": _numbered("1bc7:1031", "Telit", "LE910-EU V2", diag=0, at=1, at2=2, nmea=3, ppp=4),
    "ublox": _numbered(
        "1546:1141", "u-blox", "TOBY-L210", driver="cdc_acm", triple=_ACM, at=0, at2=2, ppp=4, diag=6, nmea=8
    ),
    "fibocom": _numbered("2cb7:0001", "Fibocom Wireless Inc.", "NL668 Modem", nmea=0, at=2, at2=3, diag=4, ppp=5),
    "cinterion": _numbered(
        "1e2d:0061", "Cinterion", "PLS8-E", driver="cdc_acm", triple=_ACM, at=0, at2=2, nmea=4, ppp=6, diag=8
    ),
    "mediatek": _numbered("0e8d:00a5", "MediaTek Inc", "Product", at=1, diag=2, ppp=3, at2=4, nmea=5),
}

# Devices that are no serial modem: names, ids that are common, and their interfaces.
OTHERS: Mapping[UsbKind, tuple[str, str, str, tuple[Interface, ...]]] = {
    "storage": ("12d1:1f01", "HUAWEI", "HUAWEI Mobile", (Interface(0, (0x08, 0x06, 0x50), "usb-storage"),)),
    "hilink": (
        "12d1:14dc",
        "HUAWEI",
        "HUAWEI Mobile",
        (
            Interface(0, (0x02, 0x06, 0x00), "cdc_ether", "eth1"),
            Interface(1, (0x0A, 0x00, 0x00), "cdc_ether"),
            Interface(2, (0x08, 0x06, 0x50), "usb-storage"),
        ),
    ),
    "rndis": (
        "19d2:1405",
        "ZTE,Incorporated",
        "ZTE Mobile Broadband",
        (Interface(0, (0xE0, 0x01, 0x03), "rndis_host", "usb0"), Interface(1, (0x0A, 0x00, 0x00), "rndis_host")),
    ),
    "mbim": (
        "2cb7:0007",
        "FIBOCOM",
        "L850-GL",
        (Interface(0, (0x02, 0x0E, 0x00), "cdc_mbim", "wwan0", True), Interface(1, (0x0A, 0x00, 0x02), "cdc_mbim")),
    ),
    "qmi": (
        "1199:9079",
        "Sierra Wireless, Incorporated",
        "EM7455",
        (Interface(8, _VENDOR, "qmi_wwan", "wwan0", True),),
    ),
}
