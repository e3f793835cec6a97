"""The words of money in some thirty languages, as replies use them.

`words()` in money/fold.py reads these lists: blanks separate, `_` is a blank inside a phrase, `*` any ending. Both
alphabets are given where a language is sent in two.
"""

from __future__ import annotations

BALANCE = """
    koncie puhesaldo~ raspoloziv~ smetka smetkata sredstv~ taletidskonto~ kontosaldo~ restguthaben konto
    prepaidkonto~ ຍອດເງິນ ເງິນຄົງເຫຼືອ balance~ bal baance a/c_bal avail.bal account_bal main_acc main_account main_bal~
    airtime_balance airtime credit credits kredit~ kredyt~ credito crédito crediti crédit guthaben~ prepaidguthaben
    kontostand kontostan~ kontoguthaben баланс~ balans~ balanc~ bilanc~ счет~ счёт~ schet~ schetu лицевой рахун~
    rahunok rahunku rahunka kontosaldo saldo~ saldot solde~ conto konto_glowne stan_konta stan_srodkow
    srodki_na_koncie dostepne_srodki konta_glownego konta egyenleg~ zustatek zostatok zůstatek stav_uctu
    stav_kreditu vyse_kreditu vyse_vaseho_kreditu stanje~ stanja raspolozivo состояние_счета состояни~ sostoyanie
    sostoyaniye bakiye~ bakiyeniz kontor kredi~ tl_bakiye balansiniz balansingiz balansiz balansynyz hisob~
    hisobingiz hisobingizda hisobda teginmalik балансыңыз теңгерім~ баланста հաշվեկշիռ հաշվին հաշիվ հաշվի մնացորդ~
    mnacord balansi ბალანს~ balansi angarishze ანგარიშ~ наличност салдо сметка баланса баланс_по состојба saldoja
    gjendja gjendje llogari~ bilanci kreditit υπόλοιπο υπολοιπο ypoloipo υπολοιπ~ yπoλoiπo yπoλoiπ~ pulsa sisa_pulsa
    pulsa_anda baki baki_anda kredit_anda tk_chinh tkc tkg tk_goc tai_khoan_chinh tài_khoản_chính tai_khoan tk so_du
    số_dư etebar~ etebare hesab~ mojudi موجودی اعتبار رصيد رصید~ الرصيد حساب~ بقيه ماندهٔ mande mandeh ยอดเงิน
    เงินคงเหลือ ยอดคงเหลือ คงเหลือ ยอดเงินคงเหลือ ທ່ານມີ សមតុល្យ លុយ 餘額 余额 话费余额 残高 잔액 यतरा शेष बैलेंस बकाया_राशि
    ব্যালেন্স ব্যালান্স יתרה יתרת salio saldo_disponible credito_disponible credito_residuo credito_attuale مسبق_الدفع
    mbaki pozostala_kwota unused_credit talktime talk_time talk_value core_balance account_value tilgodehavende
    tilgode sold_disponibil credit_disponibil cont atlikums likutis jusu_konta saskaita saskaitoje kontojaak
    kontojääk jääk jaak inneign innistaeda saldo_atual beltegoed tegoed belsaldo tegoed_is kaufguthaben
    credito_principal saldo_principal cuenta mebleg mebleginiz balansinizda kontoen na_schete na_schetu na_schetah
    vash_schet средств~ sredstv денег_на_счете na_vashomu_rahunku load_balance load_bal sold soldul soldului
    credito_disponivel balanco_atual prepaid_account rakhunok rakhunku rakhunka creditul creditului belkrediet
    uldegdel үлдэгдэл soldi zostatku zustatku kreditiniz balanci balancin mainacct mainacc mainbalance mainbal
    mainaccount airtimebal prepaidsaldo telefontegoed puhelinsaldo kontobalance kreditas kredits kredita
    stanje_kredita prepaid_bal acct_bal funds cash_balance contul contului ucte účte оставащ_кредит кредитът
    кредитот compte_mobile compte_principal compte_prepaye saldoa saldosi saldosta egyenlegem egyenleged
    tai_khoan_goc mnacordy mnacorde hisobingizda saldet hesabinda belwaarde taletidssaldo guthabenstand
    prepaid-konto taletidssaldoen saldoen saldoet upoloip~ balansia hashvum hashvin hashivy hashiv mnatsord~
    hasabynyz~ nalichnost~ наличността стање стање_на_рачуну стање_рачуна вашият_кредит вашиот_кредит
    кредит_по_сметка inneign~ stored_value dans dansan~ данс дансны дансанд fahana kont_ou بیلنس بیلانس بالانس
    باڵانس~ كريدت کریدت ሂሳብ ሂሳብዎ ሒሳብዎ 잔여액 结余 結餘 残額 kredia kredine balanca balances iznos_na_racunu
    raspolozivi_iznos preostali_iznos kontojaagi lebeszelheto_osszeg felhasznalhato_osszeg kartyajan_levo_osszeg
    haraag~ haraagaagu hadhaagaagu balanse belance balenc bilans шотыңызда есепшотыңызда эсебиңизде эсебинизде
    teñgerim tengerim मौज्दात ब्यालेन्स maujdat ශේෂය இருப்பு బ్యాలెన్స్ ಬ್ಯಾಲೆನ್ಸ್ ബാലൻസ് બેલેન્સ शिल्लक သင့်လက်ကျန်
    လက်ကျန် လက်ကျန်ငွေ ទឹកប្រាក់
    សាច់ប្រាក់ zostatok_kreditu kredit_na_kartě stan_srodkow_na_koncie credito_residuo credito_restante saldo_restante
    solde_restant beltegoedsaldo spese_disponibili srodki_glowne saldoni kredito_balansas taxydromi tavozun тавозун
    бақия~ бакия~ balanta~ yod_ngern yod_ngoen ngoen_khong_luea mun_ngoen rassid~ rasid~ rasidak rasidik rassidek
    raseed~ votre_compte ton_compte mojoodi mowjoodi mojodi کریډیټ মূল_একাউন্ট মূল_অ্যাকাউন্ট মেইন_একাউন্ট
    মেইন_অ্যাকাউন্ট
    saldu 结余 ගිණුම් ශේෂය
    есепшотыңыздағы_қаражат есепшоттағы_қаражат balansze остатък sumomis pulsamu saldomu akaunti_yako mablagingiz
    shotynyzda pulsanya account_has main_ac kvar_pa_kortet sostojba sakums atlikusais_kredits na_vasom_konte
    na_vasem_konte konte чекоти
    hauptguthaben~ basisguthaben hauptkonto kernguthaben қалдық қалдығы қалдығыңыз qaldyq~ qaldyg~ kaldyk~ калдык
    калдыгы калдыгыңыз hashvekshir~ qoldig'i qoldigi
    qoldig'ingiz galyndy~ galyndyňyz hisobingizdagi_mablag hisobingizdagi_mablag' қолдиқ қолдиғи қолдиғингиз баланси
    бақияи тавозуни baqiyai tavozuni
    balansingizda balansynyzda balansımızda balansynda
"""
"""Names of the one balance that pays for everything."""

