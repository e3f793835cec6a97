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
"""
"""Words in front of the word for the balance that do not make it another purse; an unknown name may."""

LINKS = """
    is are was ist sind betragt betraegt liegt lautet belauft est es esta sono ammonta wynosi iznosi je cini er är on
    este eines adalah ialah составляет sostavlyaet равен raven становить stanovyt la ni eshte equals now as at of in on
    by the to for fur fuer für dla na de del di do da dos das para pour pro per von vom der die das den dem des van het
    и на по за для вашего vashego your ihr ihre ihrer dein deine deiner vaseho vasi vaseg svoj mein no nr amount value
    сейчас sejchas сегодня segodnya today heute aujourd'hui hoy oggi hoje dzis dnes stand stav sum summe sumie suma
    сумма summa сумму сумме total lr rs tl tinh den nay hien tai sas einai lako kuu ka hai ki aap juaj anda kamu
    quy khach cua ban minh with line linie linea linja mobil mobile sim phone telefon rufnummer* nummer*
    abonenta абонента договор* dogovor* лицевого litsevogo личного numeru cisle cislo cisla broj broja
    sayin abonemiz guncel sonunda dienu dienai uz par jums jusu teie sinu liittymän liittymasi þín þin dvs dumneavoastra
    after after_call after_this_call nach после posle pislya після apres despues dopo po setelah sau
    bedraagt udgor utgor utgör op is_low low niedrig verfallt verfällt valid_until cartelei cartela konekaardi
    amigo denezhnyh денежных abonnement au am al il in_data_di u has nrs je_zdaj znasa znaša είναι ειναι
    είναι_τώρα është es_ist vam ti tvoj your_phone kreditu konta shoma man mon estime
    jest jsou su bulunan
    yra bor keni muda wa maongezi seu teu bastante ne_kartele kartele si на_вашата
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
"""
"""Words right behind the balance that take nothing away from it."""

NUMBER_OF = "номер* nomer* number no nr num numer* numero nummer* № n° mobile phone telefon* msisdn"
"""Words in front of the number of an account, a line or a telephone."""
