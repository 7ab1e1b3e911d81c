"""The language gate: English is scored, everything else is not, and the reason is said."""

import random
import subprocess
import sys
from pathlib import Path
from statistics import mean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import clues, language
from models.clues import LONGEST, pack, read_clue, unpack
from models.language import REASONS, Verdict, judge, judge_all, judge_tokens
from models.memo import Memo
from models.sentiment import polarity
from models.token_pass import TokenTable

ROOT = Path(__file__).parent.parent
TWEETS = ROOT.parent / "shared" / "data" / "sentiment" / "tweeteval_val_text.txt"
SCORED = Verdict("en", "")

ENGLISH = [
    "What a wonderful morning, the sun is out and the coffee is great",
    "Honestly the worst customer service I have ever had to deal with",
    "They finally fixed the bridge on our street, so happy about this",
    "My train was cancelled again and nobody told us why",
    "We spent the whole weekend painting the kitchen",
    "She is the most talented singer of her generation, no doubt",
    "The new update broke everything I had, terrible job",
    "Does anyone know when the library opens on Sundays?",
    "I can't believe how kind people are in this town",
    "War and hunger again in the news, I feel sick",
    "The team lost but they played with heart until the end",
    "RT @someone: this is the best thing I've seen all week! https://example.com/a #wow",
    "Our neighbours were burgled last night, horrible feeling",
    "The committee will meet at ten to discuss the budget",
    "It's raining, the bus is late, and I forgot my keys. Ugh.",
    "Thank you all for the lovely birthday messages ❤️",
    "Nothing makes me angrier than people who litter",
    "He opened a small bakery in the old fire station",
    "Good luck to everyone running the marathon tomorrow!",
    "Prices keep rising and wages don't, it's a disgrace",
]

