"""The words of money in some thirty languages, as replies use them.

`words()` in money/fold.py reads these lists: blanks separate, `_` is a blank inside a phrase, `*` any ending. Both
alphabets are given where a language is sent in two.
"""

from __future__ import annotations

BALANCE = """
    koncie puhesaldo* raspoloziv* smetka smetkata sredstv* taletidskonto* kontosaldo* restguthaben
    konto prepaidkonto* ຍອດເງິນ ເງິນຄົງເຫຼືອ
    balance* bal baance a/c_bal avail.bal account_bal main_acc main_account main_bal* airtime_balance airtime
    credit credits kredit* kredyt* credito crédito crediti crédit guthaben* prepaidguthaben kontostand
    kontostan* kontoguthaben баланс* balans* balanc* bilanc* счет* счёт* schet* schetu лицевой рахун* rahunok
    rahunku rahunka kontosaldo saldo* saldot solde* conto konto_glowne stan_konta stan_srodkow srodki_na_koncie
    dostepne_srodki konta_glownego konta egyenleg* zustatek zostatok zůstatek stav_uctu stav_kreditu
    vyse_kreditu vyse_vaseho_kreditu stanje* stanja raspolozivo состояние_счета состояни* sostoyanie sostoyaniye
    bakiye* bakiyeniz kontor kredi* tl_bakiye balansiniz balansingiz balansiz balansynyz hisob* hisobingiz*
    hisobda teginmalik балансыңыз теңгерім* баланста հաշվեկշիռ հաշվին հաշիվ հաշվի մնացորդ* mnacord balansi
    ბალანს* balansi angarishze ანგარიშ* наличност салдо сметка баланса баланс_по состојба saldoja gjendja
    gjendje llogari* bilanci kreditit υπόλοιπο υπολοιπο ypoloipo υπολοιπ* yπoλoiπo yπoλoiπ* pulsa sisa_pulsa
    pulsa_anda baki baki_anda kredit_anda tk_chinh tkc tkg tk_goc tai_khoan_chinh tài_khoản_chính tai_khoan tk
    so_du số_dư etebar* etebare hesab* mojudi موجودی اعتبار رصيد رصید* الرصيد حساب* بقيه ماندهٔ mande mandeh
    ยอดเงิน เงินคงเหลือ ยอดคงเหลือ คงเหลือ ยอดเงินคงเหลือ ທ່ານມີ សមតុល្យ លុយ 餘額 余额 话费余额 残高 잔액 यतरा शेष बैलेंस
    बकाया_राशि ব্যালেন্স ব্যালান্স יתרה יתרת salio saldo_disponible credito_disponible credito_residuo
    credito_attuale مسبق_الدفع mbaki pozostala_kwota unused_credit talktime talk_time talk_value core_balance
    account_value tilgodehavende tilgode sold_disponibil credit_disponibil cont atlikums likutis jusu_konta
    saskaita saskaitoje kontojaak kontojääk jääk jaak inneign innistaeda saldo_atual beltegoed tegoed belsaldo
    tegoed_is kaufguthaben credito_principal saldo_principal cuenta mebleg mebleginiz balansinizda kontoen
    na_schete na_schetu na_schetah vash_schet средств* sredstv денег_на_счете na_vashomu_rahunku load_balance
    load_bal sold soldul soldului credito_disponivel balanco_atual prepaid_account
    rakhunok rakhunku rakhunka creditul creditului belkrediet uldegdel үлдэгдэл soldi zostatku zustatku
    kreditiniz balanci balancin
    mainacct mainacc mainbalance mainbal mainaccount airtimebal prepaidsaldo telefontegoed puhelinsaldo
    kontobalance kreditas kredits kredita stanje_kredita prepaid_bal acct_bal funds cash_balance
    contul contului ucte účte оставащ_кредит кредитът кредитот compte_mobile compte_principal compte_prepaye
    saldoa saldosi saldosta egyenlegem egyenleged
    tai_khoan_goc mnacordy mnacorde hisobingizda saldet hesabinda
    belwaarde taletidssaldo guthabenstand prepaid-konto taletidssaldoen saldoen saldoet
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
    ju_keni keni hisobingizda mai_ai
"""

