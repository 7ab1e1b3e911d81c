"""Models that are soon fitted, for tests of what is done with them. `put` sets an attribute, as `setattr` does."""

from collections.abc import Callable

TREES = 8
GROWTH = 0.4  # share of further labels at which a refit is due: half as many refits as usual

Put = Callable[[object, str, object], None]


def fit_few_trees(put: Put) -> None:
    """Each fit takes half the time."""
    from models import trees

    for kind, number in (("BOOSTED", "max_iter"), ("FOREST", "n_estimators"), ("EXTRA", "n_estimators")):
        put(trees, kind, {**getattr(trees, kind), number: TREES})


def fit_seldom(put: Put) -> None:
    """Every second fit is left out."""
    from models import refits

    put(refits, "GROWTH", GROWTH)
