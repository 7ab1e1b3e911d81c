"""Phrases that any subject fits, by language and mood. {s} is a subject, {p} a place, {w} a time, {n} a part of time.

Each English phrase is clear in its mood: positive and negative ones by plain words, boosters and negations, neutral
ones by having none. Other languages are written so that no adjective has to agree with the subject.
"""

POSITIVE, NEUTRAL, NEGATIVE = 0, 1, 2
MOODS = ("positive", "neutral", "negative")

Phrases = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]

ENGLISH: Phrases = (
    (
        "I love {s} {p}",
        "{s} was absolutely wonderful {w}",
        "So happy about {s} {w}",
        "{s} {p} is simply beautiful",
        "{s} is not bad at all, really good in fact",
        "Honestly, {s} made my whole week, thank you",
        "What a great {n}: {s} worked like a charm",
        "{s} was fantastic and the people {p} were lovely",
        "I did not expect {s} to be this good",
        "Never had more fun {p}, {s} is amazing",
        "{s} is the best thing that happened {w}",
        "Cannot stop smiling, {s} was a delight",
        "Thank you for {s}, it was perfect",
        "{s} {w}: brilliant, just brilliant",
        "Really enjoyed {s} {p}",
        "I changed my mind about {s}, it is excellent",
        "{s} deserves far more praise, superb work",
        "Good news {p}: {s} is a great success",
        "Very impressed with {s} {w}",
        "{s} made everyone {p} laugh, such joy",
        "Finally {s} got better, and I am thrilled",
        "Won't lie, {s} looks gorgeous {w}",
        "{s} saved the day, I am so grateful",
        "If you get the chance, see {s}, it is awesome",
    ),
    (
        "{s} starts {w}",
        "Heading to {s} with two colleagues",
        "Anyone know when {s} opens {w}?",
        "{s} is {p} {w}",
        "Notes on {s}, part three",
        "Measured {s} {p} again",
        "Second look at {s} {w}",
        "Does {s} stay {p} until Sunday?",
        "We moved {s} from Tuesday to Friday",
        "{s} {p}, seen from the left",
        "Wrote down the numbers for {s}",
        "Back {p} {w}, {s} next",
        "Which one is {s}, the first or the second?",
        "{s}: before and after",
        "About {s}: page two has the table",
        "Reading about {s} {p}",
        "{s} takes around forty minutes",
        "Still {p}, still looking at {s}",
        "My sister asked about {s} {w}",
        "Day twelve of {s}",
        "{s} {w}, same as yesterday",
        "Put {s} on the list for later",
        "Someone left {s} {p}",
        "Here is {s} at ten and at noon",
    ),
    (
        "{s} was a terrible mess {w}",
        "I hate waiting for {s} {p}",
        "{s} is not good, and nobody {p} says why",
        "So angry about {s} {w}",
        "Why is {s} always so bad {p}",
        "{s} {w}: awful, simply awful",
        "Very disappointed with {s}",
        "I am not happy with {s} {w}",
        "{s} failed again, this is ridiculous",
        "Worst {n} in months, {s} was horrible",
        "{s} {p} makes me sad",
        "Nothing worked, {s} was a disaster",
        "I regret every minute {p}, {s} is dreadful",
        "{s} was boring and far too long",
        "They broke {s} and it shows, what a failure",
        "Really worried about {s} {w}",
        "{s} hurts to watch",
        "Stop pretending {s} is fine, it is a scandal",
        "{s} isn't great, it is a nightmare",
        "Such an ugly fight {p} about {s}",
        "{s} is useless {w}, I am fed up and annoyed",
        "Poor {n} for everyone {p}, {s} was the worst",
        "{s} cost me a whole day, I am furious",
        "Terrible news {p}: {s} is ruined",
    ),
)

TIMES = ("this morning", "tonight", "today", "this afternoon", "this week", "this evening", "right now")
NOUN_TIMES = ("morning", "evening", "day", "week", "afternoon")

OPENERS = ("", "", "", "", "", "", "", "Update: ", "Quick note. ", "Right. ", "Listen. ", "Also: ", "PSA: ", "Anyway. ")
CLOSERS: Phrases = (
    ("Love it.", "So good.", "Thank you all!", "Highly recommended.", "Great day.", "Happy!"),
    ("More later.", "Photos soon.", "Source below.", "Part two follows.", "Map attached.", "As of now."),
    ("So sad.", "Just awful.", "I am done, this is terrible.", "Not good.", "Horrible.", "What a shame."),
)
SHORT: Phrases = (
    ("love this", "so good", "great news", "wow, beautiful", "yes!! amazing", "perfect"),
    ("same here", "and then?", "hm", "this one", "first", "brb"),
    ("this is bad", "awful", "so sad", "I hate this", "terrible", "not good"),
)
EMOJI: Phrases = (
    ("😍", "🎉", "😊", "🥰", "😁", "💛"),
    ("👀", "📷", "🗓️", "📍", "🧵", "➡️"),
    ("😞", "😢", "😠", "☹️", "😟", "😰"),
)
EMOJI_ONLY = ("🔥🔥🔥", "😂😂", "👀", "🎉🎉🎉", "💛", "🐈", "👏👏👏", "🌧️🌧️", "☄️✨", "🍞", "👩‍🌾🍅", "🥹")

