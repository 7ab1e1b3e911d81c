"""What the models in competition and the figures on them are, in plain words. The one place for it."""

from dataclasses import dataclass

from engine.snapshot import Score


@dataclass(frozen=True)
class Meaning:
    """`short` fits beside a row of figures, `full` is a sentence."""

    short: str
    full: str


# By the name that a model has in the race (`models.race`).
MODELS = {
    "median": Meaning(
        "the same for every post",
        "The middle outcome of the newest posts, the same for every post. A yardstick: it never leads.",
    ),
    "author": Meaning(
        "the author's usual: the baseline",
        "What posts of this author have come to, shrunk towards everybody's while there are few. The baseline that"
        " skill is measured against, and the champion at first.",
    ),
    "hour": Meaning(
        "the author's usual at this hour",
        "What posts of this author have come to at this hour of the day, shrunk towards the author's usual.",
    ),
    "sgd": Meaning(
        "linear, learns post by post",
        "A linear model that takes a step with each post that matures (stochastic gradient descent), without refits.",
    ),
    "linear": Meaning(
        "linear, refitted as posts mature",
        "Ridge regression on the newest matured posts, refitted as they mature.",
    ),
    "boosted": Meaning(
        "boosted trees, refitted",
        "Gradient-boosted decision trees on the newest matured posts, refitted as they mature.",
    ),
    "forest": Meaning(
        "random forest, refitted",
        "The mean of many decision trees on the newest matured posts, refitted as they mature.",
    ),
    "extra": Meaning(
        "extremely randomised trees",
        "The mean of many decision trees that split at random, on the newest matured posts, refitted as they mature.",
    ),
    "blend": Meaning(
        "mean of linear and extra",
        "The mean of linear and extra, each as of the newest two refits: the smooth and the jagged err differently.",
    ),
}

# The figures on a model: how it is called on screen, the field of Score, and what it is.
FIGURES = (
    ("n", "n", "posts it was graded on: the newest that matured; figures on fewer than 30 are grey"),
    ("MAE(log)", "mae_log", "mean absolute error of log(1 + engagements)"),
    ("MSE(log)", "mse_log", "mean squared error of log(1 + engagements)"),
    ("MAE", "mae", "mean absolute error in engagements: a few posts that go far make most of it"),
    ("MSE", "mse", "mean squared error in engagements"),
    (
        "skill",
        "skill",
        "how much smaller its MAE(log) is than the author baseline's on the same posts: compare by this",
    ),
    ("Spearman", "spearman", "how well it puts posts in order: 1 as they came out, 0 by chance, -1 upside down"),
    ("covers", "coverage80", "share of outcomes inside the range shown, which should be near 80%; champion only"),
    ("width", "width80", "mean width of that range in log(1 + engagements): narrow and covering 80% is good"),
)

# Why a prediction is never graded, by the reason that the engine gives (`engine.labels`).
CENSORED = {
    "late": "the post came after its time had passed",
    "deleted": "the post was taken back before it was due",
    "gap": "the feed was blind before it was due",
    "birth not seen": "the post was first seen too long after it was made",
    "not reported": "the feed tells neither likes nor reposts",
    "no counts near the horizon": "no counts were read near enough to the horizon",
    "counts of unknown age": "the feed does not tell when its counts were true",
    "not in the sample": "more posts wait for their outcome than there is room for: some are graded",
}


def name_of(score: Score) -> str:
    """A model's name with its version, as predictions name it: linear-3."""
    return f"{score.model}-{score.version}" if score.version else score.model


def meaning(model: str) -> Meaning:
    """What a model is, by its name; one that is not known here goes by its name alone."""
    return MODELS.get(model, Meaning("", ""))
