"""Signs and words of money -> ISO 4217. A sign that several countries use lists all of them: the country of the SIM
decides, and without it the currency stays unknown (the number does not)."""

from __future__ import annotations

import re
from functools import lru_cache

from modemd.money.fold import fold

# sign or word -> the currencies it may mean. One letter alone is money only next to a number.
_SIGNS = """
€ eur euro euros euroa eurot euru eiro евро ευρω ewro: EUR
£ gbp quid: GBP
us$ usd u$s: USD
ca$ cad c$: CAD
c$: NIO
au$ aud a$: AUD
nz$ nzd: NZD
hk$ hkd: HKD
s$ sgd: SGD
nt$ twd: TWD
r$ brl reais real reales: BRL
rd$ dop: DOP
mx$ mxn: MXN
ar$ ars: ARS
$ dollar dollars dolar dolares: USD CAD AUD NZD CUP MXN ARS CLP COP DOP UYU HKD SGD TWD BBD BSD BZD FJD GYD JMD
$ dollar dollars dolar dolares: LRD NAD SBD SRD TTD XCD ZWL ZWG CVE NIO BRL
cup mn m.n.: CUP
clp: CLP
cop: COP
uyu $u: UYU
peso pesos: MXN CUP ARS CLP COP DOP UYU PHP
php ₱: PHP
руб рубль рубля рублей рубли rub rubl rubley rublej rublei rublya rbl rur ₽: RUB BYN
р p r: RUB BYN ZAR
p: PHP BWP
byn бел.руб бел.р bel.rub: BYN
byr: BYR
zar rand rands: ZAR
грн hrn grn uah ₴ гривень гривня гривны гривен hryvnia hryven' hryven гривні uan: UAH
тг тнг тенге tg tenge kzt ₸ теңге: KZT
сом som kgs сомов с c: KGS UZS
сум sum so'm сўм uzs so`m soum sum': UZS
сомони сомонӣ somoni tjs см смн smn: TJS
man манат manat azn ₼: AZN TMT
դր դրամ dram amd ֏ др драм: AMD
gel lari lar lari ₾ ლარი ლ: GEL
lei leu ron mdl лей: RON MDL
zl pln zlotych zlote zloty zlotego zł: PLN
kc czk korun koruny kč: CZK
ft huf forint: HUF
лв лева lv bgn leva lev: BGN
km bam kм: BAM
rsd din дин динара dinara: RSD
mkd den ден денари: MKD
kn hrk kuna: HRK
lek lekë leke all: ALL
kr kr. kroner kronor krona krónur: SEK NOK DKK ISK
sek: SEK
nok: NOK
dkk: DKK
isk: ISK
chf fr. sfr franken: CHF
tl try ₺ lira: TRY
ils nis ₪ ש"ח שח שקל: ILS
rp idr rupiah: IDR
rm myr ringgit: MYR
฿ thb baht บาท บ b: THB
vnd vnđ đ d dong đồng: VND
₭ lak kip ກີບ: LAK
khr riel riels ៛: KHR
mmk ks kyat kyats: MMK
₹ rs rs. re inr rupee rupees रु रुपये रुपए रुपैयाँ روپے روپیہ: INR PKR LKR NPR MUR SCR
pkr: PKR
lkr: LKR
npr nrs nrs.: NPR
tk taka bdt ৳ টাকা: BDT
af afn afs afghani afghanis افغانی افغانۍ ؋: AFN
cny rmb yuan 块: CNY
元: CNY TWD HKD MOP
港幣 港币: HKD
¥ 圓 円 jpy yen: JPY CNY
원 krw ₩ won: KRW
₮ mnt төгрөг tugrik tugrug tögrög togrog: MNT
ngn naira ₦ n =n=: NGN
kes ksh kshs kshs. ksh.: KES
ugx ush ushs ugshs shs: UGX
tzs tsh tshs: TZS
sh shilling shillings shs: KES UGX TZS SOS
ghs ghc gh¢ gh₵ ₵ ghc. cedi cedis cedi(s) ghana_cedi(s) ghana_cedis ghana_cedi: GHS
etb br birr ብር: ETB
zmw k kwacha: ZMW MWK PGK
mwk mk: MWK
szl emalangeni e: SZL
bwp pula: BWP
lsl maloti: LSL
nad n$: NAD
mzn mt meticais mts: MZN
aoa kz kwanzas kwanza: AOA
rwf frw: RWF
bif fbu: BIF
cdf fc: CDF
djf fdj: DJF
gnf fg: GNF
mga ar ariary: MGA
xof: XOF
xaf: XAF
fcfa cfa: XOF XAF
f franc francs: XOF XAF GNF DJF CDF KMF RWF BIF XPF CHF
dzd da دج د.ج دينار: DZD LYD TND JOD IQD KWD BHD
mad dh dhs درهم د.م: MAD AED
tnd dt د.ت: TND
lyd د.ل ld: LYD
egp le l.e ج.م: EGP
جنيه جنيها: EGP SDG
sdg sd ج.س: SDG SDP
dinar dinars dinara: DZD TND LYD JOD IQD KWD BHD RSD
aed د.إ د.ا dirham dirhams: AED MAD
sar sr ر.س ریال riyal riyals: SAR QAR YER OMR IRR
qar qr: QAR
omr ro: OMR
kwd kd د.ک: KWD
bhd bd د.ب: BHD
jod jd د.ا: JOD
iqd د.ع: IQD
lbp l.l: LBP
syp ل.س: SYP
yer yr: YER
irr rial rials ریال: IRR OMR YER
toman tomans تومان t: IRT
pen s/ s/. sol soles: PEN
bs bob ves bolivianos: BOB VES
gtq q quetzal quetzales: GTQ
hnl l lempira lempiras: HNL
nio: NIO
crc colones colon ₡ ¢: CRC
pyg gs guaranies ₲: PYG
jmd: JMD
mvr rf rufiyaa: MVR
j$: JMD
tt$ ttd: TTD
bds$ bbd: BBD
ec$ xcd: XCD
fj$ f$: FJD
b$ bnd: BND
bz$ bzd: BZD
gy$ gyd: GYD
sr$ srd: SRD
ld$ lrd: LRD
wst ws$: WST
vuv vt: VUV
top t$: TOP
sbd si$: SBD
b/ b/. pab balboas: PAB
m: LSL
රු: LKR
gmd dalasi dalasis: GMD
sle le. leones: SLE
btn nu: BTN
sos: SOS
ssp: SSP
htg gourdes gourde gdes goud gourdes: HTG
mur: MUR
tmt: TMT
fjd: FJD
xpf: XPF
mop mop$: MOP
pgk: PGK
"""

