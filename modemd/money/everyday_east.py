"""Everyday words of central, eastern and southern Europe, the Caucasus and central Asia, in both alphabets where a
language is sent in two; see money/everyday_west.py."""

from __future__ import annotations

WORDS = {
    "ru": """
        ваш* ваши твой твоя твое твоем твоего твоих мой моя мое моем моего наш наша наше вы ты вам вас тебе тебя мне мы
        у на в во и а о об для это этот эта есть имеется имеются равен равна равно равняется составляет составил
        находится числится показывает остается остаётся осталось остался осталась остаток остатка остатков доступно
        доступен доступна доступный доступные доступных текущий текущего текущая текущее текущем сейчас сегодня данный
        момент настоящий настоящее настоящем актуальный актуально моменту состоянию состояние момента время времени мск
        дата дату дате день дня час часов год года году г утра вечера ночи счет счёт счета счете счёте счету счетом
        лицевой лицевого лицевом основной основного основном основная главный главного номер номера номеру номере
        телефон телефона телефону телефоне мобильный мобильного мобильном сотовый сим симка симки симке симкарте баланс
        баланса балансе балансу средств средства денежных денежные деньги денег денежки сумма общий общая общее итого
        уважаемый уважаемая абонент клиент клиента здравствуйте здравствуй привет добрый вечер утро спасибо пожалуйста
        благодарим информация информацию инфо сообщаем сообщает уведомляем информируем напоминаем кабинет личный личном
        предоплаченный предоплата звонков звонить срок действия действителен действительно действует включительно
        понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье январ* феврал* март* апрел*
        ма мая июн* июл* август* сентябр* октябр* ноябр* декабр* рубль рубля рублей рубли руб ещё еще пока теперь также
        тоже всего ровно точно вами нами здесь тут вот vash* vashi tvoj tvoy tvoya moj moy u na v i dlya eto est
        imeetsya raven ravno sostavlyaet sostavil nahoditsya ostaetsya ostalos ostatok dostupno dostupen dostupnyj
        dostupnye tekushij tekushchij tekuschij tekushiy tekuschiy tekushhij sejchas seychas segodnya moment momentu
        sostoyaniyu sostoyanie vremya msk data datu den chas schet scheta schete schetu licevoj licevogo litsevoy
        licevom osnovnoj osnovnoy osnovnogo osnovnom glavnyj nomer nomera nomeru nomere telefon telefona telefone
        mobilnyj mobilnogo sim balans balansa balanse sredstv sredstva denezhnyh dengi summa obshij obschij itogo
        uvazhaemyj uvazhaemiy uvazhaemyi uvazhaemaya abonent klient zdravstvujte zdravstvuyte privet dobryj spasibo
        pozhaluysta pozhalujsta informaciya informatsiya info soobshaem uvedomlyaem svyaz zvonki zvonkov srok dejstviya
        deystviya dejstvitelen vklyuchitelno rublej rubley rublya rub esche eshe eshhe poka teper vsego tochno
    """,
    "uk be": """
        ваш* твій твого твоєму твоїм мій мого моєму наш наша наше ви ти вам вас тобі мені у на в і й та а про для це цей
        є маєте маєш дорівнює становить складає знаходиться залишається залишилось залишилося залишок залишку доступно
        доступний доступні доступних поточний поточного поточна поточному зараз сьогодні даний момент станом актуальний
        час часу дата дату день дня година годину рік року р рахунок рахунка рахунку рахунком особовий особового
        особовому основний основного основному головний головного номер номера номеру телефон телефону телефоні
        мобільний мобільного сім баланс балансу балансі коштів кошти грошей гроші сума загальний загальна загальному
        разом шановний шановна шановні абонент абоненте клієнт клієнте вітаємо доброго дякуємо дякуєм дякую ласка
        інформація інформацію інфо повідомляємо кабінет плану передплачений передплата зв'язок можна термін дії дійсний
        дійсна включно понеділок вівторок середа четвер п'ятниця субота неділя січн* лют* березн* квітн* травн* червн*
        липн* серпн* вересн* жовтн* листопад* грудн* гривня гривні гривень грн ще поки тепер також усього всього рівно
        vash* tvij vas vam u na v i ta dlya tse maete dorivnyuye stanovyt skladaye zalyshok zalyshku dostupno potochnyj
        potochnyy zaraz sohodni siogodni danyj stanom chas data rahunok rakhunok rahunku rakhunku osobovyj osnovnyj
        osnovnyy osnovnogo osnovnoho holovnyj nomer telefon telefonu balans balansu koshtiv koshty groshej suma zahalnyj
        shanovnyj shanovnyi abonente kliente vitaemo dyakuemo dyakuyemo info hryven grn hrn razom вашы вашым рахунак
        бягучы складае даступна ёсць
    """,
    "pl": """
        twój twoj twoje twoja twoim twojego twojej twoich pana pani państwa panstwa pański panski mój moj moje nasz ty
        ci cię masz mamy posiadasz posiada w we na i a o oraz dla z ze to ten ta jest są sa wynosi stanowi pokazuje
        pozostało pozostalo pozostaje pozostały pozostaly pozostałe pozostałych zostało zostalo zostały dostępny
        dostepny dostępne dostepne dostępnych dostepnych dostępna aktualny aktualne aktualna aktualnie obecny obecnie
        bieżący biezacy bieżące teraz dzisiaj dziś dzis dzień dzien dnia dniu chwili chwilę stan stanie data godz
        godzina godzinie r konto konta koncie kontem numer numeru numerze nr telefon telefonu telefonie komórka
        komórkowy telefoniczny karta karty karcie sim simkarty prepaid kredyt saldo środki srodki środków srodkow
        pieniądze pieniędzy kwota kwocie kwotę suma łącznie lacznie razem główny glowny główne glowne głównym glownym
        głównego glownego podstawowe podstawowy podstawowym szanowny szanowna szanowni kliencie klient klienta klientko
        użytkowniku abonent abonencie witaj witamy cześć czesc dobry dziękujemy dziekujemy dzięki proszę prosze info
        informacja informacje informujemy wiadomość ważne wazne ważny wazny ważność waznosc ważności waznosci termin
        poniedziałek wtorek środa czwartek piątek sobota niedziela styczni* stycze* lut* marc* marz* kwietni* kwiecie*
        maj* czerw* lip* sierp* wrześ* wrzes* październik* pazdziernik* listopad* grudni* grudzie* złotych zlotych złote
        zlote złoty zloty zł zl gr groszy jeszcze nadal również rowniez tutaj brutto netto vat
    """,
    "cs sk": """
        váš vas vaš vaše vase vaši vasi vašem vasem vašeho vaseho vašom vasom vášho vasho tvůj tvuj tvoj tvoje tvém tvem
        můj muj môj moj náš nas vám vam vás ti máte mate máš mas ty v ve na k ke s se so o a i to je jsou sú su činí
        cini čini ukazuje zbývá zbyva zbývající zbyvajici zostáva zostava zostávajúci zostavajuci zostatok zůstatek
        zustatek zostatku zůstatku dostupný dostupny dostupné dostupne aktuální aktualni aktuálny aktualny aktuálně
        aktualne současný soucasny súčasný sucasny momentálně momentalne momentálne nyní nyni teď ted teraz dnes dnešní
        dni dnu dňu dne dna dňa den deň datum dátum čas cas hodin stav stavu účet ucet účtu uctu účte ucte konto konta
        kontě konte číslo cislo čísla cisla čísle cisle číslu telefon telefón telefonní telefónne mobil mobilní mobilný
        karta kartě karte karty karet kreditu kredit sim předplacené predplacene předplacená predplatená predplatenej
        předplatenka hlavní hlavni hlavný hlavny základní zakladni základný zakladny celkový celkovy celkem celkom spolu
        suma hodnota výše vyse výška vyska vážený vazeny vážená vazena zákazník zakaznik zákazníku zakazniku dobrý dobry
        ahoj děkujeme dekujeme ďakujeme dakujeme díky diky vďaka prosím prosim info informace informácia informacia
        platnost platnosť platný platny platí plati dispozici dispozícii dispozicii pondělí úterý středa čtvrtek pátek
        sobota neděle ledn* únor* unor* březn* brezn* březen dubn* duben květ* kvet* červ* cerv* srp* září zari říj*
        rij* listopad* prosin* január* február* marec marca apríl* máj* jún* júl* august* september septembr* október
        oktobr* november novembr* december decembr* korun koruny kč kc haléř ještě jeste ešte este stále stale také tiež
        zde tu
    """,
    "hr sr bs sl mk": """
        vaš vas vaša vasa vaše vase vašem vasem vašeg vaseg vašoj vasoj tvoj tvoja tvoje tvojem tvojoj moj moje naš vam
        vama ti vi imate imaš imas ima u na i a o je su sa s iznosi iznose pokazuje preostalo preostali preostala
        preostaje ostalo ostaje raspoloživo raspolozivo raspoloživi raspolozivi raspoloživa raspoloživih dostupno
        dostupan dostupni trenutno trenutni trenutna trenutačno trenutacno aktualno aktualni sada danas dana dan datum
        datuma sat sati vrijeme vreme trenutku stanje stanja račun racun računa racuna računu racunu računom konto kontu
        broj broja broju telefon telefona telefonski telefonu mobilni mobitel mobitela kartica kartici kartice sim
        prepaid pripejd pretplaćen kredit kredita kreditu ukupno ukupni ukupan sredstva sredstava novca glavni glavno
        glavnom glavnog osnovni osnovno osnovnom redovni redovno poštovani postovani poštovana korisniče korisnice
        korisnik korisnika dragi draga pozdrav dobar zdravo hvala molimo info informacija informacije vrijedi važi vazi
        važenja rok valjanosti trajanja ponedjeljak utorak srijeda četvrtak petak subota nedjelja siječn* veljač* ožuj*
        trav* svib* lipn* srpn* kolovoz* ruj* listopad* studen* prosin* januar* februar* mart* april* maj* jun* jul*
        avgust* septemb* oktob* novemb* decemb* kuna kune eura dinara din km maraka još jos također ovdje vašega znaša
        znasa še se razpoložljivo razpolozljivo dobroimetje dobroimetja dobroimetju spoštovani uporabnik številka
        stevilka številki dne velja veljavno evrov evra ваш* ваша ваше вашем вашег ваши твој твоја имате имаш има на и у
        је е се са износи изнесува преостало остана останува расположив* расположливо тренутно тренутни моментал*
        тековн* моментално моментален сега денес данас дана датум ден стање состојба состојбата рачун рачуну сметка
        сметката број бројот броју телефон картица картицата кредит кредитот вкупно укупно главна главни основни основна
        поштовани почитувани корисниче кориснику претплатник здраво ви благодариме хвала инфо важи динара денари
    """,
    "bg": """
        ваш* вашата вашият вашия вашето вашите твоят твоята твоето имате имаш има на в във и а е са си възлиза възлизат
        разполагате разполагаш разполагаема остава остават оставащ оставаща оставащи остатък остатъкът налични наличен
        налична налично наличност наличността наличните текущ текущо текуща текущата текущият текущия текущото актуален
        актуална моментен моментна момента към днес сега днешна дата ден час часа г състояние състоянието сметка
        сметката сметки карта картата номер номера телефон телефона телефонен мобилен сим кредит кредита кредитът
        кредити баланс баланса балансът салдо салдото сума сумата общо общ обща основна основен основната основния
        главна предплатена предплатената предплатен уважаеми уважаема клиент клиенти абонат здравейте здравей добър
        благодарим благодаря моля инфо информация валиден валидна валидно валидност още само също тук лева лв евро
        стотинки si vie validni validen vash* vashata imate ima na v i e razpolagate nalichnost tekusht tekushta kum
        dnes data smetka smetkata karta nomer telefon kredit kredita suma obshto osnovna uvazhaemi klient blagodarim
        leva lv
    """,
    "ro": """
        dvs dumneavoastra dumneavoastră tău tau ta vostru mea meu noastra aveti aveți ai are avem ti ți va vă îți iti in
        în pe la din cu si și ca că este sunt e a ramas rămas ramase rămase disponibil* curent curentă curenta actual
        actuală actuala actualmente acum azi astăzi astazi data ziua zi ora momentul moment prezent total totală valoare
        valoarea contul cont contului conturi creditul credit creditului sold soldul soldului numarul numărul numar
        număr numarului nr telefon telefonul telefonului mobil mobilul cartela cartelă cartelei sim prepay prepaid
        preplatit preplătit principal principală principala de baza bază client clientul clienta stimate stimată stimata
        abonat draga dragă bună buna seara salut multumim mulțumim mulţumim mersi rog rugam info informatii informații
        informatie valabil* valabilă valabilitate expira expiră apeluri luni marti marți miercuri joi vineri sambata
        sâmbătă duminica duminică ianuarie februarie martie aprilie iunie iulie august septembrie octombrie noiembrie
        decembrie lei ron tva inclus inclusiv aici
    """,
    "hu": """
        ön on az a egy és es van áll jelenlegi jelenleg aktuális aktualis aktuálisan pillanatnyi pillanatnyilag nap
        napon dátum datum időpont idopont óra ora egyenleg egyenlege egyenlegének egyenlegén egyenlegen egyenlegéből
        számla szamla számláján szamlajan számlája szamlaja számlaegyenleg szamlaegyenleg számlaszám kártya kartya
        kártyája kartyaja kártyáján kartyajan kártyán sim feltöltőkártya feltoltokartya feltöltőkártyás előre fizetett
        szám szam száma szama számú telefonszám telefonszáma telefon telefonja mobil fő fo alap alapegyenleg főegyenleg
        foegyenleg felhasználható felhasznalhato rendelkezésre rendelkezesre álló allo elérhető elerheto lebeszélhető
        lebeszelheto maradt maradék még meg összesen osszesen tisztelt kedves ügyfelünk ugyfelunk ügyfél ugyfel
        előfizető elofizeto előfizetőnk üdvözöljük jó napot köszönjük koszonjuk köszönettel info információ informacio
        érvényes ervenyes érvényesség ervenyesseg érvényességi ervenyessegi ideje idő lejár lejar lejárat január*
        februar* február* március* marcius* április* aprilis* május* majus* június* junius* július* julius* augusztus*
        szeptember* október* oktober* november* december* forint forintot ft bruttó áfa
    """,
    "el": """
        σας σου μας μου το τα τη την της του των ο η οι ένα μια είναι ειναι έχετε εχετε έχεις εχεις διαθέτετε διαθετετε
        διαθέσιμο διαθεσιμο διαθέσιμος διαθέσιμα διαθέσιμη υπόλοιπο υπολοιπο υπόλοιπό υπολοίπου υπολειπόμενο απομένει
        απομένουν απομενουν ανέρχεται ανερχεται σε στο στα στη στην στον και με τρέχον τρεχον τρέχων τωρινό τώρα τωρα
        σήμερα σημερα ημερομηνία ημερα ημέρα ώρα ωρα στις στιγμή στιγμη αυτή αυτη λογαριασμός λογαριασμού λογαριασμου
        λογαριασμό λογαριασμο λογαριασμων κάρτα καρτα κάρτας καρτας αριθμός αριθμού αριθμο αριθμου κινητό κινητο κινητού
        κινητου τηλέφωνο τηλεφωνο τηλεφώνου σύνολο συνολο συνολικό συνολικο κύριο κυριο κύριος βασικό βασικο αγαπητέ
        αγαπητη αγαπητή πελάτη πελατη συνδρομητή συνδρομητη καλημέρα γεια ευχαριστούμε ευχαριστουμε παρακαλώ πληροφορίες
        πληροφοριες πληροφορία ενημέρωση ενημερωση ισχύει ισχυει ισχύς ισχυς λήξη ληξη λήγει ληγει ευρώ ευρω χρήματα
        μονο μόνο ακόμα ακομα sas sou to tou tis einai exete exeis diathesimo ypoloipo ypolipo upoloipo anerxetai se sto
        kai trexon twra simera hmera wra logariasmos logariasmou karta kartas arithmos kinito kinhto thlefwno synolo
        sinolo kirio kyrio agapite pelati euxaristoume efharistoume plirofories isxuei isxyei lixi ligei evro
    """,
    "lt lv": """
        jūsų jusu tavo mano jums jūs jus tu turite turi yra sąskaita saskaita sąskaitos saskaitos sąskaitoje saskaitoje
        sąskaitą likutis likučio liko likę likęs dabartinis dabartinė esamas einamasis šiuo siuo metu dabar šiandien
        siandien data diena dienai laikas val kortelė kortele kortelės korteles kortelėje korteleje numeris numerio
        numeriu nr telefono telefonas mobilusis pagrindinis pagrindinė pagrindinės pagrindinėje bendras viso galioja
        galiojimas galiojimo gerb gerbiamas gerbiama kliente klientas sveiki labas ačiū aciu dėkojame dekojame prašome
        info informacija eurų euru ct pokalbiams skambinti ir bei su išankstinio isankstinio apmokėjimo sausio vasario
        kovo balandžio balandzio gegužės geguzes birželio birzelio liepos rugpjūčio rugpjucio rugsėjo rugsejo spalio
        lapkričio lapkricio gruodžio gruodzio jūsu tavs tava tavā mans mana tev kontā konta konts kontu atlikums
        atlikušais atlikusais atlicis palicis bilance bilancē pašreizējais pasreizejais pašreizējā pašlaik paslaik tagad
        šobrīd sobrid šodien sodien datums laiks plkst karte kartes kartē kartei priekšapmaksas prieksapmaksas numurs
        numura numuram numurā telefona telefons tālruņa talruna galvenais galvenā galvena pamata kopā kopa kopējais
        pieejams pieejamais pieejamie pieejamo naudas līdzekļi lidzekli kredīts kredits kredīta derīgs derigs derīga
        deriga termiņš termins cien cienījamais cienijamais klient klients labdien sveiks paldies lūdzu informācija
        sarunām sarunam zvaniem eiro uz un gada janvār* februār* mart* aprīl* maij* jūnij* jūlij* august* septembr*
        oktobr* novembr* decembr*
    """,
    "sq": """
        juaj jua tuaj tuaja tua yt yte im ime keni ke ju ti je jeni ne në te të për me dhe i e a eshte është ka mbetur
        mbetet mbeten aktual aktuale aktualisht momentalisht tani sot data date ora dita llogaria llogarinë llogarine
        llogarise llogarisë llogari bilanci bilanc balanca balancën balancen gjendja gjendjen kredia kredinë kredi
        kreditit kredine karta kartën karten kartës kartes numri numrin numrit telefoni telefonit celular kryesore
        kryesor kryesorja gjithsej totale total disponueshme disponueshem dispozicion klient klienti nderuar
        pershendetje përshëndetje mirdita faleminderit lutem lutemi info informacion vlefshme vlefshem vlefshmëri skadon
        skadimi leke lekë lek ende
    """,
    "tr az tk": """
        sayın sayin abonemiz abonemizin müşterimiz musterimiz müşteri musteri değerli degerli sevgili hattiniz hattınız
        hattinizin hattınızın hattinizda hattınızda hattinizdaki hattınızdaki hat hatta numara numaralı numarali
        numaranız numaraniz numaranızın telefon telefonunuz telefonunuzun cep hesap hesabı hesabiniz hesabınız
        hesabinizin hesabınızın hesabinizda hesabınızda hesabınızdaki bakiye bakiyeniz bakiyesi kredi krediniz kontör
        kontor kalan mevcut güncel guncel kullanılabilir kullanilabilir ana genel toplam su şu an anda anki andaki şuan
        suan itibariyle itibarıyla bugün bugun şimdi simdi tarih tarihi tarihli tarihinde saat saati sizin siz sizde
        senin ve ile bu bir olarak vardır vardir var bulunmakta bulunmaktadır bulunmaktadir bulunuyor görünmektedir
        kadar bilgi bilgisi bilgileri bilgilendirme merhaba selam teşekkürler tesekkurler teşekkür tesekkur ederiz
        faturasız faturasiz önödemeli onodemeli hazır hazir kart kartınız kartiniz kartinizda geçerlidir gecerlidir
        geçerli gecerli geçerlilik gecerlilik süresi suresi lira liradır liradir türk turk kdv dahil ocak şubat subat
        mart nisan mayıs mayis haziran temmuz ağustos agustos eylül eylul ekim kasım kasim aralık aralik pazartesi salı
        çarşamba perşembe cuma cumartesi pazar sənin hörmətli hormetli abunəçi abuneci abunəçimiz müştəri salam hesabda
        hesab balansınız balansiniz balansınızda balansinizda balansınızdakı balans balansı qalıq qaliq qalığı qalan
        qalib mövcud movcud cari hazırkı hazirki hal hazırda hazirda indi gün günü gun tarix tarixi tarixinə tarixine
        nömrə nomre nömrənin nomrenin nömrəniz nomreniz mobil əsas esas ümumi umumi vəsait vesait təşəkkür edirik edir
        təşkil teskil mövcuddur movcuddur etibarlıdır etibarlidir manat manatdır manatdir azn və siziň hasabyňyzda
        hasabynyzda hasabyňyz hasabynyz hasapda hasap balansyňyz balansynyz galyndy galan häzirki häzir belgi belgiňiz
        belginiz esasy umumy jemi hormatly müşderi musderi abonent sag boluň bolun bar we
    """,
    "kk ky uz tg": """
        сіздің сізде сізге сенің сіз құрметті абонент клиент шот шоты шотыңыз шотыңызда шотыңыздағы есепшот есепшотыңыз
        есепшотыңызда есепшотыңыздағы баланс балансы балансыңыз балансыңызда балансыңыздағы теңгерім теңгеріміңіз қалдық
        қалдығы қалды қалған қазір қазіргі уақытта уақыты бүгін күн күні күнге жағдай жағдайы бойынша ағымдағы
        қолжетімді қол жетімді негізгі жалпы барлығы нөмір нөмірі нөміріңіз нөмірдің телефон ұялы сим қаражат қаржы ақша
        рахмет сәлеметсіз бе сәлем ақпарат анықтама теңге тг бар және үшін құрайды тең болып табылады мерзімі жарамды
        sizdin sizde qurmetti kurmetti abonent shot shoty shotynyz shotynyzda shotynyzdagy esepshot balans balansynyz
        qaldyq kaldyk qaldygy qazir kazir qazirgi kazirgi bugin kuni agymdagy negizgi jalpy nomir nomiri telefon qarajat
        karazhat qarjy rahmet tenge tg bar zhane jane quraydy kuraidy сиздин сизде сиз урматтуу кардар эсеп эсебиңиз
        эсебиңизде эсебиңиздеги калдык калдыгы калды калган азыр азыркы учурда учурдагы учур бүгүн күнү күнүнө абалы
        боюнча жеткиликтүү негизги номер номери номериңиз каражат акча рахмат саламатсызбы маалымат сом жана түзөт
        urmattuu esebinizde azyr azyrky uchurda bugun raхmat rahmat som sizning sizda siz hurmatli mijoz hisob hisobi
        hisobingiz hisobingizda hisobingizdagi hisobda hisobning balansi balansingiz balansingizda balansingizdagi
        qoldiq qoldig'i qoldigi qoldi qolgan hozir hozirda hozirgi vaqtda vaqtdagi vaqti bugungi kun sana sanasi
        holatiga holati ko'ra kora joriy mavjud mavjuddir asosiy umumiy jami raqam raqami raqamingiz mobil sim mablag'
        mablag mablag'lar pul assalomu alaykum salom ma'lumot malumot so'm sum so'mni tashkil etadi qiladi ega teng bor
        va amal muddati yaroqli сизнинг сизда ҳурматли мижоз ҳисоб ҳисоби ҳисобингиз ҳисобингизда ҳисобингиздаги хисоб
        хисобингиз хисобингизда балансингиз балансингизда қолдиқ қолдиғи қолди ҳозир ҳозирда ҳозирги бугун кун куни
        ҳолатига жорий мавжуд асосий умумий жами рақам рақами рақамингиз маблағ пул раҳмат сўм ташкил этади қилади тенг
        бор шумо шуморо дар тавозуни тавозун бақия бақияи баланси мебошад аст ҳаст дорад доред ҳоло имрӯз сана санаи
        асосӣ умумӣ маблағи муштарии муштарӣ мӯҳтарам азиз ташаккур сомонӣ сомони дирам мавҷуд shumo dar tavozuni
        baqiyai mebosad mebosh mebo shad ast ҳoло asosi somoni
    """,
    "mn ka hy": """
        таны тань танд та үлдэгдэл үлдэгдэлтэй үлдсэн данс дансны дансанд дансан үндсэн одоогийн одоо нийт дугаар
        дугаарын утасны утас картын карт байна байгаа нь болон хүндэт эрхэм хэрэглэгч сайн уу баярлалаа мэдээлэл хугацаа
        хүчинтэй өдөр он сар цаг төгрөг төг юм tany tand uldegdel uldsen dans dansny dansand undsen odoogiin odoo niit
        dugaar dugaariin utasny baina bna baigaa ni hundet hereglegch bayarlalaa medeelel hugatsaa huchintei udur tugrug
        togrog tqveni tqvens tqven thkveni tkveni tkvens angarishi angarishze angarishis balansi balansia balansze
        balans nashti nashtia aris mimdinare darchenili darchenilia ziritadi dziritadi mtavari amjamad axla dges nomeri
        nomris nomerze telefoni mobiluri gaqvt gaqvs gakvt gakvs sheadgens madloba gmadlobt pativcemulo abonento
        momxmarebelo lari laria gel tetri moqmedebs vada dzer dzez hashiv hashvi hashvin hashivy hashvum hashvekshir
        hashvekshirn mnacord mnacordy mnacordn mnatsord mnatsordy mnatsordn hamar hamari herakhos herakhosahamar karti e
        en ka kazmum unek uneq hargeli bazhanord ayjm ays pahin pahi himnakan entacik yndhanur aneli arka
        shnorhakalutyun dram drami amd vaver
    """,
}
