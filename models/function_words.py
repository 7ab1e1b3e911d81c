"""Function words: the small words that give a language away, in posts as people write them.

ENGLISH holds words that are ten times as frequent in English as in any of the languages below. SHARED holds words of
English that others write too: 'was' is German and Dutch, 'of' and 'we' are Dutch, 'have' is Danish, 'are' Romanian.
Words of every day count as SHARED.
OTHERS holds words that are rare in English. "hi" is Hindi in Latin letters.
"""

_ENGLISH = """
the and that this these those you your yours with from they them their there what when which who why
how where would could should because about been were being his him she its it's i'm i've i'll i'd
don't doesn't didn't can't won't isn't aren't wasn't couldn't wouldn't shouldn't you're you've
you'll they're we're we've that's there's what's he's she's let's but not our into than then only
after before some such much many very really still never always every everything something anything
nothing someone anyone everyone here again through while does did doing done gonna wanna get got
getting going know think make say said other another both each between against without during since
until though although people please thanks thank too own down if or it up out now well way things
thing ever might few having enough already actually less today trying using better feel sure ago
"""

_SHARED = """
to of in is for on was be as are have at he by my we an all so me one will just like has more do had
her time new also first over any us want go most even may day off
"""

# Words of every day: none is a function word, but few other languages write them, unless they quote or borrow.
_EVERYDAY = """
world people year years today's tomorrow yesterday tonight night morning afternoon evening week weekend month
monday tuesday wednesday thursday friday saturday sunday january february october december birthday christmas
right wrong true great greatest amazing awesome beautiful wonderful lovely love loved loves loving hate hated happy
happiness sad angry hope hoping wish wishing luck lucky sorry welcome congrats congratulations cheers
watch watching watched listen listening read reading write writing wrote written speak speaking spoke talk talking
talked tell telling told asked asking says saying saw seen seeing look looking looks looked find finding found
give giving gave given take taking took taken make making makes come coming came goes gone went leave leaving left
keep keeping kept start started starting stopped stopping begin began help helping helped need needs needed needing
work working worked works play playing played player players games win winning won winner lose losing loses lost
buy buying bought sell selling sold pay paying paid spend spent money price prices cheap free worth
school teacher teachers student students college university class learn learning learned teach teaching study
family mother father brother sister daughter husband wife friend friends child children kids woman women girl girls
boys house room street city town country countries government president minister election vote voted voting votes
party parties law laws court police crime war peace power rights freedom news story stories report reports reported
reporting according announced announces released release launch launched
health doctor doctors hospital heart body head face hands eyes hair food eat eating eaten drink drinking drunk
breakfast lunch dinner coffee water sleep sleeping slept tired sick pain death dead dying killed kills killing
weather rain raining snow cold summer winter spring season
book books movie movies film films song songs music show shows episode team teams match coach season league
first second third last next new newest old older young younger big bigger biggest small smaller high higher low
lower early earlier late later long longer short whole full empty hard easy easier simple different difference
same real really reason reasons problem problems question questions answer answers idea ideas point thought
thoughts thinking believe believed believes understand understood remember remembered forget forgot
change changes changed changing happen happened happening happens become becomes became
want wants wanted trying tried tries used useful using should able possible impossible probably maybe perhaps
quite pretty almost nearly around along away together apart ahead behind above below near far outside inside
everybody somebody nobody everywhere somewhere else instead however therefore hopefully finally suddenly
million millions billion thousand thousands hundred hundreds half
hello hey yeah yep nope okay guys folks damn hell literally absolutely definitely seriously honestly
follow following followers tweet tweets retweet post posts posted share shared
"""

ENGLISH = frozenset(_ENGLISH.split())
SHARED = frozenset(_SHARED.split()) | (frozenset(_EVERYDAY.split()) - ENGLISH)

