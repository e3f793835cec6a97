"""Words that may stand next to a sum without making it something else, in the form of money/lexicon.py."""

from __future__ import annotations

HAVE_FILLERS = """
    still now only just a an the of currently exactly total got up_to_date nog maar noch nur aktuell encore plus_que
    un de d' en aun todavia solo ancora jeszcze tylko jeste uz jos ще еще ещё только сейчас осталось залишилось inca
    fortfarande bara kun stadig fremdeles viela masih hanya tinggal con chi credit load balance saldo airtime na
    konte koncie на_счете счете счету рахунку left remaining
"""
"""What may stand between "you have" and the amount: any other word could be what happened to it."""

ON_ACCOUNT = """
    on_your on_the on_account on_card on_sim in_your in_the auf_ihrem auf_ihrer auf_deinem auf_deiner auf_der auf_dem
    am_konto sur_votre sur_ton sur_le sur_la en_tu en_su en_la en_el no_seu no_teu na_sua na_conta sulla_tua sul_tuo
    sulla_sua sul_suo sulla_sim sulla_scheda på_kortet på_kontot på_kontantkort* på_ditt på_din pa_kortet pa_kontoen
    na_koncie na_karcie na_uctu na_ucte na_kartě na_racunu na_kartici на_счете на_счету на_сметката на_сметка
    на_рахунку na_schete na_rahunku op_je op_uw hesabinizda hattinizda di_kartu di_akun kortilla liittymässä
    на_вашем на_твоем на_твоём на_вашому na_vashem na_vasem na_twoim na_twoj* en_votre sur_son på_dit in_uw
    in_je in_main in_ihrem σας_στο στο nella_sua i_saldo na_tvojem no_cartao do_wykorzystania on_my dalam_akaun
    w_portfelu на_основн* na_osnovn* в_остатке
    bulunmaktadir bulunmaktadır bar mavjud mavjuddur var по_сметката по_сметката_си po_smetkata po_smetkata_si
    po_kartata по_картата na_vasi_karte na_vasom_ucte qaldy
    қалды qoldi galdi bor airtime airtime_left in_cont pe_cont pe_cartela w_koncie konti_yawe
    van található talalhato
    бар qaldy_bar təşkil_edir teskil_edir de_saldo_disponivel att_ringa_för att_ringa_for credit_valabil
"""
"""Where what one has is: nothing that happened to it."""