SUB = """
    bonus* бонус* bonusn* promo* промо* gift* подар* podar* geschenk* startguthaben start_credit free
    free_credit gratis bespl* беспл* бесплатн* besplatn* kostenlos* limit* лимит* límite limite* plafond_de loan
    advance аванс avans обещан* obeschan* obeshhan* obesch* довер* doverit* doverie trust emergency sos borrow*
    qarz* pinjam* reserve* резерв* rezerv* hold frozen blocked заблокир* paketn* пакетн* dodatk* додатк*
    дополнит* dopolnit* additional extra zusatz* sub_account subaccount sub dedicated data_credit credito_dati
    dati crédit_data datenguthaben roaming роуминг* rouming tk_no tkkm tk_km km1 km2 km3 km khuyen_mai
    khuyến_mãi tk_phu phu reward* loyalty points cashback кешбэк кэшбэк keshbek kesbek cadeau offert regalo
    omaggio verschenkt promocyjn* w_tym davon z_toho из_них iz_nih including incl inkl dont di_cui of_which
    darunter tym op= оп= wow shegeftangiz hadiah bonusgeld recompensa recompense friend* друг* druz* partner
    wallet_2 pending monthly_allowance keret havi postpaid اللاحق постоплат* postoplat* mobile_money mpesa
    m-pesa momo odmena hediye hədiyyə hediyye бонусный_счет rollover onnet on-net offnet voice_balance
    sms_balance data_balance sms_bal voice_bal internet_balance sadaqa zdarma ajandek bundle* package* paket*
    пакет* pachet* forfait* pass bolt-on darurat bonga okoa fuliza orange_money airtel_money tigo_pesa
    vodafone_cash anticipo prestamo prestito emprestimo pret emprunt compartido compartilhado guthabenkarte*
    guthaben-karte* guthaben-transfer voucher* ваучер* credit_card credit_score kredi_kart* kreditkart*
    carte_de_credit carta_di_credito tarjeta_de_credito кредитн*
    outstanding past_due overdue pendiente* pendente* unpaid impaye* d'impaye в_ожидании рассрочк* rassrochk*
    розстрочк* instal* rata raty rate_of карты карте карта картки картці карту карточк* картк* card_balance
    gift_card store_credit savings saving paytm phonepe gpay bkash nagad opay palmpay ecocash emola gcash maya
    paymaya dana ovo gopay shopeepay linkaja payme click kaspi bank банк* bank_account sparkasse wallet_balance
    e-wallet кошел* koshel* гаман* alert* warning threshold reminder international internation*
    international_credit internacional* mezhdunar* международн* tai_khoan_no no_goc spasibo loyalty* милі miles
    meilen punkt* bally баллов балл* stars звезд* family_credit семейн* semejn*
    балансир* balansir* balancing conto_corrente cuenta_corriente compte_courant girokonto tagihan so_du_no
    kreditkonto credit_account balance_your
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
"""
"""Something happened or is asked for: the amount moved, it is not what is there."""

LESS = """
    menee menее менее меньше ниже menshe men'she nizhe мене менше less_than below under lower_than fewer_than
    weniger_als unter moins_de inferieur* menos_de inferior* meno_di inferiore kurang_dari di_bawah duoi dưới
    mniej_niz ponizej mene_nez méně_než kevesebb mindre_an mindre_enn under_enn daha_az altinda ниже_порога if
    если esli якщо wenn si when когда kogda коли reaches reach less не_менее ne_menee at_least mindestens
    minimum minim* минимальн* порог* porog* минимум* maximum max min_balance больше_чем более bolee more_than
    over above greater up_to до_суммы na_summu на_сумму bis_zu was were был была было byl bylo war waren era
    etait previous prior old предыдущ* predydush* anterior precedent* vorherig* до_списания or
    will_be would_be будет budet буде bude bedzie sera sara será sarà akan_menjadi wird_dann olacak in_24_hours
    tomorrow завтра morgen demain mañana
    выше vyshe higher вчера vchera yesterday gestern hier ayer ieri wczoraj vcera tegnap dun igår igar kemarin
    hom_qua ontem eilen about around approx approximately около okolo примерно primerno приблизно etwa rund
    ungefahr environ circa cca ca aproximadamente cerca_de aprox yaklasik sekitar kira-kira khoang between
    zwischen entre между mezhdu mellan mellom keep держите поддержи* needed need needs необходим* neobhodim*
    нужн* nuzhn* потрібн* benotig* brauchen necesit* occorr* serv* precisa* potrzeb* must sollte should doit
    debe deve musi altina altında altına dusmeden ниже_чем or_more or_less и_более и_выше oder_mehr ou_plus
    y_mas станет stanet становится до_пополнения before_top-up at_most pelo_menos al_menos au_moins almeno tenir
    mantener
    при pri
"""
"""The amount is a bound, not a value."""

