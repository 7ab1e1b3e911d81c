"""What the mood of a text is called, by VADER and by a reader. Imports nothing, for the screen names them too."""

from typing import Literal, get_args

Label = Literal["positive", "neutral", "negative"]
THRESHOLD = 0.05  # of VADER's compound, as its authors recommend

Mood = Literal["positive", "neutral", "negative", "not-scorable"]
CLASSES: tuple[Mood, ...] = get_args(Mood)
PERSONAL_FROM = 50  # corrections from which the personal layer answers
