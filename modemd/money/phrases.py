"""The words of a reply that are not about whose money it is: data, dates, errors, announcements, units. Same form as
money/lexicon.py."""

from __future__ import annotations

from modemd.money.lexicon import REST

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
    valid valids valid_till valid_until validity expir* exp exp_date expiry till til until upto use_before use_by
    before ends end_date active_until active_before active_till good_until bis gultig* guthaben_verfallt verfallt
    verfallen ablauf* lauft_ab haltbar hasta vence* vencim* valid* valab* valido* valida* caduca* vigencia vigente
    jusqu* jusqu'au expire* validite do до дo диj* дійс* діє действ* deistv* dejstv* diys* diye срок srok термін
    termin istek* истек* истеч* годен wazn* waznosc waznosci platn* platnost aktif aktif_sd s.d sd s/d sampai hingga
    berlaku masa_aktif masa_tenggang tenggang berakhir tamat hsd han_su_dung hạn_sử_dụng han_dung su_dung_den
    den_ngay den dung_den het_han den_het ถึง หมดอายุ ใช้ได้ถึง วันหมดอายุ الصلاحيه الصلاحية صلاحيه صالح حتى حتي ينتهي
    تنتهي تا اعتبار_تا paatty* voimassa* asti lejar* ervenyes* giltig* galler t.o.m tom utgar gyldig* udlob* utlop*
    scade* scadenza valid* fino fino_al ate até valida_ate validade vencimento gecerli* geçerli* son_kullanma skt
    bitis kadar dek qadar amal_qiladi дейін kacin važi* vazi* vazenja vazenje istice krajnji datum_isteka валидно
    валиден изтича изтичане vigencia_hasta λήγει ληγει έως ewc ισχύ* lejarata expira* pana_la derīgs galioja kehtib
    geldig* verloopt vervalt t/m tot vale ending beraktif do_dnia მოქმედებს ვადა վավեր ուժի_մեջ մինչև יתוקף בתוקף עד
    में_मान्य वैधता মেয়াদ moqmed* felhasznalhat* felhasználhat* veljav* derig* vlefsh* isxu* ισχύει ligi lixi λήξη
    son_kullanim muda_wa_matumizi 有效期 有效期至 有效期限至 有効期限 使用期限 到期日 유효기간 期限 만료일 aqtiuria
    валидност* muddati amal_qilish hugatsaa zhamket እስከ mohleti möhleti manan-kery chai_dai ใช้ได้ หมดอายุวันที่ salahiya
    validu ważn* geçerlilik vrijed* istič* platí platí_do érvényes* voimas* kehtivu* diisn* дійсн*
    hanggang hanggang_sa val isxyei isxyi luput muddeti valabila
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
    prise_en_charge bildirilecek* bildirilir
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

DIAL = """
    dial call press visit reply go_to log_in click tap download composez compose tapez appelez faites marque marca
    marcar digite disque ligue wahlen wähle wähl waehlen наберите набери набирайте нажмите наберіть zadzwon zadzwoń
    wybierz volejte vytocte vytočte tekan hubungi dail piga bonyeza bam bấm bam_goi soan soạn tumawag chama quay_so
    birajte pozovite nazovite sunati sună arayin arayın cevirin çevirin tuslayin tuşlayın
"""
"""Asks to do something with the telephone."""

CLAIM = """
    claim* redeem* unlock* activat* collect* accept* win won get add have receive* canjea* reclam* confirm* obten*
    gewinn* gagn* получ* забрать актив* claim poluch* odbierz aktyw* klaim dapatkan resgat*
"""
"""What is asked for gives the money: it is not there yet."""

NAMED_SO = """
    de_recarga de_recargas rechargeable ricaricabile ricaricabili recargable recargables recarregavel recarregaveis
    по_вашата_карта по_картата по_картата_ви на_картата по_ваша_карта po_vashata_karta po_kartata topup_number
"""
"""Names of cards and accounts that only sound like events or other purses."""