ORDINARY = """
    your you the dear customer subscriber ваш ваша на ihr ihre dein votre vous tu tuo su sua seu o il le la twoj vas
    vase vash uw je ditt din dein teie jusu account acct current aktuell* aktualn* stan total wallet prepaid текущ*
    tekushh* вашего в at as new nuevo novo neuer neues nouveau neu airtime credit simple u az on on_egyenlege
    sizning siz sizin вашият вашето vasa vaseho vaseto tvuj naujas uus uusi nytt nyt ny nieuwe nowy nowe nov*
    твой мой mon meu mi mio mein moj sizing сиздин сіздің
    prepay mobil mobile prepaid-card simcard sim actual disponible disponibile disponivel available
    verfugbares verfugbar* aktuelles aktueller ваши вашем твоём твоем на_вашем in nos и and also der die das
    остаток остатка of for лицевого текущий basic recharge_credit our
    a an un una uno une ur ваш* vash* твоё твоего twoj* twoim twojego twojej vas* ton tau ta dvs dumneavoastra
    suo suoi vostro nas minha tua το του ο η στο σας σου έχετε εχετε τη την το_υπόλοιπο shoma таны tanii ihrem
    ihren deinem unser iznos ir aux au communication zagal aktualis aktuális feltöltött feltoltokartyas
    zbyvajici zbývající zostavajuci nalichni налични наличен денежных denezhnyh денежные cartelei cartela
    konekaardi kõnekaardi amigo jelenlegi current_main actuel actuelle corrente attuale atual huidig* nuvarande
    gjeldende nykyinen guncel güncel mevcut hozirgi joriy ағымдағы поточн* potochn* тековна trenutn* тренутн*
    dabartin* pasreizej* praegune currently telefon phone сизнинг sen u_vas у_вас вам im nel nella del
    dello della au_total bieżąc* biezac* dostępn* dostupn* доступн*
    cari dzer hashvi hashvin mai kartes karty karte cartao cartão λογαριασμου λογαριασμού gjenstaende
    gjenstående resterande atlikusais kopejais pieejamais likusy likes turimas esamas atlicis vabad saadaol
    current_prepaid tersedia baki semasa terkini maongezi mevcuddur qolgan mavjud kullanilabilir kalan prepaye
    prépayé restant actualizado preplacen* predplacen* předplacen* prepagado pré-pago prepago precarga gsm
    voice_airtime talktime 4g lte mobil* handy* ihres deines kundenkonto* kunden* kontos account's
    звонков zvonkov дзвінків puheaikaa anrufe appels llamadas
    διαθεσιμο διαθέσιμο to το diathesimo iyong ang tapaiko tqveni dzer dzez aapka aap_ka apka apna shumo shoma tany
    таны giffgaff lebara lycamobile lyca voxi yettel vodafone beeline tele2 tinkoff magti geocell kyivstar lifecell
    digicel ooredoo airtel salio_lako lako kuu kawaida akaunti_kuu ny juaji juaj votre_compte hi hello
    hey dear_user abonent abonenta mukhya αγαπητε neo nea neos νεο νέο το_νέο ваше ваш_текущий ваши вашем vashe nashe
    asosiy ana osnovny негизги неги́зги негізгі asas utama real effettivo effektiv verfügbares verfuegbares
    verfugbares hlavny hlavní aktuální aktuálny aktualny aktuelle tatsachliches resterende resterend restliches
    verbleibendes pozostaly zostávající zbyvajici dostepny dostupny dostupni raspolozivi jelenlegi aktualis
    rendelkezesre_allo felhasznalhato lebeszelheto kartya kartyaja számla szamla szamlaja számlája
    vasa_balanta
    hi hello hey hallo hei hej moi ahoj cau czesc dzien dobry dobry_den zdravo szia bonjour bonsoir salut salam salom
    salem hola ola ciao buongiorno guten tag gruess servus grezi merhaba selam namaste namaskar jambo habari bula
    talofa aweh mbote xin_chao xin chao sawasdee kia_ora aloha sveiki labdien labas_vakaras tere geia здравствуйте
    здравствуй привет добрый день вечер утро вітаємо доброго дня вечора уважаемый уважаемая уважаемые шановний шановна
    поштовани hurmatli mijoz hormetli hörmətli abuneci abunəçi qurmetti құрметті абонент урматтуу муштарий klient
    klienta kunde kundin kunden cliente clientes client customer customers user members gentile egregio estimado
    estimada caro cara cher chere vazeny vazena zakaznik zakazniku zákazníku szanowny szanowna drogi stimate stimata
    abonat kedves tisztelt ugyfelunk ugyfel pelanggan yth bapak ibu saudara quy khach_hang ndugu mteja mpendwa
    dear_sub subscriber subscribers sub_no ve got y'ello yello auf sind станом на станом_на teper тепер теперь zaraz
    зараз jusu prieksapmaksas kartes priekšapmaksas ungal va baghimande etebare asli it's its here's this that these
    there here please remember znajte bitte hinweis hey_there konto_numer numeru numerze dla_numeru rufnummer
    mobilfunknummer kundennummer vertrag vertragsnummer kartennummer karte karten vasom vašom tvojom tvojem twoim
    twojego twoje pańskie panskie panstwa państwa vasem vašem vasich svojom svojem вашої вашому нашому твоєму твоём
    твоем твій тебе тобі вам вами вас нас нам наш наша наше личном личный лицевом номере номера номеру телефона
    телефону телефоне телефон абонентском абонентського особовому особовий ви вие имате имаш eto это є есть was_noch
    you_ve_got you_got u_ve_got thou currently presently overall remaining_prepaid unexpired usable voor na_karte
    conta minha carte_prepayee carte_sim ligne votre_ligne vostra tua tue suoi sulla nella della dello degli
    al_momento resta_a_disposizione a_disposizione tua_scheda scheda dispoe dispõe possui possuis detem qaydi
    mablagingiz mablag mablag' қаражат қаржы каражат акча жағдайы tqven balansze aris shot шот шотта haraaga konta
    akaunti simu yako namba of_your sim's sim_card card card's line line's number
    suivi conso
    ai
    sur_votre votre_carte de_votre_carte остатък
    derzeit momentan zurzeit zur_zeit verfugen verfuegen verfügen uber über ueber ein eine sie wir informieren dass
    informamos informo que te le les nous vous informons informiamo la che informujemy ze że informujeme ze_vas
    va_informam ca că informam сообщаем что информируем повідомляємо що інформуємо inform informs informed that
    we_inform_you please_be_informed bilgilendirme sizin mojooda mojuda apnar apnake ang mo iyong aking imong iyo_nga
    kasalukuyang ng sa inyong maujuda abhi aur kul mera tumhara geldi obecne obecnie aktuálně aktualne momentalne
    momentálne jelenleg pillanatnyilag nuvarande naervaerende nuværende nåværende tällä_hetkellä talla_hetkella hetkel
    praegune šobrīd sobrid siuo_metu šiuo_metu momental acutal attualmente corrente presente actualmente presentemente
    agora atualmente τρέχον trexon trehon τωρινό аgymdagy учурдагы ҳозирги ҳоло холо hesabinizdaki hesabınızdaki
    hattinizdaki hattınızdaki kullanilabilir kullanılabilir toplam
"""
"""Words in front of the word for the balance that do not make it another purse; an unknown name may."""

