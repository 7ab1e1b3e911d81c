"""What is not known of a post when it comes, and so is in no alert: engine.filters.matching.Facts."""

from engine.ledger import Entry


class Unknown:
    """Knows nothing but what stands in the post."""

    def count(self, entry: Entry, kind: int) -> int | None:
        return None

    def engagement(self, entry: Entry) -> int | None:
        return None

    def predicted(self, entry: Entry) -> float | None:
        return None

    def times(self, entry: Entry) -> float | None:
        return None

    def story(self, entry: Entry) -> int | None:
        return None

    def cluster(self, entry: Entry) -> int | None:
        return None