MAIN = """
    main osnovn* основн* главн* zagal'n* загальн* principal* chinh chính haupt* glown* hlavn* huvud* asli* اصلی
    الاساسي الرئيسي utama kaufguthaben total всего vsego общий itogo итого zusammen primary core normal bezneho
    aktualn* tkc tkg tk_goc tai_khoan_chinh totale
"""

REST = """
    остат* ostat* ostatok ostatku octatok залиш* zalysh* осталось ostalos remain* remaining left restant*
    restante* pozostal* zbyva zbyvajuci zostava zostalo preostal* ostalo verbleib* restguthaben sisa kvar
    resterende resta residuo residu* kalan qalan qoldi* qoldiq қалды қалдық con_lai còn_lại kalani baghimande*
    باقیمانده المتبقي متبقي fennmarado available disponib* dostepn* verfugbar* tersedia доступно dostupno i_lirë
    usable masz_do pozostalo_ci jaljella
    restano uldsen jäljellä jaljella
    igjen tilbage tilbake verbleibend* verbleibt
    zostalo zostało restant_du baki_semasa natitira usigaranye fehl uldegdel sisa_ao
"""

HAVE = """
    you_have you_ve you've u_have you_now_have you_currently_have ya_have у_вас u_vas на_вашем vous_avez
    vous_disposez_de il_vous_reste du_har ni_har sie_haben du_hast usted_dispone_de dispone_de tiene tienes
    te_quedan te_queda le_quedan le_queda quedan tu_tienes hai ha_ancora tem voce_tem voce_possui possui masz
    mate máte mas imate imas имате aveti anda_memiliki anda_mempunyai anda_punya ban_con quy_khach_con ban_co
    คุณมี olet sinulla_on onnek_van hai_ancora rimangono ti_restano hai_a_disposizione ancora_disponibili
    je_hebt u_heeft du_kan sizda sizde sizdə siziň сізде qolgan_mablag لديك عندك دارید unayo tumhare_paas
    aapke_paas ai_un
    ti_restano ti_resta ti_rimangono restano tu_tieni sul_tuo_conto
    dispones_de dispoe_de cuentas_con cuenta_con disposes_de vous_possedez le_resta ihnen_verbleiben ihnen_stehen
    es_verbleiben zbyva_vam zostava_vam zostalo_ci у_тебя у_тебе u_tebya anda_ada ban_dang_co tu_as_encore
    il_te_reste i_te_tej ti_on_ostalo imas_jos ostalo_vam_je ostalo_ti_je du_hast_noch sinulla teil_on jums_ir
    turite sul_on vam_ostalo вам_осталось ти_остават имате_още
    mufite ju_keni keni hisobingizda mai_ai
    hattinizda hattınızda hattinda usigaranye ufite sinul_on jums_yra na_karte_mate na_ucte_mate na_racunu_imate
    sull'account_hai il_te_reste ou_gen may_natitira tany_dans_ami hasabynyzda i_te_keni ai_in_cont aveti_in_cont
    szamlajan számláján na_vasem_uctu_je
    tenes tenés turite tienes_disponible
    na_racunu_imate kvar_på_kortet mate_k_dispozicii jus_turite na_schetu_u_vas ai_inca mai_aveti
"""

