"""Everyday words of western and northern Europe, and of the languages that went overseas from there, in the form of
money/lexicon.py; by language (ISO 639-1)."""

from __future__ import annotations

WORDS = {
    "en": """
        your you ur yr u my our we me i it this that the a an is are has have holds stands remains remaining available
        current currently present presently actual exact latest live updated as at on of by for with to and also still
        now today tonight date time gmt utc account accounts acct acc a/c line lines number numbers msisdn nos phone
        mobile cell cellphone cellular card cards simcard sim sims usim esim prepaid prepay prepayment payg payasyougo
        airtime credit balance balances amount sum total value figure money funds customer customers subscriber user sir
        madam mr mrs ms dear hi hello hey greetings good morning afternoon evening thanks thank please kindly info
        information details detail summary status self care selfcare telecom telco profile primary main core principal
        regular standard normal basic general personal wallet active valid validity through expires expire expiry
        expiring expiration following follows below here there which exactly only just monday tuesday wednesday thursday
        friday saturday sunday mon tue tues wed thu thur thurs fri sat sun st nd rd th am pm jan feb mar apr jun jul aug
        sep sept oct nov dec inclusive tax taxes vat gst incl net gross registered
    """,
    "de": """
        ihr ihre ihrem ihren ihrer ihres dein deine deinem deinen deiner deines mein meine meinem euer eure unser sie du
        ich wir es er der die das dem den des ein eine einem einen einer ist sind hat haben hast habt liegt betraegt
        beträgt betragt lautet belauft beläuft sich steht weist auf zeigt befindet befinden verbleibt verbleibend*
        verfugbar* verfügbar* aktuell* derzeit* momentan* gegenwartig* gegenwärtig* jetzig* heutig* heute jetzt noch nun
        somit damit zurzeit stand per am um uhr vom bei beim im an zu zum zur für fur und konto kontos kontonummer
        guthaben guthabenkonto guthabenstand prepaidguthaben prepaid prepaidkonto prepaidkarte prepaidtarif karte karten
        kartennummer simkarte sim handy handynummer handyguthaben telefon telefonnummer rufnummer mobilfunknummer
        mobilfunk mobilnummer mobiltelefon anschluss nummer nr kunde kundin kunden kundenkonto kundennummer hallo liebe
        lieber sehr geehrte geehrter guten tag danke dank vielen bitte info information kontoinfo status ubersicht
        übersicht betrag hohe höhe summe gesamt* insgesamt hauptguthaben hauptkonto basisguthaben gultig gültig
        gültigkeit verfugung verfügung januar februar marz märz april juni juli august september oktober november
        dezember montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag servus grüezi gruezi freundliche
        grüße grusse team ihnen dir euch vorhanden vorhandenes vorhandene restlich* ubrig übrig freigeschaltet hier
        derzeitiger derzeitiges dieser diese dieses ganz genau exakt chf inkl mwst ust
    """,
    "fr": """
        votre vos ton ta tes mon ma notre nos vous tu te toi il elle nous on le la les l un une des du de d ce cet cette
        est sont a as avez avons disposez dispose possedez possédez possede détenez detenez reste restant restante
        restants encore toujours actuel* actuell* disponible* courante présent présente present presente maintenant
        d'appel d'appels aujourd'hui aujourd aujourdhui hui jour jours date heure heures h à au aux en dans sur par pour
        avec et ainsi que qui dont s'élève s'eleve élève eleve elevé s'établit affiche indique montant somme total
        valeur solde soldes compte comptes crédit credit crédits ligne numéro numero num n° téléphone telephone tel
        mobile portable carte cartes sim puce prépayé prépayée prepaye prepayee prepaid cher chère chere client cliente
        clients abonné abonne abonnée utilisateur bonjour bonsoir salut merci svp plait plaît veuillez info infos
        information informations suivi conso principal principale général general personnel valable* valide* validité
        validite fin expire expirant expiration lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier
        février mars avril juin juillet août aout septembre octobre novembre décembre decembre francs franc fcfa cfa
        dirhams dinars ttc ht y exactement chez vers votre/vos maitenant state etat état situation ici voici voilà voila
        bienvenue
    """,
    "es": """
        su sus tu tus mi mis nuestro nuestra usted ustedes ud uds vos te le se lo la las los el un una unos es son esta
        está estan están tiene tienes tenés tenes tenemos tengo cuenta cuentas cuentan dispone dispones posee posees
        queda quedan resta restan restante restantes asciende presenta muestra actual actuales actualmente disponible*
        disponibilidad vigente vigentes presente ahora hoy momento aun aún todavía todavia día dia fecha hora a al en de
        del por para con y e que cual como siguiente saldo saldos crédito credito valor total línea linea número numero
        num nro nº teléfono telefono tel móvil movil celular chip sim tarjeta prepago prepagado prepagada prepaid
        estimado estimada cliente clienta clientes usuario usuaria hola buenos buenas días dias tardes noches gracias
        favor info información informacion estado resumen detalle principal general básico basico personal valido válido
        válida valida validez vigencia vence vencimiento expira caduca lunes martes miercoles miércoles jueves viernes
        sabado sábado domingo enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre
        diciembre dólares dolares córdobas cordobas lempiras quetzales colones bolivianos guaranies guaraníes iva
        incluido incluidos imp impuestos bienvenido bienvenida aquí aqui este eso informamos tuyo suyo exactamente
        saludos
    """,
    "pt": """
        seu sua seus suas teu tua meu minha nosso nossa você vc o a os as um uma uns é e são sao está esta estao possui
        possuis tem tens temos dispõe dispoe resta restam restante* encontra apresenta atual* actual* presente agora
        hoje momento neste nesta nesse ainda dia hora hs h à às ao aos em no na nos nas da dos das de por para pelo com
        que qual saldo saldos crédito credito créditos creditos total linha número numero num nº telefone telemóvel
        telemovel celular chip cartão cartao sim prépago prepago conta contas caro cara prezado prezada estimado
        estimada cliente clientes utilizador usuário usuario olá ola oi bom boa tarde noite obrigado obrigada favor info
        informação informacao informações informacoes resumo detalhe principal geral básico pessoal disponível
        disponiveis disponíveis disponivel válido valido válida valida validade vence vencimento expira sábado sabado
        domingo janeiro fevereiro março marco abril maio junho julho agosto setembro outubro novembro dezembro reais
        centavos cêntimos meticais kwanzas escudos mt kz iva incl incluído incluido aqui este esse isto exatamente
    """,
    "it": """
        il lo la i gli le un uno una l' del dello della dei degli delle di al allo alla ai nel nella sul sulla sullo per
        da in con su e ed che è e' sono ha hai abbiamo disponi dispone possiedi possiede resta restano rimane rimangono
        rimanente rimasto residuo residua ammonta risulta pari presente attuale attuali attualmente momento adesso ora
        oggi ancora ore alle giorno tuo tua tuoi tue suo sua suoi vostro vostra mio mia nostro tu ti credito saldo
        valore totale conto linea numero num n° telefono telefonico cellulare mobile scheda carta sim ricaricabile
        ricaricabili prepagata prepagato gentile egregio caro cara cliente clienti utente ciao salve buongiorno
        buonasera grazie prego info informazione informazioni riepilogo dettaglio principale base generale personale
        disponibile disponibili disponibilità utilizzabile valido valida validità validita scade scadenza entro lunedi
        lunedì martedì martedi mercoledì mercoledi giovedì giovedi venerdì venerdi sabato domenica gennaio febbraio
        marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre centesimi iva incl inclusa
        benvenuto benvenuta qui questo questa esattamente effettivo
    """,
    "nl": """
        uw je jouw jij u mijn ons onze de het een is zijn heeft hebt hebben heb bedraagt staat resteert resterend*
        beschikbaar beschikbare huidig* actueel actuele momenteel nu vandaag nog op dit moment datum tijd uur dag in aan
        bij van voor met te en per om tegoed beltegoed saldo beltegoedsaldo prepaidtegoed prepaid waarde totaal totale
        rekening account nummer nr telefoon telefoonnummer mobiel mobiele mobieltje gsm kaart simkaart sim beste geachte
        klant klanten gebruiker hallo hoi goedemorgen goedemiddag bedankt dank alstublieft aub info informatie overzicht
        status hoofd hoofdtegoed geldig geldigheid belwaarde maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
        januari februari maart april mei juni juli augustus september oktober november december btw hier deze ook
        precies exact
    """,
    "da no sv": """
        din dit dine ditt dina mitt deres ers er ert vores vår var vi du de den det en et ett ei är ar har finns finnes
        står star viser visar udgør utgör utgjør beløper beloper lyder nuværende nåværende navaerende gældende gjeldende
        aktuel aktuell aktuelle aktuellt aktuelt nuvarande lige nu nå na akkurat just idag dag dato datum tid kl klokken
        klockan for för fra från pr per på pa i til hos med och og samt om ved vid saldo saldoen saldot beloep total
        totalt totale samlet samlede konto kontoen kontot kontantkort kontantkortet kontantkortkonto taletid
        taletidskort taletidssaldo taletidskonto nummer nummeret numret nr mobil mobilen mobilnummer telefon telefonen
        telefonnummer kort kortet simkort simkortet sim kunde kunden kund kære kaere kjære kjaere hej hei hallo hejsan
        goddag velkommen välkommen tak takk tack venligst vennlig vänligen info information informasjon oversigt
        oversikt översikt status hoved huvud resterende återstående resten igjen igen kvar tilbage tilbake tilgængelig
        tilgængeligt tilgjengelig tilgjengelige tillgängligt tillgängliga disponibel disponibelt disponible gyldig
        gyldigt gyldighet giltig giltigt gælder gjelder gäller udløber utløper mandag måndag tirsdag tisdag onsdag
        torsdag fredag lørdag lordag lördag søndag sondag söndag januar januari februar februari marts mars april maj
        juni juli august augusti september oktober november december desember kr kroner kronor øre öre inkl moms mva dig
        deg her här disse dessa endast fortsatt fortfarande stadig
    """,
    "fi et": """
        saldosi liittymäsi liittymasi liittymän liittyman liittymä liittyma puhelin puhelimen puhelinnumero numeron
        numero numerosi numerossa kortin korttisi prepaid prepaidin puheaika puheaikaa puheajan sinulla teillä on ovat
        tällä tallä hetkellä hetki nyt tänään tanaan vielä viela yhteensä yhteensa jäljellä jaljella jäljelläoleva
        jaljellaoleva käytettävissä kaytettavissa käytettävää asiakas hyvä hyva hei moi terve kiitos tiedot tieto info
        saldotiedot voimassa päivä paiva klo euroa senttiä nykyinen tämänhetkinen tamanhetkinen pääsaldo maanantai
        tiistai keskiviikko torstai perjantai lauantai sunnuntai tammikuu* helmikuu* maaliskuu* huhtikuu* toukokuu*
        kesäkuu* heinäkuu* elokuu* syyskuu* lokakuu* marraskuu* joulukuu* ja sekä teie sinu minu kontol kontojääk
        kõneaeg koneaeg kõnekaart konekaart kõnekaardi kaardi kaardil arvel hetkel praegu praegune käesolev jooksev täna
        tana kell seisuga seis olemas jäänud jaanud järel jarel kasutatav kasutada saadaval vaba klient hea lugupeetud
        tere aitäh aitah palun teave kehtib kehtiv number numbri numbril telefoni mobiil kogu kokku põhikonto pohikonto
        põhi jaanuar veebruar märts aprill juuni juuli august september oktoober november detsember esmaspäev teisipäev
        kolmapäev neljapäev reede laupäev pühapäev
    """,
    "is ga cy mt": """
        inneign inneignin þín thin þú átt eftir á a í i er núverandi nuverandi staða stada kort kortinu símanúmer
        simanumer númer numer krónur kronur kr gildir til dags dagsins viðskiptavinur kæri góðan daginn takk inneignar
        frelsi frelsis inneignarstaða chuid creidmheas iarmhéid iarmheid fuil agat go eich balans credyd yw mae gennych
        ar gael tieghek tiegħek huwa għandek ghandek bilanc kreditu validu sa grazzi kont
    """,
    "ht creole": """
        ou gen genyen balans kont kontoan nan sou kat telefòn telefon nimewo ki jodia jodi a kounye kounya rete disponib
        valab jiska kliyan chè mesi bonjou goud goude gourdes gdes se li prensipal di bo bu balansa saldo ta na awor
        kontaktu danki pa sar nou ena lo solde
    """,
}