LINKS = """
    is are was ist sind betragt betraegt liegt lautet belauft est es esta sono ammonta wynosi iznosi je cini er är
    on este eines adalah ialah составляет sostavlyaet равен raven становить stanovyt la ni eshte equals now as at of
    in on by the to for fur fuer für dla na de del di do da dos das para pour pro per von vom der die das den dem
    des van het и на по за для вашего vashego your ihr ihre ihrer dein deine deiner vaseho vasi vaseg svoj mein no
    nr amount value сейчас sejchas сегодня segodnya today heute aujourd'hui hoy oggi hoje dzis dnes stand stav sum
    summe sumie suma сумма summa сумму сумме total lr rs tl tinh den nay hien tai sas einai lako kuu ka hai ki aap
    juaj anda kamu quy khach cua ban minh with line linie linea linja mobil mobile sim phone telefon rufnummer*
    nummer* abonenta абонента договор* dogovor* лицевого litsevogo личного numeru cisle cislo cisla broj broja sayin
    abonemiz guncel sonunda dienu dienai uz par jums jusu teie sinu liittymän liittymasi þín þin dvs dumneavoastra
    after after_call after_this_call nach после posle pislya після apres despues dopo po setelah sau bedraagt udgor
    utgor utgör op is_low low niedrig verfallt verfällt valid_until cartelei cartela konekaardi amigo denezhnyh
    денежных abonnement au am al il in_data_di u has nrs je_zdaj znasa znaša είναι ειναι είναι_τώρα është es_ist vam
    ti tvoj your_phone kreditu konta shoma man mon estime jest jsou su bulunan yra bor keni muda wa maongezi seu teu
    bastante ne_kartele kartele si на_вашата zostalo zostało ci pozostalo shumo chha ay ao aminao dia waa haraagaagu
    niyo ni_sawa eshte_tani waxaa kasutada kuni gjithsej kontoja ir_palicis ir palicis palikus palika galima karte
    karti karty kartici kartě kartici kartata картата кредита кредиту абонентский stoji znaša jaljella jäljellä noch
    sind nog maar nur_noch aktuell_noch yahin lev% tani per_now pr ammonta_a e'_di é_de è_di es_actualmente
    actualmente_es currently_at es_ahora esta_en amounts amounting stands_at hozirda hozir hazirda qazir қазір азыр
    şu_an su_an suan şuan şu_anda su_anda itibariyla gen
    dvs imate
"""
"""Words between the word for the balance and the sum that only lead from one to the other."""