SUB = """
    bonus* бонус* bonusn* promo* промо* gift* подар* podar* geschenk* startguthaben start_credit free free_credit
    gratis bespl* беспл* бесплатн* besplatn* kostenlos* limit* лимит* límite limite* plafond_de loan advance аванс
    avans обещан* obeschan* obeshhan* obesch* довер* doverit* doverie trust emergency sos borrow* qarz* pinjam*
    reserve* резерв* rezerv* hold frozen blocked заблокир* paketn* пакетн* dodatk* додатк* дополнит* dopolnit*
    additional extra zusatz* sub_account subaccount sub dedicated data_credit credito_dati dati crédit_data
    datenguthaben roaming роуминг* rouming tk_no tkkm tk_km km1 km2 km3 km khuyen_mai khuyến_mãi tk_phu phu reward*
    loyalty points cashback кешбэк кэшбэк keshbek kesbek cadeau offert regalo omaggio verschenkt promocyjn* w_tym
    davon z_toho из_них iz_nih including incl inkl dont di_cui of_which darunter tym op= оп= wow shegeftangiz hadiah
    bonusgeld recompensa recompense friend* друг* druz* partner wallet_2 pending monthly_allowance keret havi
    postpaid اللاحق постоплат* postoplat* mobile_money mpesa m-pesa momo odmena hediye hədiyyə hediyye бонусный_счет
    rollover onnet on-net offnet voice_balance sms_balance data_balance sms_bal voice_bal internet_balance sadaqa
    zdarma ajandek bundle* package* paket* пакет* pachet* forfait* pass bolt-on darurat bonga okoa fuliza
    orange_money airtel_money tigo_pesa vodafone_cash anticipo prestamo prestito emprestimo pret emprunt compartido
    compartilhado guthabenkarte* guthaben-karte* guthaben-transfer voucher* ваучер* credit_card credit_score
    kredi_kart* kreditkart* carte_de_credit carta_di_credito tarjeta_de_credito кредитн* outstanding past_due
    overdue pendiente* pendente* unpaid impaye* d'impaye в_ожидании рассрочк* rassrochk* розстрочк* instal* rata
    raty rate_of карты карте карта картки картці карту карточк* картк* card_balance gift_card store_credit savings
    saving paytm phonepe gpay bkash nagad opay palmpay ecocash emola gcash maya paymaya dana ovo gopay shopeepay
    linkaja payme click kaspi bank банк* bank_account sparkasse wallet_balance e-wallet кошел* koshel* гаман* alert*
    warning threshold reminder international internation* international_credit internacional* mezhdunar*
    международн* tai_khoan_no no_goc spasibo loyalty* милі miles meilen punkt* bally баллов балл* stars звезд*
    family_credit семейн* semejn* балансир* balansir* balancing conto_corrente cuenta_corriente compte_courant
    girokonto tagihan so_du_no kreditkonto credit_account balance_your bonasi bonuses المكافات النقاط نقاط هديه
    مجاني بونص مكافاه جایزه هدیه پاداش בונוס מתנה מתנת נקודות बोनस বোনাস โบนัส 奖 赠 赠送 積分 积分 红包 ポイント
    ボーナス 포인트 보너스 ბონუს* բոնուս* xtratime extra_time kredit-limit kredilimit ajandek* lahja* dovana*
    davana* dhurat* bonusi keratin tiền_thưởng geschenkguthaben cashcredit scratch lottery* lotere* lotto jackpot
    prize* premio* gewinn*
    wave chipper tmoney t-money flooz moncash evcplus evc zaad sahal edahab jazzcash easypaisa upaisa esewa khalti
    rocket upay truemoney zalopay viettelpay shopee alipay wechat 支付宝 微信 支付 paypay linepay kakaopay toss nequi
    daviplata yape plin mercado_pago pix picpay papara ininal monobank qiwi yoomoney webmoney юmoney mtn_money
    moov_money mobicash waafi halopesa mixx tigopesa ezypesa telebirr mpaisa cellmoni smart_money grabpay touchngo
    boost_pay mkesh e-mola unitel_money kash
    kecemasan m-shwari mshwari kcb conta_corrente credito_voce bono bonos puntos pontos punti pkt pts regalado prestado
    promocional presente omaggi maturato
    promoción promozione aktionsguthaben
"""
"""Names of other purses: money that does not pay for everything, or is not the subscriber's own."""