MINUS = """
    минус* minus* мінус moins menos negativ* отрицат* otricat* meno eksi manfi минусе negatif ناقص سالب منفي
    منفی
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

LEFT = f"""
    {REST}
    balance balances ostatok left_over unused неиспольз* неизрасход* non_utilise* niewykorzystan* belum_terpakai
    kvarvarande gebleven available kuota_utama current_data
"""
DATA_LABEL = """
    data datos dati daten dades dados daten internet интернет* date date_mobile podaci podatki veri donnees
    du_lieu dữ_liệu data_main kuota paketa paquetes diaria mensajeria mobile_data данные dannye surf gprs mbs
    volume datenvolumen adat adatkeret بيانات انترنت إنترنت اینترنت بسته เน็ต อินเทอร์เน็ต nat nacionales lte 4g
    5g 3g neto bundle data_balance data_bal gigas megas
"""
USED = """
    used consumed spent usage verbrauch* verbraucht consumo consumido consumati utilise utilises consomme*
    использовано использован* израсход* izrashod* ispolzovano истрачено потрачено vykorystan* використано
    wykorzysta* zuzyt* spotrebovan* vycerpano iskoris* potroseno forbrukt forbrugt forbrug anvant forbruk
    kullanilan kullandiginiz terpakai pemakaian da_dung đã_dùng gebruikt felhasznalt مصرف استهلاك المستخدم
    masraf ใช้ไป cheltuit folosit
"""
OFFER = """
    get buy bonus_of win for_only for_rp price promo offer plus_get recharge subscribe activate dial to_get
    enjoy purchase only recargue compra compre compra* comprar adquirir adquiere купи* получ* подключ* podkl*
    poluch* kup koop nur_fur acheter achetez souscri* activez profite* beneficiez beli dapatkan aktifkan cuma
    hanya dang_ky đăng_ký mua chi_voi uu_dai speed velocidad скорост* skorost* predplat* pobierz wlacz zamow
    satin_al hemen_al yukle kaufen buchen jetzt_buchen köp kob osta at for за всего_за
"""
VALID = """
    valid valids valid_till valid_until validity expir* exp exp_date expiry till til until upto use_before
    use_by before ends end_date active_until active_before active_till good_until bis gultig* guthaben_verfallt
    verfallt verfallen ablauf* lauft_ab haltbar hasta vence* vencim* valid* valab* valido* valida* caduca*
    vigencia vigente jusqu* jusqu'au expire* validite do до дo диj* дійс* діє действ* deistv* dejstv* diys* diye
    срок srok термін termin istek* истек* истеч* годен wazn* waznosc waznosci platn* platnost aktif aktif_sd s.d
    sd s/d sampai hingga berlaku masa_aktif masa_tenggang tenggang berakhir tamat hsd han_su_dung hạn_sử_dụng
    han_dung su_dung_den den_ngay den dung_den het_han den_het ถึง หมดอายุ ใช้ได้ถึง วันหมดอายุ الصلاحيه
    الصلاحية صلاحيه صالح حتى حتي ينتهي تنتهي تا اعتبار_تا paatty* voimassa* asti lejar* ervenyes* giltig* galler
    t.o.m tom utgar gyldig* udlob* utlop* scade* scadenza valid* fino fino_al ate até valida_ate validade
    vencimento gecerli* geçerli* son_kullanma skt bitis kadar dek qadar amal_qiladi дейін kacin važi* vazi*
    vazenja vazenje istice krajnji datum_isteka валидно валиден изтича изтичане vigencia_hasta λήγει ληγει έως
    ewc ισχύ* lejarata expira* pana_la derīgs galioja kehtib geldig* verloopt vervalt t/m tot vale ending
    beraktif do_dnia მოქმედებს ვადა վավեր ուժի_մեջ մինչև יתוקף בתוקף עד में_मान्य वैधता মেয়াদ
    moqmed* felhasznalhat* felhasználhat*