FOLLOWERS = """
    as at on of in and or und et ou y e o и или i ili та й og och ja en dan va ve və oraz si és a with mit avec con com
    from от vom du is are ist est var dir dır dur dür bulunmaktadir bulunmaktadır mavjud mavjuddur tashkil etadi hai
    да dana da ga ge today сегодня now сейчас only total всего including_tax incl_tax dear customer
    your you for_you ok please пожалуйста pozhalujsta hvala dziekujemy dekujeme multumim grazie gracias merci danke
    obrigado teşekkürler tesekkurler kiitos tack takk tak thanks thank спасибо spasibo дякуємо dyakuyemo rahmat рахмет
    asti iki lidz kuni fino hasta jusqu bis tot till until upto exp expires expiring excl net brutto netto
    wykorzystania wykorzystan* tax taxes vat tva ндс пдв iva mwst incl inkl igjen ast mibashad mi_bashad می_باشد
    است доступно sah sehingga aktif galioj* deri dengan w te di de prepaid airtime talktime
    karte carte carta tarjeta karta karty kartka kartě kort kortet kontantkort* cartao cartão card sim simcard
    phone line linea linha ligne linie scheda numero number numer* account compte cuenta conta conto konto*
    taletid* racun* racunu ucet uctu счет* счёт* рахун* сметка bor ta main mobile mobil liittym*
    по_состоянию_на по_состоянию на_дату chha bar inclusive inclusive_of kai isxuei li_valab tugrug tögrög és_érvényes
    es_ervenyes ervenyes érvényes och_gäller gaeller og_gildir gildir und_ist ist_gueltig i_wazne y_vence vence expira
    y_es e_valido e_scade et_expire et_est valable valido válido valida valid and_expires and_valid and_will
    which_will which_expires до_конца по_карте по_номеру за_номером по_рахунку eos μέχρι εως έως till_date as_of
    per_am per_heute heute stand ve_son kadar icin için gecerli geçerli tarihine hatramin manan-kery muda_wa_matumizi
    mpaka hadi until_date hurtel
    au le ngay den_ngay al a_fecha na_dan dnia_na ke_dni k_dnu
    hoy hoje oggi dzis dnes danas azi aujourdhui
    təşkil teskil edir бар mablag' mablag att ringa för for_calls for_call for_all to_call to_use for_use valabil
    valabila valabilă varai samma voor_bellen kvar saldo_disponivel disponivel credit_left ta'minot in_your_account
    asante shukran merci_de thank_u thx regards
"""
"""Words right behind the balance that take nothing away from it."""

NUMBER_OF = "номер* nomer* number no nr num numer* numero nummer* № n° mobile phone telefon* msisdn"
"""Words in front of the number of an account, a line or a telephone."""

GLUED = "dir dır dur dür tir tır tur tür ig ga ge"
"""Endings that a sum may have behind a hyphen or an apostrophe: "5 TL'dir" only says "is"."""

GREETINGS = """
    info infos information sms ussd usd message mensagem mensaje status hinweis nachricht service notice dear hi
    hello konto account prepaid инфо информация сообщение кабинет ответ answer reply response antwort reponse
    respuesta resposta risposta balanceinfo mobile number msisdn numero номер date дата client cliente klient
    customer abonent абонент conso suivi text sim tariff tarif тариф plan
    hs uhr msg
"""
"""What may stand with a colon in front of the whole sentence."""