PRICE = """
    cost* price* fee fees charge charges charged tariff* tariffa тариф* tarif* tarifa abonent* абонент*
    абонплат* плат* плата platy plata payment* платеж* platezh* стоим* stoim* цена цене ціна cena ceny koszt*
    oplata opłata preis* kosten kostet gebuhr* costo coste precio tarifa cuota cobro cargo cout coût prix tarif
    frais prijs kostnad pris avgift maksu hinta ucret* ücret* fiyat* biaya harga gia giá gia_goi cuoc cước
    hazine* هزینه تكلفة سعر ราคา ค่า renew* renewal will_renew продлен* prodlen* monthly_fee per_month last_call
    akherin_tamas zvonok звонок chiamata llamada anruf consumo consumed used spent usage utilise consomme
    verbrauch* израсход* izrashod* использ* ispolz* потрач* минут* minut* min*_top-up seharga buy kup купи*
    куплю kupit get gets получ* poluch* win won выигр* выиграй vyigr* приз* save скидк* skidk* discount worth
    стоимостью nominal номинал* bill bills invoice счет_на rechnung facture factura fattura due minimum_payment
    abo subscription подписк* podpisk* balance_transfer_fee
    offer* oferta* angebot* offre* предложени* акция акции
    zu_zahlen abgerechnet к_оплате
"""
"""Words that make an amount the price of something."""

