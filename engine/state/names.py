"""The names of the files in a state folder."""

NEWEST, BEFORE, LOCK = "engine.state", "engine.state.before", "engine.lock"
