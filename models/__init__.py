"""The learners, each usable and testable alone. They know nothing of feeds or screens."""
