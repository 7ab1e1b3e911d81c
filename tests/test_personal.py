"""The personal layer: starts as VADER, learns one reader's moods, and is judged on each before it learns it."""

from sklearn.metrics import f1_score

from models import sentiment
from models.moods import CLASSES, Mood
from models.personal import Personal
from models.personal_features import NUMBERS, SIZE, Features, features
from models.terms import terms

LOVED = "I love how this {} went, great work by all of you"
SICK = "that {} was sick, the kids killed it"  # negative to VADER
THINGS = ("goal", "launch", "gig", "match", "demo", "show", "paper", "walk", "talk", "trip")


def of(text: str, scored: bool = True) -> Features:
    return features(text, terms(text), sentiment.polarity(text), scored)


def stream(count: int = 60) -> list[tuple[Features, Mood]]:
    """A reader for whom slang is praise, and who agrees with VADER otherwise."""
    rows: list[tuple[Features, Mood]] = []
    for number in range(count):
        thing = f"{THINGS[number % 10]}{number}"
        rows.append((of(SICK.format(thing)), "positive") if number % 2 else (of(LOVED.format(thing)), "positive"))
        if number % 5 == 0:
            rows.append((of(f"what a terrible and horrible {thing}, awful"), "negative"))
    return rows


def test_before_anything_is_learnt_it_says_what_vader_says() -> None:
    layer = Personal()
    for text, scored in ((LOVED, True), (SICK, True), ("the door is at the back", True), ("das ist gut", False)):
        known = of(text, scored)
        assert layer.answer(known) == known.vader


def test_it_learns_what_its_reader_calls_good() -> None:
    layer = Personal()
    for known, mood in stream():
        layer.learn(known, mood)
    assert of(SICK.format("final")).vader == "negative"
    assert layer.answer(of(SICK.format("final"))) == "positive"
    assert layer.answer(of("a terrible and horrible final, awful")) == "negative"
    record = layer.record()
    assert record.n == len(stream())
    assert record.f1 is not None
    assert record.vader_f1 is not None
    assert record.f1 > record.vader_f1


def test_what_is_not_scorable_is_a_class_of_its_own() -> None:
    layer = Personal()
    for number in range(30):
        layer.learn(of(f"BUY cheap followers at shop{number} now, best price"), "not-scorable")
    assert layer.answer(of("BUY cheap followers at shop99 now, best price")) == "not-scorable"


def test_each_is_told_before_it_is_learnt_and_both_are_judged_on_the_same() -> None:
    layer, told = Personal(), []
    rows = stream()
    for known, mood in rows:
        told.append(layer.answer(known))
        layer.learn(known, mood)
    moods = [mood for _, mood in rows]
    labels = [mood for mood in CLASSES if mood in moods]
    record = layer.record()
    assert record.f1 == f1_score(moods, told, labels=labels, average="macro")
    assert record.vader_f1 == f1_score(moods, [known.vader for known, _ in rows], labels=labels, average="macro")


def test_the_same_corrections_in_the_same_order_give_the_same_layer() -> None:
    one, other = Personal(), Personal()
    for known, mood in stream():
        one.learn(known, mood)
        other.learn(known, mood)
    assert one.record() == other.record()
    assert (one._model.coef_ == other._model.coef_).all()


def test_features_hold_no_word() -> None:
    known = of("I do NOT love this awful #match!! Why? \U0001f62d")
    assert known.vader in CLASSES
    named = dict(zip(NUMBERS, known.numbers, strict=True))
    assert named["exclamations"] == 1.0986  # two: log of 3
    assert named["questions"] == named["negations"] == named["positive"] == 0.6931
    assert all(0 <= column < SIZE and times > 0 for column, times in known.terms)
    assert any(column % 2 for column, _ in known.terms)  # the hashtag
    assert not any(isinstance(value, str) for value in (*known.numbers, *sum(known.terms, ())))


def test_a_text_of_nothing_has_features_too() -> None:
    assert Personal().answer(of("", False)) == "not-scorable"