"""
"""Words before the day on which money or packages end."""

NOT_VALID = """
    списан* spisan* оплат* activated activation ngay_kh kh khoa* khoa1c khoa2c khóa renewed renewal_date
    next_bill rechnung* activacion aktivasi aktivovan* recharged last_recharge last_payment платеж* списание
    списания периода period* с c from_ from since od_ от з vom van_ du_ del_ registration registered birth nbsp
    last previous recharge_before продлен* prodlen* from_date start starts starting bill
"""

ERROR = """
    error not_enough insufficient* errors eror ошибк* oshibk* помилк* fehler* erreur* erro errore blad błąd
    blędny bledny chyba chybny hiba* hata hatali hatalı gresk* greshk* грешк* eroare fejl feil virhe σφάλμα
    σφαλμα خطا خطأ خطای kesalahan ralat lỗi loi_he_thong ข้อผิดพลาด invalid* incorrect* incorrecto incorreto
    wrong unknown_application unknown_service unknown_command unknown_code unrecognised unrecognized unexpected*
    illegal not_valid tidak_valid khong_hop_le không_hợp_lệ ungultig* ungültig* unzulassig* falsch* invalide*
    inconnu* invalido* inválido* no_valido no_es_valido no_valida nao_reconhecido non_valido non_valida errato
    errata non_riconosciuto nieprawidl* niepoprawn* neplatn* nespravn* nespravne helytelen ervenytelen*
    gecersiz* geçersiz* yanlis* yanlış* noto'g'ri notogri ogiltig* ugyldig* virheellinen ongeldig* onjuist*
    неправильн* nepraviln* неверн* nevern* некорректн* nekorrektn* невірн* невiрн* nevirn* неправильний
    неизвестн* neizvestn* невідом* не_существует ne_suschestvuet не_найден* ne_najden* не_поддерживается
    ne_podderzhivaetsya не_распозн* ne_raspozn* unavailable not_available not_currently_available
    currently_not_available is_not_available unsupported not_supported not_allowed not_permitted not_authori*
    not_subscribed not_registered not_active not_recogni* not_found not_exist does_not_exist no_response
    no_service service_not barred denied rejected forbidden restricted failed failure fails unsuccessful unable
    cannot can_not can't could_not couldn't not_be_processed cannot_be_processed unable_to_process not_completed
    could_not_be_completed problem_occurred technical_problem* system_busy network_busy busy timeout timed_out
    time_out try_again please_try try_later later_please retry under_maintenance maintenance out_of_service
    temporarily недоступ* nedostup* временно_не vremenno_ne не_может_быть ne_mozhet_byt* не_удалось ne_udalos*
    не_удаётся не_выполнен* ne_vypolnen* отклонен* otklonen* otkaz* отказ* попробуйте_позже повторите_попытку
    повторите_запрос poprobujte_pozzhe poprobuite_pozje povtorite_* позже pozzhe pozdnee позднее пізніше
    piznishe запрещен* zapreshhen* zaprescheno не_зарегистрир* технические_работы технические_проблем*
    сервис_не* услуга_не* servis_ne* сбой sboj недоступний недостаточно_средств nedostatochno_sredstv
    недостатньо не_обслуживается nicht_verfugbar nicht_verfügbar derzeit_nicht zurzeit_nicht momentan_nicht
    leider_nicht nicht_moglich nicht_möglich nicht_berechtigt nicht_erlaubt nicht_bearbeitet nicht_bearbeiten
    nicht_durchgefuhrt fehlgeschlagen versuchen_sie_es versuche_es spater_erneut später_erneut noch_einmal
    wartung* gestort gestört storung* erst_ab konnte_nicht konnten_nicht nicht_erkannt nicht_unterstutzt
    indisponib* no_disponible no_esta_disponible no_puede_ser no_pudo no_se_pudo no_se_puede no_es_posible
    no_ha_podido no_hemos_podido no_podemos intente_mas intente_nuevamente intentelo intentalo intenta_de_nuevo
    intente_de_nuevo vuelve_a_intentar vuelva_a_intentar vuelva_a_marcar fuera_de_servicio mas_tarde
    nao_disponivel nao_foi_possivel tente_novamente tente_mais não_foi non_disponible non_disponibile
    non_disponib* al_momento_non impossib* riprova* riprovare non_e_possibile non_possibile
    non_e_stato_possibile non_autorizz* momentaneamente echec echoue* échec reessay* réessay* veuillez_reessayer
    ulterieurement ne_peut ne_peuvent n'a_pas_pu n'est_pas non_autorise* refusee rejete* pas_disponible
    niedostepn* nie_mozna nie_udalo nie_moze nie_jest_mozliwe sprobuj* sprobuj_ponownie prosimy_sprobowac
    nie_zostal* nie_rozpozn* neni_dostupn* nelze zkuste_* skuste_* opakujte nepodarilo nepodarilo_se docasne
    nem_elerheto nem_sikerult nem_lehet nem_ertelmezheto kesobb sikertelen* probalja hizmet_disi basarisiz*
    başarısız* yapilam* gerceklestiril* tekrar_deneyin daha_sonra su_anda_hizmet islem_yapilamiyor nije_dostup*
    nije_moguce nije_uspe* pokusajte* neuspesn* neuspjesn* trenutno_nije nevazec* не_е_достъпн* невалид*
    опитайте* indisponibil* nu_este nu_a_putut incercati reincercati utilgjengelig ikke_tilgjengelig prov_igen
    försök_igen forsok_igen misslyckades inte_tillganglig kunde_inte ikke_mulig prøv_igen prov_igjen ei_onnistu*
    ei_ole_kaytettavissa ei_voida yrita_* yritä_* niet_beschikbaar niet_mogelijk probeer_* mislukt gagal
    tidak_dapat tidak_tersedia tidak_bisa belum_dapat coba_lagi coba_beberapa beberapa_saat_lagi silakan_coba
    silahkan_coba sedang_gangguan cuba_lagi cuba_sebentar tidak_sah tidak_berjaya khong_thanh_cong
    không_thành_công khong_the vui_long_thu_lai thu_lai_sau xin_thu_lai khong_ho_tro qua_tai dich_vu_khong
    khong_co_dich_vu xatolik xato* qayta_urin* keyinroq mavjud_emas imkonsiz қате қайталап haka shida
    imeshindikana haipatikani jaribu_tena غير_متاح غير_متوفر* غير_صحيح غير_صالح* حاول_مره المحاوله_لاحقا فشل
    تعذر لا_يمكن عذرا نامعتبر ناموفق امکان_پذیر_نیست در_دسترس_نیست دوباره_تلاش اشتباه مجددا ไม่สามารถ ไม่ถูกต้อง
    ขออภัย ไม่พบ กรุณาลองใหม่ 失败 无效 不可用 错误 稍后 失敗 無効 오류 अमान्य असफल पुनः_प्रयास ভুল ব্যর্থ אינו_זמין שגיאה
    vuelve_a_ingresar maaf_permintaan maaf_operasi unexpected_data nu_exista network_error ussd_error mmi
    connection_problem проблем* problema_de_red σφάλμα λάθος la8os δεν_είναι_διαθέσιμ* δεν_ειναι_δυνατ*
    προσπαθήστε დროებით შეცდომა სცადეთ սխալ հնարավոր_չէ փորձեք
