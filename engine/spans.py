"""Spans of time in microseconds, where nothing that takes time to load is needed to say them."""

SECOND = 1_000_000  # microseconds
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

ALL_TIME = 0  # a window without bound