OTHERS = {
    "de": [
        "Heute war die Bahn wieder eine Stunde zu spät, wie immer",
        "Die neue Ausstellung im Museum ist wirklich schön geworden",
        "Ich habe die ganze Nacht nicht geschlafen, die Nachbarn waren zu laut",
        "Die Kinder spielen im Garten und die Sonne scheint",
        "Gestern in Hamburg: die besten Fischbrötchen der Stadt",
    ],
    "nl": [
        "Het was weer een mooie dag op het strand met de kinderen",
        "Ik snap niet waarom die trein altijd te laat komt",
        "We gaan morgen naar de markt om kaas en bloemen te kopen",
        "Wat een slechte film was dat, zonde van mijn avond",
        "De burgemeester opent vandaag het nieuwe zwembad",
    ],
    "fr": [
        "Encore une grève demain, je vais devoir aller au travail à pied",
        "Quel plaisir de retrouver mes amis après tant de temps",
        "Le maire a promis une nouvelle école pour le quartier",
        "Ce restaurant est vraiment mauvais, je ne reviendrai pas",
        "Il fait beau à Lyon ce matin, profitez du marché",
    ],
    "es": [
        "No me gusta nada lo que han hecho con la plaza del pueblo",
        "No hay nada mejor que un café por la mañana con los amigos",
        "El equipo jugó fatal pero no perdió la esperanza",
        "Hoy no tengo ganas de salir, me quedo en casa leyendo",
        "Mañana empieza la feria y no encuentro entradas",
    ],
    "pt": [
        "Que saudade do mar, não vejo a hora de voltar para a praia",
        "O ônibus atrasou de novo e cheguei molhado no trabalho",
        "Minha avó fez o melhor bolo de cenoura do mundo",
        "Não aguento mais essa chuva, já são três dias seguidos",
        "Alguém sabe se o mercado abre no feriado?",
    ],
    "it": [
        "Che bella giornata, siamo andati tutti al lago con i bambini",
        "Il treno per Bologna è stato cancellato anche oggi",
        "Non capisco perché nessuno risponde al telefono in comune",
        "La pizza di ieri sera era una delle migliori di sempre",
        "Domani si vota e io non so ancora per chi",
    ],
    "sv": [
        "Det är så skönt att sommaren äntligen är här",
        "Jag förstår inte varför bussen aldrig kommer i tid",
        "Vi bakade kanelbullar hela eftermiddagen med barnen",
        "Han var bad i sjön varje morgon förra veckan",
        "Kommunen bygger en ny skola nära stationen",
    ],
    "da": [
        "Vi har have og hund og ingen tid til at slappe af",
        "Det er for dårligt at toget er forsinket igen i dag",
        "Sikke en dejlig aften med god mad og gamle venner",
        "Jeg kan ikke finde mine nøgler, og jeg er sent på den",
        "Kommunen vil lukke biblioteket til sommer",
    ],
    "no": [
        "Endelig sol over fjorden, nå blir det tur i helgen",
        "Jeg skjønner ikke hvorfor strømmen er så dyr i år",
        "Barna gleder seg til å gå på ski i påsken",
        "Ferja var innstilt igjen, og vi kom for sent til møtet",
        "Hun skrev en fin bok om livet på kysten",
    ],
    "fi": [
        "Tänään sataa taas koko päivän eikä bussi tullut ajoissa",
        "Kiitos kaikille jotka tulivat eilen konserttiin",
        "En ymmärrä miksi kahvi on niin kallista täällä",
        "Lapset rakensivat lumiukon koulun pihalle",
        "Paras mökkiviikonloppu pitkään aikaan, sauna oli lämmin",
    ],
    "pl": [
        "Znowu spóźniony pociąg, a mieliśmy być na miejscu o ósmej",
        "Bardzo mi się podobał wczorajszy koncert na rynku",
        "Nie wiem, dlaczego w sklepie nigdy nie ma świeżego chleba",
        "Dzieci bawią się w parku, a ja czytam książkę",
        "To był najlepszy mecz, jaki widziałem w tym roku",
    ],
    "tr": [
        "Bugün hava çok güzel, herkes sahilde yürüyor",
        "Otobüs yine gelmedi, yarım saat boşuna bekledik",
        "Annemin yaptığı mercimek çorbası gibisi yok",
        "Bu kadar kötü bir film uzun zamandır izlememiştim",
        "Yarın sınav var ama hiç çalışmak istemiyorum",
    ],
    "id": [
        "Hari ini hujan terus dan jalanan macet sekali",
        "Aku tidak mengerti kenapa harga cabai naik lagi",
        "Terima kasih sudah datang ke acara kami kemarin",
        "Makanan di warung itu enak banget dan murah",
        "Besok libur, ayo kita pergi ke pantai bersama",
    ],
    "tl": [
        "Ang ganda ng panahon ngayon, tara sa dagat",
        "Hindi ko alam kung bakit wala pa ang bus",
        "Salamat sa lahat ng pumunta sa kaarawan ko",
        "Sobrang traffic na naman sa Edsa kaninang umaga",
        "Masarap ang luto ng nanay ko, walang tatalo",
    ],
    "ro": [
        "Astăzi a plouat toată ziua și am stat acasă cu o carte",
        "Nu înțeleg de ce trenul are mereu întârziere",
        "Mulțumesc tuturor pentru urări, a fost o zi frumoasă",
        "Primăria a promis că va repara strada până la toamnă",
        "Cel mai bun concert la care am fost anul acesta",
    ],
    "hu": [
        "Ma megint késett a vonat, és senki nem mondott semmit",
        "Nagyon jó volt a tegnapi koncert a parkban",
        "Nem értem, miért ilyen drága a kenyér",
        "A gyerekek egész nap a kertben játszottak",
        "Köszönöm mindenkinek a kedves üzeneteket",
    ],
    "hi": [  # in Latin letters, with English words among them
        "yaar aaj bhi train late hai aur koi kuch nahi bol raha",
        "mujhe to is phone ki battery bilkul pasand nahi aayi",
        "kal match dekha kya, Kohli ne kya batting ki bhai",
        "ye sab log sirf paise ke liye kaam kar rahe hain",
        "meri maa ke haath ka khana sabse best hota hai",
    ],
}

SCRIPTS = {
    "ja": "今日はとても良い天気ですね。散歩に行きたい good",
    "ko": "오늘 날씨가 정말 좋네요 bad day",
    "zh": "今天天气很好，我们去公园散步吧 nice",
    "ru": "Сегодня был очень хороший день, мы гуляли в парке",
    "uk": "Сьогодні був дуже гарний день, і ми гуляли в парку її",
    "ar": "كان الطقس جميلا اليوم وذهبنا إلى الحديقة",
    "fa": "امروز هوا خیلی خوب بود و به پارک رفتیم چون دوست داریم",
    "hi": "आज मौसम बहुत अच्छा था और हम पार्क में घूमे",
    "bn": "আজ আবহাওয়া খুব ভালো ছিল",
    "th": "วันนี้อากาศดีมาก เราไปเดินเล่นที่สวนสาธารณะ",
    "he": "היה היום מזג אוויר יפה מאוד והלכנו לפארק",
    "el": "Σήμερα ο καιρός ήταν πολύ καλός και πήγαμε στο πάρκο",
    "ta": "இன்று வானிலை மிகவும் நன்றாக இருந்தது",
    "ka": "დღეს ძალიან კარგი ამინდი იყო",
}


