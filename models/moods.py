"""What a reader may call the mood of a post. Imports nothing, for the screen names them too."""

from typing import Literal, get_args

Mood = Literal["positive", "neutral", "negative", "not-scorable"]
CLASSES: tuple[Mood, ...] = get_args(Mood)
PERSONAL_FROM = 50  # corrections from which the personal layer answers
