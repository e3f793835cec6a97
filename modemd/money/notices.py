"""What an operator writes by itself and without a balance: money has come, or money is running out. Pure.

Neither is a number to rely on; both are a reason to ask now. A text that only invites to top up says nothing."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from modemd.money.fold import clean, fold, fold_pattern

Notice = Literal["top_up", "low"]


def notice(text: str) -> Notice | None:
    """ "top_up": the account was just paid into ("Внесена сумма 450 руб."). "low": the balance is below some limit, or
    used up ("OCTATOK MEHEE 10p"). None: anything else. Never raises."""
    folded = fold(clean(text))
    for found in _top_up().finditer(folded):
        if not _is_undone(folded, found) and _undone().search(found[0]) is None:
            return "top_up"
    if any(not _is_undone(folded, found) for found in _low().finditer(folded)):
        return "low"
    return None


# --- helpers

# Russian also in Latin letters, as operators without UCS2 write it. `_` stands for blanks, `~` for a few words between.
_TOP_UP = (
    # Russian, Ukrainian
    (
        r"внесен[аоы]?_(?:сумма|платеж|денежн|средства|\d)|внесен_платеж|зачислен[аоы]?\b|"
        r"(?:счет|баланс)~пополнен[ао]?\b|пополнен[ао]?_(?:на|счет|баланс)|пополнение_(?:счета|баланса)?~(?:на|прошло|"
        r"выполнено|успешно)_|(?:поступил[аои]?|получен|принят|проведен)_(?:платеж|оплата|средства|деньги|\d)|"
        r"платеж~(?:поступил|получен|принят|зачислен|проведен|выполнен)|(?:счет|баланс)_поступил[аои]|"
        r"рахунок~поповнен|поповнен[оа]_(?:на|рахунок)|поповнив|зараховано|"
        r"vnesena_summa|vneseno_\d|zachislen[aoy]?\b|popolnen[ao]?_(?:na|schet|balans)|(?:schet|balans)~popolnen|"
        r"postupil_platezh|platezh~(?:prinyat|zachislen|postupil)|popovnyv|popovneno|zarahovano"
    ),
    # English
    (
        r"(?:has|have)_been_(?:successfully_)?(?:credited|recharged|topped[ -]up|reloaded|refilled)|"
        r"(?:was|were|is)_(?:successfully_)?(?:credited|recharged|topped[ -]up|reloaded)|(?:have|you)_(?:just_)?"
        r"(?:topped[ -]up|recharged|reloaded)|(?:top[ -]?up|recharge|refill|reload)~(?:was|is|has_been)?_?"
        r"(?:successful|successfully|received|completed|confirmed)|successful(?:ly)?_(?:top[ -]?up|recharge|"
        r"topped[ -]up|recharged|reload)|(?:received_your|thank_you_for_your|thanks_for_your)_(?:payment|"
        r"top[ -]?up|recharge)|payment~(?:has_been_|was_)?(?:received|accepted)|"
        r"added_to_your_(?:balance|account|credit|main)"
    ),
    # German, Dutch, Scandinavian
    (
        r"(?:wurde|hast|haben|ist)~aufgeladen|aufladung~(?:erfolgreich|erfolgt|war)|gutgeschrieben|opgewaardeerd|"
        r"(?:opwaardering|opwaarderen)~(?:gelukt|geslaagd)|har_(?:fyllt_på|fylt_på|tanket)|påfyllning~(?:mottagen|klar)"
    ),
    # Romance languages
    (
        r"(?:a_ete|avez|as)_(?:bien_)?(?:credite|recharge)e?|rechargement~(?:effectue|reussi|pris_en_compte)|"
        r"recarga~(?:exitosa|realizada|recibida|efectuada|confirmada|com_sucesso|con_exito)|(?:has_|usted_)?recargaste|"
        r"has_recargado|ha_recargado|(?:foi|fue)_(?:recarregad|recargad)[oa]|recarregou|ricarica~(?:effettuata|eseguita|"
        r"accreditata|avvenuta|riuscita)|(?:hai|ha)_ricaricato|accreditat[oi]|(?:ai|ati)_reincarcat|reincarcare~(?:cu_succes|"
        r"efectuata)|cont~reincarcat"
    ),
    # Polish, Czech, Slovak, Hungarian, Turkish, Indonesian, Vietnamese
    (
        r"(?:zostalo|zostala)_(?:doladowane|zasilone)|doladowano|doladowanie~(?:przyjete|zrealizowane|konta_na|kwota)|"
        r"zasilono|(?:kredit|ucet)~(?:dobit|navysen)[yao]?\b|dobili_jste|dobiti~(?:probehlo|uspesn)|feltoltes~sikeres|"
        r"egyenlegfeltoltes|(?:tl|lira|bakiye)~yuklen(?:di|mistir)|yukleme~(?:basarili|gerceklesti)|(?:pengisian|isi)_"
        r"(?:ulang|pulsa)~(?:berhasil|sukses)|pulsa~(?:telah_ditambah|bertambah)|nap~thanh_cong|toldirildi|to'ldirildi|"
        r"толтырылды|толықтырылды"
    ),
)
_LOW = (
    # Russian, Ukrainian
    (
        r"(?:остаток|остатке|баланс|балансе|средств|счете|счету|счёте)~(?:менее|меньше|ниже|недостаточн|мал[оа]\b|"
        r"близок_к_нулю|заканчива|закончи|исчерпа|достиг_порог|нулев|отрицательн)|(?:менее|меньше|ниже)_\d[\d.,]*_?(?:руб|"
        r"р\b|грн|тенге|тг|сум)~(?:на_(?:счете|счету|балансе))|недостаточно_(?:средств|денег)|мало_(?:средств|денег)|"
        r"(?:деньги|средства)~(?:заканчива|закончи|на_исходе|исчерпан)|низк(?:ий|ом)_балан|порог~(?:отключ|баланс)|"
        r"(?:рахунку|рахунок|баланс|коштів|кошти)~(?:менше|нижче|недостатньо|мало\b|закінчу|вичерпан)|недостатньо_"
        r"(?:коштів|грошей)|(?:ostatok|balans|schete|schetu|sredstv)~(?:menee|menshe|nizhe|nedostatochno|malo\b|"
        r"zakanchiva|zakonchi)|nedostatochno_(?:sredstv|deneg)|zakanchivayutsya_(?:sredstva|dengi)"
    ),
    # English
    (
        r"(?:balance|credit|airtime|account|load)~(?:is_|has_)?(?:running_|too_|very_|getting_)*(?:low\b|below|less_than|"
        r"lower_than|under_|insufficient|exhausted|depleted|run_out|running_out|almost_(?:used|finished|gone|over|zero))|"
        r"low_(?:balance|credit|airtime|on_credit|on_airtime)|(?:running|run)_(?:low|out)_(?:on|of)_(?:credit|balance|airtime|"
        r"money)|insufficient_(?:balance|credit|funds|airtime|load)|less_than~(?:left|remaining)"
    ),
    # German, Dutch, Scandinavian
    (
        r"guthaben~(?:niedrig|gering|unter_|weniger_als|fast_aufgebraucht|aufgebraucht|geht_zur_neige|reicht_nicht|"
        r"nicht_ausreich)|(?:tegoed|beltegoed)~(?:laag|bijna_op|minder_dan|onvoldoende)|(?:saldo)~(?:lagt|lavt|under_)"
    ),
    # Romance languages
    (
        r"(?:solde|credit)~(?:faible|insuffisant|inferieur|bientot|epuise|presque)|(?:saldo|credito)~(?:bajo\b|baixo\b|"
        r"insuficiente|insufficiente|menor_a|menor_que|inferior|inferiore|abaixo|in_esaurimento|esaurit[oa]|agotad[oa]|"
        r"por_agotarse|quasi|a_acabar|acabando|esgotad)|poco_saldo|(?:sta|stai)_per_(?:esaurire|finire)|(?:credit|sold)~"
        r"(?:scazut|insuficient|sub_\d)"
    ),
    # Polish, Czech, Slovak, Hungarian, Turkish, Indonesian, Vietnamese
    (
        r"(?:stan_konta|saldo|konto|srodki|srodkow)~(?:niski|ponizej|konczy|wyczerpan|niewystarczaj)|(?:kredit|zustatek)~"
        r"(?:nizky|klesl|pod_\d|nedostatecny|dochazi)|egyenleg[a-z]*~(?:alacsony|kevesebb|elfogyott)|bakiye[a-z]*~(?:dusuk|"
        r"yetersiz|altina|altinda|az_|bitmek)|pulsa~(?:kurang|hampir_habis|tidak_cukup|menipis)|tai_khoan~(?:sap_het|"
        r"khong_du|duoi)"
    ),
)

# "will be credited", "not credited", "if your balance is below": nothing has happened.
_UNDONE = (
    r"(?:\bне|\bбудет|\bбудут|\bможет|\bесли|\bкогда|\bпосле|\bчтобы|\bпри|\bни|\bnot?|\bwill|\bif|\bwhen|\bonce|\bto_be|"
    r"\bbefore|\bunless|\bavoid|n't|\bwenn|\bnicht|\bwird|\bsi|\bno|\bnao|\bnon|\bsera|\bjesli|\bgdy|\bbudet|\bne|\besli|"
    r"\bnie|\bякщо|\bпісля|\bколи)_"
)
_BONUS = (
    r"бонус|балл|bonus|points?\b|puntos|punti|punkt|кэшб|cashback|\bмб\b|\bгб\b|\bмин|\bsms\b|\bmb\b|\bgb\b|\bminut"
)


@lru_cache(maxsize=1)
def _top_up() -> re.Pattern[str]:
    return _compiled(_TOP_UP)


@lru_cache(maxsize=1)
def _low() -> re.Pattern[str]:
    return _compiled(_LOW)


@lru_cache(maxsize=1)
def _undone() -> re.Pattern[str]:
    return _compiled((_UNDONE,))


@lru_cache(maxsize=1)
def _bonus() -> re.Pattern[str]:
    return _compiled((_BONUS,))


def _compiled(sources: tuple[str, ...]) -> re.Pattern[str]:
    """`_` = blanks, `~` = up to 40 characters of the same sentence."""
    source = (
        "|".join(sources)
        .replace("_?", r"\s{0,3}")
        .replace("_", r"\s{1,3}")
        .replace("~", r"(?:[^.!?;\n]|\.(?=\d)){0,40}?[\s:,-]")
    )
    return re.compile(fold_pattern(source))


def _is_undone(folded: str, found: re.Match[str]) -> bool:
    """Whether the words around take it back, or speak of bonuses and packages and not of money."""
    start = max(folded.rfind(sign, 0, found.start()) for sign in ".!?;\n") + 1
    ahead = folded[max(start, found.start() - 40) : found.start()]
    near = " ".join(ahead.split()[-3:]) + " "
    if _undone().search(near) is not None and "не менее" not in near:
        return True
    end = min((place for sign in "!?;\n" if (place := folded.find(sign, found.end())) >= 0), default=len(folded))
    sentence = folded[start : min(end, found.end() + 40)]
    return _bonus().search(sentence) is not None and not re.search(
        r"\d\s?(?:pуб|p\b|rub|eur|€|\$|£|usd|грн|tl\b|zl)", sentence
    )