_HOME = """
    AD:EUR AE:AED AF:AFN AL:ALL AM:AMD AO:AOA AR:ARS AT:EUR AU:AUD AZ:AZN BA:BAM BD:BDT BE:EUR BF:XOF BG:BGN
    BH:BHD BI:BIF BJ:XOF BO:BOB BR:BRL BS:BSD BT:BTN BW:BWP BY:BYN CA:CAD CD:CDF CF:XAF CG:XAF CH:CHF CI:XOF
    CL:CLP CM:XAF CN:CNY CO:COP CR:CRC CU:CUP CV:CVE CY:EUR CZ:CZK DE:EUR DJ:DJF DK:DKK DO:DOP DZ:DZD EC:USD
    EE:EUR EG:EGP ES:EUR ET:ETB FI:EUR FJ:FJD FR:EUR GA:XAF GB:GBP GE:GEL GH:GHS GM:GMD GN:GNF GQ:XAF GR:EUR
    GT:GTQ GW:XOF HK:HKD HN:HNL HR:EUR HT:HTG HU:HUF ID:IDR IE:EUR IL:ILS IN:INR IQ:IQD IR:IRR IS:ISK IT:EUR
    JM:JMD JO:JOD JP:JPY KE:KES KG:KGS KH:KHR KM:KMF KR:KRW KW:KWD KZ:KZT LA:LAK LB:LBP LI:CHF LK:LKR LR:LRD
    LS:LSL LT:EUR LU:EUR LV:EUR LY:LYD MA:MAD MC:EUR MD:MDL ME:EUR MG:MGA MK:MKD ML:XOF MM:MMK MN:MNT MO:MOP
    MR:MRU MT:EUR MU:MUR MV:MVR MW:MWK MX:MXN MY:MYR MZ:MZN NA:NAD NC:XPF NE:XOF NG:NGN NI:NIO NL:EUR NO:NOK
    NP:NPR NZ:NZD OM:OMR PA:USD PE:PEN PF:XPF PG:PGK PH:PHP PK:PKR PL:PLN PR:USD PT:EUR PY:PYG QA:QAR RO:RON
    RS:RSD RU:RUB RW:RWF SA:SAR SC:SCR SD:SDG SE:SEK SG:SGD SI:EUR SK:EUR SL:SLE SN:XOF SO:SOS SR:SRD SS:SSP
    SV:USD SY:SYP SZ:SZL TD:XAF TG:XOF TH:THB TJ:TJS TM:TMT TN:TND TR:TRY TT:TTD TW:TWD TZ:TZS UA:UAH UG:UGX
    US:USD UY:UYU UZ:UZS VE:VES VN:VND XK:EUR YE:YER ZA:ZAR ZM:ZMW ZW:USD
    WS:WST VU:VUV TO:TOP SB:SBD TL:USD BB:BBD BZ:BZD GY:GYD AG:XCD LC:XCD GD:XCD VC:XCD DM:XCD KN:XCD BN:BND
"""