PRICE_BEFORE = """
    for за za per from от ot vid від od ab für fur für_nur nur only всего_за всего_лишь chỉ chi_voi just por
    pour pro per_soli soli a_soli alleen bara endast voor untuk mulai so_little
"""
"""Prepositions of a price, directly before the amount."""

EVENT = """
    пополн* popoln* popovn* попoвн* поповн* внес* vnes* зачисл* zachisl* списа* spisa* spysa* спис* снят* snyat*
    снима* snima* переве* perev* перевод* perevod* переказ* начисл* nachisl* нарахован* оплат* oplatit* поступ*
    postup* возвра* vozvra* подключ* podkl* активац* aktivac* aktivi* activat* активир* topped top_up top-up
    topup topping recharg* recarg* ricaric* rechargez rechargement aufladen aufgeladen aufladung* auflade* aufl
    doladuj* doladow* dobij* dobit* dobio nabij* nabit* dopun* dopln* dobi feltolt feltoltes* feltöltés* yukle*
    yükle* isi_ulang pengisian_ulang pengisian nap nạp nap_tien toldir* to'ldir* толтыр* naplacen* зареди*
    зарежд* şarj شحن شارژ เติม refill* deposit* credited debited added add adding adds charged deducted deduct
    transfer* transfere* transferir transferred trasfer* uberweis* überweis* sent send received receive receiv*
    recib* recu reçu paid pay payez pague pagar zahl* bezahl* montant monto importo betrag amount_of purchase*
    purchased bought comprar achet* compra* acquist* gekauft kauf kupil* refund* cashed withdraw* withdrawn
    redeem* win required insufficient not_enough недостат* nedostat* недостач* fehlt fehlen insufis* insuf*
    yetersiz tidak_cukup khong_du không_đủ задолж_погас* debitat* debit addebit* prelev* kirim mengirim chuyen
    chuyển tambah tambahan ditambah beli isi gutgeschrieben gutschrift gutschreib* erhoht erhöht verringert
    reduziert увелич* уменьш* uvelich* umensh* increased decreased reduced raised augmente aumentado aumentou
    zasilon* pripsan* ung
    artirildi artirilib artırıld* oshirildi qo'shildi qoshildi kosyldy қосылды opgewaardeer* opwaarder* opladen
    opgeladen tanket tanke påfyll* fyllt laddat laddad laddning ladattu lataus laaditud laadimi* lisatud
    papildin* papildit* papildyt* nadoplat* uplat* uplać* wplac* wplat* zasilen* mbush* rimbush* ngarko*
    incarcat reincarc* incarcar* alimentat* carregament* carregou carregad* recargad* abonado abonada abonado_en
    credite verse versement encaiss* buchung gebucht abgebucht eingezahlt abbuch* зачислен* zachislen* внесён*
    получен* poluchen* пополнение приход расход списание cheltuit hinzugefugt aufgestockt credit_of_your called
    call_cost artir* taksit fatura loaded reload reloaded reversed credited_with awarded rewarded loaned repaid
    repay settled settle ditopup diisi pengisian terisi dikirim dipotong terpotong bayar bayaran imeongezwa
    umeongeza umepokea umetumia umenunua fyllts satts_in insatt indbetal* innbetal* talletettu dopisane dopisan*
    uznan* obciaz* zuzyl* odecten* strhnut* pripocitan* odcitan* levon* jóváír* jovair* befizet* kifizet*
    skinut* naplat* одзет* додаден* зареден* удържан* приспадн* таксуван* нараховано знято зараховано стягнуто
    зараховано
    payer a_payer zu_zahlen zaplaty oplaty к_оплате заплат* zaplat* pagare da_pagare a_pagar betalen te_betalen
    att_betala a_betale at_betale maksettava* odenecek* odeme* ödeme* ödenecek* due owing fallig fällig discount
    descuento desconto sconto rabat* rabatu remise réduction reduction korting kortingen popust* slev* zlav*
    kedvezmeny* indirim* diskon giam_gia скидк* знижк* off_your
    yatiril* yatırıl* used expired
    tushdi tushirildi yechildi yechib түсти түсті алынды шешілді zariada hisobingizga balansingizga hesabiniza
    hesabınıza balansiniza balansınıza hesabınıza balansyza шотыңызға балансыңызға эсебиңизге балансыңызга تمت_اضافه
    اضافه_مبلغ شحنت 充值 充値 チャージ 충전 เติมเงินสำเร็จ
"""
"""Something happened or is asked for: the amount moved, it is not what is there."""