@pytest.mark.parametrize("claimed", ["", "en", "en-GB", "de", "nonsense"])
def test_english_is_scored_whatever_its_tag(claimed: str) -> None:
    assert {text: judge(text, claimed) for text in ENGLISH} == dict.fromkeys(ENGLISH, SCORED)


@pytest.mark.parametrize("claimed", ["", "en"])
@pytest.mark.parametrize("code", OTHERS)
def test_other_languages_are_not_scored_even_if_tagged_english(code: str, claimed: str) -> None:
    verdicts = {text: judge(text, claimed) for text in OTHERS[code]}
    assert not {text: verdict for text, verdict in verdicts.items() if not verdict.reason}


@pytest.mark.parametrize("code", [code for code in OTHERS if code not in ("hi", "da", "no")])
def test_a_language_of_latin_letters_is_named(code: str) -> None:
    named = [judge(text).lang for text in OTHERS[code]]
    assert named.count(code) >= 4, named
    assert set(named) - {code, ""} <= {"af", "ms", "jv", "gl", "et", "ca", "nn", "da", "bs", "sk"}


@pytest.mark.parametrize("code", SCRIPTS)
def test_another_script_decides_at_once_and_names_the_language(code: str) -> None:
    assert judge(SCRIPTS[code]) == Verdict(code, "other script")
    assert judge(SCRIPTS[code], "en") == Verdict(code, "other script")


def test_a_claim_settles_which_language_of_a_script() -> None:
    text = "Добър ден на всички"
    assert judge(text) == Verdict("", "other script")
    assert judge(text, "bg") == Verdict("bg", "other script")
    assert judge(text, "bg-BG") == Verdict("bg", "other script")
    assert judge("東京都知事選挙", "ja") == Verdict("ja", "other script")
    assert judge("東京都知事選挙", "ar") == Verdict("zh", "other script")


def test_a_foreign_name_does_not_make_a_post_foreign() -> None:
    assert judge("We had the best ramen of our lives at that place near the station, 一蘭") == SCORED


def test_half_and_half_is_unsure() -> None:
    assert judge("The new exam paper में इतनी गलती है again, and the answer key too", "en") == Verdict("", "unsure")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n",
        "12345 !!! ...",
        "https://example.com/some/english/words",
        "www.example.com/the/best/of",
        "@the_best_of_you @and.me@example.social",
        "RT @someone: https://example.com",
        "example.com/this/is/the/one",
        "\x00\x1c\ud800",
        "🇫🇷",
    ],
)
def test_there_may_be_no_text(text: str) -> None:
    assert judge(text, "en") == Verdict("", "no text")


@pytest.mark.parametrize("text", ["😂", "😭😭 ❤️!!!", ":) :-(", ":D", "@you 😍 https://example.com", "RT @you: 👍🏽"])
@pytest.mark.parametrize("claimed", ["", "ja", "en"])
def test_emoji_alone_are_scored_in_any_language(text: str, claimed: str) -> None:
    assert judge(text, claimed) == Verdict("", "")


@pytest.mark.parametrize("text", ["Hallo", "ha ha ha ha", "gol!!!", "Bon dia", "no no no", "die die die", "love it"])
def test_little_text_is_too_short_to_tell(text: str) -> None:
    assert judge(text) == Verdict("", "too short")


def test_function_words_or_a_claim_make_up_for_length() -> None:
    assert judge("I love you so much") == SCORED
    assert judge("thank you @bob") == SCORED
    assert judge("love it!", "en") == SCORED


@pytest.mark.parametrize("text", ["Läuft wieder", "mañana no puedo", "ganz toll, oder?", "het is goed zo"])
def test_a_short_text_that_contradicts_its_claim_is_not_scored(text: str) -> None:
    assert judge(text, "en").reason in ("too short", "other language")