_OTHERS = {
    "de": """
        der das und ist nicht ich ein eine einen einer einem mit auf für sich auch es sie wir ihr von dem
        den zu im bei nach aus aber wie wenn oder noch nur schon mehr kein keine über sind hat haben wird
        werden kann dass mich mir dich doch jetzt immer heute ganz vom zum zur durch habe bin mal gibt
        etwas einfach damit diese dieser dieses wieder weil
    """,
    "nl": """
        het een ik niet van en dat dit zijn voor op te aan ook maar als bij naar uit nog wel geen heb
        heeft hebben wordt worden kan mijn jij wij jullie deze er meer ze gaat moet veel gewoon omdat
        altijd toch weer mensen goed hoe wie waar zo
    """,
    "fr": """
        le les des du et est une un dans pour qui que pas sur avec ce cette ces sont au aux plus mais ou
        je tu il elle nous vous ils mon ton ses leur être avoir fait c'est j'ai qu'il n'est d'un d'une
        très tout tous bien même comme aussi sans donc quand où alors chez votre notre moi toi va peut
        encore jamais rien
    """,
    "es": """
        el los las del que en un una por con para es se lo su como más pero sus le este sí porque esta
        entre cuando muy sin sobre también hasta hay donde quien desde todo nos todos ni contra ese eso
        mí qué yo tú él ella esto estoy está ser tiene hace mi te si gracias siempre nada mejor
    """,
    "pt": """
        os um uma da dos das que em nos nas por com para não se mais mas como foi ao ele ela seu sua ou
        ser quando muito já eu também só pelo pela até isso entre depois sem mesmo aos ter você vocês meu
        minha está são tem tá pra vai aqui então nada tudo gente fazer hoje porque nem
    """,
    "it": """
        il lo gli le di del della dei delle che un una con si da sono mi ti ho ma più anche se alla nel
        nella questo questa quello perché tutti tutto cosa quando chi molto fa solo essere ci sua suo mio
        mia ancora poi sempre grazie oggi fatto c'è noi voi loro dopo senza bene così
    """,
    "ca": """
        els les amb que és una un del dels als com més però també aquest aquesta han ho ens meva ser són
        molt tot això quan fins cal avui perquè si estan
    """,
    "ro": """
        și si nu este un în cu pe că ca din mai pentru sunt dar au fost fi lui ei să sa ce cum când
        foarte acest aceasta toate după până fără asta eu tu noi voi
    """,
    "sv": """
        och att det som en på är av för med den till inte har ett om jag var sig så vi från kan när ska
        du han hon där mig min dig nu över vad bara också mycket eller efter varit alla sen här vara bli
        blir någon inget
    """,
    "da": """
        og det er en til på af med den der ikke har som jeg et om var sig så vi fra kan når skal du han
        hun hvor mig min dig nu hvad bare også meget eller efter været alle være bliver blev noget ind
        jer
    """,
    "no": """
        og det er en til på av med den der ikke har som jeg et om var seg så vi fra kan når skal du han
        hun hvor meg min deg nå hva bare også mye eller etter vært alle være blir ble noe inn
    """,
    "fi": """
        ei se että en oli hän mutta ovat kun niin myös minä sinä tämä mitä voi jos kuin olen ole nyt vain
        sen siitä hyvin kaikki joka sitä mikä olla ollut vielä kuitenkin sitten tässä ihan paljon minun
        miten
    """,
    "et": """
        ei et oli ma sa ta kui aga ka mis ning seda nii olen oma kes siis juba veel väga või pole kuid
        nagu mitte
    """,
    "pl": """
        się nie że jest jak ale po za od tak już czy tylko są dla ma jego być przez może ty mnie tym ta
        te mi ze bardzo jeszcze gdy gdzie kto nic bo jej będzie był była żeby dzień dzisiaj
    """,
    "cs": """
        je se že ale jak za po jsem jsou jako tak už když ve má pro od si jen ještě není byl být nebo při
        jeho která který také jsme tím jsi mě proto dnes dobrý
    """,
    "sk": """
        je sa že aj ale ako za po som sú tak už čo keď vo má pre od si len ešte nie bol byť alebo pri
        jeho ktorá ktorý tiež sme mi preto dnes
    """,
    "hu": """
        az és hogy nem egy ez van csak meg már még volt mint fel azt ki lesz vagy mert nagyon kell jó én
        te mi ti ők nincs olyan ezt így minden akkor itt ott el
    """,
    "sl": """
        je se da za ne ki pa kot ali po bi tudi še kako tem lahko bil samo sem si ni če kaj zelo mi ti
        kdaj pri od sta
    """,
    "hr": """
        je se da za su ne od kao koji što iz sam ali bi će ili po biti samo nije još kako ima sve kad ako
        već bio mi ti jer smo šta
    """,
    "tr": """
        ve bir bu da için çok ne ile ama gibi daha var mı mi kadar sonra olarak ben sen biz siz olan
        değil şey en ki kendi bana sana nasıl oldu şimdi yok hiç neden bile iyi güzel mu diye artık
    """,
    "id": """
        yang dan di ini itu dengan untuk tidak dari dalam akan pada ke juga saya ada kita mereka bisa
        sudah atau lebih karena aku kamu anda kalau oleh apa banyak tapi hanya jadi kami belum masih gak
        nggak lagi orang udah aja sama bukan tak adalah banget
    """,
    "tl": """
        ang ng sa mga ay ako ko mo ka siya ito hindi kung para kayo namin natin nila niya lang din rin pa
        po yung naman kasi pero dito kami tayo sila ni si walang pag
    """,
    "vi": """
        và của là có không được cho một người trong với này những đã các khi để đến cũng như nhưng rất
        thì tôi bạn anh em mà từ nó sẽ ra còn
    """,
    "hi": """
        hai hain ke ki ka ko se mein nahi nahin bhi aur kya toh ye yeh woh tha thi ho hota raha rahe rahi
        kar karo karna karte mere mera meri tera tere apne apna kuch koi sab abhi gaya gayi kyu kyun
        kaise wala wale jab tak liye tum aap bhai
    """,
    "af": """
        en het nie vir dat ek jy sy hulle ons wat om te nog maar ook baie haar hom daar hierdie sal moet
        wees
    """,
}

OTHERS: dict[str, tuple[str, ...]] = {}  # word -> languages it is a function word of
for _language, _words in _OTHERS.items():
    for _word in _words.split():
        OTHERS[_word] = (*OTHERS.get(_word, ()), _language)
