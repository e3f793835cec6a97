"""A reply and the balance that a person sees in it -> a pattern for the operator's pack, and the pack as TOML text."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from modemd.errors import ConfigError, Problem
from modemd.frozen import dataclass
from modemd.money.amounts import Amount, amounts
from modemd.money.currencies import home_currency
from modemd.money.fold import clean, fold
from modemd.money.labels import Role, labelled
from modemd.money.operators import check_text, load_pack
from modemd.money.pack import Example, Pack
from modemd.money.reading import read
from modemd.records import Reading

NUMBER = r"\d{1,15}(?:[.,']\d{1,15}|[ ]\d{3}(?!\d)){0,6}"
"""What stands for the number: as far as a number may reach, so that never a part of one is caught."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """`pack_text` is the whole pack with the new blocks; `block` only what is new, to be contributed. `pattern` None:
    the pack read the reply already, only the example is new."""

    pack_id: str
    pattern: str | None
    block: str
    pack_text: str


def teach(
    text: str,
    balance: str,
    *,
    pack_text: str,
    file: str = "pack",
    insist: bool = False,
) -> Lesson:
    """Adds a pattern and the reply as example to a pack that is given as TOML text.

    Raises ConfigError with what to do where the balance does not stand in the reply, where the words around it name a
    bonus, a limit, a price or a debt (unless the person does `insist`), where the new pattern would read another one
    otherwise, or where the result is no valid pack."""
    text = without_numbers_of_people(text, balance)
    pack = load_pack(_as_text(pack_text))
    before = {str(problem) for problem in check_text(pack_text, file=file)}
    if before:
        raise ConfigError([Problem(file, "", "", f"the pack must be right first: {sorted(before)[0]}")])
    if any(clean(known.text) == clean(text) for known in pack.examples):
        raise ConfigError([Problem(file, "example", "", "the pack has this reply as an example already")])
    wanted, item = find(text, balance, pack=pack)
    pattern = None
    block = ""
    got = read(text, pack=pack)
    if not (got.balance == wanted and got.confidence == "operator"):
        if not insist:
            _refuse_other_money(text, wanted, item, pack=pack, file=file)
        minus = wanted < 0 <= (item.value or Decimal(0))
        for follow in (False, True):
            pattern = generalise(text, item, minus=minus, follow=follow)
            block = pattern_block(_free_name(pack), pattern, minus=minus)
            got = read(text, pack=load_pack(_as_text(_joined(pack_text, block))))
            if got.balance == wanted:
                break
    if got.balance != wanted:
        raise ConfigError(
            [
                Problem(
                    file,
                    "balance",
                    balance,
                    f"with the new pattern {_outcome(got)}: words around the amount say that it is "
                    "not the balance, or it allows two readings",
                )
            ]
        )
    block += example_block(
        Example(
            text=text,
            kind=got.kind,
            balance=got.balance,
            currency=got.currency,
            data_left_mb=got.data_left_mb,
            expires=got.expires,
        )
    )
    whole = _joined(pack_text, block)
    problems = check_text(whole, file=file)
    if problems:
        raise ConfigError(problems)
    return Lesson(pack.id, pattern, block, whole)


def teach_all(
    replies: Sequence[tuple[str, str]], *, pack_text: str, file: str = "pack", insist: bool = False
) -> Lesson:
    """As teach(), with several replies that are made alike, each with its balance: the first brings the pattern, all
    become examples."""
    first, *others = replies
    lesson = teach(*first, pack_text=pack_text, file=file, insist=insist)
    for text, balance in others:
        more = teach(text, balance, pack_text=lesson.pack_text, file=file, insist=insist)
        lesson = replace(more, pattern=lesson.pattern, block=lesson.block + more.block)
    return lesson


def without_numbers_of_people(text: str, balance: str) -> str:
    """The reply with the digits of telephone and account numbers as stars: an example is made to be passed on."""
    keep = re.sub(r"\D", "", balance)

    def stars(match: re.Match[str]) -> str:
        return match.group() if keep and match.group().lstrip("+") == keep else re.sub(r"\d", "*", match.group())

    return re.sub(r"(?<![\d.,])\+?\d{9,20}(?![.,]?\d)", stars, text)


def new_pack(pack_id: str, *, name: str, country: str, currency: str | None, plmn: tuple[str, ...] = ()) -> str:
    """The head of a new pack. Raises ConfigError where id, country or currency are none."""
    money = currency or home_currency(country.upper()) or ""
    lines = [
        f"id = {_string(pack_id)}",
        f"name = {_string(name)}",
        f"country = {_string(country.upper())}",
        f"currency = {_string(money)}",
    ]
    if plmn:
        lines.append(f"plmn = [{', '.join(map(_string, plmn))}]")
    text = "\n".join(lines) + "\n"
    load_pack(_as_text(text))
    return text


def find(text: str, balance: str, *, pack: Pack) -> tuple[Decimal, Amount]:
    """The amount of the reply that the person means, and its value. Raises ConfigError when it is not there, or not
    certain."""
    cleaned = clean(text)
    folded = fold(cleaned)
    found = amounts(cleaned, folded, country=pack.country, home=pack.currency)
    typed = re.sub(r"[^\d.,' -]", "", clean(balance)).strip(" .,'")
    minus = typed.startswith("-")
    digits = typed.lstrip("- ")
    same = [item for item in found if cleaned[slice(*item.digits)] == digits]
    if not same and digits:
        bare = re.sub(r"\D", "", digits)
        same = [
            item for item in found if item.value is not None and _plain(item.value) in {bare.lstrip("0"), bare} and bare
        ]
    if not same:
        shown = ", ".join(cleaned[slice(*item.digits)] for item in found[:8]) or "none"
        cure = f"no such amount stands in the reply; amounts seen there: {shown}"
        raise ConfigError([Problem("", "balance", balance, cure)])
    item = same[0]
    if item.value is None or not item.exact:
        cure = "this number allows two readings (thousands or decimals?), or is only a part or a rounded amount"
        raise ConfigError([Problem("", "balance", balance, cure)])
    value = item.value
    return (-value if minus and value > 0 else value), item


def generalise(text: str, item: Amount, *, minus: bool = False, follow: bool = False) -> str:
    """The pattern: the words around the number as they are, other numbers and white space as any. `follow`: the words
    behind the number belong to it, since nothing else tells that they are neutral."""
    cleaned = clean(text)
    start, end = item.digits
    sign_before = cleaned[item.start : start].strip(" :-+.\u2212\u2013")
    sign_after = cleaned[end : item.end].strip(" .")
    ahead = cleaned[: item.start] if sign_before or not item.sign else cleaned[: min(item.start, start)]
    lead = _lead(ahead)
    regex = _spelled(lead)
    if len(re.findall(r"[^\W\d_]", lead)) < 2:
        opening = ahead[: len(ahead) - len(lead)].strip(" \n") == ""
        regex = (r"^\s{0,3}" if opening else "") + regex
    if minus is False:
        regex += r"[-\u2212]?[ ]?" if not regex.endswith(r"\s+") else r"[-\u2212]?"
    if sign_before:
        regex += rf"(?P<currency>{_escaped(sign_before)})[ :.]{{0,2}}-?"
    regex += rf"(?P<balance>{NUMBER})"
    rest = cleaned[end:]
    if sign_after:
        regex += rf"[ ]{{0,2}}(?P<currency>{_escaped(sign_after)})(?![^\W\d_])"
        rest = cleaned[item.end :]
    if follow or len(re.findall(r"[^\W\d_]", lead)) < 2:
        words = re.match(r"[^\n]{0,24}(?![^\W\d_])", rest)
        behind = words.group() if words else ""
        regex += _spelled(behind) if behind.strip(" .") else r"[ .]{0,3}\s{0,3}$"
    elif not item.sign:
        regex += r"(?![^\W\d_]|[.,]?\d)"
    return regex


def pattern_block(name: str, regex: str, *, minus: bool = False) -> str:
    quote = "'" if "'" not in regex else "'''"
    sign = 'sign = "minus"\n' if minus else ""
    return f"\n[[pattern]]\nname = {_string(name)}\n{sign}regex = {quote}{regex}{quote}\n"


def example_block(example: Example) -> str:
    lines = ["", "[[example]]", f"text = {_string(example.text)}", f"kind = {_string(example.kind)}"]
    for key in ("balance", "currency", "data_left_mb", "expires"):
        value = getattr(example, key)
        if value is not None:
            lines.append(f"{key} = {value:g}" if isinstance(value, float) else f"{key} = {_string(str(value))}")
    return "\n".join(lines) + "\n"


# --- helpers


def _refuse_other_money(text: str, wanted: Decimal, item: Amount, *, pack: Pack, file: str) -> None:
    """Raises ConfigError where the words around the number say that it is not the balance."""
    cleaned = clean(text)
    found = labelled(cleaned, fold(cleaned), amounts(cleaned, fold(cleaned), country=pack.country, home=pack.currency))
    same = next((known for known in found if known.amount.digits == item.digits), None)
    if same is None:
        return
    shown = " ".join(cleaned[item.start - len(same.label) : item.end + len(same.tail)].split())[:60]
    cure = ""
    if same.role is Role.OTHER:
        cure = f'"{shown}" names a bonus, a limit, a price or a bound, not the balance; --insist if it is the balance'
    elif same.role is Role.DEBT and wanted > 0:
        cure = f'"{shown}" is a debt: write the balance with a minus, or --insist'
    if cure:
        raise ConfigError([Problem(file, "balance", str(wanted), cure)])


def _outcome(got: Reading) -> str:
    return "the reply still gives no number" if got.balance is None else f"the reply is read as {got.balance}"


def _lead(ahead: str) -> str:
    """The words that lead to the number: of its line and sentence, at most seven and 60 characters."""
    line = ahead[ahead.rstrip().rfind("\n") + 1 :] if ahead.strip() else ""
    sentence = re.split(r"(?<=[.!?;])\s(?=[^\W\d_])", line)[-1]
    words = re.findall(r"\S+\s*", sentence)[-7:]
    while words and len("".join(words)) > 60:
        words.pop(0)
    return "".join(words)


def _spelled(text: str) -> str:
    parts = []
    for piece in re.findall(
        r"\s+|[^\W\d_]+\d{1,2}(?![\d.,])|\d(?:[\d.,:/*x-]*\d)?|[^\s\d]+?(?=[^\W\d_]+\d|\s|\d|$)", text
    ):
        if piece.isspace():
            parts.append(r"\s+")
        elif piece[0].isdigit():
            parts.append(r"[\d.,:/*x-]{1,20}")
        else:
            parts.append(_escaped(piece))
    return "".join(parts)


def _escaped(text: str) -> str:
    return "".join("\\" + c if c in r"\.^$*+?{}[]|()#" else c for c in text)


def _plain(value: Decimal) -> str:
    return re.sub(r"\D", "", str(value)).lstrip("0")


def _free_name(pack: Pack) -> str:
    taken = {pattern.name for pattern in pack.patterns}
    return next(name for name in ("balance", *(f"balance {n}" for n in range(2, 1000))) if name not in taken)


def _joined(pack_text: str, block: str) -> str:
    return pack_text.rstrip("\n") + "\n" + block


def _as_text(pack_text: str) -> str:
    return pack_text if "\n" in pack_text else pack_text + "\n"


def _string(value: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's too."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
