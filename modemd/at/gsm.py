"""The GSM 7 bit default alphabet (23.038 6.2.1) and its packing into octets for USSD (23.038 6.1.2.3).

gsmmodem.pdu has the alphabet too, but its unpacking knows nothing of the padding rules of USSD, and importing it loads
the whole package and the serial port library.
"""

from __future__ import annotations

_ESC = 0x1B

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""Character of each septet 0 to 127; 0x1B is the escape to EXTENSION."""

EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
"""Characters behind an escape (23.038 6.2.1.1)."""

_SEPTETS: dict[str, tuple[int, ...]] = {
    **{char: (_ESC, code) for code, char in EXTENSION.items()},
    **{char: (code,) for code, char in enumerate(BASIC) if code != _ESC},
}


def is_gsm(text: str) -> bool:
    """Whether every character is in the default alphabet or its extension."""
    return all(char in _SEPTETS for char in text)


def to_septets(text: str) -> bytes:
    """One octet (0 to 127) a septet. Raises ValueError for a character that the alphabet does not have."""
    try:
        return bytes(septet for char in text for septet in _SEPTETS[char])
    except KeyError as missing:
        raise ValueError(f"{missing.args[0]!r} is not in the GSM 7 bit alphabet") from missing


def from_septets(septets: bytes) -> str:
    """The text of septets, one an octet. An escape before an unknown code gives the basic character (23.038 6.2.1.1
    note 1: a receiver that does not know the extension shows a space; the character itself is more use to people)."""
    if _ESC not in septets and septets.isascii():
        return "".join(map(BASIC.__getitem__, septets))
    text: list[str] = []
    escaped = False
    for septet in septets:
        code = septet & 0x7F
        if escaped:
            text.append(EXTENSION.get(code, BASIC[code]) if code != _ESC else " ")
            escaped = False
        elif code == _ESC:
            escaped = True
        else:
            text.append(BASIC[code])
    return "".join(text)


def encode_packed(text: str) -> str:
    """Text as packed septets in upper-case hex: "*100#" -> "AA180C3602".

    Where 8n-1 septets would leave seven bits of zero, which reads as "@", a CR fills them, and a text of 8n septets
    that ends in CR gets a second one (23.038 6.1.2.3.1). Raises ValueError as to_septets()."""
    septets = to_septets(text)
    if len(septets) % 8 == 7 or (septets and len(septets) % 8 == 0 and septets.endswith(b"\r")):
        septets += b"\r"
    number = sum(septet << (7 * place) for place, septet in enumerate(septets))
    return number.to_bytes((len(septets) * 7 + 7) // 8, "little").hex().upper()


def decode_packed(octets: bytes) -> str:
    """The text of packed septets, without the CR that pads it (23.038 6.1.2.3.1). "@" (septet 0) cuts nothing."""
    return from_septets(unpack(octets))


def unpack(octets: bytes) -> bytes:
    """Packed octets -> septets, one an octet, without padding."""
    number = int.from_bytes(octets, "little")
    septets = bytes((number >> (7 * place)) & 0x7F for place in range(len(octets) * 8 // 7))
    if len(septets) % 8 == 0 and septets.endswith(b"\r"):
        return septets[:-1]
    if len(septets) % 8 == 1 and septets.endswith(b"\r\r"):
        return septets[:-1]
    return septets