HOME = {country: currency for country, _, currency in (item.partition(":") for item in _HOME.split())}
"""Country (ISO 3166-1) -> its currency."""

_NO_MINOR = """
    BIF CLP COP CRC DJF GNF HUF IDR IRR IRT ISK JPY KHR KMF KRW LAK LBP MGA MMK PYG RWF SOS TZS UGX VND XAF XOF
    XPF IQD SYP YER MNT BYR
"""
NO_MINOR = frozenset(_NO_MINOR.split())
"""No coins in use: three digits behind one separator are thousands ("15.002d")."""

THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "LYD", "OMR", "TND"})

_COMMA_THOUSANDS = """
    USD GBP NGN KES INR PKR BDT PHP GHS MYR SGD HKD AUD NZD LKR NPR THB CNY TWD MXN JMD TTD AED SAR QAR EGP ILS
    ZMW MWK ETB DOP GTQ HNL NIO PEN BWP NAD
"""
COMMA_THOUSANDS = frozenset(_COMMA_THOUSANDS.split())
"""Where the comma groups thousands and is never the decimal sign."""


@lru_cache(maxsize=1)
def signs() -> dict[str, tuple[str, ...]]:
    """Folded sign -> possible currencies, in the order of the table."""
    table: dict[str, tuple[str, ...]] = {}
    for line in _SIGNS.strip().splitlines():
        left, _, right = line.rpartition(": ")
        for sign in left.split():
            key = fold(sign.replace("_", " ")).rstrip(".")
            table[key] = tuple(dict.fromkeys(table.get(key, ()) + tuple(right.split())))
    return table


@lru_cache(maxsize=1)
def sign_regex() -> str:
    """Any sign, longest first; word signs may end with a full stop that belongs to them ("руб.", "Rp.", "grn.")."""
    return "|".join(re.escape(sign) for sign in sorted(signs(), key=len, reverse=True))


@lru_cache(maxsize=1)
def joined_sign_regex() -> str:
    """The signs behind a sum that the next word may follow without a blank, as in Japanese."""
    return "|".join(
        re.escape(sign) for sign in signs() if len(sign) == 1 and ("\u4e00" <= sign <= "\u9fff" or sign == "원")
    )


_US_DOLLAR_TOO = frozenset({"KHR", "CDF", "SOS", "LBP", "VES", "PAB"})
"""Where telephones are paid in US dollars beside the country's own currency, which has another sign."""


def currency_of(sign: str, home: str | None, *, whole: bool) -> str | None:
    """ISO 4217 of a folded sign for a SIM whose home currency is `home`; None = it cannot be told.

    In Belarus the rouble was BYR until 2016, which had no coins and ran in thousands: a `whole` amount of four digits
    or more is the old rouble (capture by-mts-177 "Balans=3394r")."""
    possible = signs().get(sign.rstrip("."), ())
    if sign == "$" and home in _US_DOLLAR_TOO:
        return "USD"
    if home in possible:
        return "BYR" if home == "BYN" and whole and sign != "byn" else home
    if home is None and possible and possible[0] == "RUB" and len(sign) > 2:
        return "RUB"
    return possible[0] if len(possible) == 1 and possible[0] != "IRT" else None