def test_a_quoted_english_title_does_not_make_a_post_english() -> None:
    assert judge("Ich schaue gerade The Walking Dead und esse dabei Pizza, ganz entspannt").lang == "de"
    assert judge("Dün akşam You and Me şarkısını dinledik, herkes bayıldı, muhteşemdi").reason


def test_a_mixed_feed_has_the_mood_of_its_english_posts() -> None:
    others = [text for texts in OTHERS.values() for text in texts] + list(SCRIPTS.values())
    feed = ENGLISH + others
    random.Random(7).shuffle(feed)
    truth = mean(polarity(text).compound for text in ENGLISH)
    gated = mean(polarity(text).compound for text in feed if not judge(text).reason)
    ungated = mean(polarity(text).compound for text in feed)
    assert abs(gated - truth) <= 0.01
    assert abs(ungated - truth) > 0.05


def test_tweets_known_to_be_english_are_scored() -> None:
    if not TWEETS.is_file():
        pytest.skip("the shared data is not here")
    tweets = TWEETS.read_text("utf-8").splitlines()
    refused = [tweet for tweet in tweets if judge(tweet).reason]
    assert len(refused) <= 0.01 * len(tweets)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.text(st.characters()), st.text(st.characters(), max_size=8))
def test_any_text_gets_a_verdict(text: str, claimed: str) -> None:
    verdict = judge(text, claimed)
    assert verdict.reason in ("", *REASONS)
    assert verdict.lang == "" or (len(verdict.lang) == 2 and verdict.lang.isascii())
    assert verdict == judge(text, claimed)


@pytest.mark.parametrize(
    "text",
    ["der die das " * 90_000, "a." * 500_000, "a" * 1_000_000, "😂" * 250_000, "漢字" * 300_000, "@" * 1_000_000],
    ids=["words", "dots", "letters", "emoji", "han", "mentions"],
)
def test_a_megabyte_of_anything_gets_a_verdict(text: str) -> None:
    assert judge(text).lang != "en"


def test_a_full_memo_changes_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ENGLISH + [text for texts in OTHERS.values() for text in texts]
    before = [judge(text) for text in texts]
    details = Memo(read_clue, cap=2)
    monkeypatch.setattr(language, "_clues", details)
    assert [judge(text) for text in texts] == before
    assert len(details) <= 2


def test_a_plain_word_tells_the_same_in_the_short_way() -> None:
    signs = ["", *map(chr, range(33, 127)), "./", "e/"]
    words = ["", "the", "der", "of", "RT", "rt", "Rt", "www", "mañana"]
    for raw in (before + word + after for before in signs for word in words for after in signs):
        if raw.lower() not in clues.emoticons():
            assert read_clue(raw) == clues._read(raw)


@pytest.mark.parametrize("length", [1, 100, LONGEST])
@pytest.mark.parametrize("unit", ["the ", "a", "é ", "der the ", "of ", "😂 the "])
def test_sums_hold_the_numbers_of_any_text(unit: str, length: int) -> None:
    text = (unit * length)[:length]
    details = [read_clue(raw) for raw in text.split()]
    ((*sums, odd),) = unpack(np.array([sum(map(pack, details))], dtype=np.uint64)).T.tolist()
    assert sums == [sum(clue[place] for clue in details) for place in range(4)]
    assert odd == sum(bool(clue.others or clue.accented or clue.foreign) for clue in details)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from([word for text in [*ENGLISH, *OTHERS["de"], *SCRIPTS.values()] for word in text.split()]))
)
def test_the_tokens_of_a_text_give_the_verdict_of_the_text(words: list[str]) -> None:
    text = " ".join(words)
    assert judge_tokens(TokenTable(1_024).read([text]), [""]) == [judge(text)]


def test_a_list_is_judged_as_its_texts() -> None:
    texts, claims = ["love it!", "love it!", "😂"], ["en", "", "ja"]
    assert judge_all(texts, claims) == [SCORED, Verdict("", "too short"), Verdict("", "")]
    with pytest.raises(ValueError, match="shorter"):
        judge_all(texts, ["en"])


def test_the_detector_is_loaded_only_in_doubt() -> None:
    code = (
        "import sys; from models.language import judge; judge('this is what we have been waiting for'); judge('你好');"
        "print('py3langid' in sys.modules); judge('Xbox Series review: great console');"
        "print('py3langid' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