"""

SMS = """
    sms sms-* sms* смс* messag* mensaje* mensagem messaggio nachricht* tekstiviest* ujumbe رساله* پیامک ข้อความ
    短信 tin_nhan poruk* wiadomos* zprav* sprav* mesaj* xabar* хабар* text_message сообщени* soobsh* soobshch*
    повідомлен* pesan bericht uzenet üzenet* смс-* съобщени* besked melding poruka kisa_mesaj الرساله
    a_text by_text text_message
"""
SMS_COMING = """
    will_be_sent will_be_send will_send will_receive you'll_receive will_get you'll_get will_be_delivered
    shortly soon has_been_sent have_been_sent was_sent is_being_sent been_sent sent_to_you sent_to_your
    be_informed be_notified will_reply will_respond will_arrive wait await via_sms_in направ* napravi*
    отправлен* отправим отправл* otpravlen* otpravim придет придёт pridet pridjot ожид* ozhid* дождитесь
    dozhdites выслан* vyslan* высыла* посл* poslan* получите poluchite будет_достав* поступит ответ_в ответ_на
    otvet надісла* надійде очікуйте ochik* otrymayete отримаєте nadisl* nadijde буде_над* zugesandt zugeschickt
    gesendet erhalten_sie erhaltst wirst sie_erhalten wird_ihnen wird_dir per_sms_gesch* recevrez vous_sera
    sera_envoy* vous_parvien* allez_recevoir va_vous sera_transmis recibira* recibiras en_breve sera_enviad*
    sera_enviad* le_llegara te_llegara le_enviaremos te_enviaremos recibirá* recebera* sera_enviado enviaremos
    riceverai ricevera* sara_inviat* verra_inviat* le_sara ti_sara otrzymasz zostanie_wysl* wyslemy otrzymaja
    obdrzite obdrzis zasleme vam_posl* dorazi bude_zasl* bude_odesl* dostanete fogja_kapni kuldjuk kuldunk
    megkuld* hamarosan kapni_fog gonderilecek* gonderildi* alacaks* gonderecegiz iletilecek* akan_dikirim*
    akan_menerima akan_mendapat* akan_kami_kirim* segera_menerima tunggu mohon_tunggu se_nhan se_duoc_gui se_gui
    yuboriladi yuborildi jonatiladi жіберіледі жіберілді veti_primi va_fi_trimis* dobicete dobit_cete
    bice_poslat* poslacemo poslacemo_vam primicete ще_получите изпратен* lahetetaan saat_pian ontvangt_u
    ontvang_je wordt_verzonden skickas far_snart sendes mottar far_du سيتم ستصلك ستصل سوف يرسل ارسال_می
    ارسال_خواهد خواهد_شد دریافت_خواهید จะได้รับ จะส่ง กรุณารอ 将 稍候 发送给您 utapokea utatumiwa itatumwa will_come
    prise_en_charge
    we'll_send we_will_send well_send
