"""The TOML of an operator pack -> Pack, with all problems at once. docs/operators.md describes every key for people."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from modemd.errors import ConfigError, Problem
from modemd.files import parse_toml
from modemd.money.currencies import known_currencies
from modemd.money.fold import fold_pattern
from modemd.money.pack import Example, Pack, PackConfidence, Pattern, Query
from modemd.money.patterns import unsafe


def parse_pack(source: str, *, file: str) -> Pack:
    """A whole pack or ConfigError with every problem: file, key, value and cure each."""
    pack, problems = examine(source, file=file)
    if problems:
        raise ConfigError(problems)
    return pack


def examine(source: str, *, file: str) -> tuple[Pack, list[Problem]]:
    """The pack as far as it can be understood, and everything that is wrong with it. Raises ConfigError where it is no
    TOML at all."""
    try:
        table = parse_toml(source)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([Problem(file, "", "", f"not valid TOML: {error}")]) from error
    reader = _PackReader(file)
    return _pack(reader, table), reader.problems


ID = re.compile(r"[a-z]{2}-[a-z0-9]+(?:-[a-z0-9]+)*")
_CODE = re.compile(r"[*#][0-9*#]{0,40}#")


@dataclass
class _PackReader:
    """Takes values out of tables and collects what is wrong with them."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def bad(self, key: str, value: object, cure: str) -> None:
        self.problems.append(Problem(self.file, key, "" if value is None else repr(value)[:80], cure))

    def known(self, table: dict[str, Any], keys: str, where: str) -> None:
        for key in table:
            if key not in keys.split():
                self.bad(where + key, table[key], f"unknown key; known here: {', '.join(keys.split())}")

    def text(
        self,
        table: dict[str, Any],
        key: str,
        where: str = "",
        *,
        shape: re.Pattern[str] | None = None,
        need: bool = False,
        cure: str = "",
    ) -> str | None:
        value = table.get(key)
        if value is None:
            if need:
                self.bad(where + key, None, "is missing" + (f": {cure}" if cure else ""))
            return None
        if not isinstance(value, str) or (shape is not None and shape.fullmatch(value) is None):
            self.bad(where + key, value, cure or "must be a text in quotes")
            return None
        return value

    def texts(
        self, table: dict[str, Any], key: str, where: str = "", *, shape: re.Pattern[str] | None = None, cure: str = ""
    ) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            self.bad(where + key, value, "must be a list of texts")
            return ()
        for item in value:
            if shape is not None and shape.fullmatch(item) is None:
                self.bad(where + key, item, cure)
        return tuple(value)

    def choice(self, table: dict[str, Any], key: str, where: str, options: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if value not in options.split():
            self.bad(where + key, value, f"must be one of {', '.join(options.split())}")
            return options.split()[0]
        return str(value)

    def money(self, table: dict[str, Any], key: str, where: str) -> Decimal | None:
        value = table.get(key)
        if value is None:
            return None
        try:
            return Decimal(value)
        except (InvalidOperation, TypeError, ValueError):
            self.bad(where + key, value, 'must be an amount in quotes, "12.50"')
            return None

    def tables(self, table: dict[str, Any], key: str) -> list[dict[str, Any]]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
            self.bad(key, value, f"write it as [[{key}]] blocks")
            return []
        return value


def _pack(read: _PackReader, table: dict[str, Any]) -> Pack:
    read.known(
        table,
        "id name names country currency plmn spn iccid_prefix errors sms_follows sms_senders own_number data_codes "
        "balance_at hotline topup_url account_url app voucher promised_payment notes query data pattern example",
        "",
    )
    country = read.text(
        table, "country", shape=re.compile("[A-Z]{2}"), need=True, cure="two capital letters (ISO 3166-1)"
    )
    currency = read.text(
        table, "currency", shape=re.compile("[A-Z]{3}"), need=True, cure="three capital letters (ISO 4217)"
    )
    if currency and currency not in known_currencies():
        read.bad("currency", currency, "not a currency this program knows")
    code_cure = "a code like *100#"
    queries = tuple(_query(read, q, f"query[{i}].") for i, q in enumerate(read.tables(table, "query")))
    balance_at = read.text(table, "balance_at", shape=re.compile(r"\S.*"), cure='where the balance stands: "the app"')
    if balance_at is not None and queries:
        read.bad("balance_at", balance_at, "belongs to an operator without a balance code: leave it or [[query]] out")
    data = tuple(_query(read, q, f"data[{i}].") for i, q in enumerate(read.tables(table, "data")))
    codes = read.texts(table, "data_codes", shape=_CODE, cure=code_cure)
    return Pack(
        id=read.text(table, "id", shape=ID, need=True, cure="lower case, country first: ru-mts") or "",
        name=read.text(table, "name", need=True) or "",
        names=read.texts(table, "names"),
        country=country or "",
        currency=currency or "",
        plmn=read.texts(table, "plmn", shape=re.compile(r"\d{5,6}"), cure="MCC and MNC, 5 or 6 digits"),
        spn=read.texts(table, "spn"),
        iccid_prefix=read.texts(table, "iccid_prefix", shape=re.compile(r"89\d{2,14}"), cure="digits from 89 on"),
        queries=queries,
        patterns=tuple(
            p
            for i, q in enumerate(read.tables(table, "pattern"))
            if (p := _pattern(read, q, f"pattern[{i}].")) is not None
        ),
        errors=read.texts(table, "errors"),
        sms_follows=read.texts(table, "sms_follows"),
        sms_senders=read.texts(
            table,
            "sms_senders",
            shape=re.compile(r"\S.{0,19}"),
            cure="the sender as the phone shows it, like MTS or 0890",
        ),
        own_number=read.text(table, "own_number", shape=_CODE, cure=code_cure),
        data=data + tuple(_short_data(code) for code in codes),
        balance_at=balance_at,
        hotline=read.texts(table, "hotline"),
        topup_url=read.text(table, "topup_url", shape=re.compile(r"https://\S+"), cure="an https:// address"),
        account_url=read.text(table, "account_url", shape=re.compile(r"https://\S+"), cure="an https:// address"),
        app=read.text(table, "app"),
        voucher=read.text(table, "voucher", shape=re.compile(r"[*#][*#0-9]*CODE[*#0-9]*#"), cure="like *100*CODE#"),
        promised_payment=read.text(table, "promised_payment"),
        notes=read.text(table, "notes"),
        examples=tuple(_example(read, e, f"example[{i}].") for i, e in enumerate(read.tables(table, "example"))),
        path=read.file,
    )


def _query(read: _PackReader, table: dict[str, Any], where: str) -> Query:
    read.known(table, "kind code number text menu reply language confidence source floor cost note", where)
    kind = read.choice(table, "kind", where, "ussd sms", "ussd")
    code = read.text(table, "code", where, shape=_CODE, need=kind == "ussd", cure="digits, * and #, like *100#")
    number = read.text(
        table, "number", where, shape=re.compile(r"\+?\d{2,15}"), need=kind == "sms", cure="the digits to send to"
    )
    text = read.text(table, "text", where, need=kind == "sms")
    if kind == "ussd" and (number or text):
        read.bad(where + "kind", kind, 'number and text belong to kind = "sms"')
    if kind == "sms" and code:
        read.bad(where + "code", code, 'a code belongs to kind = "ussd"')
    return Query(
        kind=cast("Any", kind),
        reply=cast("Any", read.choice(table, "reply", where, "ussd sms", kind)),
        confidence=cast("PackConfidence", read.choice(table, "confidence", where, "high medium low unverified")),
        source=read.text(table, "source", where, need=True, cure="where the code was seen: a page, a capture") or "",
        code=code,
        number=number,
        text=text,
        menu=read.texts(table, "menu", where, shape=re.compile(r"[0-9*#]{1,20}"), cure="digits to answer with"),
        language=read.text(table, "language", where),
        floor_s=_duration(read, table, where),
        cost=read.money(table, "cost", where),
        note=read.text(table, "note", where),
    )


def _short_data(code: str) -> Query:
    """What an entry of `data_codes` is short for."""
    return Query(kind="ussd", reply="ussd", confidence="medium", source="data_codes of the pack", code=code)


def _duration(read: _PackReader, table: dict[str, Any], where: str) -> float:
    value = read.text(table, "floor", where, shape=re.compile(r"\d{1,6}[smhd]"), cure="a duration like 15m or 6h")
    return float(int(value[:-1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[value[-1]]) if value else 0.0


def _pattern(read: _PackReader, table: dict[str, Any], where: str) -> Pattern | None:
    read.known(table, "name regex sign currency", where)
    name = read.text(table, "name", where, need=True)
    source = read.text(table, "regex", where, need=True)
    sign = read.choice(table, "sign", where, "plus minus", "plus")
    currency = read.text(
        table, "currency", where, shape=re.compile("[A-Z]{3}"), cure="three capital letters (ISO 4217)"
    )
    if not name or not source:
        return None
    try:
        cure = unsafe(source)
        regex = re.compile(fold_pattern(source), re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        read.bad(where + "regex", source, f"not a regular expression: {error}")
        return None
    if cure is not None:
        read.bad(where + "regex", source, cure)
    unknown = set(regex.groupindex) - {"balance", "currency", "minus", "data", "expires"}
    if "balance" not in regex.groupindex or unknown:
        read.bad(
            where + "regex",
            source,
            "needs the group (?P<balance>...); other groups may be currency, minus, data, expires",
        )
    return Pattern(name=name, regex=regex, minus=sign == "minus", currency=currency)


def _example(read: _PackReader, table: dict[str, Any], where: str) -> Example:
    read.known(table, "text kind balance currency data_left_mb expires source", where)
    data = table.get("data_left_mb")
    if data is not None and (isinstance(data, bool) or not isinstance(data, int | float)):
        read.bad(where + "data_left_mb", data, "must be a number, 1 GB = 1024")
        data = None
    return Example(
        text=read.text(table, "text", where, need=True) or "",
        kind=read.choice(table, "kind", where, "balance menu sms_follows error other"),
        balance=read.money(table, "balance", where),
        currency=read.text(
            table, "currency", where, shape=re.compile("[A-Z]{3}"), cure="three capital letters (ISO 4217)"
        ),
        data_left_mb=None if data is None else float(data),
        expires=read.text(table, "expires", where, shape=re.compile(r"\d{4}-\d\d-\d\d"), cure="YYYY-MM-DD"),
    )