LESS = """
    menee menее менее меньше ниже menshe men'she nizhe мене менше less_than below under lower_than fewer_than
    weniger_als unter moins_de inferieur* menos_de inferior* meno_di inferiore kurang_dari di_bawah duoi dưới
    mniej_niz ponizej mene_nez méně_než kevesebb mindre_an mindre_enn under_enn daha_az altinda ниже_порога if если
    esli якщо wenn si when когда kogda коли reaches reach less не_менее ne_menee at_least mindestens minimum minim*
    минимальн* порог* porog* минимум* maximum max min_balance больше_чем более bolee more_than over above greater
    up_to до_суммы na_summu на_сумму bis_zu was were был была было byl bylo war waren era etait previous prior old
    предыдущ* predydush* anterior precedent* vorherig* до_списания or will_be would_be будет budet буде bude bedzie
    sera sara será sarà akan_menjadi wird_dann olacak in_24_hours tomorrow завтра morgen demain mañana выше vyshe
    higher вчера vchera yesterday gestern hier ayer ieri wczoraj vcera tegnap dun igår igar kemarin hom_qua ontem
    eilen about around approx approximately около okolo примерно primerno приблизно etwa rund ungefahr environ circa
    cca ca aproximadamente cerca_de aprox yaklasik sekitar kira-kira khoang between zwischen entre между mezhdu
    mellan mellom keep держите поддержи* needed need needs необходим* neobhodim* нужн* nuzhn* потрібн* benotig*
    brauchen necesit* occorr* serv* precisa* potrzeb* must sollte should doit debe deve musi altina altında altına
    dusmeden ниже_чем or_more or_less и_более и_выше oder_mehr ou_plus y_mas станет stanet становится до_пополнения
    before_top-up at_most pelo_menos al_menos au_moins almeno tenir mantener при pri اقل_من اكثر_من أقل_من أكثر_من
    کمتر_از بیشتر_از 不足 低于 低於 少于 少於 超过 超過 未満 以下 以上 以内 左右 大约 大約 약 미만 이하 이상 น้อยกว่า
    มากกว่า ต่ำกว่า ประมาณ से_कम से_अधिक এর_কম פחות_מ יותר_מ naklebi ნაკლები მეტი պակաս ավելի pakas көп kop chini_ya
    zaidi_ya pungufu vahem vähem alla mazak* mazaks maziau mažiau me_pak më_pak menos_que mas_de mais_de plus_de
    mehr_als meer_dan minder_dan mindre mer_än mere_end mer_enn yli enemman więcej wiecej ponad vice_nez viac_ako
    menej_ako tobb_mint több_mint peste mai_mult mai_putin sub_limita piu_di più_di meno_di lebih_dari hon_tren
    duoi_muc подпадна oltre superior* superieur* начал* nachal* pochat* start_of begin*_of последн* posledn*
    predchadzaj* předcház* poprzedn* elozo előző prethodn* predisnj* prejsnj* eelmi* iepriekš* ieprieks* ankstesn*
    forrige tidigare tidligere edelli* vorige vorig onceki önceki evvelki əvvəlki oldingi алдыңғы попередн*
    poperedn* предишн* proigoumen* προηγουμεν* sebelum* truoc السابق قبلی پیشین קודמת पिछला আগের ก่อนหน้า 之前 上次
    上期 前回 이전 antes_de avant prima_della
    նախկին նախորդ nakhkin
    вчерашн* утрен* yesterday's a_expire est_expire expired ha_expirado ha_caducado e_scaduto è_scaduto истекло истёк
    истек_срок сгорел* wygasl* lejart verfallen propadl* istekao isteklo kadaluarsa hangus het_han vanhentu* utgatt
    utgått gått_ut udlobet verlopen_is has_expired was_expired не_учит* кроме except excluding without без_учета
    ohne_bonus sans
"""
"""The amount is a bound, not a value."""