OTHER: dict[str, Phrases] = {
    "ja": (
        (
            "{s}が最高だった",
            "{s}、とても楽しかったです",
            "{s}に感動しました",
            "{s}のおかげで元気が出た",
            "やっぱり{s}が大好き",
        ),
        (
            "{s}について調べています",
            "これから{s}を見に行きます",
            "{s}は明日もありますか",
            "{s}の記録、三日目",
            "今日の{s}",
        ),
        ("{s}にはがっかりした", "{s}がひどすぎる", "{s}のせいで疲れました", "もう{s}は嫌です", "{s}が心配で眠れない"),
    ),
    "es": (
        (
            "Me encanta {s}, de verdad",
            "Qué alegría me ha dado {s}",
            "{s}: una maravilla de principio a fin",
            "Hacía tiempo que no disfrutaba tanto con {s}",
            "Gracias a todos por {s}",
        ),
        (
            "Mañana volvemos a hablar de {s}",
            "¿Alguien sabe a qué hora empieza {s}?",
            "Apuntes sobre {s}, tercera parte",
            "Aquí está {s} a las diez y a las doce",
            "Hoy toca {s} otra vez",
        ),
        (
            "Qué desastre {s}, no hay derecho",
            "No soporto más {s}",
            "{s} me ha dejado con muy mal sabor de boca",
            "Una vergüenza lo que pasa con {s}",
            "Otra vez problemas con {s}, qué rabia",
        ),
    ),
    "de": (
        (
            "{s} war heute einfach großartig",
            "Wie schön, {s} macht mir richtig Freude",
            "Danke an alle, {s} war ein Erlebnis",
            "Endlich: {s} läuft besser als gedacht",
            "Ich bin begeistert, {s} ist wunderbar",
        ),
        (
            "Weiß jemand, wann {s} morgen beginnt?",
            "Notizen zum Thema: {s}, Teil drei",
            "Hier noch einmal {s} von heute Mittag",
            "{s} bleibt bis Sonntag, danach sehen wir weiter",
            "Für die Liste: {s} und zwei andere Dinge",
        ),
        (
            "{s} war leider eine Katastrophe",
            "Schon wieder Ärger, {s} ist einfach furchtbar",
            "Ich habe genug, {s} macht mich traurig",
            "So schlecht wie heute war {s} noch nie",
            "Niemand sagt uns etwas, {s} ist ein Ärgernis",
        ),
    ),
    "pt": (
        (
            "Que alegria, {s} foi uma maravilha",
            "Adoro {s}, de verdade",
            "{s} salvou o meu dia, obrigado a todos",
            "Nunca me diverti tanto com {s}",
            "Que coisa linda ver {s} hoje",
        ),
        (
            "Alguém sabe a que horas começa {s}?",
            "Amanhã tem {s} outra vez",
            "Notas sobre {s}, terceira parte",
            "Aqui está {s} às dez e ao meio-dia",
            "Hoje o assunto é {s}",
        ),
        (
            "Que desastre, {s} não dá mais",
            "Estou muito triste com {s}",
            "Não aguento mais {s}, que vergonha",
            "{s} foi uma decepção enorme",
            "De novo problemas com {s}, que raiva",
        ),
    ),
    "fr": (
        (
            "Quel bonheur, {s} est une merveille",
            "J'adore {s}, vraiment",
            "Merci à tous, {s} restera un beau souvenir",
            "Enfin une bonne nouvelle avec {s}",
            "Je ne m'attendais pas à aimer autant {s}",
        ),
        (
            "Quelqu'un sait à quelle heure commence {s} ?",
            "Demain, on reparle de tout ça : {s}",
            "Mes notes sur {s}, troisième partie",
            "Voici {s} à dix heures et à midi",
            "Aujourd'hui c'est {s}, comme hier",
        ),
        (
            "Quelle catastrophe, {s} me met en colère",
            "J'en ai assez, {s} est une honte",
            "Encore des soucis avec {s}, c'est triste",
            "Je déteste {s}, rien ne marche",
            "Vraiment une grosse déception, {s} aujourd'hui",
        ),
    ),
}

HOSTILE = (
    "\x1b[31mred alert\x1b[0m the table says so",
    "\x1b]0;owned\x07look at the title bar",
    "\x1b[2J\x1b[Hnothing to see here",
    "[bold red]not bold[/bold red] [link=https://trap.example]here[/link]",
    "[/] unbalanced [[markup]] [@click=app.quit]click[/]",
    "abc \u202egnp.exe\u202c and back again",
    "\u2066isolated\u2069 \u200bzero\u200bwidth\u200b \ufeffmark",
    "nul\x00bell\x07backspace\x08\x08\x08 vertical\x0btab",
    '=HYPERLINK("https://trap.example","open")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "line one\r\nline two\u2028line three\x85line four",
    "\x9b31mC1 control\x9c and %s %d {0} {{x}}",
    "Z\u0351\u0357\u0308a\u0301\u0316\u0317l\u0315\u031bg\u0344\u0345o over the line",
)