"""
SMS_SENDING = """
    send_sms send_an_sms text_to text_the отправьте otpravte отправь надішліть nadishlit senden_sie sende_eine
    schicke envoyez envia envie invia wyslij poslete kirim_sms ketik soan soạn gui_tin küldj kuldjon gonderin
    yollayin stuur skicka send_message send_a_message send_the_word not_sent
"""
"""The answer comes by SMS: one of the nouns and one of the verbs in a sentence, unless the reader is asked to send one.
Only believed where the text holds no balance."""

THANKS = """
    спасибо_за spasibo_za thank_you_for thanks_for merci_pour danke_fur gracias_por grazie_per obrigado_por
    dziekujemy_za принят* prinyat* received
"""
"""Somebody paid: an amount without a word is then what was paid."""

ACCOUNT = """
    account* acc acct a/c счет* счёт* schet* konto konta koncie conto cont cuenta compte conta rahun* рахун*
    hesab* hisob*
    llogari* tk tai_khoan лицевой racun* hesap* saskait* ucet uctu credit* kredit
"""
"""Words for the balance that are also followed by the number of an account."""

UNITS = """
    min mins minut* minute* minutes мин минут* хв хвилин* hv perc sek* sec seconds сек* секунд* sekund* phut
    phút sms смс sms(s) mms ммс сообщени* messages mesaj* pesan day days дн* дней день дня сут* den' dnei dney
    tage tagen tag dni jours jour dias dia días giorni giorno hari hr hrs hours hour час* godin* stunden ore
    heures horas часов ngay gun gün napok nap dagar dager kb mb gb tb kib mib gib ko mo go кб мб гб тб mbit*
    kbit* мбит* kbps mbps байт kbyte mbyte gbyte kbs mbs gbs points point pts балл* баллов ball* points coins
    bonov punkty punktow штук шт pcs times раз раза ca ημερες λεπτα დღე uhr år years months месяц* mesec*
    mesyac* month неделя недели недель weeks week jahre monate मिनट دقيقه دقیقه رساله رسالة يوم روز ساعت ساعه
    นาที วัน ชม
"""
"""What a number counts that is no money."""