MINUS = """
    минус* minus* мінус moins menos negativ* отрицат* otricat* meno eksi manfi минусе negatif ناقص سالب منفي منفی
    manfiy manfıy ujemn* zaporn* negatyvn* negatīvs neigiam* माइनस মাইনাস ติดลบ 负 負 マイナス 마이너스 αρνητικ*
    arnitik* מינוס minusda minusā miinus* minuta
"""
DEBT = """
    долг* dolg* задолж* zadolzh* zadolg* заборг* zaborg* борг* debt owe owed owing schuld* schulden deuda dette
    debito dlug* zadluz* dluh* dlh tartozas* borc* borç* hutang tunggakan tien_no gald skuld velka datorie дълг*
    dug bedehi بدهی مديون bakaya qarzdor*
"""

REST_OF_DEBT = (
    "остаток_долга остаток_задолж* ostatok_dolga ostatok_zadolzh* залишок_боргу rest_of_debt remaining_debt reste_du"
)
"""What is left of a debt may be that of a phone bought by instalments."""

RECEIPT_EVENT = """
    sent received withdrawn withdrew paid payment transferred transfer cash_in cash_out cashin cashout send_money
    purchase envoye envoyé recu reçu retrait retire transfere transféré paiement depot dépôt enviaste recibiste
    enviou recebeu levantou umetuma umepokea umelipa umetoa imetumwa imepokelewa
"""
RECEIPT_MARK = """
    transaction_id trans_id txn_id txn trxid trx_id trx tid transid transaction_ref reference ref ref_no fee fees
    transaction_fee frais frais_de id_transaction id_transacao taxa ada muamala kumbukumbu financial_transaction
"""
"""A receipt for money that was moved has a word of each list: the balance in it is that of a wallet, not of a line."""

SOMEBODY_ELSE = """
    этого_абонента другого_абонента другого_номера чужо* вашего_друга за_абонента вызываемого_абонента
    запрошенного_номера etogo_abonenta drugogo_abonenta drugogo_nomera vashego_druga other_subscriber
    another_subscriber this_subscriber that_subscriber other_person another_person another_number the_other_number
    your_friend friend's beneficiary recipient receiver's sender's child's kid's son's daughter's ребенка ребёнка
    dziecka kindes des_kindes beneficiaire destinataire tu_amigo su_amigo destinatario beneficiario arkadasin*
    empfanger* odbiorc* prijemc* іншого_абонента inshoho_abonenta cel_de_altcineva
"""
"""The sum may be that of another line."""

EXPIRED = """
    expired a_expire est_expire ha_expirado ha_caducado e_scaduto scaduto истек истекло истёк сгорел* wygas* lejart
    verfallen propadl* istekao isteklo kadaluarsa hangus het_han vanhentu* utgatt utgått udlobet verlopen a_expirat
    expirou expirado vencido caducado lost lapsed forfeited annule annulé cancelled canceled gesperrt blocked
    заблокирован* аннулирован* pending ausstehend
"""
"""Behind a sum: it is not there any more."""

EXAMPLE = """
    example* e.g. test test* тест тестов* пример* приклад* beispiel* exemple* ejemplo* esempio* exemplo* demo sample
    voorbeeld* priklad* przyklad* pelda ornek* örnek* misol* contoh* vi_du exempel* eksempel* esimerk* primer
    образец шаблон template مثال تجربه 例如 示例 测试 例 テスト
"""
"""What follows is made up."""

NOW = """
    now сейчас sejchas теперь зараз zaraz тепер currently jetzt maintenant ahora agora adesso obecnie teraz nyni teď
    most acum sada сега nu nyt simdi şimdi hozir қазір сада tani tagad dabar praegu τωρα τώρα الان اکنون עכשיו अब
    এখন 现在 現在 지금 ตอนนี้ sekarang bay_gio sasa
"""
"""In front of a sum by itself: what is there now, whatever an earlier sum says."""
