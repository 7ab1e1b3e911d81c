"""The search for garbage in cycles, at a pace that suits a process full of posts that stay.

Posts and counts are let go of as they fall out of use, without any search. What the searches are for is rare, and each
looks through new objects by the thousand, nearly all of which are to stay.
"""

import gc

THRESHOLDS = (20_000, 20, 20)


def ease() -> None:
    """Leave out of all searches what is loaded by now, and search less often. To be called once, before the feed."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