BRANDS = """
    cz mw republic degrees activ australia avea axiata belarus benin brazil brasil cameroon cell cellfie connect cote
    czech d'ivoire ivoire djibouti ee egypt eleven esim eswatini evatis finland germany ghana ht hungary hutchison india
    indonesia iran italy karabakh kazakhstan kenya libya life link magticom mali mexico mfone niger nigeria nurtelecom
    nz oi one pakistan play plus poland qb ring senegal south spain talk tattelecom tel three togo togocel tri trimob
    turk turkey uganda uk ukraine ums usa utel uzbekistan uztelecom vi we win wind tanzania zambia malawi rwanda burundi
    congo rdc gabon tchad chad burkina faso guinee guinea gambia liberia sierra leone mauritius maroc morocco tunisie
    tunisia algerie algeria libye sudan somalia ethiopia madagascar mozambique mocambique angola botswana namibia
    zimbabwe lesotho cambodia myanmar thailand vietnam philippines malaysia singapore nepal lanka afghanistan iraq
    jordan lebanon syria yemen oman qatar bahrain kuwait uae ksa israel cyprus greece romania bulgaria serbia croatia
    hrvatska slovenija slovenia bosnia bih montenegro albania shqiperi kosovo macedonia makedonija moldova georgia
    armenia azerbaijan turkmenistan kyrgyzstan tajikistan mongolia japan korea taiwan china argentina chile peru
    colombia ecuador bolivia paraguay uruguay venezuela panama salvador guatemala honduras nicaragua dominicana haiti
    jamaica trinidad barbados guyana suriname fiji samoa tonga vanuatu png zealand canada ireland britain france
    belgique belgium belgie nederland netherlands osterreich austria suisse schweiz switzerland italia espana portugal
    deutschland danmark denmark sverige sweden norge norway suomi eesti estonia latvija latvia lietuva lithuania polska
    cesko czechia slovensko slovakia magyarorszag malta luxembourg iceland fido koodo chatr rogers bell freedom
    luckymobile fizz nrj prixtel syma reglo coriolis sosh byyou lebaramobile talkhome talkmobile asda nowmobile
    sainsburys id honest ecotalk tpo eir aldimobile fonicmobile nettokom norma ja mobilcom debitel otelo fyve ortel
    lidlconnect kauflandmobil hofer bob eety magenta rapid lola hoti wingo coop migros mbudget quickline onecall mycall
    chess phonero cbb greentel happii zeta bitemobile teledema zelta plusgsm vikings mobilevikings klucz opencall radost
    swanmobile invitel djuice globul bivol vivatel multiplus att at&t hot antel halotel ucom волна летай volna letai
    unicom mobicom skytel hormuud golis somtel lonestar africell qcell gamcel comium libyana almadar wataniya bitel wom
    tuenti pepephone lowi simio masmovil digimobil euskaltel sfr edeka penny klarmobil freenet winsim kpn ben telfort
    proximus scarlet telering spusu yesss georg callme oister telmore vimla fello chilimobil talkmore dna pildyk amber
    siminn kaktus sazka funfon juro swan blesk tomato ipko vala eagle albtelecom lobi frog unefon iusacell entel avantel
    nextel virginmobile tuves cellc rain mascom btc unitel movitel tmcel emtel mtml airtelmoney robi citycell skitto
    ncell smartcell utl hutch slt mobitel dhiraagu roshan etisalat awcc mytel mpt atom telemor timor vinafone gmobile
    vietnamobile itelecom laotel ltc seatel coolmoney smartaxiata unifi redone tunetalk xox tron celcomdigi ookyo yes
    umobile indosatooredoo axis byu im3 mentari matrix simpati kartuas loop tnt tm gomo cherry mobistar scarletmobile
    mtnn ntel visafone smile spectranet glomobile surfline expresso sudani sudatel canar ezys labas bonbon sabafon
    rightel soeasy airtel* africa* ais aldi alfa altel bangladesh* banglalink batelco beeline билайн bite blau boost
    bouygues bsnl cellcard cellcom celcom claro classic comviq congstar cosmote cubacel cubigel cyta dialog digi digicel
    digitel dito djezzy domino drei dtac du easy econet elisa eronet ertelecom ethio feenix fonic geocell giffgaff glo
    globe grameenphone halebop hallo hello heyah hotlink humans idea iliad indosat inwi iot jawwal jazz jio jump
    kaufland kcell kolbi korek kyivstar lao lebara libtel lidl lifecell lmt lyca lycamobile magti malitel maxis megacom
    megafon мегафон megafone melita meo metfone mobifone mobiuz mobilis mobily moldcell moov motiv мотив movicel
    movistar mtel mtc mtn mts мтс мтт natel netz nju nos nova o2 omantel ooredoo optus orange oredoo pelephone ptcl
    redbull rostelecom ростелеком safaricom salaam salt saunalahti silknet simba simpa simply simyo singtel skinny sky
    smart smarty speakout spark starhub stc sun sunrise suop swisscom syriatel t2 т2 tchibo tdc team tele2 теле2 telcel
    tele telecel telecom telekom telemach telenor teletalk telia telkom telkomsel telma telstra telus tello tescomobile
    thaimobile tigo tim tinkoff тинькофф tmobile tnm togocom touch triotel true truemove turkcell twist ucell ufone
    umniah uninor uzmobile velcom verizon viettel vinaphone virgin viva vivacell vivacom vivo vodacom vodafone voxi
    voxtel windtre xl yallo yettel yoigo yota йота yoodo yas zain zamtel zong zantel xplora сбермобайл sbermobile
    мегаком бакай
"""
"""Names of operators and of their prepaid cards, written with a capital."""
